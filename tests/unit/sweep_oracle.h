/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sweep_oracle.h - may this frame leave this host?
 *
 * Judged by the bytes of the frame and by the world (sweep_world.h), with nothing of what
 * the sweep itself decides by: targets by the items that were drawn, ways by looking through
 * all routes, frames byte by byte.
 */
#ifndef UNIT_SWEEP_ORACLE_H
#define UNIT_SWEEP_ORACLE_H

#include "sweep_world.h"

enum {
	ORACLE_SLOTS = 4096, /* asked in one sweep; a power of two */
	ORACLE_FOUND = 256,
	HOP_ASKED = 6, /* times that a silent next hop is asked */
	GROUP_ASKED = 3,
	DARK_PORT = 58309, /* asked of the dark canaries (group.h) */
	SMALL = 4096,      /* ranges of so many are looked through */
};

/* Somebody who was asked. */
struct asked {
	uint64_t sweep; /* of which this slot is */
	struct addr addr;
	uint16_t link;
	int64_t asked_us;
	uint32_t n, n_hop;
	bool hop, hop_known; /* leads a way to a target */
	bool heard;          /* somebody spoke for it */
};

struct oracle {
	const struct world *w;
	uint64_t sweep; /* counts */
	struct asked asked[ORACLE_SLOTS];
	size_t n_asked;
	/* What answers to the group of a link may be targets. */
	struct addr found[ORACLE_FOUND];
	uint16_t found_link[ORACLE_FOUND];
	size_t n_found;
	uint32_t groups[WORLD_LINKS];           /* asked */
	uint64_t n;                             /* frames */
	uint32_t first_questions[2], questions; /* by family; of all uses */
};

/* One frame, as far as it has been read. */
struct seen {
	struct oracle *o;
	uint16_t link;
	int64_t at_us;
	const uint8_t *p; /* the frame */
	size_t n;
	const uint8_t *transport;
	size_t n_transport;
	struct addr src, dst;
	uint8_t proto, ttl;
};

static inline void
violation(const struct oracle *o, const char *what, const struct addr *a)
{
	char text[ADDR_TEXT_MAX];

	print_error("seed %ju: %s: %s\n", (uintmax_t)o->w->seed, what,
		a ? addr_print(a, text) : "-");
	world_print(o->w);
	fail();
}

static inline void
demand(const struct seen *f, bool ok, const char *what)
{
	if (!ok)
		violation(f->o, what, addr_is_set(&f->dst) ? &f->dst : NULL);
}

/* --- targets ------------------------------------------------------------------------------ */

static inline bool
item_has(const struct item *i, const struct addr *a)
{
	u128 n = addr_number(a);

	if (a->family != i->family || n < i->first || n > i->last)
		return false;
	for (size_t k = 0; i->octets && k < 4; k++) {
		uint8_t b = a->bytes[k];
		if ((b < i->low[k] || b > i->high[k]) && !(k == 3 && b == i->also))
			return false;
	}
	return true;
}

static inline bool
is_target(const struct world *w, const struct addr *a)
{
	bool is = false;

	for (size_t i = 0; i < w->n_items; i++) {
		if (!item_has(&w->items[i], a))
			continue;
		if (w->items[i].away)
			return false;
		is = true;
	}
	return is;
}

/* The run of targets around a target of IPv6: is it too large to be asked one by one? */
static inline bool
is_in_large(const struct world *w, const struct addr *a)
{
	u128 at = addr_number(a), from = at, to = at;
	bool grown = a->family == ADDR_IP6;

	while (grown) {
		grown = false;
		for (size_t i = 0; i < w->n_items; i++) {
			const struct item *t = &w->items[i];
			if (t->away || t->family != ADDR_IP6 || t->first > to + 1 ||
				t->last + 1 < from)
				continue;
			grown |= t->first < from || t->last > to;
			from = t->first < from ? t->first : from;
			to = t->last > to ? t->last : to;
		}
	}
	for (size_t i = 0; i < w->n_items; i++) {
		const struct item *t = &w->items[i];
		if (!t->away || t->family != a->family)
			continue;
		if (t->last < at && t->last >= from)
			from = t->last + 1;
		if (t->first > at && t->first <= to)
			to = t->first - 1;
	}
	return to - from >= UINT64_C(1) << 16;
}

