/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CDP: every cursor stays within the frame. */
#include "frame.h"
#include "wire/cdp.h"

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
	struct cdp c;

	check(cdp_read(rd_from(data, size), &c, &e), &e);
	const struct rd *const all[] = { &c.name, &c.port, &c.software, &c.platform };
	for (size_t i = 0; i < 4; i++)
		must_be_inside(all[i], data, size);
	return 0;
}
