/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SSDP messages, and the URL that one leads to. */
#include "frame.h"
#include "wire/ssdp.h"
#include "wire/url.h"

static void
check_url(struct rd text)
{
	struct url u;

	if (!url_read(text, &u))
		return;
	MUST(addr_is_set(&u.host) && u.port && u.path[0] == '/');
	size_t n = strnlen(u.path, sizeof(u.path));
	MUST(n < sizeof(u.path));
	for (size_t i = 0; i < n; i++)
		MUST(u.path[i] > ' ' && u.path[i] <= '~');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = { 0 };
	struct ssdp s;

	must_say_why(ssdp_read(rd_from(data, size), &s, &e), &e);
	const struct rd *const all[] = { &s.location, &s.server, &s.usn, &s.type };
	for (size_t i = 0; i < 4; i++)
		must_be_inside(all[i], data, size);
	struct rd uuid = ssdp_uuid(s.usn);
	must_be_inside(&uuid, data, size);
	check_url(s.location);
	check_url(rd_from(data, size));
	return 0;
}
