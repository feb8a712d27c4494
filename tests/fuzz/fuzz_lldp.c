/* SPDX-License-Identifier: GPL-3.0-or-later */
/* LLDP: every cursor stays within the frame. */
#include "frame.h"
#include "wire/lldp.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = { 0 };
	struct lldp l;

	must_say_why(lldp_read(rd_from(data, size), &l, &e), &e);
	const struct rd *const all[] = { &l.port_descr, &l.name, &l.descr };
	for (size_t i = 0; i < 3; i++)
		must_be_inside(all[i], data, size);
	MUST(strnlen(l.chassis, LLDP_ID_TEXT) < LLDP_ID_TEXT);
	MUST(strnlen(l.port, LLDP_ID_TEXT) < LLDP_ID_TEXT);
	return 0;
}