/* --- ways --------------------------------------------------------------------------------- */

static inline const struct host_link *
link_of(const struct world *w, int index)
{
	return &w->links[index - w->links[0].index];
}

static inline bool
is_chosen(const struct world *w, int link)
{
	return w->conf.interfaces.n == 0 ||
		strcmp(link_of(w, link)->name, w->interfaces[0]) == 0;
}

/* The way the kernel would take, over the interfaces chosen; NULL: none, or no packets of ours
 * can go there. */
static inline const struct host_route *
way_to(const struct world *w, const struct addr *a)
{
	const struct host_route *best = NULL;

	for (size_t i = 0; i < w->net.n_routes; i++) {
		const struct host_route *r = &w->routes[i];
		bool usable = r->kind == ROUTE_UNREACHABLE || is_chosen(w, r->link);
		if (usable && addr_in_prefix(a, &r->net, r->bits) &&
			(!best || r->bits > best->bits ||
				(r->bits == best->bits && r->metric < best->metric)))
			best = r;
	}
	if (!best || best->kind == ROUTE_UNREACHABLE)
		return NULL;
	const struct host_link *l = link_of(w, best->link);
	bool family = !addr_is_set(&best->via) || best->via.family == a->family;
	return l->up && l->arp && l->kind == LINK_ETHER && family ? best : NULL;
}

static inline uint16_t
way_link(const struct world *w, const struct host_route *r)
{
	return (uint16_t)(link_of(w, r->link) - w->links);
}

/* No host has it: a group's, an end of a subnet of ours, ours, ... */
static inline bool
is_nobody(const struct world *w, const struct addr *a)
{
	u128 n = addr_number(a);

	if (n == 0 || a->bytes[0] == (a->family == ADDR_IP4 ? 127 : 255))
		return true;
	if (a->family == ADDR_IP6 && n == 1)
		return true;
	if (a->family == ADDR_IP4 && (a->bytes[0] >> 4 == 14 || n == UINT32_MAX))
		return true;
	for (size_t i = 0; i < w->net.n_addrs; i++) {
		const struct host_addr *own = &w->addrs[i];
		unsigned host = addr_bits(a->family) - own->bits;
		if (own->addr.family != a->family)
			continue;
		if (addr_equal(&own->addr, a))
			return true;
		if (host < 2 || own->bits == 0 ||
			!addr_in_prefix(a, &own->addr, own->bits))
			continue;
		u128 low = n & (((u128)1 << host) - 1);
		if (low == 0 || (a->family == ADDR_IP4 && low == ((u128)1 << host) - 1))
			return true;
	}
	return false;
}

/* fe80::/10 over several links says nothing. */
static inline bool
is_ambiguous(const struct world *w, const struct addr *a)
{
	int first = 0;

	if (!(a->family == ADDR_IP6 && addr_is_link_local(a)))
		return false;
	for (size_t i = 0; i < w->net.n_routes; i++) {
		const struct host_route *r = &w->routes[i];
		if (r->net.family != ADDR_IP6 || !addr_is_link_local(&r->net) ||
			!link_of(w, r->link)->up || !is_chosen(w, r->link))
			continue;
		if (first && first != r->link)
			return true;
		first = r->link;
	}
	return false;
}

