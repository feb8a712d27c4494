/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which address goes which way, by tables: one network of a host, many targets. */
#include "scanner/plan.h"

#include <stdio.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define A4(a, b, c, d) \
	{ \
		ADDR_IP4, \
		{ \
			a, b, c, d \
		} \
	}
/* 2001:db8:net::last and the like: the first six bytes and the last one */
#define A6(a, b, c, d, e, f, last) \
	{ \
		ADDR_IP6, \
		{ \
			a, b, c, d, e, f, [15] = last \
		} \
	}
#define MAC(last) \
	{ \
		{ \
			0, 0x16, 0x3e, 0, 0, last \
		} \
	}

static struct host_link links[] = {
	{ 1, "lo", LINK_LOOPBACK, { { 0 } }, 65536, true, false },
	{ 2, "eth0", LINK_ETHER, MAC(2), 1500, true, true },
	{ 3, "eth1", LINK_ETHER, MAC(3), 1500, true, true },
	{ 4, "wg0", LINK_IP, { { 0 } }, 1420, true, false },
	{ 5, "eth2", LINK_ETHER, MAC(5), 1500, false, true },
	{ 6, "can0", LINK_OTHER, { { 0 } }, 16, true, true },
	{ 7, "eth3", LINK_ETHER, MAC(7), 1500, true, true },
};

static struct host_addr addrs[] = {
	{ .link = 1, .addr = A4(127, 0, 0, 1), .bits = 8 },
	{ .link = 2, .addr = A4(198, 18, 3, 2), .bits = 24 },
	{ .link = 2, .addr = A4(198, 18, 8, 1), .bits = 31 },
	{ .link = 3, .addr = A4(198, 18, 7, 1), .bits = 24 },
	{ .link = 3, .addr = A4(198, 18, 9, 1), .bits = 30 },
	{ .link = 4, .addr = A4(10, 9, 0, 1), .bits = 32 },
	{ .link = 2, .addr = A6(0x20, 1, 0xd, 0xb8, 0, 0, 2), .bits = 64 },
	{ .link = 2, .addr = A6(0xfe, 0x80, 0, 0, 0, 0, 2), .bits = 64 },
	{ .link = 2, .addr = A6(0xfd, 0, 0, 0, 0, 1, 2), .bits = 64 },
	{ .link = 2, .addr = A6(0x20, 1, 0xd, 0xb8, 0, 9, 2), .bits = 127 },
	{ .link = 3, .addr = A6(0xfe, 0x80, 0, 0, 0, 0, 3), .bits = 64 },
};

