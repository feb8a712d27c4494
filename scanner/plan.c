/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Targets to segments by set algebra: each rule takes its addresses out of `rest` until
 * nothing is left.  No clock, no network.
 */
#include "scanner/plan.h"

#include <string.h>

#include "scanner/source_address.h"

struct planner {
	const struct plan_input *in;
	struct arena *mem;
	struct plan *out;
	const struct iprange *rest;  /* not placed yet */
	const struct iprange *large; /* IPv6, too large to be asked one by one */
	const struct iprange *shown; /* of it, by neighbours and names */
	size_t segments_room, reasons_room;
};

enum { ABOUT_MAX = 120 }; /* bytes of a set's text in a reason: about a line */

const char *
plan_about(const struct iprange *set, struct arena *mem)
{
	char first[ADDR_TEXT_MAX], last[ADDR_TEXT_MAX];
	const char *text;
	struct sb sb;

	sb_init(&sb, ABOUT_MAX);
	iprange_print(set, &sb);
	if (!sb.bad) {
		text = arena_strdup(mem, sb.text);
	} else {
		struct iprange_run a = iprange_get_run(set, 0);
		struct iprange_run z = iprange_get_run(set, iprange_n_runs(set) - 1);
		text = arena_printf(mem, "%s ... %s", addr_print(&a.first, first),
			addr_print(&z.last, last));
	}
	sb_done(&sb);
	return text;
}

static uint64_t
clip(u128 n)
{
	return n > UINT64_MAX ? UINT64_MAX : (uint64_t)n;
}

/* Room for one more of a growing array in arena; the old one is left behind, so it doubles. */
static void *
grow(struct arena *mem, void *items, size_t n, size_t *room, size_t size)
{
	if (n < *room)
		return items;
	size_t more = *room ? *room * 2 : 8;
	char *new = arena_alloc(mem, more * size);
	if (new &&n)
		memcpy(new, items, n * size);
	*room = new ? more : *room;
	return new;
}

static int
add_reason_of(struct planner *p, const char *code, const char *text,
	const struct iprange *set, uint64_t count, struct err *e)
{
	struct plan *out = p->out;
	const char *about = plan_about(set, p->mem);
	struct reason *items = grow(
		p->mem, out->reasons, out->n_reasons, &p->reasons_room, sizeof(*items));

	if (!items || !about)
		return err_nomem(e);
	out->reasons = items;
	items[out->n_reasons++] = (struct reason){ code, about, text, count };
	return 0;
}

static int
add_reason(struct planner *p, const char *code, const char *text,
	const struct iprange *set, struct err *e)
{
	return add_reason_of(p, code, text, set, clip(iprange_count(set)), e);
}

/* Moves what rest and set have in common to *taken. */
static int
take(struct planner *p, const struct iprange *set, const struct iprange **taken,
	struct err *e)
{
	const struct iprange *common = iprange_intersect(p->rest, set, p->mem);

	if (!common)
		return err_nomem(e);
	if (!iprange_is_empty(common))
		p->rest = iprange_subtract(p->rest, common, p->mem);
	*taken = common;
	return p->rest ? 0 : err_nomem(e);
}

/* A segment like this one grows; else a new one. */
static int
add_segment(struct planner *p, const struct segment *like, const struct iprange *set,
	struct err *e)
{
	struct plan *out = p->out;

	for (size_t i = 0; i < out->n_segments; i++) {
		struct segment *s = &out->segments[i];
		if (s->range || like->range || s->way != like->way ||
			s->link != like->link || !addr_equal(&s->src, &like->src) ||
			!addr_equal(&s->next_hop, &like->next_hop))
			continue;
		s->targets = iprange_add(s->targets, set, p->mem);
		return s->targets ? 0 : err_nomem(e);
	}
	struct segment *items = grow(p->mem, out->segments, out->n_segments,
		&p->segments_room, sizeof(*items));
	if (!items)
		return err_nomem(e);
	out->segments = items;
	items[out->n_segments] = *like;
	items[out->n_segments++].targets = set;
	return 0;
}

static int
add_sockets(struct planner *p, const struct iprange *set, struct err *e)
{
	struct segment by_sockets = { .way = WAY_SOCKETS };

	if (iprange_is_empty(set))
		return 0;
	p->out->by_sockets += iprange_count(set);
	return add_segment(p, &by_sockets, set, e);
}

/* Constant blocks of addresses, IANA special-purpose registries. */
struct block {
	struct addr net;
	uint8_t bits;
};

static int
set_of(const struct block *b, size_t n, struct arena *mem, struct iprange **out,
	struct err *e)
{
	struct iprange *set = iprange_from_runs(NULL, 0, mem);

