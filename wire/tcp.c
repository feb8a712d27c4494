/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * TCP segments without data (RFC 9293 §3.1) and UDP datagrams (RFC 768).  The only TCP
 * option is the maximum segment size.
 */
#include "wire/tcp.h"

#include "wire/checksum.h"

enum {
	TCP_CHECKSUM_AT = 16,
	OPT_END = 0, /* RFC 9293 §3.2 */
	OPT_NOP = 1,
	OPT_MSS = 2,
	OPT_MSS_SIZE = 4,
	UDP_CHECKSUM_AT = 6,
	UDP_MAX = 65535, /* header and data */
};

static uint16_t
sum_written(const struct wr *w, size_t at, const struct ip *ip, uint8_t proto)
{
	size_t n = wr_used(w) - at;
	uint32_t sum = checksum_pseudo(&ip->src, &ip->dst, proto, n);

	return checksum_end(checksum_add(sum, w->start + at, n));
}

/* true: the n bytes with their pseudo-header add up. */
static bool
sum_is_right(struct rd payload, size_t n, const struct ip *ip, uint8_t proto)
{
	const uint8_t *p = rd_take(&payload, n);
	uint32_t sum = checksum_pseudo(&ip->src, &ip->dst, proto, n);

	return p && checksum_end(checksum_add(sum, p, n)) == 0;
}

void
tcp_write(struct wr *w, const struct ip *ip, const struct tcp *t)
{
	bool with_mss = (t->flags & TCP_SYN) && t->mss;
	size_t at = wr_used(w);

	wr_be16(w, t->src_port);
	wr_be16(w, t->dst_port);
	wr_be32(w, t->seq);
	wr_be32(w, t->ack);
	wr_u8(w, (uint8_t)((with_mss ? TCP_SYN_SIZE : TCP_HEAD) / 4 << 4)); /* DOffset */
	wr_u8(w, t->flags);
	wr_be16(w, t->window);
	wr_be32(w, 0); /* checksum, urgent pointer */
	if (with_mss) {
		wr_u8(w, OPT_MSS);
		wr_u8(w, OPT_MSS_SIZE);
		wr_be16(w, t->mss);
	}
	if (!w->bad)
		wr_patch_be16(w, at + TCP_CHECKSUM_AT, sum_written(w, at, ip, IP_TCP));
}

/* The MSS a SYN announces.  Broken options end the search but not the segment: its ports
 * and numbers are proof enough. */
static uint16_t
read_mss(struct rd options)
{
	while (rd_left(&options)) {
		uint8_t kind = rd_u8(&options);
		if (kind == OPT_END)
			break;
		if (kind == OPT_NOP)
			continue;
		uint8_t length = rd_u8(&options); /* with kind and length */
		if (length < 2)
			break;
		if (kind == OPT_MSS)
			return length == OPT_MSS_SIZE ? rd_be16(&options) : 0;
		rd_skip(&options, length - 2u);
	}
	return 0;
}

bool
tcp_read(struct rd payload, const struct ip *ip, struct tcp *t)
{
	struct rd r = payload;

	*t = (struct tcp){ 0 };
	t->src_port = rd_be16(&r);
	t->dst_port = rd_be16(&r);
	t->seq = rd_be32(&r);
	t->ack = rd_be32(&r);
	size_t head = (size_t)(rd_u8(&r) >> 4) * 4; /* DOffset, in 32-bit words */
	t->flags = rd_u8(&r);
	t->window = rd_be16(&r);
	rd_skip(&r, 4); /* checksum, urgent pointer */
	if (r.bad || head < TCP_HEAD)
		return false;

	struct rd options = rd_sub(&r, head - TCP_HEAD);
	if (r.bad || !sum_is_right(payload, rd_left(&payload), ip, IP_TCP))
		return false;
	if (t->flags & TCP_SYN)
		t->mss = read_mss(options);
	return true;
}

bool
tcp_read_quoted(struct rd payload, struct tcp *t)
{
	*t = (struct tcp){ 0 };
	t->src_port = rd_be16(&payload);
	t->dst_port = rd_be16(&payload);
	t->seq = rd_be32(&payload);
	return !payload.bad;
}

void
udp_write(struct wr *w, const struct ip *ip, const struct udp *u, const void *data,
	size_t n)
{
	size_t at = wr_used(w);

	if (n > UDP_MAX - UDP_HEAD)
		w->bad = true;
	wr_be16(w, u->src_port);
	wr_be16(w, u->dst_port);
	wr_be16(w, (uint16_t)(UDP_HEAD + n));
	wr_be16(w, 0);
	wr_bytes(w, data, n);
	if (w->bad)
		return;
	uint16_t sum = sum_written(w, at, ip, IP_UDP);
	/* RFC 768: a sum of zero is sent as all ones, since zero says "no checksum". */
	wr_patch_be16(w, at + UDP_CHECKSUM_AT, sum ? sum : 0xffff);
}

bool
udp_read(struct rd payload, const struct ip *ip, struct udp *u, struct rd *data)
{
	struct rd r = payload;

	u->src_port = rd_be16(&r);
	u->dst_port = rd_be16(&r);
	size_t length = rd_be16(&r); /* header and data */
	uint16_t sum = rd_be16(&r);
	bool begins = ip->cut && length > rd_left(&payload);
	if (r.bad || length < UDP_HEAD || (length > rd_left(&payload) && !begins))
		return false;
	/* Without a checksum only over IPv4 (RFC 768; RFC 8200 §8.1). */
	bool unchecked = sum == 0 && ip->src.family == ADDR_IP4;
	if (begins && (sum || unchecked)) {
		*data = rd_sub(&r, rd_left(&r));
		return true;
	}
	if (!unchecked && (sum == 0 || !sum_is_right(payload, length, ip, IP_UDP)))
		return false;
	*data = rd_sub(&r, length - UDP_HEAD);
	return true;
}

bool
udp_read_quoted(struct rd payload, struct udp *u)
{
	u->src_port = rd_be16(&payload);
	u->dst_port = rd_be16(&payload);
	rd_skip(&payload, 4); /* length, checksum */
	return !payload.bad;
}
