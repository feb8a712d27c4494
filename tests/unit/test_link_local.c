/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whose an IPv6 address is that every link has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/link_local.h"

static struct addr
ip(const char *text)
{
	struct addr a;

	assert_true(addr_parse(text, &a));
	return a;
}

static struct host_link links[] = {
	{ .index = 1, .name = "eth0", .kind = LINK_ETHER, .up = true },
	{ .index = 2, .name = "eth1", .kind = LINK_ETHER, .up = true },
	{ .index = 3, .name = "tun0", .kind = LINK_IP, .up = true },
};

/* Each neighbour: link and last byte of its MAC; all are fe80::7. */
static const struct row {
	const char *label;
	struct {
		int link;
		uint8_t mac;
	} neighs[2];
	uint8_t want; /* 0: none */
} rows[] = {
	{ "a neighbour", { { 1, 7 } }, 7 },
	{ "nobody is known there", { { 0, 0 } }, 0 },
	{ "one machine on two links", { { 1, 7 }, { 2, 7 } }, 7 },
	{ "two machines on two links", { { 1, 7 }, { 2, 8 } }, 0 },
	{ "a tunnel has no MAC", { { 3, 7 } }, 0 },
};

static void
a_link_local_address_becomes_the_mac_behind_it(void **state)
{
	const struct fact facts[] = {
		{ .key = "icmp.echo", .type = FACT_BOOL },
		{ .key = "wsd.name", .type = FACT_TEXT, .text = "PC1" },
	};
	const struct observation o = {
		.ip = ip("fe80::7"), .facts = facts, .n_facts = 2
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *mem = arena_new(1 << 20);
		struct host_neigh neighs[3] = { { .link = 1,
			.addr = ip("fe80::9"),
			.mac.bytes = { 0, 0, 0, 0, 0, 9 } } };
		struct host_net net = {
			.links = links, .n_links = 3, .neighs = neighs, .n_neighs = 1
		};
		struct observation out;
		struct err e;
		bool mac;
		print_message("  %s\n", rows[i].label);
		for (size_t k = 0; k < 2 && rows[i].neighs[k].link; k++)
			neighs[net.n_neighs++] = (struct host_neigh){
				.link = rows[i].neighs[k].link,
				.addr = ip("fe80::7"),
				.mac.bytes = { 0, 0, 0, 0, 0, rows[i].neighs[k].mac }
			};
		assert_int_equal(0, link_local_settle(&net, &o, mem, &out, &mac, &e));
		assert_false(addr_is_set(&out.ip));
		assert_int_equal(rows[i].want != 0, mac);
		assert_int_equal(mac, link_local_is_known(&out));
		assert_int_equal(mac ? 4 : 2, out.n_facts);
		if (mac) {
			assert_string_equal("icmp.echo", out.facts[0].key);
			assert_string_equal("mac", out.facts[1].key);
			assert_int_equal(rows[i].want, out.facts[1].mac.bytes[5]);
			assert_string_equal("mac.onlink", out.facts[2].key);
			assert_int_equal(1, out.facts[2].num);
			assert_string_equal("wsd.name", out.facts[3].key);
		}
		arena_free(mem);
	}
}

static void
only_addresses_of_a_link_are_meant(void **state)
{
	struct observation o = { .ip = ip("fe80::7") };

	(void)state;
	assert_true(link_local_is(&o));
	o.ip = ip("2001:db8::7");
	assert_false(link_local_is(&o));
	o.ip = ip("169.254.1.1");
	assert_false(link_local_is(&o));
	o.ip = ip("fe80::7");
	o.subject = SUBJECT_NETWORK;
	assert_false(link_local_is(&o));
}

static void
another_address_of_its_own_takes_the_place_of_that_of_the_link(void **state)
{
	const char *items[] = { "2001:db8::9", "2001:db8::a", "fd00::7" };
	const struct fact facts[] = {
		{ .key = "llmnr.addresses", .type = FACT_TEXTS, .texts = { items, 3 } },
		{ .key = "llmnr.name", .type = FACT_TEXT, .text = "PC1" },
	};
	struct observation o = { .ip = ip("fe80::7"), .facts = facts, .n_facts = 2 };
	struct host_neigh neigh = {
		.link = 1, .addr = ip("fe80::7"), .mac.bytes = { 0, 0, 0, 0, 0, 7 }
	};
	struct host_net net = {
		.links = links, .n_links = 3, .neighs = &neigh, .n_neighs = 1
	};
	struct arena *mem = arena_new(1 << 20);
	struct observation out;
	char text[ADDR_TEXT_MAX];
	struct err e;
	bool mac;

	(void)state;
	for (size_t n = 0; n < 2; n++) { /* also of one that is routed: by itself */
		net.n_neighs = 1 - n;
		assert_int_equal(0, link_local_settle(&net, &o, mem, &out, &mac, &e));
		assert_string_equal("2001:db8::9", addr_print(&out.ip, text));
		assert_int_equal(n == 0, mac);
		assert_int_equal(n == 0 ? 4 : 2, out.n_facts);
	}
	o.ip = neigh.addr = ip("2001:db8::a");
	net.n_neighs = 1;
	assert_int_equal(0, link_local_settle(&net, &o, mem, &out, &mac, &e));
	assert_string_equal("2001:db8::a", addr_print(&out.ip, text));
	assert_true(mac);
	arena_free(mem);
}

static void
who_answers_for_a_name_is_a_neighbour(void **state)
{
	static const struct {
		const char *label, *ip, *key;
		enum evidence evidence;
		bool want;
	} named[] = {
		{ "LLMNR", "2001:db8::7", "llmnr.name", EVIDENCE_REPLY, true },
		{ "mDNS", "2001:db8::7", "mdns.name", EVIDENCE_REPLY, true },
		{ "what a list says", "2001:db8::7", "mdns.name", EVIDENCE_LISTED,
			false },
		{ "another question", "2001:db8::7", "wsd.name", EVIDENCE_REPLY, false },
		{ "IPv4", "192.0.2.7", "mdns.name", EVIDENCE_REPLY, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		const struct fact name = {
			.key = named[i].key, .type = FACT_TEXT, .text = "x"
		};
		const struct observation o = { .ip = ip(named[i].ip),
			.evidence = named[i].evidence,
			.facts = &name,
			.n_facts = 1 };
		print_message("  %s\n", named[i].label);
		assert_int_equal(named[i].want, link_local_is_named(&o));
	}
}

static void
an_endpoint_is_enough_to_be_known_by(void **state)
{
	const struct fact uuid = { .key = "wsd.uuid", .type = FACT_TEXT, .text = "x" };
	const struct observation o = { .facts = &uuid, .n_facts = 1 };

	(void)state;
	assert_true(link_local_is_known(&o));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_link_local_address_becomes_the_mac_behind_it),
		cmocka_unit_test(only_addresses_of_a_link_are_meant),
		cmocka_unit_test(
			another_address_of_its_own_takes_the_place_of_that_of_the_link),
		cmocka_unit_test(who_answers_for_a_name_is_a_neighbour),
		cmocka_unit_test(an_endpoint_is_enough_to_be_known_by),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