	for (size_t i = 0; set && i < n; i++) {
		struct iprange *one = iprange_prefix(&b[i].net, b[i].bits, mem);
		set = one ? iprange_add(set, one, mem) : NULL;
	}
	*out = set;
	return set ? 0 : err_nomem(e);
}

static int
place_special(struct planner *p, struct err *e)
{
	static const struct block nobody[] = {
		{ { ADDR_IP4, { 0 } }, 32 },  /* RFC 1122 §3.2.1.3 (a) */
		{ { ADDR_IP4, { 224 } }, 4 }, /* RFC 5771 */
		{ { ADDR_IP4, { 255, 255, 255, 255 } }, 32 }, /* RFC 919 §7 */
		{ { ADDR_IP6, { 0 } }, 128 },                 /* RFC 4291 §2.5.2 */
		{ { ADDR_IP6, { 0xff } }, 8 },                /* RFC 4291 §2.7 */
	};
	static const struct block loopback[] = {
		{ { ADDR_IP4, { 127 } }, 8 },        /* RFC 1122 §3.2.1.3 (g) */
		{ { ADDR_IP6, { [15] = 1 } }, 128 }, /* RFC 4291 §2.5.3 */
	};
	const struct iprange *taken;
	struct iprange *set;

	if (set_of(nobody, sizeof(nobody) / sizeof(nobody[0]), p->mem, &set, e) == -1 ||
		take(p, set, &taken, e) == -1)
		return -1;
	p->out->skipped += iprange_count(taken);
	if (!iprange_is_empty(taken) &&
		add_reason(p, "not-unicast",
			"Multicast and unspecified addresses are "
			"nobody's own and are not asked",
			taken, e) == -1)
		return -1;
	if (set_of(loopback, sizeof(loopback) / sizeof(loopback[0]), p->mem, &set, e) ==
			-1 ||
		take(p, set, &taken, e) == -1)
		return -1;
	return add_sockets(p, taken, e);
}

static int
place_own(struct planner *p, struct err *e)
{
	const struct host_net *net = p->in->net;

	p->out->own = arena_new_array(p->mem, struct own_address, net->n_addrs + 1);
	if (!p->out->own)
		return err_nomem(e);
	for (size_t i = 0; i < net->n_addrs; i++) {
		const struct host_addr *a = &net->addrs[i];
		const struct host_link *link = host_link_by_index(net, a->link);
		const struct iprange *taken;
		/* Twice on two links: the second time it is not in rest any more. */
		if (!iprange_contains(p->rest, &a->addr))
			continue;
		struct iprange *one = iprange_prefix(
			&a->addr, addr_bits(a->addr.family), p->mem);
		if (!one)
			return err_nomem(e);
		if (take(p, one, &taken, e) == -1)
			return -1;
		p->out->own[p->out->n_own++] = (struct own_address){ a->addr,
			link ? link->mac : (struct mac){ { 0 } } };
	}
	return 0;
}

/* What no host of a subnet of ours has: of IPv4 both ends (RFC 1122 §3.2.1.3; RFC 3021 lets
 * /31 use both), of IPv6 the first, which is its routers' together (RFC 4291 §2.6.1; RFC 6164
 * lets /127 use both). */
static size_t
subnet_ends(const struct host_addr *a, struct iprange_run out[static 2])
{
	unsigned whole = addr_bits(a->addr.family);
	u128 ip = addr_number(&a->addr);

	if (a->bits == 0 || a->bits > whole - 2)
		return 0;
	u128 hosts = ((u128)1 << (whole - a->bits)) - 1;
	struct addr first = addr_from_number(a->addr.family, ip & ~hosts);
	struct addr last = addr_from_number(a->addr.family, ip | hosts);
	out[0] = (struct iprange_run){ first, first };
	out[1] = (struct iprange_run){ last, last };
	return a->addr.family == ADDR_IP6 ? 1 : 2;
}

static const struct iprange *
all_subnet_ends(const struct planner *p, enum addr_family family)
{
	const struct host_net *net = p->in->net;
	size_t n = 0;
	struct iprange_run *ends = arena_new_array(
		p->mem, struct iprange_run, 2 * net->n_addrs + 1);

	if (!ends)
		return NULL;
	for (size_t i = 0; i < net->n_addrs; i++)
		if (net->addrs[i].addr.family == family)
			n += subnet_ends(&net->addrs[i], ends + n);
	return iprange_from_runs(ends, n, p->mem);
}

