/* SPDX-License-Identifier: GPL-3.0-or-later */
/* resolv.conf, the leases of DHCP clients, which repeat what servers said, and the answers that a
 * process tells which spoke to others: the first byte says which. */
#include "location/answers.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was read is written, and read again. */
static void
read_answers(const char *text, struct arena *mem)
{
	struct location_answers once, twice;
	struct place_facts f = { .ad_site = NULL };
	struct sb out;

	location_answers_init(&once, NULL, mem);
	location_answers_init(&twice, NULL, mem);
	location_answers_read(&once, text);
	location_answers_give_dhcp(&once, &f);
	sb_init(&out, ANSWERS_TEXT_MAX);
	location_answers_write(&once, 0, &out);
	if (!out.bad)
		location_answers_read(&twice, out.text);
	if (!out.bad && once.n != twice.n)
		abort();
	sb_done(&out);
}

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
	if (text && data[0] == 'a')
		read_answers(text, mem);
	else if (text && data[0] % 2 == 0)
		(void)facts_read_resolv(text, mem, &f, &stub, &e);
	else if (text)
		(void)facts_read_lease(text, &f.addresses, mem, &f, &e);
	if (f.dns_domains.n > FACTS_MAX || f.dhcp_servers.n > FACTS_MAX ||
		f.wins_servers.n > FACTS_MAX)
		abort();
	arena_free(mem);
	return 0;
}
