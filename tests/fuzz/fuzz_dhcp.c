/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DHCP messages: every cursor stays within the datagram. */
#include "frame.h"
#include "wire/dhcp.h"

static void
check(int rc, const struct err *e)
{
	MUST(rc == 0 || (e->code == ERR_PROTO && e->text[0]));
}

static void
must_be_inside(const struct rd *inner, const uint8_t *data, size_t size)
{
	if (rd_left(inner))
		must_be_within(inner, data, size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = { 0 };
	struct dhcp d;

	check(dhcp_read(rd_from(data, size), &d, &e), &e);
	const struct rd *const all[] = { &d.name, &d.vendor_class, &d.client_id,
		&d.asked };
	for (size_t i = 0; i < 4; i++)
		must_be_inside(all[i], data, size);
	MUST(strnlen(d.fqdn, sizeof(d.fqdn)) < sizeof(d.fqdn));
	MUST(d.type <= DHCP_INFORM);
	return 0;
}
