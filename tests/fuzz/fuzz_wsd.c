/* SPDX-License-Identifier: GPL-3.0-or-later */
/* WS-Discovery: texts have an end, and an endpoint can be asked or is refused. */
#include "frame.h"
#include "wire/wsd.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t message[WSD_MESSAGE_MAX];
	struct wr w = wr_to(message, sizeof(message));
	struct wsd_message m;
	struct err e = { 0 };

	must_say_why(wsd_read(rd_from(data, size), &m, &e), &e);
	MUST(m.n_types <= WSD_TYPES_MAX);
	const char *const all[] = { m.endpoint, m.relates_to, m.xaddrs, m.name,
		m.domain, m.maker, m.model, wsd_uuid(&m) };
	for (size_t i = 0; i < 8; i++)
		MUST(strnlen(all[i], WSD_TEXT) < WSD_TEXT);
	wsd_write_get(&w, "id", m.endpoint);
	MUST(w.bad || wr_used(&w) < sizeof(message));
	return 0;
}
