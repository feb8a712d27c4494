/* SPDX-License-Identifier: GPL-3.0-or-later */
/* LLDP: every cursor stays within the frame. */
#include "frame.h"
#include "wire/lldp.h"

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
	struct lldp l;

	check(lldp_read(rd_from(data, size), &l, &e), &e);
	const struct rd *const all[] = { &l.port_descr, &l.name, &l.descr };
	for (size_t i = 0; i < 3; i++)
		must_be_inside(all[i], data, size);
	MUST(strnlen(l.chassis, LLDP_ID_TEXT) < LLDP_ID_TEXT);
	MUST(strnlen(l.port, LLDP_ID_TEXT) < LLDP_ID_TEXT);
	return 0;
}
