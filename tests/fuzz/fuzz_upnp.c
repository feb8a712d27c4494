/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Descriptions of UPnP devices: texts have an end. */
#include "frame.h"
#include "wire/upnp.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct upnp_description d;
	struct err e = { 0 };

	must_say_why(upnp_read(rd_from(data, size), &d, &e), &e);
	MUST(d.n_types <= UPNP_TYPES_MAX);
	const char *const all[] = { d.name, d.maker, d.model, d.serial, d.uuid };
	for (size_t i = 0; i < 5; i++)
		MUST(strnlen(all[i], UPNP_TEXT) < UPNP_TEXT);
	return 0;
}