static int
skip_subnet_ends(struct planner *p, enum addr_family family, const char *code,
	const char *text, struct err *e)
{
	const struct iprange *set = all_subnet_ends(p, family), *taken;

	if (!set)
		return err_nomem(e);
	if (take(p, set, &taken, e) == -1)
		return -1;
	p->out->skipped += iprange_count(taken);
	return iprange_is_empty(taken) ? 0 : add_reason(p, code, text, taken, e);
}

/* --- IPv6 ranges that are too large ------------------------------------------------------- */

/* What neighbours and names show of the large ranges, as a set. */
static const struct iprange *
find_shown(const struct planner *p)
{
	const struct host_net *net = p->in->net;
	struct iprange_run *runs = arena_new_array(
		p->mem, struct iprange_run, net->n_neighs + 1);
	size_t n = 0;

	if (!runs)
		return NULL;
	for (size_t i = 0; i < net->n_neighs && n < PLAN_IP6_MAX; i++)
		if (net->neighs[i].addr.family == ADDR_IP6)
			runs[n++] = (struct iprange_run){ net->neighs[i].addr,
				net->neighs[i].addr };
	struct iprange *set = iprange_from_runs(runs, n, p->mem);
	if (set && p->in->named)
		set = iprange_add(set, p->in->named, p->mem);
	return set ? iprange_intersect(set, p->large, p->mem) : NULL;
}

/* By the ranges as they were given: one that an own address cuts in two is still large. */
static int
set_large_apart(struct planner *p, struct err *e)
{
	const struct iprange *all = p->in->targets;
	size_t n = 0, n_runs = iprange_n_runs(all);
	struct iprange_run *runs = arena_new_array(
		p->mem, struct iprange_run, n_runs + 1);
	const struct iprange *taken;

	if (!runs)
		return err_nomem(e);
	for (size_t i = 0; i < n_runs; i++) {
		struct iprange_run r = iprange_get_run(all, i);
		if (r.first.family == ADDR_IP6 &&
			addr_number(&r.last) - addr_number(&r.first) >= PLAN_IP6_MAX)
			runs[n++] = r;
	}
	const struct iprange *large = iprange_from_runs(runs, n, p->mem);
	if (!large)
		return err_nomem(e);
	if (take(p, large, &taken, e) == -1)
		return -1;
	p->large = taken;
	p->shown = n ? find_shown(p) : taken;
	return p->shown ? 0 : err_nomem(e);
}

static u128 *
way_count(struct planner *p, enum way way)
{
	return way == WAY_ONLINK ? &p->out->onlink : &p->out->routed;
}

/* Why not all of a large range is asked. */
static int
add_large_reason(
	struct planner *p, const struct iprange *set, bool sought, struct err *e)
{
	return add_reason_of(p, sought ? "ipv6-sought" : "ipv6-too-large",
		sought ? "IPv6 ranges above 65536 addresses are not asked one by one: only "
			 "what answers to multicast, or the neighbour table or a name shows"
		       : "IPv6 ranges above 65536 addresses are not asked one by one: only "
			 "what the neighbour table or a name shows",
		set, 0, e);
}

/* A piece of a large range, all of one way. */
static int
place_large(struct planner *p, const struct segment *like, const struct iprange *range,
	struct err *e)
{
	const struct iprange *ends = all_subnet_ends(p, ADDR_IP6), *known;
	struct segment large = *like;

	/* Whatever shows them: they are nobody's own. */
	large.range = ends ? iprange_subtract(range, ends, p->mem) : NULL;
	known = large.range ? iprange_intersect(large.range, p->shown, p->mem) : NULL;
	if (!known)
		return err_nomem(e);
	large.sought = like->way == WAY_ONLINK && p->in->multicast;
	p->out->sought += iprange_count(range) - iprange_count(known);
	if (add_large_reason(p, range, large.sought, e) == -1)
		return -1;
	if (like->way == WAY_SOCKETS)
		return add_sockets(p, known, e);
	if (!large.sought && iprange_is_empty(known))
		return 0;
	*way_count(p, like->way) += iprange_count(known);
	return add_segment(p, &large, known, e);
}

/* --- routes --------------------------------------------------------------------------------- */

/* Is any address of set in the prefix?  Without making a set of it: tables of routes are
 * long, and most routes lead elsewhere. */