/* Neighbours, names, and who answered to the group show one of a large range. */
static inline bool
is_shown(const struct oracle *o, const struct addr *a, uint16_t link)
{
	const struct world *w = o->w;

	for (size_t i = 0; i < w->net.n_neighs; i++)
		if (addr_equal(&w->neighs[i].addr, a))
			return true;
	for (size_t i = 0; i < w->n_named; i++)
		if (addr_equal(&w->named[i], a))
			return true;
	for (size_t i = 0; i < o->n_found; i++)
		if (o->found_link[i] == link && addr_equal(&o->found[i], a))
			return true;
	return false;
}

/* The way of one that may be asked; NULL: it may not. */
static inline const struct host_route *
may_ask(const struct oracle *o, const struct addr *a)
{
	const struct world *w = o->w;
	const struct host_route *r = is_target(w, a) && !is_nobody(w, a) ? way_to(w, a)
									 : NULL;

	if (!r || is_ambiguous(w, a))
		return NULL;
	return is_in_large(w, a) && !is_shown(o, a, way_link(w, r)) ? NULL : r;
}

static inline bool
leads_by(const struct oracle *o, const struct addr *target, const struct addr *hop,
	uint16_t link)
{
	const struct host_route *r = may_ask(o, target);

	return r && addr_equal(&r->via, hop) && way_link(o->w, r) == link;
}

/* Does any way to a target lead through this next hop? */
static inline bool
leads_anywhere(const struct oracle *o, const struct addr *hop, uint16_t link)
{
	const struct world *w = o->w;
	bool leads = false;

	for (size_t i = 0; i < w->n_items; i++) {
		const struct item *t = &w->items[i];
		/* Of a large one something small can be left at its beginning only. */
		u128 last = t->last - t->first < SMALL ? t->last : t->first + 64;
		for (u128 n = t->first; !leads && !t->away && n <= last; n++) {
			struct addr a = addr_from_number(t->family, n);
			leads = leads_by(o, &a, hop, link);
		}
	}
	for (size_t i = 0; i < w->net.n_neighs; i++)
		leads = leads || leads_by(o, &w->neighs[i].addr, hop, link);
	for (size_t i = 0; i < w->n_named; i++)
		leads = leads || leads_by(o, &w->named[i], hop, link);
	return leads;
}

/* Is a large range, or a part of it, on this link?  It is wherever one begins, or where
 * something that cuts it ends. */
static inline bool
is_sought_at(const struct oracle *o, u128 n, uint16_t link)
{
	struct addr a = addr_from_number(ADDR_IP6, n);

	if (!is_target(o->w, &a) || !is_in_large(o->w, &a) || is_ambiguous(o->w, &a) ||
		addr_is_multicast(&a) || addr_is_loopback(&a) || n == 0)
		return false;
	const struct host_route *r = way_to(o->w, &a);
	return r && !addr_is_set(&r->via) && way_link(o->w, r) == link;
}

static inline bool
is_sought(const struct oracle *o, uint16_t link)
{
	const struct world *w = o->w;
	u128 local = (u128)0xfe80 << 112, unique = (u128)0xfc << 120, u = 1;
	bool sought = is_sought_at(o, local, link) || is_sought_at(o, unique, link) ||
		is_sought_at(o, local + (u << 118), link) ||
		is_sought_at(o, unique + (u << 121), link) || is_sought_at(o, 2, link);

	for (size_t i = 0; i < w->n_items; i++)
		sought = sought || is_sought_at(o, w->items[i].first, link) ||
			is_sought_at(o, w->items[i].last + 1, link);
	for (size_t i = 0; i < w->net.n_routes; i++) {
		const struct host_route *r = &w->routes[i];
		u128 first = addr_number(&r->net);
		u128 end = r->bits ? first + (u << (128 - r->bits)) : 0;
		if (r->net.family == ADDR_IP6)
			sought = sought || is_sought_at(o, first, link) ||
				is_sought_at(o, end, link);
	}
	for (size_t i = 0; i < w->net.n_addrs; i++)
		if (w->addrs[i].addr.family == ADDR_IP6)
			sought = sought ||
				is_sought_at(
					o, addr_number(&w->addrs[i].addr) + 1, link);
	return sought;
}

