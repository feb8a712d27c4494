/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sweep_world.h - random hosts, targets and settings of a sweep, from a seed
 *
 * Few addresses near each other, so that targets, exclusions, own addresses, ends of
 * subnets, next hops and neighbours meet.  Targets are kept as items, beside the text that
 * the program reads, so that a test knows by itself what they say.
 */
#ifndef UNIT_SWEEP_WORLD_H
#define UNIT_SWEEP_WORLD_H

#include "sim.h"

#include "host/net.h"
#include "scanner/sweep.h"

enum {
	WORLD_LINKS = 3,
	WORLD_ADDRS = 3 * WORLD_LINKS,
	WORLD_ROUTES = WORLD_ADDRS + 6,
	WORLD_NEIGHS = 4,
	WORLD_ITEMS = 6,
	WORLD_NAMED = 2,
	WORLD_TEXT = 1024,
	WORLD_PORTS = 3,
};

/* What one item of the targets says. */
struct item {
	bool away; /* "!": removal wins */
	enum addr_family family;
	u128 first, last;
	bool octets; /* then each octet lies between these, or the last one is `also` */
	uint8_t low[4], high[4], also;
};

struct port_range {
	uint16_t first, last;
};

struct world {
	uint64_t seed, state;
	struct host_link links[WORLD_LINKS];
	struct host_addr addrs[WORLD_ADDRS];
	struct host_route routes[WORLD_ROUTES];
	struct host_neigh neighs[WORLD_NEIGHS];
	struct host_net net;

	struct item items[WORLD_ITEMS];
	size_t n_items;
	char text[WORLD_TEXT]; /* the items */
	struct addr named[WORLD_NAMED];
	size_t n_named;

	struct sweep_conf conf; /* without targets and named */
	const char *probes[3], *ports[WORLD_PORTS], *communities[2], *interfaces[1];
	struct port_range port_ranges[WORLD_PORTS];

	/* Percent of all addresses. */
	uint32_t living, routers, ghosts, slow;
	bool ping, named_hosts, others; /* NetBIOS; timestamps, mDNS, SNMP */
	uint32_t loss;
	int64_t rtt_us, deadline_us; /* 0: none */
	uint32_t strangers;          /* percent of frames that somebody else answers */
};

