/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TCP and UDP from the frame on. */
#include "frame.h"
#include "wire/tcp.h"

static void
try_frame(const uint8_t *frame, size_t n)
{
	struct rd payload, data;
	struct ip ip;
	struct tcp t;
	struct udp u;

	if (!open_frame(frame, n, &ip, &payload))
		return;
	if (ip.proto == IP_TCP && tcp_read(payload, &ip, &t)) {
		MUST(rd_left(&payload) >= TCP_HEAD);
		MUST(t.mss == 0 || t.flags & TCP_SYN);
	}
	if (ip.proto == IP_UDP && udp_read(payload, &ip, &u, &data)) {
		must_be_within(&data, frame, n);
		MUST(rd_left(&data) <= rd_left(&payload) - UDP_HEAD);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_twice(data, size, try_frame);
	return 0;
}