/* --- who lives, and how often it may be asked --------------------------------------------- */

static inline bool
is_next_hop(const struct world *w, const struct addr *a)
{
	for (size_t i = 0; i < w->net.n_routes; i++)
		if (addr_equal(&w->routes[i].via, a))
			return true;
	return false;
}

static inline bool
lives(const struct world *w, const struct addr *a)
{
	return world_trait(w, a, 0) < (is_next_hop(w, a) ? w->routers : w->living);
}

/* Behind proxy ARP. */
static inline bool
is_ghost(const struct world *w, const struct addr *a)
{
	return a->family == ADDR_IP4 && a->bytes[2] & 1 && w->ghosts;
}

static inline struct mac
mac_of(const struct world *w, const struct addr *a)
{
	return is_ghost(w, a) ? (struct mac){ { 0x00, 0x1b, 0xee, 0, 0, 1 } }
			      : sim_mac(a);
}

static inline bool
is_named_probe(const struct world *w, const char *name)
{
	for (size_t i = 0; i < w->conf.probes.n; i++)
		if (strcmp(w->probes[i], name) == 0)
			return true;
	return false;
}

static inline bool
is_probe(const struct world *w, const char *name)
{
	return w->conf.probes.n == 0 || is_named_probe(w, name);
}

/* By question.h and the table of the manual. */
static inline void
count_questions(struct oracle *o)
{
	const struct world *w = o->w;
	uint32_t ports = 0, both = 0;

	for (size_t i = 0; i < w->conf.ports.n; i++)
		ports += w->port_ranges[i].last - w->port_ranges[i].first + 1u;
	if (is_named_probe(w, "tcp-syn"))
		both += 1 + (ports == 0 ? 6 : ports > 24 ? 24 : ports);
	else if (w->conf.probes.n == 0)
		both += 1 + 6;
	both += is_probe(w, "icmp-echo") + is_named_probe(w, "mdns");
	both += is_probe(w, "snmp") ? (uint32_t)w->conf.communities.n : 0;
	o->first_questions[0] = both + is_probe(w, "nbns") +
		is_named_probe(w, "icmp-timestamp");
	o->first_questions[1] = both;
	o->questions = 1 + 6 + ports + 4 + (uint32_t)w->conf.communities.n;
}

static inline struct asked *
asked_of(struct oracle *o, const struct addr *a, uint16_t link)
{
	u128 n = addr_number(a);
	size_t at = (size_t)world_mix((uint64_t)n ^ (uint64_t)(n >> 64) ^ link);

	for (;; at++) {
		struct asked *s = &o->asked[at % ORACLE_SLOTS];
		if (s->sweep == o->sweep && s->link == link && addr_equal(&s->addr, a))
			return s;
		if (s->sweep == o->sweep)
			continue;
		assert_in_range(++o->n_asked, 1, ORACLE_SLOTS / 2);
		*s = (struct asked){ .sweep = o->sweep,
			.addr = *a,
			.link = link,
			.asked_us = INT64_MIN / 2 };
		return s;
	}
}

/* Somebody spoke for this address. */
static inline void
oracle_heard(struct oracle *o, const struct addr *a)
{
	for (uint16_t i = 0; i < o->w->net.n_links; i++)
		asked_of(o, a, i)->heard = true;
}

/* A silent one is asked each question that finds somebody `rounds` times at most.  Whoever
 * lives is asked more, and may have rested six times (distress.h); it is a canary once for
 * every 40 questions to all, its pulse is taken every 16. */
