/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Candidates are the addresses of the link itself: what answers comes back to it. */
#include "scanner/source_address.h"

static struct addr
source_ip4(const struct host_net *net, const struct host_route *r)
{
	const struct addr *near = addr_is_set(&r->via) ? &r->via : &r->net;
	struct addr any = { 0 };

	for (size_t i = 0; i < net->n_addrs; i++) {
		const struct host_addr *a = &net->addrs[i];
		if (a->link != r->link || a->addr.family != ADDR_IP4)
			continue;
		if (addr_in_prefix(near, &a->addr, a->bits))
			return a->addr;
		if (!addr_is_set(&any))
			any = a->addr;
	}
	return any;
}

/* Unique local addresses (RFC 4193 §3.1) have a label of their own in RFC 6724 §2.1. */
static bool
is_unique_local(const struct addr *a)
{
	static const struct addr net = { ADDR_IP6, { 0xfc } };

	return addr_in_prefix(a, &net, 7);
}

/* CommonPrefixLen() of RFC 6724 §2.2, no longer than the prefix of ours. */
static unsigned
common_bits(const struct host_addr *a, const struct addr *dst)
{
	u128 differs = addr_number(&a->addr) ^ addr_number(dst);
	unsigned n = 0;

	while (n < a->bits && !(differs >> (127 - n) & 1))
		n++;
	return n;
}

/* The rules of RFC 6724 §5, each above all that come behind it. */
static unsigned
rank(const struct host_addr *a, const struct addr *dst)
{
	bool scope = addr_is_link_local(&a->addr) == addr_is_link_local(dst);
	bool label = is_unique_local(&a->addr) == is_unique_local(dst);

	return (unsigned)scope << 12 | (unsigned)!a->deprecated << 11 |
		(unsigned)label << 10 | common_bits(a, dst) << 2 |
		(unsigned)!a->temporary << 1 | 1;
}

static struct addr
source_ip6(
	const struct host_net *net, const struct host_route *r, const struct addr *dst)
{
	bool routed = addr_is_set(&r->via);
	struct addr best = { 0 };
	unsigned highest = 0;

	for (size_t i = 0; i < net->n_addrs; i++) {
		const struct host_addr *a = &net->addrs[i];
		if (a->link != r->link || a->addr.family != ADDR_IP6 || a->tentative)
			continue;
		/* No router forwards it (RFC 4291 §2.5.6). */
		if (routed && addr_is_link_local(&a->addr))
			continue;
		if (rank(a, dst) > highest) {
			highest = rank(a, dst);
			best = a->addr;
		}
	}
	return best;
}

struct addr
source_address(
	const struct host_net *net, const struct host_route *r, const struct addr *dst)
{
	if (addr_is_set(&r->src))
		return r->src;
	return dst->family == ADDR_IP6 ? source_ip6(net, r, dst) : source_ip4(net, r);
}

struct addr
source_link_local(const struct host_net *net, int link)
{
	for (size_t i = 0; i < net->n_addrs; i++) {
		const struct host_addr *a = &net->addrs[i];
		if (a->link == link && a->addr.family == ADDR_IP6 && !a->tentative &&
			addr_is_link_local(&a->addr))
			return a->addr;
	}
	return (struct addr){ 0 };
}
