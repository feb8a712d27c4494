/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The texts of users and communities; keys as the specification computes them. */
#include "packet.h"
#include "scanner/snmp_access.h"

static const struct good_row {
	const char *label, *text, *name;
	size_t auth, priv; /* bytes of the keys */
} good[] = {
	{ "neither key", "guest", "guest", 0, 0 },
	{ "blanks around", "  guest\t", "guest", 0, 0 },
	{ "SHA-1 is 20 bytes", "bob SHA-1 maplesyrup", "bob", 20, 0 },
	{ "SHA is SHA-1", "bob sha maplesyrup", "bob", 20, 0 },
	{ "SHA-224", "bob SHA-224 maplesyrup", "bob", 28, 0 },
	{ "SHA-256 and AES", "bob SHA-256 maplesyrup AES othersyrup", "bob", 32, 32 },
	{ "SHA-384 and AES-192", "bob SHA-384 maplesyrup AES-192 othersyrup", "bob", 48,
		48 },
	{ "SHA-512 and AES-256", "bob SHA-512 maplesyrup AES-256 othersyrup", "bob", 64,
		64 },
	{ "quotes keep blanks", "\"the boss\" SHA-1 \"maple syrup\"", "the boss", 20,
		0 },
	{ "a backslash in quotes", "\"a\\\"b\\\\\"", "a\"b\\", 0, 0 },
	{ "the longest name", "12345678901234567890123456789012",
		"12345678901234567890123456789012", 0, 0 },
};

static void
users_are_read(void **state)
{
	struct arena *mem = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct snmp_user u;
		struct err e;
		print_message("  %s\n", good[i].label);
		assert_int_equal(snmp_user_parse(good[i].text, mem, &u, &e), 0);
		assert_string_equal(u.name, good[i].name);
		assert_int_equal(u.auth.n, good[i].auth);
		assert_int_equal(u.priv.n, good[i].priv);
	}
	arena_free(mem);
}

static const struct bad_row {
	const char *label, *text, *want;
} bad[] = {
	{ "nothing", "", "a user name has 1 to 32 bytes" },
	{ "an empty name", "\"\" SHA-1 maplesyrup", "a user name has 1 to 32 bytes" },
	{ "a long name", "123456789012345678901234567890123",
		"a user name has 1 to 32 bytes" },
	{ "DES is refused", "bob SHA-1 maplesyrup DES othersyrup",
		"the fourth word is none of AES-128, AES-192, AES-256" },
	{ "MD5 is refused", "bob MD5 maplesyrup",
		"the second word is none of SHA-1, SHA-224, SHA-256, SHA-384, SHA-512" },
	{ "no phrase", "bob SHA-256", "a pass phrase is missing at the end" },
	{ "no second phrase", "bob SHA-256 maplesyrup AES",
		"a pass phrase is missing at the end" },
	{ "a short phrase", "bob SHA-256 1234567",
		"a pass phrase has at least 8 bytes" },
	{ "a short second phrase", "bob SHA-256 maplesyrup AES 1234567",
		"a pass phrase has at least 8 bytes" },
	{ "too many words", "bob SHA-256 maplesyrup AES other syrup",
		"more than 5 words; one with blanks stands in double quotes" },
	{ "an open quote", "bob SHA-256 \"maplesyrup", "a double quote is not closed" },
	{ "no blank after a quote", "\"bob\"SHA-256",
		"a blank is missing after a double quote" },
};

static void
what_is_wrong_is_said_without_the_secret(void **state)
{
	struct arena *mem = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct snmp_user u;
		struct err e;
		print_message("  %s\n", bad[i].label);
		assert_int_equal(snmp_user_parse(bad[i].text, mem, &u, &e), -1);
		assert_int_equal(e.code, ERR_ARG);
		assert_string_equal(e.text, bad[i].want);
		assert_null(strstr(e.text, "syrup"));
	}
	arena_free(mem);
}

/* RFC 3414 §A.3.2: "maplesyrup" and SHA; RFC 7860 has no such example. */
static void
a_key_is_that_of_the_specification(void **state)
{
	static const uint8_t ku[] = { 0x9f, 0xb5, 0xcc, 0x03, 0x81, 0x49, 0x7b, 0x37,
		0x93, 0x52, 0x89, 0x39, 0xff, 0x78, 0x8d, 0x5d, 0x79, 0x14, 0x52, 0x11 };
	struct arena *mem = arena_new(1 << 20);
	struct snmp_user u;
	struct err e;

	(void)state;
	assert_int_equal(snmp_user_parse("bob SHA-1 maplesyrup", mem, &u, &e), 0);
	assert_int_equal(u.auth.n, sizeof(ku));
	assert_memory_equal(u.auth.bytes, ku, sizeof(ku));
	arena_free(mem);
}

static void
settings_are_counted_and_bounded(void **state)
{
	const char *nine[9] = { "a", "b", "c", "d", "e", "f", "g", "h", "i" };
	const char *second_bad[] = { "guest", "bob SHA-256" };
	char longest[66];
	const char *one_long[] = { longest };
	const struct opt_list none = { .n = 0 }, many = { nine, 9, 9 },
			      five = { nine, 5, 5 }, two = { second_bad, 2, 2 },
			      long_one = { one_long, 1, 1 };
	const struct {
		const struct opt_list *communities, *users;
		const char *want;
	} rows[] = {
		{ &many, &none,
			"scan.snmp_community: at most 8 communities can be asked" },
		{ &long_one, &none,
			"scan.snmp_community: a community has 1 to 64 bytes" },
		{ &none, &five, "scan.snmp_user: at most 4 users can ask" },
		{ &none, &two,
			"scan.snmp_user: item 2: a pass phrase is missing at the end" },
	};
	struct arena *mem = arena_new(1 << 20);
	struct snmp_access access;
	struct err e;

	(void)state;
	memset(longest, 'x', 65);
	longest[65] = '\0';
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(snmp_access_make(rows[i].communities, rows[i].users,
					 mem, &access, &e),
			-1);
		assert_string_equal(e.text, rows[i].want);
	}
	const struct opt_list eight = { nine, 8, 8 }, four = { nine, 4, 4 };
	assert_int_equal(snmp_access_make(&eight, &four, mem, &access, &e), 0);
	assert_int_equal(access.n_communities, 8);
	assert_int_equal(access.n_users, 4);
	assert_string_equal(access.users[3].name, "d");
	arena_free(mem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(users_are_read),
		cmocka_unit_test(what_is_wrong_is_said_without_the_secret),
		cmocka_unit_test(a_key_is_that_of_the_specification),
		cmocka_unit_test(settings_are_counted_and_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