/* Longest prefix first, as host_net promises. */
static struct host_route routes[] = {
	{ ROUTE_UNICAST, A4(198, 18, 5, 7), 32, A4(198, 18, 7, 9), { 0 }, 3, 0 },
	{ ROUTE_UNICAST, A4(198, 18, 8, 0), 31, { 0 }, { 0 }, 2, 0 },
	{ ROUTE_UNICAST, A4(198, 18, 9, 0), 30, { 0 }, { 0 }, 3, 0 },
	{ ROUTE_UNICAST, A4(198, 18, 3, 0), 24, { 0 }, A4(198, 18, 3, 2), 2, 0 },
	{ ROUTE_UNICAST, A4(198, 18, 5, 0), 24, A4(198, 18, 3, 1), { 0 }, 2, 0 },
	{ ROUTE_UNICAST, A4(198, 18, 6, 0), 24, A4(198, 18, 3, 1), { 0 }, 2, 0 },
	{ ROUTE_UNICAST, A4(198, 18, 7, 0), 24, { 0 }, { 0 }, 3, 0 },
	{ ROUTE_UNREACHABLE, A4(198, 18, 20, 0), 24, { 0 }, { 0 }, 0, 0 },
	{ ROUTE_UNICAST, A4(198, 18, 21, 0), 24, { 0 }, { 0 }, 5, 0 },
	{ ROUTE_UNICAST, A4(198, 18, 22, 0), 24, { 0 }, { 0 }, 6, 0 },
	{ ROUTE_UNICAST, A4(198, 18, 23, 0), 24, { 0 }, { 0 }, 7, 0 },
	{ ROUTE_UNICAST, A4(198, 18, 24, 0), 24, { 0 }, { 0 }, 99, 0 },
	{ ROUTE_UNICAST, A4(198, 18, 25, 0), 24, { ADDR_IP6, { 0xfe, 0x80, [15] = 1 } },
		{ 0 }, 2, 0 },
	{ ROUTE_UNICAST, A4(198, 18, 26, 0), 24, { 0 }, { 0 }, 1, 0 },
	{ ROUTE_UNICAST, A4(10, 9, 0, 0), 16, { 0 }, { 0 }, 4, 0 },
	{ ROUTE_UNICAST, A4(198, 19, 0, 0), 16, A4(198, 18, 3, 1), A4(198, 18, 7, 1), 2,
		0 },
	{ ROUTE_UNICAST, A4(198, 19, 0, 0), 16, A4(198, 18, 7, 9), { 0 }, 3, 100 },
	{ ROUTE_UNICAST, A6(0x20, 1, 0xd, 0xb8, 0, 8, 1), 128, { 0 }, { 0 }, 2, 256 },
	{ ROUTE_UNICAST, A6(0x20, 1, 0xd, 0xb8, 0, 9, 2), 127, { 0 }, { 0 }, 2, 256 },
	{ ROUTE_UNICAST, A6(0x20, 1, 0xd, 0xb8, 0, 0, 0), 64, { 0 }, { 0 }, 2, 256 },
	{ ROUTE_UNICAST, A6(0xfd, 0, 0, 0, 0, 1, 0), 64, { 0 }, { 0 }, 2, 256 },
	{ ROUTE_UNICAST, A6(0xfe, 0x80, 0, 0, 0, 0, 0), 64, { 0 }, { 0 }, 2, 256 },
	{ ROUTE_UNICAST, A6(0xfe, 0x80, 0, 0, 0, 0, 0), 64, { 0 }, { 0 }, 3, 256 },
	{ ROUTE_UNICAST, A6(0x20, 1, 0xd, 0xb8, 0, 3, 0), 48, { 0 }, { 0 }, 4, 1 },
	{ ROUTE_UNICAST, A6(0x20, 1, 0xd, 0xb8, 0, 4, 0), 48, { 0 }, { 0 }, 3, 1 },
	{ ROUTE_UNICAST, A6(0x20, 1, 0xd, 0xb8, 0, 5, 0), 48,
		A6(0xfe, 0x80, 0, 0, 0, 0, 9), { 0 }, 3, 1 },
	{ ROUTE_UNICAST, A6(0x20, 1, 0xd, 0xb8, 0, 6, 0), 48,
		A6(0x20, 1, 0xd, 0xb8, 0, 0, 8), A6(0xfd, 0, 0, 0, 0, 1, 2), 2, 1 },
	{ ROUTE_UNREACHABLE, A6(0x20, 1, 0xd, 0xb8, 0, 7, 0), 48, { 0 }, { 0 }, 0, 1 },
	{ ROUTE_UNICAST, A6(0xfc, 0, 0, 0, 0, 0, 0), 7, A6(0xfe, 0x80, 0, 0, 0, 0, 1),
		{ 0 }, 2, 1 },
	{ ROUTE_UNICAST, A6(0x20, 0, 0, 0, 0, 0, 0), 3, A6(0xfe, 0x80, 0, 0, 0, 0, 1),
		{ 0 }, 2, 1 },
};

static struct host_neigh neighs[] = {
	{ 2, A4(198, 18, 3, 9), MAC(9) },
	{ 2, A6(0x20, 1, 0xd, 0xb8, 0, 0, 7), MAC(7) },
	{ 2, A6(0x20, 1, 0xd, 0xb8, 0, 0, 8), MAC(8) },
};

static struct host_net net = { links, 7, addrs, sizeof(addrs) / sizeof(addrs[0]),
	routes, sizeof(routes) / sizeof(routes[0]), neighs, 3 };

