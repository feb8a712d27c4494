/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CDP: every cursor stays within the frame. */
#include "frame.h"
#include "wire/cdp.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = { 0 };
	struct cdp c;

	must_say_why(cdp_read(rd_from(data, size), &c, &e), &e);
	const struct rd *const all[] = { &c.name, &c.port, &c.software, &c.platform };
	for (size_t i = 0; i < 4; i++)
		must_be_inside(all[i], data, size);
	return 0;
}
