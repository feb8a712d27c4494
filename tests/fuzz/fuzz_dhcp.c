/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DHCP messages: every cursor stays within the datagram. */
#include "frame.h"
#include "location/inform.h"
#include "wire/dhcp.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = { 0 };
	struct dhcp d;

	must_say_why(dhcp_read(rd_from(data, size), &d, &e), &e);
	const struct rd *const all[] = { &d.name, &d.vendor_class, &d.client_id,
		&d.asked, &d.dns, &d.wins, &d.domain };
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		must_be_inside(all[i], data, size);
	MUST(strnlen(d.fqdn, sizeof(d.fqdn)) < sizeof(d.fqdn));
	MUST(d.type <= DHCP_INFORM);
	/* As an answer to us. */
	struct arena *mem = arena_new(1 << 16);
	const struct inform_asked asked = { d.id, d.mac };
	struct place_facts f = { .ad_site = NULL };
	if (inform_take(&asked, data, size, mem, &f))
		MUST(f.dhcp_servers.n == 1 && f.wins_servers.n <= FACTS_MAX);
	arena_free(mem);
	return 0;
}
