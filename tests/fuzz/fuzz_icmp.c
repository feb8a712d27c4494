/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ICMP and ICMPv6 from the frame on, and what an error quotes down to its ports. */
#include "frame.h"
#include "wire/icmp.h"
#include "wire/tcp.h"

static void
try_quoted(struct rd quoted, const uint8_t *frame, size_t n)
{
	struct rd payload;
	struct ip ip;
	struct icmp_quoted i;
	struct tcp t;
	struct udp u;

	if (!ip_read_quoted(&quoted, &ip, &payload))
		return;
	must_be_within(&payload, frame, n);
	bool eight = rd_left(&payload) >= 8;
	MUST(tcp_read_quoted(payload, &t) == eight);
	MUST(udp_read_quoted(payload, &u) == eight);
	MUST(icmp_read_quoted(payload, &i) == eight);
	if (eight)
		MUST(t.src_port == u.src_port && t.dst_port == u.dst_port);
}

static void
try_frame(const uint8_t *frame, size_t n)
{
	struct rd payload;
	struct ip ip;
	struct icmp m;

	if (!open_frame(frame, n, &ip, &payload) || !icmp_read(payload, &ip, &m))
		return;
	MUST(!m.is_error || !m.echo.data);
	if (m.echo.data) {
		struct rd data = { m.echo.data, m.echo.data + m.echo.size, false };
		must_be_within(&data, frame, n);
	}
	if (m.is_error) {
		must_be_within(&m.quoted, frame, n);
		try_quoted(m.quoted, frame, n);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_twice(data, size, try_frame);
	return 0;
}
