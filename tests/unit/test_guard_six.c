/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The guard over IPv6: what leaves, and what never does whoever built it. */
#include "scanner/guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire/checksum.h"
#include "wire/ether.h"
#include "wire/icmp.h"
#include "wire/ndp.h"
#include "wire/tcp.h"

enum { MULTICAST_LINK = 3 };

static const struct mac here = { { 0, 0x16, 0x3e, 0, 0, 1 } };

struct bytes {
	uint8_t b[256];
	size_t n;
};

static struct addr
ip(const char *text)
{
	struct addr a;

	assert_true(addr_parse(text, &a));
	return a;
}

static struct wr
begin(struct bytes *out, const char *mac)
{
	struct wr w = wr_to(out->b, sizeof(out->b));
	struct ether e = { .src = here, .type = ETHER_IP6 };

	assert_true(mac_parse(mac, &e.dst));
	ether_write(&w, &e);
	return w;
}

static struct bytes
end(struct bytes *out, const struct wr *w)
{
	assert_false(w->bad);
	out->n = wr_used(w);
	return *out;
}

#define UNICAST   "00:16:3e:00:00:02"
#define ALL_NODES "33:33:00:00:00:01"

static struct bytes
solicitation(const char *target, const char *dst, const char *mac, uint8_t hop_limit)
{
	struct addr about = ip(target);
	struct ip i = { .src = ip("2001:db8:3::2"),
		.dst = ip(dst),
		.proto = IP_ICMP6,
		.ttl = hop_limit };
	struct bytes out;
	struct wr w = begin(&out, mac);

	ip_write(&w, &i, NDP_SOLICITATION_SIZE);
	ndp_write_solicitation(&w, &i, &about, &here);
	return end(&out, &w);
}

/* Any ICMPv6 message of eight bytes. */
static struct bytes
icmp(const char *dst, const char *mac, uint8_t type)
{
	struct ip i = {
		.src = ip("2001:db8:3::2"), .dst = ip(dst), .proto = IP_ICMP6, .ttl = 64
	};
	struct bytes out;
	struct wr w = begin(&out, mac);

	ip_write(&w, &i, ICMP_HEAD);
	size_t at = wr_used(&w);
	wr_u8(&w, type);
	wr_zero(&w, 7);
	uint32_t sum = checksum_pseudo(&i.src, &i.dst, IP_ICMP6, ICMP_HEAD);
	wr_patch_be16(
		&w, at + 2, checksum_end(checksum_add(sum, out.b + at, ICMP_HEAD)));
	return end(&out, &w);
}

static struct bytes
udp(const char *dst, const char *mac, uint16_t port, size_t payload)
{
	struct ip i = {
		.src = ip("2001:db8:3::2"), .dst = ip(dst), .proto = IP_UDP, .ttl = 64
	};
	struct udp u = { 40000, port };
	uint8_t data[64] = { 0 };
	struct bytes out;
	struct wr w = begin(&out, mac);

	ip_write(&w, &i, UDP_HEAD + payload);
	udp_write(&w, &i, &u, data, payload);
	return end(&out, &w);
}

static struct bytes
with_tail(struct bytes b)
{
	b.b[b.n++] = 0;
	return b;
}

static int
judge(struct bytes frame, uint16_t link, struct err *e)
{
	const char *const text[] = {
		"2001:db8:3::/64, !2001:db8:3::66, ff02::5, fe80::9"
	};
	static const uint16_t links[] = { MULTICAST_LINK };
	struct arena *mem = arena_new(1 << 16);
	struct addr hop = ip("fe80::1");
	struct guard g = {
		.next_hops = &hop, .n_next_hops = 1, .multicast = links, .n_multicast = 1
	};
	struct iprange *set;

	assert_int_equal(iprange_parse(text, 1, NULL, mem, &set, e), 0);
	g.targets = set;
	uint8_t *exact = malloc(frame.n);
	memcpy(exact, frame.b, frame.n);
	int rc = guard_frame(&g, link, exact, frame.n, e);
	free(exact);
	arena_free(mem);
	return rc;
}

