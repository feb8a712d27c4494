/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Neighbour solicitations and advertisements: what is accepted keeps the rules of RFC 4861
 * §7.1, and a solicitation written from what was read is accepted again. */
#include "frame.h"
#include "wire/ndp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
must_be_readable_again(const struct ip *ip, const struct ndp *m)
{
	uint8_t bytes[NDP_SOLICITATION_SIZE];
	struct wr w = wr_to(bytes, sizeof(bytes));
	struct ndp again;

	ndp_write_solicitation(&w, ip, &m->target, &m->mac);
	MUST(!w.bad && wr_used(&w) == sizeof(bytes));
	MUST(ndp_read(rd_from(bytes, sizeof(bytes)), ip, &again));
	MUST(again.type == NDP_SOLICITATION);
	MUST(addr_equal(&again.target, &m->target));
	MUST(mac_equal(&again.mac, &m->mac));
}

static void
try_frame(const uint8_t *frame, size_t n)
{
	struct rd payload;
	struct ndp m;
	struct ip ip;

	if (!open_frame(frame, n, &ip, &payload) || !ndp_read(payload, &ip, &m))
		return;
	MUST(ip.ttl == NDP_HOP_LIMIT && ip.src.family == ADDR_IP6);
	MUST(m.target.family == ADDR_IP6 && !addr_is_multicast(&m.target));
	MUST(m.type == NDP_SOLICITATION || m.type == NDP_ADVERTISEMENT);
	MUST(!(m.solicited && addr_is_multicast(&ip.dst)));
	if (m.type == NDP_SOLICITATION && addr_number(&ip.src) != 0)
		must_be_readable_again(&ip, &m);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	try_twice(data, n, try_frame);
	return 0;
}