/* The plan as text: segments, own addresses and reasons in order. */
static char *
text_of(const struct plan *p, struct arena *mem)
{
	static const char *const ways[] = { "onlink", "routed", "sockets" };
	char src[ADDR_TEXT_MAX], hop[ADDR_TEXT_MAX], mac[MAC_TEXT_MAX];
	struct sb sb;

	sb_init(&sb, 1 << 16);
	for (size_t i = 0; i < p->n_segments; i++) {
		const struct segment *s = &p->segments[i];
		sb_printf(&sb, "%s%s %s %s %s ", s->sought ? "sought " : "",
			ways[s->way], s->link ? s->link->name : "-",
			addr_print(&s->src, src), addr_print(&s->next_hop, hop));
		iprange_print(s->targets, &sb);
		if (s->range) {
			sb_add(&sb, " of ");
			iprange_print(s->range, &sb);
		}
		sb_add(&sb, "; ");
	}
	for (size_t i = 0; i < p->n_own; i++)
		sb_printf(&sb, "own %s %s; ", addr_print(&p->own[i].addr, src),
			mac_print(&p->own[i].mac, mac));
	for (size_t i = 0; i < p->n_reasons; i++)
		sb_printf(&sb, "%s %s %ju; ", p->reasons[i].code, p->reasons[i].about,
			(uintmax_t)p->reasons[i].count);
	char *text = arena_strdup(mem, sb.text);
	sb_done(&sb);
	return text;
}

