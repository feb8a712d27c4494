/* SPDX-License-Identifier: GPL-3.0-or-later */
/* resolv.conf and the leases of DHCP clients, which repeat what servers said: the first byte
 * says which. */
#include "location/facts.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *mem = arena_new(16 << 20);
	struct place_facts f = { .ad_site = NULL };
	struct addr own = addr_ip4(0x0a010203);
	struct err e;
	bool stub;

	char *text = mem && size ? arena_strndup(mem, (const char *)data + 1, size - 1)
				 : NULL;
	addr_facts_add(&f.addresses, &own);
	if (text && data[0] % 2 == 0)
		(void)facts_read_resolv(text, mem, &f, &stub, &e);
	else if (text)
		(void)facts_read_lease(text, &f.addresses, mem, &f, &e);
	if (f.dns_domains.n > FACTS_MAX || f.dhcp_servers.n > FACTS_MAX ||
		f.wins_servers.n > FACTS_MAX)
		abort();
	arena_free(mem);
	return 0;
}
