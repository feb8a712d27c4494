/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The guard: what leaves, and what never does whoever built it. */
#include "scanner/guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire/ether.h"
#include "wire/icmp.h"
#include "wire/tcp.h"

static const struct mac here = { { 0, 0x16, 0x3e, 0, 0, 1 } };
static const struct mac there = { { 0, 0x16, 0x3e, 0, 0, 2 } };
static const struct mac all = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } };

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
begin(struct bytes *out, const struct mac *dst, uint16_t type)
{
	struct wr w = wr_to(out->b, sizeof(out->b));
	struct ether e = { *dst, here, type };

	ether_write(&w, &e);
	return w;
}

static void
end(struct bytes *out, const struct wr *w)
{
	assert_false(w->bad);
	out->n = wr_used(w);
}

static struct bytes
arp(uint16_t op, const char *target)
{
	struct arp a = { .op = op,
		.sender_mac = here,
		.sender = ip("198.18.3.1"),
		.target = ip(target) };
	struct bytes out;
	struct wr w = begin(&out, &all, ETHER_ARP);

	arp_write(&w, &a);
	end(&out, &w);
	return out;
}

static struct bytes
echo(const char *dst, const struct mac *to)
{
	struct ip i = {
		.src = ip("198.18.3.1"), .dst = ip(dst), .proto = IP_ICMP, .ttl = 64
	};
	struct icmp_echo m = { .id = 1, .seq = 1 };
	struct bytes out;
	struct wr w = begin(&out, to, ETHER_IP4);

	ip_write(&w, &i, ICMP_HEAD);
	icmp_write_echo(&w, &i, &m);
	end(&out, &w);
	return out;
}

static struct bytes
udp(const char *dst, uint16_t port, size_t payload)
{
	struct ip i = {
		.src = ip("198.18.3.1"), .dst = ip(dst), .proto = IP_UDP, .ttl = 64
	};
	struct udp u = { 40000, port };
	uint8_t data[64] = { 0 };
	struct bytes out;
	struct wr w = begin(&out, &there, ETHER_IP4);

	ip_write(&w, &i, UDP_HEAD + payload);
	udp_write(&w, &i, &u, data, payload);
	end(&out, &w);
	return out;
}

/* A SYN with payload bytes behind its header of head bytes. */
static struct bytes
tcp(const char *dst, uint16_t port, size_t payload, uint8_t head)
{
	struct ip i = {
		.src = ip("198.18.3.1"), .dst = ip(dst), .proto = IP_TCP, .ttl = 64
	};
	struct bytes out;
	struct wr w = begin(&out, &there, ETHER_IP4);

	ip_write(&w, &i, TCP_HEAD + payload);
	wr_be16(&w, 61440);
	wr_be16(&w, port);
	wr_zero(&w, 8);
	wr_u8(&w, (uint8_t)(head / 4 << 4));
	wr_u8(&w, TCP_SYN);
	wr_zero(&w, 6 + payload);
	end(&out, &w);
	return out;
}

static struct bytes
with_tail(struct bytes b)
{
	b.b[b.n++] = 0;
	return b;
}

static struct bytes
cut(struct bytes b, size_t n)
{
	b.n = n;
	return b;
}

static struct bytes
of_type(struct bytes b, uint16_t type)
{
	b.b[12] = (uint8_t)(type >> 8);
	b.b[13] = (uint8_t)type;
	return b;
}

static struct bytes
of_proto(struct bytes b, uint8_t proto)
{
	/* The header checksum moves by as much as the field does (RFC 1624). */
	unsigned sum = (unsigned)(b.b[24] << 8 | b.b[25]) + b.b[23] - proto;
	b.b[23] = proto;
	sum = (sum & 0xffff) + (sum >> 16);
	b.b[24] = (uint8_t)(sum >> 8);
	b.b[25] = (uint8_t)sum;
	return b;
}

static int
judge(struct bytes frame, struct err *e)
{
	const char *targets = "198.18.4.0/24, !198.18.4.66", *const text[] = { targets };
	struct arena *mem = arena_new(1 << 16);
	struct addr hop = ip("198.18.3.254");
	struct guard g = { .next_hops = &hop, .n_next_hops = 1 };
	struct iprange *set;

	assert_int_equal(iprange_parse(text, 1, NULL, mem, &set, e), 0);
	g.targets = set;
	uint8_t *exact = malloc(frame.n ? frame.n : 1);
	memcpy(exact, frame.b, frame.n);
	int rc = guard_frame(&g, 0, exact, frame.n, e);
	free(exact);
	arena_free(mem);
	return rc;
}