static const struct plan_row {
	const char *targets, *interfaces[3];
	bool sockets_only;
	const char *want;
} rows[] = {
	{ "198.18.3.9", { NULL }, false, "onlink eth0 198.18.3.2 - 198.18.3.9; " },
	/* The ends of a subnet and our own address are not asked. */
	{ "198.18.3.0/24", { NULL }, false,
		"onlink eth0 198.18.3.2 - 198.18.3.1,198.18.3.3-198.18.3.254; "
		"own 198.18.3.2 00:16:3e:00:00:02; "
		"skipped-broadcast 198.18.3.0,198.18.3.255 2; " },
	/* Both of a /31 are hosts (RFC 3021); a /30 has ends. */
	{ "198.18.8.0/31", { NULL }, false,
		"onlink eth0 198.18.8.1 - 198.18.8.0; own 198.18.8.1 00:16:3e:00:00:02; " },
	{ "198.18.9.0/30", { NULL }, false,
		"onlink eth1 198.18.9.1 - 198.18.9.2; own 198.18.9.1 00:16:3e:00:00:03; "
		"skipped-broadcast 198.18.9.0,198.18.9.3 2; " },
	/* Two routes through one next hop are one segment. */
	{ "198.18.5.0-198.18.6.255", { NULL }, false,
		"routed eth1 198.18.7.1 198.18.7.9 198.18.5.7; "
		"routed eth0 198.18.3.2 198.18.3.1 198.18.5.0-198.18.5.6,"
		"198.18.5.8-198.18.6.255; " },
	/* Only subnets of ours have a broadcast address that we know of. */
	{ "198.18.5.255", { NULL }, false,
		"routed eth0 198.18.3.2 198.18.3.1 198.18.5.255; " },
	/* The lower metric wins; a preferred source is kept. */
	{ "198.19.1.1", { NULL }, false,
		"routed eth0 198.18.7.1 198.18.3.1 198.19.1.1; " },
	{ "198.19.1.1", { "eth1" }, false,
		"routed eth1 198.18.7.1 198.18.7.9 198.19.1.1; " },
	{ "198.18.3.9 198.18.7.9", { "eth1" }, false,
		"onlink eth1 198.18.7.1 - 198.18.7.9; no-route 198.18.3.9 1; " },
	{ "198.18.3.9 198.18.7.9", { "eth1", "eth0" }, false,
		"onlink eth0 198.18.3.2 - 198.18.3.9; onlink eth1 198.18.7.1 - "
		"198.18.7.9; " },
	/* What leads nowhere. */
	{ "203.0.113.0/24", { NULL }, false, "no-route 203.0.113.0/24 256; " },
	{ "198.18.20.0/24", { NULL }, false, "unreachable-route 198.18.20.0/24 256; " },
	{ "198.18.20.0/24", { "eth0" }, false,
		"unreachable-route 198.18.20.0/24 256; " },
	{ "198.18.21.1", { NULL }, false, "link-down 198.18.21.1 1; " },
	{ "198.18.22.1", { NULL }, false, "unusable-link 198.18.22.1 1; " },
	{ "198.18.23.1", { NULL }, false, "no-source-address 198.18.23.1 1; " },
	{ "198.18.24.1", { NULL }, false, "link-down 198.18.24.1 1; " },
	{ "198.18.25.1", { NULL }, false, "ipv6-next-hop 198.18.25.1 1; " },
	/* Nobody's own. */
	{ "224.0.0.0-224.0.0.3 0.0.0.0 255.255.255.255 ff02::1 ::", { NULL }, false,
		"not-unicast 0.0.0.0,224.0.0.0/30,255.255.255.255,::,ff02::1 8; " },
	/* By sockets: loopback, links without Ethernet. */
	{ "127.0.0.0/30 ::1", { NULL }, false, "sockets - - - 127.0.0.0/30,::1; " },
	{ "10.9.0.0/30", { NULL }, false,
		"sockets - - - 10.9.0.0,10.9.0.2/31; own 10.9.0.1 00:00:00:00:00:00; " },
	{ "198.18.26.1", { NULL }, false, "sockets - - - 198.18.26.1; " },
	{ "2001:db8:3::9", { NULL }, false, "sockets - - - 2001:db8:3::9; " },
	/* IPv6 goes as the routes say; the first address of a subnet of ours is anycast, but
	 * both of a /127 are hosts (RFC 6164). */
	{ "2001:db8::/126", { NULL }, false,
		"onlink eth0 2001:db8::2 - 2001:db8::1,2001:db8::3; "
		"own 2001:db8::2 00:16:3e:00:00:02; skipped-anycast 2001:db8:: 1; " },
	{ "2001:db8:9::2/127", { NULL }, false,
		"onlink eth0 2001:db8:9::2 - 2001:db8:9::3; "
		"own 2001:db8:9::2 00:16:3e:00:00:02; " },
	/* A route of one address; RFC 6724 section 5 rule 8 chooses the source. */
	{ "2001:db8:8::1", { NULL }, false,
		"onlink eth0 2001:db8:9::2 - 2001:db8:8::1; " },
	{ "2001:db8:1::/126", { NULL }, false,
		"routed eth0 2001:db8::2 fe80::1 2001:db8:1::/126; " },
	{ "2001:db8:6::1", { NULL }, false,
		"routed eth0 fd00:0:1::2 2001:db8::8 2001:db8:6::1; " },
	{ "2001:db8:7::1", { NULL }, false, "unreachable-route 2001:db8:7::1 1; " },
	{ "4000::1", { NULL }, false, "no-route 4000::1 1; " },
	/* Unique local asks unique local, by the same routes. */
	{ "fd00:0:1::9 fd77::1", { NULL }, false,
		"onlink eth0 fd00:0:1::2 - fd00:0:1::9; "
		"routed eth0 fd00:0:1::2 fe80::1 fd77::1; " },
	/* A link-local address asks a neighbour, but never through a router. */
	{ "2001:db8:4::9", { NULL }, false, "onlink eth1 fe80::3 - 2001:db8:4::9; " },
	{ "2001:db8:5::9", { NULL }, false, "no-source-address 2001:db8:5::9 1; " },
	/* Which link, fe80:: does not say. */
	{ "fe80::9", { NULL }, false, "link-local-scope fe80::9 1; " },
	{ "fe80::9", { "eth1" }, false, "onlink eth1 fe80::3 - fe80::9; " },
	/* Up to 65,536 one by one; above, what neighbours show, and then it is sought. */
	{ "2001:db8:1::/112", { NULL }, false,
		"routed eth0 2001:db8::2 fe80::1 2001:db8:1::/112; " },
	{ "2001:db8::ffff:ffff:ffff:ffff", { NULL }, false,
		"onlink eth0 2001:db8::2 - 2001:db8::ffff:ffff:ffff:ffff; " },
	{ "2001:db8:1::1-2001:db8:1::1:1", { NULL }, false,
		"ipv6-too-large 2001:db8:1::1-2001:db8:1::1:1 0; " },
	{ "2001:db8:1::/111", { NULL }, false, "ipv6-too-large 2001:db8:1::/111 0; " },
	{ "2001:db8:1::/111 2001:db8:1:1::/126", { NULL }, false,
		"routed eth0 2001:db8::2 fe80::1 2001:db8:1:1::/126; "
		"ipv6-too-large 2001:db8:1::/111 0; " },
	{ "2001:db8::1-2001:db8::2:0", { NULL }, false,
		"sought onlink eth0 2001:db8::2 - 2001:db8::7-2001:db8::8 "
		"of 2001:db8::1,2001:db8::3-2001:db8::2:0; "
		"own 2001:db8::2 00:16:3e:00:00:02; "
		"ipv6-sought 2001:db8::1,2001:db8::3-2001:db8::2:0 0; " },
	{ "2001:db8:3::/64", { NULL }, false, "ipv6-too-large 2001:db8:3::/64 0; " },
	{ "fe80::/64", { NULL }, false,
		"own fe80::2 00:16:3e:00:00:02; own fe80::3 00:16:3e:00:00:03; "
		"link-local-scope fe80::/127,fe80::4-fe80::ffff:ffff:ffff:ffff "
		"18446744073709551614; " },
	{ "4000::/64", { NULL }, false, "no-route 4000::/64 18446744073709551615; " },
	/* Without packets everything goes by sockets, the rest is the same. */
	{ "198.18.3.0/30 198.18.5.1 198.18.20.1", { NULL }, true,
		"sockets - - - 198.18.3.1,198.18.3.3,198.18.5.1; "
		"own 198.18.3.2 00:16:3e:00:00:02; skipped-broadcast 198.18.3.0 1; "
		"unreachable-route 198.18.20.1 1; " },
};

