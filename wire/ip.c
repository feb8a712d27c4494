/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * IPv4 (RFC 791) and IPv6 (RFC 8200) headers.  Options and extension headers are walked
 * past, never interpreted, and never written.
 */
#include "wire/ip.h"

#include "wire/checksum.h"

enum {
	LENGTH_MAX = 65535,     /* both length fields have 16 bits */
	IP4_CHECKSUM_AT = 10,   /* RFC 791 §3.1 */
	IP4_DF = 0x4000,        /* Don't Fragment */
	FRAG_OFFSET_4 = 0x1fff, /* Fragment Offset; DF and MF above it */
	FRAG_MORE_4 = 0x2000,
	FRAG_OFFSET_6 = 0xfff8, /* RFC 8200 §4.5; reserved bits and M below it */
	FRAG_MORE_6 = 0x0001,
	EXTENSIONS_MAX = 8,
};

/* A quoted packet was changed on its way and cut by who quotes it. */
enum trust { WHOLE, QUOTED };

static void
write_ip4(struct wr *w, const struct ip *ip, size_t payload_len)
{
	size_t at = wr_used(w);

	if (payload_len > LENGTH_MAX - IP4_HEAD)
		w->bad = true;
	wr_be16(w, 0x4500); /* version 4, IHL 5, no DSCP or ECN */
	wr_be16(w, (uint16_t)(IP4_HEAD + payload_len));
	wr_be16(w, ip->id);
	wr_be16(w, IP4_DF);
	wr_u8(w, ip->ttl);
	wr_u8(w, ip->proto);
	wr_be16(w, 0);
	wr_bytes(w, ip->src.bytes, 4);
	wr_bytes(w, ip->dst.bytes, 4);
	if (!w->bad)
		wr_patch_be16(w, at + IP4_CHECKSUM_AT,
			checksum_end(checksum_add(0, w->start + at, IP4_HEAD)));
}

static void
write_ip6(struct wr *w, const struct ip *ip, size_t payload_len)
{
	if (payload_len > LENGTH_MAX)
		w->bad = true;
	wr_be32(w, 0x60000000); /* version 6, no traffic class or flow label */
	wr_be16(w, (uint16_t)payload_len);
	wr_u8(w, ip->proto);
	wr_u8(w, ip->ttl);
	wr_bytes(w, ip->src.bytes, 16);
	wr_bytes(w, ip->dst.bytes, 16);
}

void
ip_write(struct wr *w, const struct ip *ip, size_t payload_len)
{
	if (ip->src.family == ADDR_NONE || ip->src.family != ip->dst.family)
		w->bad = true;
	else if (ip->src.family == ADDR_IP4)
		write_ip4(w, ip, payload_len);
	else
		write_ip6(w, ip, payload_len);
}

/* What the length field says, or what is there when that is less. */
static struct rd
sub_at_most(struct rd *r, size_t n)
{
	return rd_sub(r, n < rd_left(r) ? n : rd_left(r));
}

static bool
read_ip4(struct rd *r, struct ip *ip, struct rd *payload, enum trust trust)
{
	struct rd whole = *r;
	size_t head = (size_t)(rd_u8(r) & 0x0f) * 4; /* IHL, in 32-bit words */

	rd_skip(r, 1); /* DSCP, ECN */
	size_t total = rd_be16(r);
	ip->id = rd_be16(r);
	uint16_t fragment = rd_be16(r);
	ip->cut = fragment & FRAG_MORE_4;
	ip->ttl = rd_u8(r);
	ip->proto = rd_u8(r);
	rd_skip(r, 2); /* checksum */
	ip->src = addr_ip4(rd_be32(r));
	ip->dst = addr_ip4(rd_be32(r));
	if (r->bad || head < IP4_HEAD || fragment & FRAG_OFFSET_4)
		return false;
	rd_skip(r, head - IP4_HEAD);

	const uint8_t *bytes = rd_take(&whole, head);
	if (!bytes)
		return false;
	if (trust == QUOTED) {
		*payload = rd_sub(r, rd_left(r));
		return true;
	}
	if (total < head || checksum_end(checksum_add(0, bytes, head)) != 0)
		return false;
	*payload = sub_at_most(r, total - head);
	return true;
}

/* An extension header says its length as (field + more) * unit bytes. */
static const struct extension {
	uint8_t type, more, unit;
} extensions[] = {
	{ 0, 1, 8 },  /* Hop-by-Hop Options, RFC 8200 §4.3 */
	{ 43, 1, 8 }, /* Routing, RFC 8200 §4.4 */
	{ 44, 0, 0 }, /* Fragment, RFC 8200 §4.5: always eight bytes */
	{ 51, 2, 4 }, /* Authentication, RFC 4302 §2.2 */
	{ 60, 1, 8 }, /* Destination Options, RFC 8200 §4.6 */
};

static const struct extension *
find_extension(uint8_t type)
{
	for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++)
		if (extensions[i].type == type)
			return &extensions[i];
	return NULL;
}

/* false: cut short, or a fragment other than the first. */
static bool
skip_extension(struct rd *r, const struct extension *x, struct ip *ip)
{
	ip->proto = rd_u8(r);
	size_t field = rd_u8(r);

	if (x->unit == 0) {
		uint16_t fragment = rd_be16(r);
		rd_skip(r, 4); /* Identification */
		ip->cut |= fragment & FRAG_MORE_6;
		return !(fragment & FRAG_OFFSET_6) && !r->bad;
	}
	/* At least eight bytes in every format, two of them are read. */
	rd_skip(r, (field + x->more) * x->unit - 2);
	return !r->bad;
}

static bool
read_ip6(struct rd *r, struct ip *ip, struct rd *payload, enum trust trust)
{
	rd_skip(r, 4); /* version, traffic class, flow label */
	size_t length = rd_be16(r);
	ip->id = 0;
	ip->cut = false;
	ip->proto = rd_u8(r);
	ip->ttl = rd_u8(r);
	ip->src = ip->dst = (struct addr){ .family = ADDR_IP6 };
	rd_copy(r, ip->src.bytes, 16);
	rd_copy(r, ip->dst.bytes, 16);
	if (r->bad)
		return false;
	*payload = sub_at_most(r, trust == QUOTED ? SIZE_MAX : length);

	const struct extension *x = find_extension(ip->proto);
	for (int i = 0; x; i++, x = find_extension(ip->proto))
		if (i == EXTENSIONS_MAX || !skip_extension(payload, x, ip))
			return false;
	return true;
}

static bool
read_any(struct rd *r, struct ip *ip, struct rd *payload, enum trust trust)
{
	struct rd peek = *r;

	switch (rd_u8(&peek) >> 4) { /* the version: 0 when there is no byte */
	case 4: return read_ip4(r, ip, payload, trust);
	case 6: return read_ip6(r, ip, payload, trust);
	default: return false;
	}
}

bool
ip_read(struct rd *r, struct ip *ip, struct rd *payload)
{
	return read_any(r, ip, payload, WHOLE);
}

bool
ip_read_quoted(struct rd *r, struct ip *ip, struct rd *payload)
{
	return read_any(r, ip, payload, QUOTED);
}
