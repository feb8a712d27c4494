/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ICMP (RFC 792) and ICMPv6 (RFC 4443).  Echo and timestamp messages and the head of errors;
 * what an error quotes is left to ip_read_quoted().
 */
#include "wire/icmp.h"

#include "wire/checksum.h"

enum { CHECKSUM_AT = 2 };

/* ICMPv6 alone sums the pseudo-header too (RFC 4443 §2.3). */
static uint32_t
sum_before(const struct ip *ip, size_t n)
{
	return ip->src.family == ADDR_IP6
		? checksum_pseudo(&ip->src, &ip->dst, IP_ICMP6, n)
		: 0;
}

static void
write_head(struct wr *w, uint8_t type, uint16_t id, uint16_t seq)
{
	wr_u8(w, type);
	wr_u8(w, 0);
	wr_be16(w, 0);
	wr_be16(w, id);
	wr_be16(w, seq);
}

void
icmp_write_echo(struct wr *w, const struct ip *ip, const struct icmp_echo *echo)
{
	size_t at = wr_used(w);

	write_head(w, ip->src.family == ADDR_IP6 ? ICMP6_ECHO : ICMP_ECHO, echo->id,
		echo->seq);
	wr_bytes(w, echo->data, echo->size);
	if (w->bad)
		return;
	size_t n = wr_used(w) - at;
	wr_patch_be16(w, at + CHECKSUM_AT,
		checksum_end(checksum_add(sum_before(ip, n), w->start + at, n)));
}

void
icmp_write_timestamp(struct wr *w, const struct icmp_timestamp *t)
{
	size_t at = wr_used(w);

	write_head(w, ICMP_TIMESTAMP, t->id, t->seq);
	wr_be32(w, t->originate);
	wr_be32(w, t->receive);
	wr_be32(w, t->transmit);
	if (w->bad)
		return;
	wr_patch_be16(w, at + CHECKSUM_AT,
		checksum_end(checksum_add(0, w->start + at, ICMP_TIMESTAMP_SIZE)));
}

static bool
is_echo(enum addr_family family, uint8_t type)
{
	return family == ADDR_IP6 ? type == ICMP6_ECHO || type == ICMP6_ECHO_REPLY
				  : type == ICMP_ECHO || type == ICMP_ECHO_REPLY;
}

static bool
is_timestamp(enum addr_family family, uint8_t type)
{
	return family == ADDR_IP4 &&
		(type == ICMP_TIMESTAMP || type == ICMP_TIMESTAMP_REPLY);
}

static bool
is_error(enum addr_family family, uint8_t type)
{
	static const bool ip4[] = {
		[ICMP_UNREACHABLE] = true,
		[4] = true, /* Source Quench */
		[5] = true, /* Redirect: quotes like an error */
		[ICMP_TIME_EXCEEDED] = true,
		[12] = true, /* Parameter Problem */
	};

	if (family == ADDR_IP6)
		return type < 128; /* RFC 4443 §2.1 */
	return type < sizeof(ip4) && ip4[type];
}

bool
icmp_read(struct rd payload, const struct ip *ip, struct icmp *out)
{
	size_t n = rd_left(&payload);
	struct rd r = payload;
	const uint8_t *all = rd_take(&payload, n);

	if (ip->proto != (ip->src.family == ADDR_IP6 ? IP_ICMP6 : IP_ICMP))
		return false;
	if (n < ICMP_HEAD || checksum_end(checksum_add(sum_before(ip, n), all, n)) != 0)
		return false;

	*out = (struct icmp){ 0 };
	out->type = rd_u8(&r);
	out->code = rd_u8(&r);
	rd_skip(&r, 2); /* checksum */
	uint16_t id = rd_be16(&r), seq = rd_be16(&r);
	size_t rest = rd_left(&r);
	if (is_timestamp(ip->src.family, out->type)) {
		uint32_t originate = rd_be32(&r), receive = rd_be32(&r);
		out->timestamp = (struct icmp_timestamp){ id, seq, originate, receive,
			rd_be32(&r) };
		return !r.bad;
	}
	if (is_echo(ip->src.family, out->type))
		out->echo = (struct icmp_echo){ id, seq, rd_take(&r, rest), rest };
	out->is_error = is_error(ip->src.family, out->type);
	if (out->is_error)
		out->quoted = r;
	return true;
}

bool
icmp_read_quoted(struct rd payload, struct icmp_quoted *q)
{
	q->type = rd_u8(&payload);
	rd_skip(&payload, 3); /* code, checksum */
	q->id = rd_be16(&payload);
	q->seq = rd_be16(&payload);
	return !payload.bad;
}