static int
plan_row(const struct plan_row *r, struct arena *mem, struct plan *out, struct err *e)
{
	struct opt_list interfaces = {
		.items = (const char **)(uintptr_t)r->interfaces
	};
	struct plan_input in = { .net = &net,
		.interfaces = &interfaces,
		.sockets_only = r->sockets_only,
		.multicast = true };
	struct iprange *set;

	while (r->interfaces[interfaces.n])
		interfaces.n++;
	assert_int_equal(iprange_parse(&r->targets, 1, NULL, mem, &set, e), 0);
	in.targets = set;
	return plan_make(&in, mem, out, e);
}

static void
each_target_goes_its_way(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *mem = arena_new(1 << 20);
		struct plan plan;
		struct err e = { 0 };
		print_message("  %s\n", rows[i].targets);
		if (plan_row(&rows[i], mem, &plan, &e) == -1)
			fail_msg("%s", e.text);
		assert_string_equal(text_of(&plan, mem), rows[i].want);
		arena_free(mem);
	}
}

/* Every target is in exactly one place, whatever is asked. */
static void
counts_add_up_and_segments_are_disjoint(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *mem = arena_new(1 << 20);
		const struct iprange *all = iprange_from_runs(NULL, 0, mem);
		u128 in_segments = 0;
		struct plan p;
		struct err e;
		print_message("  %s\n", rows[i].targets);
		assert_int_equal(plan_row(&rows[i], mem, &p, &e), 0);
		for (size_t k = 0; k < p.n_segments; k++) {
			in_segments += iprange_count(p.segments[k].targets);
			all = iprange_add(all, p.segments[k].targets, mem);
		}
		assert_true(iprange_count(all) == in_segments);
		assert_true(p.onlink + p.routed + p.by_sockets == in_segments);
		assert_true(
			in_segments + p.n_own + p.skipped + p.unroutable + p.sought ==
			p.targets);
		arena_free(mem);
	}
}