static void
questions_to_targets_leave(void **state)
{
	const struct {
		const char *label;
		struct bytes frame;
		uint16_t link;
	} rows[] = {
		{ "solicitation to the group",
			solicitation("2001:db8:3::12:3456", "ff02::1:ff12:3456",
				"33:33:ff:12:34:56", 255),
			0 },
		{ "solicitation to the target",
			solicitation("2001:db8:3::9", "2001:db8:3::9", UNICAST, 255),
			0 },
		{ "solicitation for the next hop",
			solicitation(
				"fe80::1", "ff02::1:ff00:1", "33:33:ff:00:00:01", 255),
			0 },
		{ "echo", icmp("2001:db8:3::9", UNICAST, ICMP6_ECHO), 0 },
		{ "echo to all nodes", icmp("ff02::1", ALL_NODES, ICMP6_ECHO),
			MULTICAST_LINK },
		{ "UDP", udp("2001:db8:3::9", UNICAST, 161, 40), 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err e;
		print_message("  %s\n", rows[i].label);
		if (judge(rows[i].frame, rows[i].link, &e) == -1)
			fail_msg("%s", e.text);
	}
}

static void
nothing_else_leaves(void **state)
{
	const struct {
		const char *label;
		struct bytes frame;
		const char *want;
	} rows[] = {
		{ "solicitation beside the targets",
			solicitation("2001:db8:4::9", "ff02::1:ff00:9",
				"33:33:ff:00:00:09", 255),
			"outside" },
		{ "solicitation for an excluded one",
			solicitation("2001:db8:3::66", "ff02::1:ff00:66",
				"33:33:ff:00:00:66", 255),
			"outside" },
		{ "solicitation to another group",
			solicitation("2001:db8:3::9", "ff02::1:ff00:8",
				"33:33:ff:00:00:08", 255),
			"others" },
		{ "solicitation to all nodes",
			solicitation("2001:db8:3::9", "ff02::1", ALL_NODES, 255),
			"others" },
		{ "solicitation by the MAC of all nodes",
			solicitation("2001:db8:3::9", "ff02::1:ff00:9", ALL_NODES, 255),
			"others" },
		{ "solicitation by broadcast",
			solicitation("2001:db8:3::9", "2001:db8:3::9",
				"ff:ff:ff:ff:ff:ff", 255),
			"others" },
		{ "solicitation to another host",
			solicitation("2001:db8:3::9", "2001:db8:3::8", UNICAST, 255),
			"others" },
		{ "solicitation that a router would pass on",
			solicitation("2001:db8:3::9", "ff02::1:ff00:9",
				"33:33:ff:00:00:09", 64),
			"no solicitation" },
		{ "bytes behind a solicitation",
			with_tail(solicitation("2001:db8:3::9", "ff02::1:ff00:9",
				"33:33:ff:00:00:09", 255)),
			"behind" },
		{ "advertisement", icmp("2001:db8:3::9", UNICAST, 136), "no question" },
		{ "router advertisement", icmp("ff02::1", ALL_NODES, 134),
			"no question" },
		{ "redirect", icmp("2001:db8:3::9", UNICAST, 137), "no question" },
		{ "echo reply", icmp("2001:db8:3::9", UNICAST, 129), "no question" },
		{ "echo beside the targets", icmp("2001:db8:4::1", UNICAST, 128),
			"outside" },
		{ "echo to the next hop", icmp("fe80::1", UNICAST, 128), "outside" },
		{ "echo to all routers", icmp("ff02::2", "33:33:00:00:00:02", 128),
			"group" },
		{ "echo to all nodes of the site", icmp("ff05::1", ALL_NODES, 128),
			"group" },
		{ "echo to all nodes by broadcast",
			icmp("ff02::1", "ff:ff:ff:ff:ff:ff", 128), "group" },
		{ "echo to a group that is a target",
			icmp("ff02::5", "33:33:00:00:00:05", 128), "group" },
		{ "a target by a group MAC", icmp("2001:db8:3::9", ALL_NODES, 128),
			"everybody" },
		{ "UDP to a group", udp("ff02::5", "33:33:00:00:00:05", 5353, 40),
			"everybody" },
		{ "UDP to a group by one MAC", udp("ff02::5", UNICAST, 5353, 40),
			"group" },
		{ "UDP beside the targets", udp("2001:db8:4::1", UNICAST, 161, 40),
			"outside" },
		{ "UDP to a printer", udp("2001:db8:3::9", UNICAST, 9100, 1),
			"printer" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err e = { 0 };
		print_message("  %s\n", rows[i].label);
		assert_int_equal(judge(rows[i].frame, MULTICAST_LINK, &e), -1);
		assert_int_equal(e.code, ERR_ARG);
		if (!strstr(e.text, rows[i].want))
			fail_msg("%s", e.text);
	}
}

static void
all_nodes_are_asked_only_where_that_is_switched_on(void **state)
{
	struct err e = { 0 };

	(void)state;
	for (uint16_t link = 0; link < 6; link++)
		assert_int_equal(judge(icmp("ff02::1", ALL_NODES, 128), link, &e),
			link == MULTICAST_LINK ? 0 : -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(questions_to_targets_leave),
		cmocka_unit_test(nothing_else_leaves),
		cmocka_unit_test(all_nodes_are_asked_only_where_that_is_switched_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