static void
questions_to_targets_leave(void **state)
{
	struct err e;

	(void)state;
	assert_int_equal(judge(arp(ARP_REQUEST, "198.18.4.1"), &e), 0);
	assert_int_equal(judge(arp(ARP_REQUEST, "198.18.3.254"), &e), 0); /* next hop */
	assert_int_equal(judge(echo("198.18.4.0", &there), &e), 0);
	assert_int_equal(judge(echo("198.18.4.255", &there), &e), 0);
	assert_int_equal(judge(tcp("198.18.4.9", 80, 0, 20), &e), 0);
	assert_int_equal(judge(tcp("198.18.4.9", 9100, 0, 20), &e), 0);
	assert_int_equal(judge(udp("198.18.4.9", 137, 50), &e), 0);
}

static void
nothing_else_leaves(void **state)
{
	const struct {
		const char *label;
		struct bytes frame;
		const char *want;
	} rows[] = {
		{ "echo beside the targets", echo("198.18.5.0", &there), "outside" },
		{ "echo below the targets", echo("198.18.3.255", &there), "outside" },
		{ "echo to an excluded one", echo("198.18.4.66", &there), "outside" },
		{ "echo to the next hop", echo("198.18.3.254", &there), "outside" },
		{ "broadcast", echo("255.255.255.255", &all), "everybody" },
		{ "a target by broadcast MAC", echo("198.18.4.1", &all), "everybody" },
		{ "SYN beside the targets", tcp("198.18.5.1", 80, 0, 20), "outside" },
		{ "UDP beside the targets", udp("198.18.5.1", 137, 50), "outside" },
		{ "ARP beside the targets", arp(ARP_REQUEST, "198.18.3.9"), "outside" },
		{ "ARP reply", arp(ARP_REPLY, "198.18.4.1"), "no ARP request" },
		{ "bytes behind ARP", with_tail(arp(ARP_REQUEST, "198.18.4.1")), "ARP" },
		{ "bytes behind a packet", with_tail(echo("198.18.4.1", &there)),
			"behind" },
		{ "empty", cut(echo("198.18.4.1", &there), 0), "malformed" },
		{ "half a header", cut(echo("198.18.4.1", &there), 30), "malformed" },
		{ "no ports", cut(tcp("198.18.4.1", 80, 0, 20), 36), "malformed" },
		{ "TCP header too short", tcp("198.18.4.1", 80, 0, 16), "malformed" },
		{ "TCP header too long", tcp("198.18.4.1", 80, 0, 40), "malformed" },
		{ "LLDP", of_type(echo("198.18.4.1", &there), 0x88cc), "no probe" },
		{ "GRE", of_proto(echo("198.18.4.1", &there), 47), "no probe" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err e = { 0 };
		print_message("  %s\n", rows[i].label);
		assert_int_equal(judge(rows[i].frame, &e), -1);
		assert_int_equal(e.code, ERR_ARG);
		if (!strstr(e.text, rows[i].want))
			fail_msg("%s", e.text);
	}
}

static void
printers_get_no_payload(void **state)
{
	static const struct {
		uint16_t port;
		bool prints;
	} rows[] = { { 514, false }, { 515, true }, { 516, false }, { 9099, false },
		{ 9100, true }, { 9101, true }, { 9104, true }, { 9107, true },
		{ 9108, false }, { 9111, false }, { 9112, true }, { 9114, true },
		{ 9116, true }, { 9117, false } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int want = rows[i].prints ? -1 : 0;
		struct err e;
		print_message("  %u\n", rows[i].port);
		assert_int_equal(judge(udp("198.18.4.1", rows[i].port, 1), &e), want);
		assert_int_equal(
			judge(tcp("198.18.4.1", rows[i].port, 1, 20), &e), want);
		assert_int_equal(judge(udp("198.18.4.1", rows[i].port, 0), &e), 0);
		assert_int_equal(judge(tcp("198.18.4.1", rows[i].port, 0, 20), &e), 0);
	}
}

static void
messages_through_sockets_are_judged_alike(void **state)
{
	const char *const text[] = { "127.0.0.1" };
	struct arena *mem = arena_new(1 << 16);
	struct addr in = ip("127.0.0.1"), out = ip("127.0.0.2");
	struct iprange *set;
	struct guard g = { 0 };
	struct err e;

	(void)state;
	assert_int_equal(iprange_parse(text, 1, NULL, mem, &set, &e), 0);
	g.targets = set;
	assert_int_equal(guard_message(&g, &in, IP_TCP, 9100, 0, &e), 0);
	assert_int_equal(guard_message(&g, &in, IP_UDP, 137, 50, &e), 0);
	assert_int_equal(guard_message(&g, &in, IP_UDP, 515, 1, &e), -1);
	assert_int_equal(guard_message(&g, &out, IP_TCP, 80, 0, &e), -1);
	arena_free(mem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(questions_to_targets_leave),
		cmocka_unit_test(nothing_else_leaves),
		cmocka_unit_test(printers_get_no_payload),
		cmocka_unit_test(messages_through_sockets_are_judged_alike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