static bool
touches(const struct iprange *set, const struct addr *net, unsigned bits)
{
	size_t from = 0, to = iprange_n_runs(set);
	u128 hosts = net->family == ADDR_IP6 ? ~(u128)0 : UINT32_MAX;
	hosts = bits < addr_bits(net->family) ? hosts >> bits : 0;
	struct addr last = addr_from_number(net->family, addr_number(net) | hosts);

	/* The first run that does not end before the prefix begins. */
	while (from < to) {
		size_t mid = from + (to - from) / 2;
		struct iprange_run r = iprange_get_run(set, mid);
		if (addr_cmp(&r.last, net) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	if (from == iprange_n_runs(set))
		return false;
	struct iprange_run r = iprange_get_run(set, from);
	return addr_cmp(&r.first, &last) <= 0;
}

/* Why a route is of no use to us, by code; NULL: it is. */
static const char *
route_fault(const struct host_route *r, const struct host_link *link,
	const struct addr *src, bool sockets)
{
	if (r->kind == ROUTE_UNREACHABLE)
		return "unreachable-route";
	if (!link || !link->up)
		return "link-down";
	if (link->kind == LINK_OTHER || (link->kind == LINK_ETHER && !link->arp))
		return "unusable-link";
	if (sockets)
		return NULL;
	if (addr_is_set(&r->via) && r->via.family != r->net.family)
		return "ipv6-next-hop";
	return addr_is_set(src) ? NULL : "no-source-address";
}

static const struct fault {
	const char *code, *text;
} faults[] = {
	{ "unreachable-route", "The routing table forbids these addresses" },
	{ "link-down", "The interface that leads there is down" },
	{ "unusable-link", "The interface that leads there takes no questions" },
	{ "ipv6-next-hop", "The next hop has only an IPv6 address" },
	{ "no-source-address",
		"The interface that leads there has no address to ask "
		"from" },
};

static const char *
fault_text(const char *code)
{
	size_t i = 0;

	while (strcmp(faults[i].code, code) != 0)
		i++;
	return faults[i].text;
}

/* One source for all of taken: the addresses are of one kind. */
static int
place_kind(struct planner *p, const struct host_route *r, const struct iprange *taken,
	bool large, struct err *e)
{
	const struct host_link *link = host_link_by_index(p->in->net, r->link);
	struct addr first = iprange_get_run(taken, 0).first;
	struct addr src = source_address(p->in->net, r, &first);
	bool sockets = p->in->sockets_only || (link && link->kind != LINK_ETHER);
	const char *fault = route_fault(r, link, &src, sockets);
	bool onlink = !addr_is_set(&r->via);
	struct segment like = { .way = onlink ? WAY_ONLINK : WAY_ROUTED,
		.link = link,
		.src = src,
		.next_hop = r->via };

	if (fault) {
		p->out->unroutable += iprange_count(taken);
		return add_reason(p, fault, fault_text(fault), taken, e);
	}
	if (sockets)
		like = (struct segment){ .way = WAY_SOCKETS };
	if (large)
		return place_large(p, &like, taken, e);
	if (sockets)
		return add_sockets(p, taken, e);
	*way_count(p, like.way) += iprange_count(taken);
	return add_segment(p, &like, taken, e);
}

/* IPv6 answers to another source by the kind of its own address (RFC 6724 §5 rules 2, 6). */
static int
place_route(struct planner *p, const struct host_route *r, bool large, struct err *e)
{
	static const struct block kinds[] = {
		{ { ADDR_IP6, { 0xfe, 0x80 } }, 10 }, /* RFC 4291 §2.5.6 */
		{ { ADDR_IP6, { 0xfc } }, 7 },        /* RFC 4193 §3.1 */
		{ { ADDR_IP6, { 0 } }, 0 },
		{ { ADDR_IP4, { 0 } }, 0 },
	};
	const struct iprange *set = iprange_prefix(&r->net, r->bits, p->mem);
	const struct iprange *taken;

	if (!set)
		return err_nomem(e);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i].net.family != r->net.family)
			continue;
		const struct iprange *kind = iprange_prefix(
			&kinds[i].net, kinds[i].bits, p->mem);
		if (kind)
			kind = iprange_intersect(set, kind, p->mem);
		if (!kind)
			return err_nomem(e);
		if (take(p, kind, &taken, e) == -1)
			return -1;
		if (!iprange_is_empty(taken) && place_kind(p, r, taken, large, e) == -1)
			return -1;
	}
	return 0;
}

static bool
may_use(const struct plan_input *in, int link)
{
	if (in->interfaces->n == 0)
		return true;
	for (size_t i = 0; i < in->interfaces->n; i++) {
		const struct host_link *l = host_link_by_name(
			in->net, in->interfaces->items[i]);
		if (l && l->index == link)
			return true;
	}
	return false;
}

static int
check_interfaces(const struct plan_input *in, struct err *e)
{
	for (size_t i = 0; i < in->interfaces->n; i++)
		if (!host_link_by_name(in->net, in->interfaces->items[i]))
			return err_set(e, ERR_ARG, "there is no interface %s",
				in->interfaces->items[i]);
	return 0;
}

