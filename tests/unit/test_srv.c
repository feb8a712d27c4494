/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SRV records: what a reply says, and the order of RFC 2782. */
#include "packet.h"

#include "host/srv.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* --- replies, by RFC 1035 §4.1 and RFC 2782 --------------------------------------------------- */

#define HEAD(answers) "0001 8180 0001" answers "0000 0000"
/* _x.corp IN SRV; at 12 */
#define QUESTION  "02 5f78 04 636f7270 00 0021 0001"
#define SRV(data) "c00c 0021 0001 00000384" data

static const struct row {
	const char *label, *bytes;
	bool sound;
	size_t n;
	const char *first; /* "priority weight port target" */
} rows[] = {
	{ "one", HEAD("0001") QUESTION SRV("000b 0000 0064 0185 0264 31 c00f"), true, 1,
		"0 100 389 d1.corp" },
	{ "two",
		HEAD("0002") QUESTION SRV("000b 0005 0064 0185 0264 31 c00f")
			SRV("000b 0000 0064 0185 0264 32 c00f"),
		true, 2, "5 100 389 d1.corp" },
	{ "through an alias",
		HEAD("0002") QUESTION "c00c 0005 0001 00000384 0004 0179 c00f"
				      "0179 c00f 0021 0001 00000384 000b 0000 0064 0185 "
				      "0264 31 c00f",
		true, 1, "0 100 389 d1.corp" },
	{ "about another name",
		HEAD("0001") QUESTION "0179 c00f 0021 0001 00000384 000b 0000 0064 0185 "
				      "0264 31 c00f",
		true, 0, "" },
	{ "nowhere", HEAD("0001") QUESTION SRV("0007 0000 0000 0185 00"), true, 0, "" },
	{ "port 0", HEAD("0001") QUESTION SRV("000b 0000 0064 0000 0264 31 c00f"), true,
		0, "" },
	{ "a name that no host has",
		HEAD("0001") QUESTION SRV("000b 0000 0064 0185 022a 31 c00f"), true, 0,
		"" },
	{ "data cut short", HEAD("0001") QUESTION SRV("0005 0000 0064 01"), true, 0,
		"" },
	{ "a record is missing",
		HEAD("0002") QUESTION SRV("000b 0000 0064 0185 0264 31 c00f"), false, 1,
		"0 100 389 d1.corp" },
	{ "no answer", HEAD("0000") QUESTION, true, 0, "" },
	{ "no question", "0001 8180 0000 0000 0000 0000", false, 0, "" },
	{ "a head cut short", "0001 8180 00", false, 0, "" },
	{ "nothing", "", false, 0, "" },
};

static void
replies_tell_where_a_service_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct packet p = packet_hex(rows[i].bytes);
		struct srv out[4];
		char text[300] = "";
		size_t n = 99;
		print_message("  %s\n", rows[i].label);
		assert_int_equal(
			rows[i].sound, srv_reply_read(p.bytes, p.n, out, 4, &n));
		assert_int_equal(rows[i].n, n);
		if (n)
			(void)snprintf(text, sizeof(text), "%u %u %u %s",
				out[0].priority, out[0].weight, out[0].port,
				out[0].target);
		assert_string_equal(rows[i].first, text);
		packet_free(&p);
	}
}

static void
room_is_kept(void **state)
{
	struct packet p = packet_hex(rows[1].bytes);
	struct srv out[1];
	size_t n;

	(void)state;
	assert_true(srv_reply_read(p.bytes, p.n, out, 1, &n));
	assert_int_equal(1, n);
	packet_free(&p);
}

/* --- order ------------------------------------------------------------------------------------ */

static uint64_t seed;

static uint32_t
any(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((seed >> 33) % below);
}

static uint32_t
least(uint32_t below)
{
	(void)below;
	return 0;
}

static uint32_t
most(uint32_t below)
{
	return below - 1;
}

static void
lower_priority_comes_first(void **state)
{
	(void)state;
	for (int i = 0; i < 200; i++) {
		struct srv s[] = { { 20, 5, 1, "e" }, { 0, 1, 1, "a" },
			{ 10, 0, 1, "c" }, { 0, 9, 1, "b" }, { 10, 9, 1, "d" } };
		srv_order(s, COUNT(s), any);
		assert_int_equal(0, s[0].priority);
		assert_int_equal(0, s[1].priority);
		assert_int_equal(10, s[2].priority);
		assert_int_equal(10, s[3].priority);
		assert_string_equal("e", s[4].target);
	}
	srv_order(NULL, 0, any);
}

static void
equals_share_by_weight(void **state)
{
	int first[3] = { 0 };

	(void)state;
	for (int i = 0; i < 6000; i++) {
		struct srv s[] = { { 0, 10, 1, "a" }, { 0, 60, 1, "b" },
			{ 0, 30, 1, "c" } };
		srv_order(s, COUNT(s), any);
		first[s[0].target[0] - 'a']++;
	}
	print_message("  %d %d %d\n", first[0], first[1], first[2]);
	assert_in_range(first[0], 450, 850);
	assert_in_range(first[1], 3300, 3850);
	assert_in_range(first[2], 1550, 2050);
}

static void
weightless_ones_are_tried_too(void **state)
{
	struct srv s[] = { { 0, 10, 1, "a" }, { 0, 0, 1, "b" } };

	(void)state;
	srv_order(s, COUNT(s), least);
	assert_string_equal("b", s[0].target);
	srv_order(s, COUNT(s), most);
	assert_string_equal("a", s[0].target);
	s[0].weight = s[1].weight = 0;
	srv_order(s, COUNT(s), most);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replies_tell_where_a_service_is),
		cmocka_unit_test(room_is_kept),
		cmocka_unit_test(lower_priority_comes_first),
		cmocka_unit_test(equals_share_by_weight),
		cmocka_unit_test(weightless_ones_are_tried_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
