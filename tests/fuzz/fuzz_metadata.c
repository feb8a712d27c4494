/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A device that tells its metadata over HTTP, in two pieces. */
#include "frame.h"
#include "netbios/metadata.h"

enum { MEMORY = 4 << 20 };

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct arena *mem;
	struct device_found d = { .ip = addr_ip4(0x0a000007),
		.endpoint = "urn:uuid:1",
		.url = { .port = 5357, .path = "/x" } };
	struct wsd_message m;
	struct metadata state;
	struct tcp_call c;
	struct err e = { 0 };
	size_t taken = 0, at;

	if (!mem && !(mem = arena_new(MEMORY)))
		return 0;
	arena_reset(mem);
	MUST(metadata_begin(&c, &state, &d, mem) && c.n_out <= CALL_OUT_MAX);
	enum call_next next = c.hear(&c, rd_from(data, size / 2), &taken, false);
	MUST(taken <= size / 2);
	at = taken;
	if (next == CALL_MORE) {
		next = c.hear(&c, rd_from(data + at, size - at), &taken, true);
		MUST(next != CALL_MORE && taken <= size - at);
	}
	MUST(state.n <= HTTP_WHOLE_MAX && state.n <= state.room);
	if (metadata_read(&state, &m, &e) == -1)
		MUST(e.code == ERR_PROTO && e.text[0]);
	return 0;
}
