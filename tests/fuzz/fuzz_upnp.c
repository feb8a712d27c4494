/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Descriptions of UPnP devices: texts have an end. */
#include "frame.h"
#include "wire/upnp.h"

static void
check(int rc, const struct err *e)
{
	MUST(rc == 0 || (e->code == ERR_PROTO && e->text[0]));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct upnp_description d;
	struct err e = { 0 };

	check(upnp_read(rd_from(data, size), &d, &e), &e);
	MUST(d.n_types <= UPNP_TYPES_MAX);
	const char *const all[] = { d.name, d.maker, d.model, d.serial, d.uuid };
	for (size_t i = 0; i < 5; i++)
		MUST(strnlen(all[i], UPNP_TEXT) < UPNP_TEXT);
	return 0;
}