/* splitmix64 (Steele, Lea and Flood 2014) */
static inline uint64_t
world_mix(uint64_t z)
{
	z += 0x9e3779b97f4a7c15;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static inline uint32_t
below(struct world *w, uint32_t n)
{
	return (uint32_t)((world_mix(w->state++) >> 32) * n >> 32);
}

static inline bool
chance(struct world *w, uint32_t percent)
{
	return below(w, 100) < percent;
}

/* The same answer for the same address all along; what: which question. */
static inline uint32_t
world_trait(const struct world *w, const struct addr *a, uint32_t what)
{
	u128 n = addr_number(a);

	return (uint32_t)(world_mix(w->seed ^
				  world_mix((uint64_t)n ^ (uint64_t)(n >> 64)) ^
				  (uint64_t)what << 56) %
		100);
}

/* --- addresses ---------------------------------------------------------------------------- */

static inline struct addr
world_ip4(struct world *w)
{
	static const uint32_t nets[] = { 0xc6120300, 0xc6120300, 0xc6120400,
		0xc6120500 };
	static const uint32_t special[] = { 0, 0x7f000001, 0xe0000001, 0xefffffff,
		UINT32_MAX, 0xc61203ff, 0xc6120300 };
	uint32_t net = nets[below(w, 4)];

	if (chance(w, 3))
		return addr_ip4(special[below(w, 7)]);
	switch (below(w, 8)) {
	case 0: return addr_ip4(net + below(w, 256));
	case 1: return addr_ip4(net + 248 + below(w, 8));
	default: return addr_ip4(net + below(w, 16));
	}
}

/* The nets of IPv6: two global ones, a local one, and that of each link. */
static inline struct addr
world_net6(uint32_t i)
{
	static const struct addr nets[] = {
		{ ADDR_IP6, { 0x20, 1, 0xd, 0xb8, 0, 3 } },
		{ ADDR_IP6, { 0x20, 1, 0xd, 0xb8, 0, 4 } },
		{ ADDR_IP6, { 0xfd, 0, 0, 7 } },
		{ ADDR_IP6, { 0xfe, 0x80 } },
	};

	return nets[i % 4];
}

static inline struct addr
world_ip6(struct world *w)
{
	static const struct addr special[] = {
		{ ADDR_IP6, { 0 } },
		{ ADDR_IP6, { [15] = 1 } },
		{ ADDR_IP6, { 0xff, 2, [15] = 1 } },
		{ ADDR_IP6, { 0xff, 5, [15] = 2 } },
	};
	struct addr a = world_net6(below(w, 4));

	if (chance(w, 3))
		return special[below(w, 4)];
	a.bytes[15] = (uint8_t)below(w, 12);
	return a;
}

/* Often near an address of ours, because most others are led to by no route. */
static inline struct addr
world_addr(struct world *w)
{
	struct addr a = chance(w, 60) ? world_ip4(w) : world_ip6(w);

	if (w->net.n_addrs == 0 || chance(w, 50))
		return a;
	a = w->addrs[below(w, (uint32_t)w->net.n_addrs)].addr;
	uint8_t *low = &a.bytes[a.family == ADDR_IP4 ? 3 : 15];
	*low = (uint8_t)(chance(w, 80) ? *low + below(w, 8) - 4 : below(w, 256));
	return a;
}

/* One that a host can have. */
static inline struct addr
world_host(struct world *w, enum addr_family family)
{
	struct addr a;

	do
		a = family == ADDR_IP4 ? world_ip4(w) : world_ip6(w);
	while (addr_is_multicast(&a) || addr_is_loopback(&a) || addr_number(&a) == 0);
	return a;
}

static inline bool
world_is_own(const struct world *w, const struct addr *a)
{
	for (size_t i = 0; i < w->net.n_addrs; i++)
		if (addr_equal(&w->addrs[i].addr, a))
			return true;
	return false;
}

/* --- the host ----------------------------------------------------------------------------- */

static inline void
make_links(struct world *w)
{
	static const enum link_kind odd[] = { LINK_LOOPBACK, LINK_IP, LINK_OTHER };

	w->net.links = w->links;
	w->net.n_links = 1 + below(w, WORLD_LINKS);
	for (uint8_t i = 0; i < w->net.n_links; i++) {
		struct host_link *l = &w->links[i];
		*l = (struct host_link){ .index = 2 + i,
			.kind = chance(w, 92) ? LINK_ETHER : odd[below(w, 3)],
			.mac = { { 0, 0x16, 0x3e, 0, 0, i } },
			.mtu = 1500,
			.up = chance(w, 92),
			.arp = chance(w, 94) };
		memcpy(l->name, "eth0", 5);
		l->name[3] = (char)('0' + i);
	}
}

static inline void
add_addr(struct world *w, int link, const struct addr *a, unsigned bits)
{
	if (!world_is_own(w, a))
		w->addrs[w->net.n_addrs++] = (struct host_addr){ .link = link,
			.addr = *a,
			.bits = bits,
			.deprecated = chance(w, 10),
			.temporary = chance(w, 10),
			.tentative = a->family == ADDR_IP6 && chance(w, 10) };
}

static inline void
make_addrs(struct world *w)
{
	static const uint8_t bits4[] = { 24, 24, 24, 25, 28, 29, 30, 31, 32, 22, 0 };
	static const uint8_t bits6[] = { 64, 64, 64, 120, 124, 126, 127, 128, 48 };

	w->net.addrs = w->addrs;
	for (size_t i = 0; i < w->net.n_links; i++) {
		struct addr local = world_net6(3), ip4, ip6;
		local.bytes[15] = (uint8_t)(2 + i);
		ip4 = world_host(w, ADDR_IP4);
		ip6 = world_host(w, ADDR_IP6);
		if (chance(w, 85))
			add_addr(w, w->links[i].index, &ip4, bits4[below(w, 11)]);
		if (chance(w, 60))
			add_addr(w, w->links[i].index, &local, 64);
		if (chance(w, 60))
			add_addr(w, w->links[i].index, &ip6, bits6[below(w, 9)]);
	}
}

/* Host bits cleared, as the kernel has it. */
static inline struct addr
net_of(const struct addr *a, unsigned bits)
{
	unsigned whole = addr_bits(a->family);
	u128 n = addr_number(a);

	if (bits < whole)
		n = bits ? n >> (whole - bits) << (whole - bits) : 0;
	return addr_from_number(a->family, n);
}

static inline void
add_route(struct world *w, const struct host_route *r)
{
	struct host_route *to = &w->routes[w->net.n_routes++];

	*to = *r;
	to->net = net_of(&r->net, r->bits);
}

/* A router of one link; not ourselves, which the kernel refuses. */
static inline struct host_route
make_next_hop(struct world *w)
{
	static const uint8_t bits4[] = { 24, 24, 25, 28, 30, 32, 16, 0, 0 };
	static const uint8_t bits6[] = { 64, 64, 120, 124, 128, 48, 0, 0 };
	struct addr net = chance(w, 55) ? world_host(w, ADDR_IP4)
					: world_host(w, ADDR_IP6);
	bool ip4 = net.family == ADDR_IP4;
	enum addr_family of = !ip4 || chance(w, 4) ? ADDR_IP6 : ADDR_IP4;
	struct addr via = world_host(w, of);

	if (world_is_own(w, &via) || chance(w, 8))
		via = (struct addr){ 0 };
	return (struct host_route){
		.kind = chance(w, 92) ? ROUTE_UNICAST : ROUTE_UNREACHABLE,
		.net = net,
		.bits = ip4 ? bits4[below(w, 9)] : bits6[below(w, 8)],
		.via = via,
		.link = w->links[below(w, (uint32_t)w->net.n_links)].index,
		.metric = below(w, 3),
	};
}

/* As net.h says: longest prefix first, then lowest metric. */
static inline int
by_prefix(const void *va, const void *vb)
{
	const struct host_route *a = va, *b = vb;

	if (a->bits != b->bits)
		return a->bits > b->bits ? -1 : 1;
	if (a->metric != b->metric)
		return a->metric < b->metric ? -1 : 1;
	int c = addr_cmp(&a->net, &b->net);
	return c ? c : (a->link > b->link) - (a->link < b->link);
}

static inline void
make_routes(struct world *w)
{
	w->net.routes = w->routes;
	for (size_t i = 0; i < w->net.n_addrs; i++) {
		const struct host_addr *a = &w->addrs[i];
		struct host_route r = { ROUTE_UNICAST, a->addr, a->bits, { 0 }, { 0 },
			a->link, below(w, 2) };
		if (chance(w, 20))
			r.src = a->addr;
		if (a->bits && chance(w, 92))
			add_route(w, &r);
	}
	for (uint32_t n = below(w, 6); n > 0; n--) {
		struct host_route r = make_next_hop(w);
		add_route(w, &r);
	}
	qsort(w->routes, w->net.n_routes, sizeof(*w->routes), by_prefix);
}

static inline int
by_link(const void *va, const void *vb)
{
	const struct host_neigh *a = va, *b = vb;

	return a->link != b->link ? a->link - b->link : addr_cmp(&a->addr, &b->addr);
}

static inline void
make_neighs(struct world *w)
{
	w->net.neighs = w->neighs;
	for (uint32_t n = below(w, WORLD_NEIGHS + 1); n > 0; n--) {
		const struct host_route *r = w->net.n_routes
			? &w->routes[below(w, (uint32_t)w->net.n_routes)]
			: NULL;
		struct addr a = r && addr_is_set(&r->via) && chance(w, 60)
			? r->via
			: world_host(w, chance(w, 30) ? ADDR_IP4 : ADDR_IP6);
		int link = r && chance(w, 80)
			? r->link
			: w->links[below(w, (uint32_t)w->net.n_links)].index;
		if (!host_neigh_find(&w->net, link, &a))
			w->neighs[w->net.n_neighs++] = (struct host_neigh){ link, a,
				{ { 0, 0x1c, (uint8_t)n, 0, 0, (uint8_t)link } } };
		qsort(w->neighs, w->net.n_neighs, sizeof(*w->neighs), by_link);
	}
}

/* --- targets ------------------------------------------------------------------------------ */

static inline u128
end_of(const struct addr *a, u128 more)
{
	u128 room = (a->family == ADDR_IP4 ? UINT32_MAX : ~(u128)0) - addr_number(a);

	return addr_number(a) + (more < room ? more : room);
}

static inline void
make_prefix(struct item *i, const struct addr *a, unsigned bits, char *text)
{
	unsigned host = addr_bits(a->family) - bits;
	char print[ADDR_TEXT_MAX];

	/* Host bits stay in the text: they are cleared by who reads it. */
	(void)snprintf(text, 64, "%s/%u", addr_print(a, print), bits);
	i->first = addr_number(a) >> host << host;
	i->last = i->first | (((u128)1 << host) - 1);
}

static inline void
make_range(struct item *i, const struct addr *a, u128 more, bool is_short, char *text)
{
	char first[ADDR_TEXT_MAX], last[ADDR_TEXT_MAX];
	struct addr end = addr_from_number(a->family, end_of(a, more));

	i->first = addr_number(a);
	i->last = addr_number(&end);
	if (is_short && a->family == ADDR_IP4 && i->first >> 8 == i->last >> 8)
		(void)snprintf(text, 64, "%s-%u", addr_print(a, first), end.bytes[3]);
	else
		(void)snprintf(text, 128, "%s-%s", addr_print(a, first),
			addr_print(&end, last));
}

static inline void
make_octets(struct world *w, struct item *i, const struct addr *a, char *text)
{
	const uint8_t *b = a->bytes;

	i->octets = true;
	memcpy(i->low, b, 4);
	memcpy(i->high, b, 4);
	for (size_t k = 2; k < 4; k++) {
		uint32_t more = below(w, k == 2 ? 2 : 6);
		i->high[k] = (uint8_t)(b[k] + more < 255 ? b[k] + more : 255);
	}
	i->also = (uint8_t)below(w, 256);
	i->first = (u128)b[0] << 24 | (u128)b[1] << 16 | (u128)b[2] << 8;
	i->last = (u128)b[0] << 24 | (u128)b[1] << 16 | (u128)i->high[2] << 8 | 255;
	(void)snprintf(text, 64, "%u.%u.%u-%u.%u-%u,%u", b[0], b[1], b[2], i->high[2],
		b[3], i->high[3], i->also);
}

/* Of the sizes that are asked one by one few addresses, else far too many for it. */
static inline void
make_item(struct world *w, struct item *i, bool away)
{
	struct addr a = world_addr(w);
	bool ip4 = a.family == ADDR_IP4;
	char text[128];
	size_t n = strlen(w->text);

	*i = (struct item){ .away = away, .family = a.family };
	switch (below(w, 10)) {
	case 0:
	case 1: make_prefix(i, &a, addr_bits(a.family) - below(w, 4), text); break;
	case 2:
	case 3: make_range(i, &a, below(w, 8), chance(w, 50), text); break;
	case 4:
		if (ip4)
			make_octets(w, i, &a, text);
		else /* of an excluded part nothing small may be left */
			make_prefix(i, &a, away ? 65 : 64, text);
		break;
	case 5:
		if (!ip4)
			make_range(i, &a, away ? 3 : 70000 + below(w, 100000), false,
				text);
		else
			make_prefix(i, &a, chance(w, away ? 40 : 4) ? 24 : 29, text);
		break;
	default: make_prefix(i, &a, addr_bits(a.family), text);
	}
	(void)snprintf(w->text + n, sizeof(w->text) - n, "%s%s%s", n ? " " : "",
		away ? "!" : "", text);
}

static inline void
make_targets(struct world *w)
{
	uint32_t more = 1 + below(w, 3), less = chance(w, 50) ? below(w, 4) : 0;

	while (more + less > 0) {
		bool away = below(w, more + less) < less;
		make_item(w, &w->items[w->n_items++], away);
		away ? less-- : more--;
	}
	for (w->n_named = 0; w->n_named < WORLD_NAMED && chance(w, 30); w->n_named++)
		w->named[w->n_named] = world_addr(w);
}

/* --- settings ----------------------------------------------------------------------------- */

static inline void
make_questions(struct world *w)
{
	static const char *const names[] = { "arp", "ndp", "icmp-echo",
		"icmp-timestamp", "tcp-syn", "nbns", "mdns", "snmp" };
	static const struct {
		const char *text;
		struct port_range range;
	} ports[] = {
		{ "22", { 22, 22 } },
		{ "515", { 515, 515 } },
		{ "9100", { 9100, 9100 } },
		{ "9099-9116", { 9099, 9116 } },
		{ "80-83", { 80, 83 } },
		{ "65535", { 65535, 65535 } },
	};
	struct sweep_conf *c = &w->conf;

	c->communities.items = w->communities;
	for (size_t max = chance(w, 20) ? 2 : 0; c->communities.n < max;)
		w->communities[c->communities.n++] = "lab";
	c->probes.items = w->probes;
	for (size_t max = chance(w, 60) ? 1 + below(w, 3) : 0; c->probes.n < max;)
		/* SNMP cannot be chosen without a community. */
		w->probes[c->probes.n++] = names[below(w, c->communities.n ? 8 : 7)];
	c->ports.items = w->ports;
	for (size_t max = chance(w, 20) ? 1 + below(w, WORLD_PORTS) : 0;
		c->ports.n < max;) {
		uint32_t k = below(w, 6);
		w->port_ranges[c->ports.n] = ports[k].range;
		w->ports[c->ports.n++] = ports[k].text;
	}
}

static inline void
make_settings(struct world *w)
{
	static const int64_t rates[] = { 1000000, 1000000, 10000, 10000, 10000, 500 };
	static const int64_t recalls[] = { 999000, 999000, 999999, 500000, 0, 0 };
	static const int64_t samples[] = { 0, 0, 0, 10000, 30000, 500000 };
	static const int64_t waits[] = { 1000, 300, 10 };
	struct sweep_conf *c = &w->conf;

	/* What takes long in the network takes long here, too. */
	c->rate = chance(w, 97) ? rates[below(w, 6)] : 1 + below(w, 20);
	c->arp_rate = chance(w, 97) ? rates[below(w, 6)] : 1 + below(w, 20);
	c->host_rate = chance(w, 97) ? rates[below(w, 6)] / 10 : 1 + below(w, 20);
	c->recall = recalls[below(w, 6)];
	c->sample = samples[below(w, 6)];
	c->rounds = chance(w, 97) ? 1 + below(w, 3) : 10;
	c->wait_ms = waits[below(w, 3)];
	c->identify = chance(w, 50);
	c->multicast = chance(w, 70);
	c->interfaces.items = w->interfaces;
	if (chance(w, 10))
		w->interfaces[c->interfaces.n++] =
			w->links[below(w, (uint32_t)w->net.n_links)].name;
	c->net = &w->net;
	c->seeded = true;
	memcpy(c->seed, &w->seed, sizeof(w->seed));
	make_questions(w);
}

static inline void
make_life(struct world *w)
{
	static const uint8_t shares[] = { 0, 10, 30, 30, 100 };

	w->living = shares[below(w, 5)];
	w->routers = chance(w, 80) ? 90 : 0;
	w->ghosts = chance(w, 15) ? 100 : 0;
	w->slow = chance(w, 15) ? 30 : 0;
	w->ping = chance(w, 85);
	w->named_hosts = chance(w, 40);
	w->others = chance(w, 40);
	w->loss = chance(w, 30) ? 5 + below(w, 40) : 0;
	w->rtt_us = 100 + below(w, 1000) * (int64_t)below(w, 200);
	w->deadline_us = chance(w, 5) ? 1000 + below(w, 3000000) : 0;
	w->strangers = chance(w, 25) ? 10 : 0;
}

static inline void
world_make(struct world *w, uint64_t seed)
{
	*w = (struct world){ .seed = seed, .state = world_mix(seed) };
	make_links(w);
	make_addrs(w);
	make_routes(w);
	make_neighs(w);
	make_targets(w);
	make_settings(w);
	make_life(w);
}

/* --- for people --------------------------------------------------------------------------- */

static inline void
world_print(const struct world *w)
{
	static const char *const kinds[] = { "ether", "loopback", "ip", "other" };
	char a[ADDR_TEXT_MAX], b[ADDR_TEXT_MAX], c[ADDR_TEXT_MAX];
	const struct sweep_conf *s = &w->conf;

	for (size_t i = 0; i < w->net.n_links; i++)
		print_error("  link %d %s %s%s\n", w->links[i].index,
			kinds[w->links[i].kind], w->links[i].up ? "up" : "down",
			w->links[i].arp ? "" : " noarp");
	for (size_t i = 0; i < w->net.n_addrs; i++)
		print_error("  address %s/%u of %d%s\n",
			addr_print(&w->addrs[i].addr, a), w->addrs[i].bits,
			w->addrs[i].link, w->addrs[i].tentative ? " tentative" : "");
	for (size_t i = 0; i < w->net.n_routes; i++) {
		const struct host_route *r = &w->routes[i];
		print_error("  route %s/%u via %s src %s link %d metric %u%s\n",
			addr_print(&r->net, a), r->bits, addr_print(&r->via, b),
			addr_print(&r->src, c), r->link, r->metric,
			r->kind == ROUTE_UNREACHABLE ? " unreachable" : "");
	}
	for (size_t i = 0; i < w->net.n_neighs; i++)
		print_error("  neighbour %s of %d\n", addr_print(&w->neighs[i].addr, a),
			w->neighs[i].link);
	for (size_t i = 0; i < w->n_named; i++)
		print_error("  named %s\n", addr_print(&w->named[i], a));
	print_error("  targets %s\n", w->text);
	print_error(
		"  rate %jd arp %jd host %jd recall %jd sample %jd rounds %jd wait %jd "
		"identify %d multicast %d interface %s\n",
		(intmax_t)s->rate, (intmax_t)s->arp_rate, (intmax_t)s->host_rate,
		(intmax_t)s->recall, (intmax_t)s->sample, (intmax_t)s->rounds,
		(intmax_t)s->wait_ms, s->identify, s->multicast,
		s->interfaces.n ? s->interfaces.items[0] : "any");
	for (size_t i = 0; i < s->probes.n; i++)
		print_error("  probe %s\n", s->probes.items[i]);
	for (size_t i = 0; i < s->ports.n; i++)
		print_error("  ports %s\n", s->ports.items[i]);
	print_error("  %u %% live, %u %% ghosts, %u %% slow, %u %% loss, rtt %jd us\n",
		w->living, w->ghosts, w->slow, w->loss, (intmax_t)w->rtt_us);
}

#endif
