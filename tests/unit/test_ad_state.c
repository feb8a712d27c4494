/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a poll of Active Directory remembers, and when that is not enough. */
#include "packet.h"

#include "ldap/state.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define GUID_A   "00112233-4455-6677-8899-aabbccddeeff"
#define GUID_B   "10112233-4455-6677-8899-aabbccddeeff"
#define LINE     "corp.example dc1.corp.example " GUID_A " 12345 87 1790000000000000\n"

static const struct text_row {
	const char *label, *text;
	int n; /* -1: refused */
} text_rows[] = {
	{ "nothing", "", 0 },
	{ "no domain", "ad 1\n", 0 },
	{ "one", "ad 1\n" LINE, 1 },
	{ "one twice", "ad 1\n" LINE LINE, 1 },
	{ "two", "ad 1\na b " GUID_A " 1 2 3\n" LINE, 2 },
	{ "the largest numbers",
		"ad 1\na b " GUID_A " 18446744073709551615 9223372036854775807 "
		"9223372036854775807\n",
		1 },
	{ "another version", "ad 2\n" LINE, -1 },
	{ "no head", LINE, -1 },
	{ "cut", "ad 1\ncorp.example dc1.corp.example " GUID_A " 12345 87 17900", -1 },
	{ "a word is missing", "ad 1\ncorp.example " GUID_A " 12345 87 1\n", -1 },
	{ "a word too many", "ad 1\na b " GUID_A " 1 2 3 4\n", -1 },
	{ "two blanks", "ad 1\na  b " GUID_A " 1 2 3\n", -1 },
	{ "a negative number", "ad 1\na b " GUID_A " -1 2 3\n", -1 },
	{ "above 64 bits", "ad 1\na b " GUID_A " 18446744073709551616 2 3\n", -1 },
	{ "a GUID too long", "ad 1\na b " GUID_A "f 1 2 3\n", -1 },
	{ "an empty line", "ad 1\n\n", -1 },
};

static void
texts_are_read_whole_or_not_at_all(void **state)
{
	struct arena *mem = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < COUNT(text_rows); i++) {
		struct ad_state s;
		struct err e = { 0 };
		print_message("  %s\n", text_rows[i].label);
		int rc = ad_state_read(text_rows[i].text, mem, &s, &e);
		assert_int_equal(text_rows[i].n == -1 ? -1 : 0, rc);
		if (rc == 0)
			assert_int_equal(text_rows[i].n, s.n);
	}
	arena_free(mem);
}

static void
what_is_written_is_read(void **state)
{
	struct arena *mem = arena_new(1 << 20);
	struct ad_mark m = { "m.example", "dc.m.example", GUID_A, 77, 88, 99 };
	static const char *const names[] = { "m.example", "a.example", "z.example" };
	struct ad_state s, again;
	struct sb text, twice;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(0, ad_state_read(NULL, mem, &s, &e));
	for (size_t i = 0; i < COUNT(names); i++) {
		(void)snprintf(m.domain, sizeof(m.domain), "%s", names[i]);
		m.usn = i;
		assert_int_equal(0, ad_state_put(&s, &m, mem, &e));
	}
	sb_init(&text, STATE_TEXT_MAX);
	sb_init(&twice, STATE_TEXT_MAX);
	assert_int_equal(0, ad_state_write(&s, &text, &e));
	assert_int_equal(0, ad_state_read(text.text, mem, &again, &e));
	assert_int_equal(0, ad_state_write(&again, &twice, &e));
	assert_string_equal(text.text, twice.text);
	assert_string_equal("a.example", again.marks[0].domain);
	assert_int_equal(2, ad_state_find(&again, "z.example")->usn);
	assert_null(ad_state_find(&again, "b.example"));
	sb_done(&text);
	sb_done(&twice);
	arena_free(mem);
}

static void
domains_are_bounded(void **state)
{
	struct arena *mem = arena_new(64 << 20);
	struct ad_state s = { 0 };
	struct ad_mark m = { "", "b", GUID_A, 1, 2, 3 };
	struct err e = { 0 };

	(void)state;
	for (int i = 0; i < STATE_DOMAINS_MAX; i++) {
		(void)snprintf(m.domain, sizeof(m.domain), "d%d", i);
		assert_int_equal(0, ad_state_put(&s, &m, mem, &e));
	}
	assert_int_equal(0, ad_state_put(&s, &m, mem, &e)); /* known already */
	(void)snprintf(m.domain, sizeof(m.domain), "more");
	assert_int_equal(-1, ad_state_put(&s, &m, mem, &e));
	assert_int_equal(ERR_ARG, e.code);
	arena_free(mem);
}

static void
a_poll_is_full_for_a_reason(void **state)
{
	static const struct ad_mark mark = { "corp.example", "dc1", GUID_A, 100, 87,
		1000 };
	static const struct {
		const char *label;
		struct ad_now now;
		const char *why; /* begins so; NULL: not full */
	} rows[] = {
		{ "nothing happened", { "dc1", GUID_A, 100, 87, 1500, 1000, false },
			NULL },
		{ "case of names", { "DC1", GUID_A, 100, 87, 1500, 1000, false }, NULL },
		{ "changes", { "dc1", GUID_A, 5000, 87, 1500, 1000, false }, NULL },
		{ "asked for", { "dc1", GUID_A, 100, 87, 1500, 1000, true },
			"it was asked" },
		{ "another controller", { "dc2", GUID_B, 100, 87, 1500, 1000, false },
			"another controller" },
		{ "restored", { "dc1", GUID_B, 100, 87, 1500, 1000, false },
			"the database" },
		{ "a snapshot", { "dc1", GUID_A, 99, 87, 1500, 1000, false },
			"the controller counts" },
		{ "schema", { "dc1", GUID_A, 100, 88, 1500, 1000, false },
			"the schema" },
		{ "age", { "dc1", GUID_A, 100, 87, 2000, 1000, false },
			"the last full" },
		{ "a clock that went back",
			{ "dc1", GUID_A, 100, 87, 999, 1000, false }, "the last full" },
		{ "age is no matter", { "dc1", GUID_A, 100, 87, 2000, 0, false }, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *why = ad_state_why_full(&mark, &rows[i].now);
		print_message("  %s: %s\n", rows[i].label, why ? why : "changes");
		assert_int_equal(rows[i].why != NULL, why != NULL);
		if (why)
			assert_memory_equal(rows[i].why, why, strlen(rows[i].why));
	}
	assert_string_equal("it is the first", ad_state_why_full(NULL, &rows[0].now));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_read_whole_or_not_at_all),
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(domains_are_bounded),
		cmocka_unit_test(a_poll_is_full_for_a_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