/* Does another link lead to link-local addresses as well?  Then they say too little. */
static bool
link_local_is_ambiguous(const struct planner *p)
{
	const struct host_net *net = p->in->net;
	int first = 0;

	for (size_t i = 0; i < net->n_routes; i++) {
		const struct host_route *r = &net->routes[i];
		const struct host_link *l = host_link_by_index(net, r->link);
		if (r->net.family != ADDR_IP6 || !addr_is_link_local(&r->net) || !l ||
			!l->up || !may_use(p->in, r->link))
			continue;
		if (first && first != r->link)
			return true;
		first = r->link;
	}
	return false;
}

static int
place_link_local(struct planner *p, struct err *e)
{
	static const struct block local = { { ADDR_IP6, { 0xfe, 0x80 } }, 10 };
	const struct iprange *taken;
	struct iprange *set;

	if (!link_local_is_ambiguous(p))
		return 0;
	if (set_of(&local, 1, p->mem, &set, e) == -1 || take(p, set, &taken, e) == -1)
		return -1;
	p->out->unroutable += iprange_count(taken);
	if (iprange_is_empty(taken))
		return 0;
	return add_reason(p, "link-local-scope",
		"Every link has these addresses: choose one with --interface", taken, e);
}

/* The routes come longest prefix first, so the first that takes an address is the right
 * one. */
static int
place_by_routes(struct planner *p, bool large, struct err *e)
{
	const struct host_net *net = p->in->net;

	for (size_t i = 0; i < net->n_routes && !iprange_is_empty(p->rest); i++) {
		const struct host_route *r = &net->routes[i];
		if (!touches(p->rest, &r->net, r->bits))
			continue;
		if (r->kind == ROUTE_UNICAST && !may_use(p->in, r->link))
			continue;
		if (place_route(p, r, large, e) == -1)
			return -1;
	}
	if (iprange_is_empty(p->rest))
		return 0;
	p->out->unroutable += iprange_count(p->rest);
	return add_reason(p, "no-route",
		p->in->interfaces->n ? "No route over the chosen interfaces leads there"
				     : "No route leads there",
		p->rest, e);
}

static bool
has_run(const struct iprange_run *runs, size_t n, const struct addr *a)
{
	for (size_t i = 0; i < n; i++)
		if (addr_equal(&runs[i].first, a))
			return true;
	return false;
}

/* Few, whatever the number of routes; from GATEWAYS_MAX on they are nothing that stands out. */
static int
find_gateways(struct planner *p, struct err *e)
{
	enum { GATEWAYS_MAX = 256 };
	const struct host_net *net = p->in->net;
	struct iprange_run runs[GATEWAYS_MAX];
	size_t n = 0;

	for (size_t i = 0; i < net->n_routes && n < GATEWAYS_MAX; i++) {
		const struct host_route *r = &net->routes[i];
		if (r->kind == ROUTE_UNICAST && addr_is_set(&r->via) &&
			!addr_is_link_local(&r->via) && may_use(p->in, r->link) &&
			!has_run(runs, n, &r->via) &&
			iprange_contains(p->in->targets, &r->via))
			runs[n++] = (struct iprange_run){ r->via, r->via };
	}
	if (n == 0)
		return 0;
	p->out->gateways = iprange_from_runs(runs, n, p->mem);
	return p->out->gateways ? 0 : err_nomem(e);
}

int
plan_make(
	const struct plan_input *in, struct arena *mem, struct plan *out, struct err *e)
{
	struct planner p = { .in = in, .mem = mem, .out = out, .rest = in->targets };

	*out = (struct plan){ .targets = iprange_count(in->targets) };
	if (check_interfaces(in, e) == -1 || find_gateways(&p, e) == -1 ||
		place_special(&p, e) == -1 || place_own(&p, e) == -1 ||
		set_large_apart(&p, e) == -1)
		return -1;
	if (skip_subnet_ends(&p, ADDR_IP4, "skipped-broadcast",
		    "Network and broadcast addresses of this host's own subnets are not "
		    "asked",
		    e) == -1 ||
		skip_subnet_ends(&p, ADDR_IP6, "skipped-anycast",
			"The first address of a subnet of this host is all its routers' "
			"and is not asked",
			e) == -1)
		return -1;
	if (place_link_local(&p, e) == -1 || place_by_routes(&p, false, e) == -1)
		return -1;
	p.rest = p.large;
	if (place_link_local(&p, e) == -1)
		return -1;
	return place_by_routes(&p, true, e);
}