static inline void
count_question(struct seen *f, const struct addr *a, const struct host_route *way)
{
	struct oracle *o = f->o;
	struct asked *s = asked_of(o, a, f->link);
	uint64_t rounds = (uint64_t)o->w->conf.rounds, most;
	bool onlink = !addr_is_set(&way->via);
	uint32_t first = onlink ? 1 : o->first_questions[a->family == ADDR_IP6];
	bool silent = !lives(o->w, a) && !(onlink && is_ghost(o->w, a)) && !s->heard;
	int64_t gap = SECOND / o->w->conf.host_rate - PORT_BATCH * SIM_SEND_COST_US;

	most = silent ? rounds * first
		      : (rounds + 6) * (first + o->questions) * 17 / 16 + o->n / 40 + 8;
	demand(f, ++s->n <= most, "asked more often than rounds allow");
	/* A next hop is asked for its MAC by the way. */
	demand(f, f->at_us - s->asked_us >= gap || is_next_hop(o->w, a),
		"asked faster than --host-rate");
	s->asked_us = f->at_us;
}

/* --- frames ------------------------------------------------------------------------------- */

static inline unsigned
be16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static inline bool
is_mac(const uint8_t *p, const struct mac *m)
{
	return memcmp(p, m->bytes, 6) == 0;
}

static inline void
check_source(const struct seen *f)
{
	const struct world *w = f->o->w;
	bool own = false;

	for (size_t i = 0; i < w->net.n_addrs; i++)
		own |= addr_equal(&w->addrs[i].addr, &f->src);
	demand(f, own, "from an address that is not ours");
}

/* One that was solicited: a target on this link, or a next hop of targets. */
static inline void
check_solicited(struct seen *f, const struct addr *a)
{
	const struct host_route *way = may_ask(f->o, a);
	struct asked *s = asked_of(f->o, a, f->link);

	f->dst = *a;
	if (way && !addr_is_set(&way->via) && way_link(f->o->w, way) == f->link &&
		s->n < (uint64_t)f->o->w->conf.rounds) {
		count_question(f, a, way);
		return;
	}
	if (!s->hop_known)
		s->hop = leads_anywhere(f->o, a, f->link);
	s->hop_known = true;
	if (!s->hop && way && way_link(f->o->w, way) == f->link &&
		!addr_is_set(&way->via)) {
		count_question(f, a, way);
		return;
	}
	demand(f, s->hop, "solicits what is no target and no next hop of one");
	demand(f, ++s->n_hop <= HOP_ASKED + s->n, "a next hop is asked too often");
}

static inline void
check_asked(struct seen *f)
{
	const struct world *w = f->o->w;
	const struct host_route *way = may_ask(f->o, &f->dst);

	demand(f, way, "no target that may be asked");
	demand(f, way_link(w, way) == f->link, "on a link that it is not routed over");
	struct addr near = addr_is_set(&way->via) ? way->via : f->dst;
	struct mac mac = mac_of(w, &near);
	/* A next hop that stays silent is used by what the kernel remembers. */
	const struct host_neigh *known = addr_is_set(&way->via)
		? host_neigh_find(&w->net, way->link, &near)
		: NULL;
	demand(f, is_mac(f->p, &mac) || (known && is_mac(f->p, &known->mac)),
		"to a MAC that is not that of its next hop");
	count_question(f, &f->dst, way);
}

static inline void
check_arp(struct seen *f)
{
	static const uint8_t head[] = { 0, 1, 8, 0, 6, 4, 0, 1 };
	const uint8_t *arp = f->p + 14;
	struct addr target;

	demand(f, f->n >= 42 && memcmp(arp, head, sizeof(head)) == 0, "no ARP request");
	demand(f, memcmp(arp + 8, f->p + 6, 6) == 0, "ARP from another MAC");
	f->src = addr_ip4((uint32_t)be16(arp + 14) << 16 | be16(arp + 16));
	target = addr_ip4((uint32_t)be16(arp + 24) << 16 | be16(arp + 26));
	check_source(f);
	check_solicited(f, &target);
}