/* Those that are asked, of all routes; a link-local one says nothing without its link. */
static void
gateways_among_the_targets_are_known(void **state)
{
	static const struct {
		const char *targets, *interface, *want;
	} gateways[] = {
		{ "198.18.3.0/24", NULL, "198.18.3.1" },
		{ "198.18.0.0/16", NULL, "198.18.3.1,198.18.7.9" },
		{ "198.18.0.0/16", "eth1", "198.18.7.9" },
		{ "198.18.3.9", NULL, "" },
		{ "fe80::/64", NULL, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(gateways) / sizeof(gateways[0]); i++) {
		struct plan_row row = { gateways[i].targets, { gateways[i].interface },
			false, NULL };
		struct arena *mem = arena_new(1 << 20);
		struct plan plan;
		struct err e;
		struct sb text;
		print_message("  %s\n", gateways[i].targets);
		sb_init(&text, 4096);
		assert_int_equal(plan_row(&row, mem, &plan, &e), 0);
		if (plan.gateways)
			iprange_print(plan.gateways, &text);
		assert_string_equal(gateways[i].want, text.text);
		sb_done(&text);
		arena_free(mem);
	}
}

static void
an_unknown_interface_is_the_callers_mistake(void **state)
{
	struct plan_row row = { "198.18.3.9", { "eth9" }, false, NULL };
	struct arena *mem = arena_new(1 << 20);
	struct plan plan;
	struct err e;

	(void)state;
	assert_int_equal(plan_row(&row, mem, &plan, &e), -1);
	assert_int_equal(e.code, ERR_ARG);
	assert_string_equal(e.text, "there is no interface eth9");
	arena_free(mem);
}

static void
long_sets_are_told_by_their_ends(void **state)
{
	struct arena *mem = arena_new(1 << 20);
	const char *text = "198.18.1-40.7";
	struct iprange *set;
	struct err e;

	(void)state;
	assert_int_equal(iprange_parse(&text, 1, NULL, mem, &set, &e), 0);
	assert_string_equal(plan_about(set, mem), "198.18.1.7 ... 198.18.40.7");
	arena_free(mem);
}

#define KNOWN \
	"2001:db8::7-2001:db8::8,2001:db8::abcd of " \
	"2001:db8::1,2001:db8::3-2001:db8::ffff:ffff:ffff:ffff; "

/* Without multicast, and without packets, only what is known of a large range is asked; not
 * the anycast address of our subnet, whatever shows it. */
static void
names_and_neighbours_show_what_is_in_a_large_range(void **state)
{
	static const struct {
		bool multicast, sockets_only;
		const char *want;
	} ways[] = {
		{ true, false,
			"sought onlink eth0 2001:db8::2 - " KNOWN
			"routed eth0 2001:db8::2 fe80::1 2001:db8:1::77 of 2001:db8:1::/64; "
			"own " },
		{ false, false,
			"onlink eth0 2001:db8::2 - " KNOWN
			"routed eth0 2001:db8::2 fe80::1 2001:db8:1::77 of 2001:db8:1::/64; "
			"own " },
		{ true, true,
			"sockets - - - 2001:db8::7-2001:db8::8,2001:db8::abcd,"
			"2001:db8:1::77; own " },
	};
	const char *names =
		"2001:db8:: 2001:db8::abcd 2001:db8:1::77 198.18.3.3 2001:db8:2::1";
	const char *targets = "2001:db8::/64 2001:db8:1::/64";

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct arena *mem = arena_new(1 << 20);
		struct opt_list all = { 0 };
		struct iprange *set, *named;
		struct plan p;
		struct err e;
		assert_int_equal(iprange_parse(&targets, 1, NULL, mem, &set, &e), 0);
		assert_int_equal(iprange_parse(&names, 1, NULL, mem, &named, &e), 0);
		struct plan_input in = { .targets = set,
			.net = &net,
			.interfaces = &all,
			.sockets_only = ways[i].sockets_only,
			.multicast = ways[i].multicast,
			.named = named };
		assert_int_equal(plan_make(&in, mem, &p, &e), 0);
		const char *text = text_of(&p, mem);
		print_message("  %s\n", text);
		assert_int_equal(strncmp(text, ways[i].want, strlen(ways[i].want)), 0);
		arena_free(mem);
	}
}

/* A full table of routes: most lead elsewhere and cost nothing. */
static void
many_routes_take_little_memory(void **state)
{
	enum { N = 200000 };
	struct host_route *many = calloc(N, sizeof(*many));
	struct host_net big = net;
	struct opt_list none = { 0 };
	struct arena *mem = arena_new(1 << 20);
	const char *text = "198.18.0.0/15";
	struct plan_input in = { .net = &big, .interfaces = &none };
	struct iprange *set;
	struct plan plan;
	struct err e;

	(void)state;
	for (uint32_t i = 0; i < N - 1; i++)
		many[i] = (struct host_route){ ROUTE_UNICAST,
			addr_ip4(0x0b000000 + i * 256), 24, A4(198, 18, 3, 1), { 0 }, 2,
			0 };
	many[N - 1] = (struct host_route){ ROUTE_UNICAST, A4(0, 0, 0, 0), 0,
		A4(198, 18, 3, 1), { 0 }, 2, 0 };
	big.routes = many;
	big.n_routes = N;
	assert_int_equal(iprange_parse(&text, 1, NULL, mem, &set, &e), 0);
	in.targets = set;
	assert_int_equal(plan_make(&in, mem, &plan, &e), 0);
	assert_int_equal(plan.n_segments, 1);
	arena_free(mem);
	free(many);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_target_goes_its_way),
		cmocka_unit_test(counts_add_up_and_segments_are_disjoint),
		cmocka_unit_test(gateways_among_the_targets_are_known),
		cmocka_unit_test(an_unknown_interface_is_the_callers_mistake),
		cmocka_unit_test(long_sets_are_told_by_their_ends),
		cmocka_unit_test(names_and_neighbours_show_what_is_in_a_large_range),
		cmocka_unit_test(many_routes_take_little_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
