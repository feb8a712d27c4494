/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DHCP messages: every cursor stays within the datagram. */
#include "frame.h"
#include "wire/dhcp.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = { 0 };
	struct dhcp d;

	must_say_why(dhcp_read(rd_from(data, size), &d, &e), &e);
	const struct rd *const all[] = { &d.name, &d.vendor_class, &d.client_id,
		&d.asked };
	for (size_t i = 0; i < 4; i++)
		must_be_inside(all[i], data, size);
	MUST(strnlen(d.fqdn, sizeof(d.fqdn)) < sizeof(d.fqdn));
	MUST(d.type <= DHCP_INFORM);
	return 0;
}