static inline bool
prints_payload(unsigned port)
{
	return port == 515 || (port >= 9100 && port <= 9107) ||
		(port >= 9112 && port <= 9116);
}

static inline bool
is_port_chosen(const struct world *w, unsigned port)
{
	static const uint16_t defaults[] = { 22, 80, 135, 443, 445, 3389 };

	for (size_t i = 0; i < 6; i++)
		if (defaults[i] == port)
			return true;
	for (size_t i = 0; i < w->conf.ports.n; i++)
		if (port >= w->port_ranges[i].first && port <= w->port_ranges[i].last)
			return true;
	return false;
}

static inline void
check_tcp(struct seen *f)
{
	const uint8_t *t = f->transport;
	const struct world *w = f->o->w;

	demand(f, f->n_transport >= 20 && t[13] == 2, "TCP, but no SYN");
	demand(f, (size_t)(t[12] >> 4) * 4 == f->n_transport, "TCP with a payload");
	unsigned port = be16(t + 2);
	demand(f,
		is_port_chosen(w, port) || (port == DARK_PORT && is_probe(w, "tcp-syn")),
		"a TCP port that nobody chose");
	demand(f, is_probe(w, "tcp-syn") || w->conf.ports.n, "TCP that nobody chose");
	check_asked(f);
}

static inline void
check_udp(struct seen *f)
{
	const struct world *w = f->o->w;

	demand(f, f->n_transport >= 8 && be16(f->transport + 4) == f->n_transport,
		"a malformed datagram");
	unsigned port = be16(f->transport + 2);
	demand(f, !prints_payload(port), "a printer prints this");
	demand(f,
		(port == 137 && is_probe(w, "nbns") && f->dst.family == ADDR_IP4) ||
			(port == 5353 && is_probe(w, "mdns")) ||
			(port == 161 && is_probe(w, "snmp") && w->conf.communities.n),
		"UDP that nobody chose");
	check_asked(f);
}

static inline void
check_icmp(struct seen *f)
{
	const struct world *w = f->o->w;

	demand(f, f->n_transport >= 8, "short ICMP");
	demand(f,
		(f->transport[0] == 8 && is_probe(w, "icmp-echo")) ||
			(f->transport[0] == 13 && is_probe(w, "icmp-timestamp")),
		"ICMP that nobody chose");
	check_asked(f);
}

static inline void
check_group(struct seen *f)
{
	static const uint8_t mac[] = { 0x33, 0x33, 0, 0, 0, 1 };
	uint32_t most = 0;

	for (size_t i = 0; i < f->o->w->net.n_addrs; i++)
		most += f->o->w->addrs[i].addr.family == ADDR_IP6 ? GROUP_ASKED : 0;
	demand(f, f->o->w->conf.multicast, "multicast, which is off");
	demand(f, f->ttl == 1 && memcmp(f->p, mac, 6) == 0, "multicast that goes far");
	demand(f, is_sought(f->o, f->link), "multicast where nothing is sought");
	demand(f, ++f->o->groups[f->link] <= most, "too much multicast");
}

static inline void
check_solicitation(struct seen *f)
{
	uint8_t group[16] = { 0xff, 2, [11] = 1, [12] = 0xff }, mac[6] = { 0x33, 0x33 };
	const uint8_t *t = f->transport;

	demand(f, f->n_transport == 32 && f->ttl == 255, "a malformed solicitation");
	struct addr target = addr_ip6(t + 8);
	memcpy(group + 13, t + 21, 3);
	memcpy(mac + 2, group + 12, 4);
	demand(f,
		memcmp(f->dst.bytes, group, 16) == 0 ? memcmp(f->p, mac, 6) == 0
						     : addr_equal(&f->dst, &target),
		"a solicitation to others than it is about");
	check_solicited(f, &target);
}

