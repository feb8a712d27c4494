/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Neighbour discovery (RFC 4861): solicitations and advertisements, nothing about routers. */
#include "wire/ndp.h"

#include "wire/checksum.h"

enum {
	HEAD = 24, /* up to and with the target address */
	CHECKSUM_AT = 2,
	OPTION_UNIT = 8,   /* §4.6: lengths count eight bytes */
	OPTION_SOURCE = 1, /* §4.6.1 */
	OPTION_TARGET = 2,
	FLAG_ROUTER = 0x80, /* §4.4 */
	FLAG_SOLICITED = 0x40,
	FLAG_OVERRIDE = 0x20,
};

struct addr
ndp_solicited_node(const struct addr *a)
{
	struct addr group = { ADDR_IP6, { 0xff, 0x02, [11] = 1, [12] = 0xff } };

	for (size_t i = 13; i < 16; i++)
		group.bytes[i] = a->bytes[i];
	return group;
}

struct mac
ndp_group_mac(const struct addr *group)
{
	const uint8_t *b = group->bytes;

	return (struct mac){ { 0x33, 0x33, b[12], b[13], b[14], b[15] } };
}

void
ndp_write_solicitation(struct wr *w, const struct ip *ip, const struct addr *target,
	const struct mac *mac)
{
	size_t at = wr_used(w);

	if (ip->src.family != ADDR_IP6 || target->family != ADDR_IP6)
		w->bad = true;
	wr_u8(w, NDP_SOLICITATION);
	wr_zero(w, 7); /* code, checksum, reserved */
	wr_bytes(w, target->bytes, 16);
	wr_u8(w, OPTION_SOURCE);
	wr_u8(w, 1);
	wr_bytes(w, mac->bytes, sizeof(mac->bytes));
	if (w->bad)
		return;
	uint32_t sum = checksum_pseudo(
		&ip->src, &ip->dst, IP_ICMP6, NDP_SOLICITATION_SIZE);
	wr_patch_be16(w, at + CHECKSUM_AT,
		checksum_end(checksum_add(sum, w->start + at, NDP_SOLICITATION_SIZE)));
}

/* All options are walked, since one that is broken spoils the message (§7.1); of those with
 * the address the first counts. */
static bool
read_options(struct rd *r, uint8_t wanted, struct mac *mac)
{
	while (rd_left(r)) {
		uint8_t type = rd_u8(r);
		size_t size = (size_t)rd_u8(r) * OPTION_UNIT;
		if (size == 0)
			return false;
		struct rd body = rd_sub(r, size - 2);
		if (type == wanted && size == OPTION_UNIT && mac_is_zero(mac))
			rd_copy(&body, mac->bytes, sizeof(mac->bytes));
	}
	return !r->bad;
}

static bool
is_unspecified(const struct addr *a)
{
	return addr_number(a) == 0;
}

/* §7.1.1: who has no address yet asks the group, and cannot be answered by its MAC. */
static bool
is_valid_solicitation(const struct ndp *n, const struct ip *ip)
{
	struct addr group = ndp_solicited_node(&n->target);

	return !is_unspecified(&ip->src) ||
		(addr_equal(&ip->dst, &group) && mac_is_zero(&n->mac));
}

bool
ndp_read(struct rd payload, const struct ip *ip, struct ndp *out)
{
	size_t n = rd_left(&payload);
	struct rd r = payload;
	const uint8_t *all = rd_take(&payload, n);

	if (ip->proto != IP_ICMP6 || ip->src.family != ADDR_IP6 ||
		ip->ttl != NDP_HOP_LIMIT || n < HEAD)
		return false;
	uint32_t sum = checksum_pseudo(&ip->src, &ip->dst, IP_ICMP6, n);
	if (checksum_end(checksum_add(sum, all, n)) != 0)
		return false;

	*out = (struct ndp){ .type = rd_u8(&r), .target.family = ADDR_IP6 };
	uint8_t code = rd_u8(&r);
	rd_skip(&r, 2); /* checksum */
	uint8_t flags = rd_u8(&r);
	rd_skip(&r, 3); /* reserved */
	rd_copy(&r, out->target.bytes, 16);
	bool asks = out->type == NDP_SOLICITATION;
	if ((!asks && out->type != NDP_ADVERTISEMENT) || code != 0 ||
		addr_is_multicast(&out->target) ||
		!read_options(&r, asks ? OPTION_SOURCE : OPTION_TARGET, &out->mac))
		return false;
	if (asks)
		return is_valid_solicitation(out, ip);
	out->router = flags & FLAG_ROUTER;
	out->solicited = flags & FLAG_SOLICITED;
	out->override = flags & FLAG_OVERRIDE;
	/* §7.1.2: an answer goes to who asked. */
	return !(out->solicited && addr_is_multicast(&ip->dst));
}