static inline void
check_icmp6(struct seen *f)
{
	static const uint8_t all_nodes[16] = { 0xff, 2, [15] = 1 };

	demand(f, f->n_transport >= 8, "short ICMPv6");
	if (f->transport[0] == 135) {
		check_solicitation(f);
		return;
	}
	demand(f, f->transport[0] == 128, "ICMPv6, but no question");
	if (memcmp(f->dst.bytes, all_nodes, 16) == 0) {
		check_group(f);
		return;
	}
	demand(f, is_probe(f->o->w, "icmp-echo"), "ICMPv6 that nobody chose");
	check_asked(f);
}

static inline void
read_ip(struct seen *f, bool ip6)
{
	const uint8_t *ip = f->p + 14;
	size_t head = ip6 ? 40 : 20, n = f->n - 14;

	demand(f, n >= head && ip[0] == (ip6 ? 0x60 : 0x45), "a malformed packet");
	f->proto = ip6 ? ip[6] : ip[9];
	f->ttl = ip6 ? ip[7] : ip[8];
	f->src = ip6 ? addr_ip6(ip + 8)
		     : addr_ip4((uint32_t)be16(ip + 12) << 16 | be16(ip + 14));
	f->dst = ip6 ? addr_ip6(ip + 24)
		     : addr_ip4((uint32_t)be16(ip + 16) << 16 | be16(ip + 18));
	demand(f, (ip6 ? be16(ip + 4) + head : be16(ip + 2)) == n,
		"bytes behind a packet");
	demand(f, ip6 || (be16(ip + 6) & 0x3fff) == 0, "a fragment");
	f->transport = ip + head;
	f->n_transport = n - head;
	check_source(f);
}

static inline void
check_ip(struct seen *f, bool ip6)
{
	read_ip(f, ip6);
	switch (f->proto) {
	case 1: demand(f, !ip6, "ICMP over IPv6"), check_icmp(f); break;
	case 58: demand(f, ip6, "ICMPv6 over IPv4"), check_icmp6(f); break;
	case 6: check_tcp(f); break;
	case 17: check_udp(f); break;
	default: violation(f->o, "a protocol that no probe speaks", &f->dst);
	}
}

static inline void
oracle_frame(struct oracle *o, uint16_t link, const uint8_t *p, size_t n, int64_t at_us)
{
	struct seen f = { .o = o, .link = link, .at_us = at_us, .p = p, .n = n };

	o->n++;
	demand(&f, n >= 14 && link < o->w->net.n_links, "no frame");
	const struct host_link *l = &o->w->links[link];
	demand(&f, l->up && l->arp && l->kind == LINK_ETHER,
		"on a link that is of no use");
	demand(&f, is_mac(p + 6, &l->mac), "from a MAC that is not that of its link");
	switch (be16(p + 12)) {
	case 0x0806: check_arp(&f); break;
	case 0x0800: check_ip(&f, false); break;
	case 0x86dd: check_ip(&f, true); break;
	default: violation(o, "a protocol that no probe speaks", NULL);
	}
}

static inline void
oracle_begin(struct oracle *o, const struct world *w)
{
	o->w = w;
	o->sweep++;
	o->n_asked = o->n_found = 0;
	o->n = 0;
	memset(o->groups, 0, sizeof(o->groups));
	count_questions(o);
}

/* This address answered to the group of a link; so one with the same interface identifier in
 * each prefix of ours may be there. */
static inline void
oracle_found(struct oracle *o, uint16_t link, const struct addr *a)
{
	const struct world *w = o->w;

	for (size_t i = 0; i <= w->net.n_addrs; i++) {
		struct addr one = *a;
		if (i < w->net.n_addrs)
			memcpy(one.bytes, w->addrs[i].addr.bytes, 8);
		if (i < w->net.n_addrs && w->addrs[i].addr.family != ADDR_IP6)
			continue;
		assert_in_range(o->n_found, 0, ORACLE_FOUND - 1);
		o->found_link[o->n_found] = link;
		o->found[o->n_found++] = one;
	}
}

#endif
