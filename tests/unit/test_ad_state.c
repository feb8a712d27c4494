/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a poll of Active Directory remembers, and when that is not enough. */
#include "packet.h"

#include "inventory/ndjson.h"
#include "ldap/dirsync.h"
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
	{ "cookies", "ad 1\na b " GUID_A " 1 2 3 AAEC/w== - TVNEUw==\n" LINE, 2 },
	{ "a cookie is missing", "ad 1\na b " GUID_A " 1 2 3 AAEC/w== -\n", -1 },
	{ "a cookie too many", "ad 1\na b " GUID_A " 1 2 3 AAEC/w== - - -\n", -1 },
	{ "zones alone have cookies", "ad 1\na b " GUID_A " 1 2 3 - AAEC/w== -\n", -1 },
	{ "an empty cookie", "ad 1\na b " GUID_A " 1 2 3 AAEC/w==  -\n", -1 },
	{ "no base64", "ad 1\na b " GUID_A " 1 2 3 AAE!/w== - -\n", -1 },
	{ "a cookie that is cut", "ad 1\na b " GUID_A " 1 2 3 AAEC/w - -\n", -1 },
	{ "cookies that end with the text", "ad 1\na b " GUID_A " 1 2 3 AAEC/w== - -",
		-1 },
	{ "zones", "ad 1\na b " GUID_A " 1 2 3 zones\n" LINE, 2 },
	{ "zones and cookies", "ad 1\na b " GUID_A " 1 2 3 zones AAEC/w== - -\n", 1 },
	{ "zones twice", "ad 1\na b " GUID_A " 1 2 3 zones zones\n", -1 },
	{ "zones behind cookies", "ad 1\na b " GUID_A " 1 2 3 AAEC/w== - - zones\n",
		-1 },
	{ "zones that are more", "ad 1\na b " GUID_A " 1 2 3 zonesx\n", -1 },
	{ "zones that end with the text", "ad 1\na b " GUID_A " 1 2 3 zones", -1 },
	{ "zones and nothing", "ad 1\na b " GUID_A " 1 2 3 zones \n", -1 },
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
	struct ad_mark m = { "m.example", "dc.m.example", GUID_A, 77, 88, 99,
		{ "AAEC/w==", NULL, "TVNEUw==" }, true };
	static const char *const names[] = { "m.example", "a.example", "z.example" };
	struct ad_state s, again;
	struct sb text, twice;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(0, ad_state_read(NULL, mem, &s, &e));
	for (size_t i = 0; i < COUNT(names); i++) {
		(void)snprintf(m.domain, sizeof(m.domain), "%s", names[i]);
		m.usn = i;
		m.has_zones = i > 0;
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
	assert_string_equal("AAEC/w==", again.marks[0].cookies[PART_DOMAIN]);
	assert_null(again.marks[0].cookies[PART_DOMAIN_ZONES]);
	assert_true(again.marks[0].has_zones);
	assert_false(ad_state_find(&again, "m.example")->has_zones);
	assert_string_equal("TVNEUw==", again.marks[0].cookies[PART_FOREST_ZONES]);
	sb_done(&text);
	sb_done(&twice);
	arena_free(mem);
}

static void
domains_are_bounded(void **state)
{
	struct arena *mem = arena_new(64 << 20);
	struct ad_state s = { 0 };
	struct ad_mark m = { "", "b", GUID_A, 1, 2, 3, { NULL }, false };
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

/* However large they are, the text fits into a line of NDJSON, and says all but cookies. */
static void
cookies_are_bounded(void **state)
{
	struct arena *mem = arena_new(64 << 20);
	static char large[DIRSYNC_TEXT_MAX];
	struct ad_mark m = { "", "b", GUID_A, 1, 2, 3, { large, large, large }, true };
	struct ad_state s = { 0 }, again;
	struct sb text;
	struct err e = { 0 };
	size_t kept = 0;

	(void)state;
	memset(large, 'A', DIRSYNC_COOKIE_MAX);
	for (int i = 0; i < 100; i++) {
		(void)snprintf(m.domain, sizeof(m.domain), "d%d", i);
		assert_int_equal(0, ad_state_put(&s, &m, mem, &e));
	}
	sb_init(&text, STATE_TEXT_MAX);
	assert_int_equal(0, ad_state_write(&s, &text, &e));
	assert_int_equal(0, ad_state_read(text.text, mem, &again, &e));
	assert_int_equal(100, again.n);
	for (size_t i = 0; i < again.n; i++)
		kept += again.marks[i].cookies[PART_DOMAIN] != NULL;
	assert_int_equal(1, kept);
	assert_in_range(text.len, 3 * DIRSYNC_COOKIE_MAX, STATE_COOKIES_BELOW);
	struct sb line;
	sb_init(&line, NDJSON_LINE_MAX);
	ndjson_write_state(text.text, &line);
	assert_true(line.len > text.len);
	sb_done(&line);
	/* a single one that is too large is no cookie */
	struct dirsync_cookie c;
	memset(large, 'A', sizeof(large));
	assert_false(dirsync_cookie_read(large, sizeof(large) - 4, &c));
	sb_done(&text);
	arena_free(mem);
}

static void
a_poll_is_full_for_a_reason(void **state)
{
	static const struct ad_mark mark = { "corp.example", "dc1", GUID_A, 100, 87,
		1000, { NULL }, false };
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

static void
cookies_serve_at_another_controller_alone(void **state)
{
	static const struct ad_mark mark = { "corp.example", "dc1", GUID_A, 100, 87,
		1000, { "AAEC/w==", NULL, NULL }, false };
	static const struct {
		const char *label;
		struct ad_now now;
		bool can;
	} rows[] = {
		{ "another controller", { "dc2", GUID_B, 100, 87, 1500, 1000, false },
			true },
		{ "which counts less", { "dc2", GUID_B, 1, 87, 1500, 1000, false },
			true },
		{ "asked for", { "dc2", GUID_B, 100, 87, 1500, 1000, true }, false },
		{ "schema", { "dc2", GUID_B, 100, 88, 1500, 1000, false }, false },
		{ "age", { "dc2", GUID_B, 100, 87, 2000, 1000, false }, false },
		{ "restored", { "dc1", GUID_B, 100, 87, 1500, 1000, false }, false },
		{ "a snapshot", { "dc1", GUID_A, 99, 87, 1500, 1000, false }, false },
		{ "the count serves", { "dc1", GUID_A, 100, 87, 1500, 1000, false },
			false },
	};
	struct ad_mark none = mark;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		print_message("  %s\n", rows[i].label);
		assert_int_equal(rows[i].can, ad_state_can_sync(&mark, &rows[i].now));
	}
	none.cookies[PART_DOMAIN] = NULL;
	assert_false(ad_state_can_sync(&none, &rows[0].now));
	assert_false(ad_state_can_sync(NULL, &rows[0].now));
}

/* --- the control -------------------------------------------------------------------------- */

/* As Samba 4.17 answered ldapsearch -E '!dirSync=1/0', and by hand. */
static const struct control_row {
	const char *label, *bytes;
	int n; /* of the cookie; -1: refused */
	bool more;
} control_rows[] = {
	{ "samba's",
		"3074 020100 020100 046c 4d5344530300000000388944877add010000000000000000"
		"28000000b9110000000000000000000000000000b9110000000000004c2f0edf38583d48"
		"a7bc9da83874e453010000000000000001000000000000004c2f0edf38583d48a7bc9da8"
		"3874e453b911000000000000",
		108, false },
	{ "more", "300a 020101 020100 0402 abcd", 2, true },
	{ "any number is more", "300a 0201ff 020100 0402 abcd", 2, true },
	{ "no cookie", "3008 020100 020100 0400", 0, false },
	{ "empty", "", -1, false },
	{ "no sequence", "020100", -1, false },
	{ "nothing in it", "3000", -1, false },
	{ "numbers alone", "3006 020100 020100", -1, false },
	{ "a cookie longer than all", "300a 020100 020100 0405 abcd", -1, false },
	{ "a sequence longer than all", "3020 020100 020100 0402 abcd", -1, false },
	{ "a number of nine bytes", "3012 0209010101010101010101 020100 0402 abcd", -1,
		false },
};

static void
answers_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(control_rows); i++) {
		const struct control_row *row = &control_rows[i];
		struct packet p = packet_hex(row->bytes);
		struct berval v = { p.n, (char *)p.bytes };
		static struct dirsync_cookie c;
		bool more = !row->more;
		print_message("  %s\n", row->label);
		assert_int_equal(row->n != -1, dirsync_read(&v, &c, &more));
		if (row->n != -1) {
			assert_int_equal(row->n, c.n);
			assert_int_equal(row->more, more);
		}
		if (row->n > 0)
			assert_memory_equal(p.bytes + p.n - row->n, c.bytes, c.n);
		packet_free(&p);
	}
}

static void
a_cookie_that_is_too_long_is_none(void **state)
{
	static uint8_t bytes[DIRSYNC_COOKIE_MAX + 16] = { 0x30, 0x82, 0, 0, 2, 1, 0, 2,
		1, 0, 4, 0x82 };
	static struct dirsync_cookie c;
	bool more;

	(void)state;
	for (size_t n = DIRSYNC_COOKIE_MAX - 1; n <= DIRSYNC_COOKIE_MAX + 1; n++) {
		struct berval v = { n + 14, (char *)bytes };
		bytes[2] = (uint8_t)((n + 10) >> 8), bytes[3] = (uint8_t)(n + 10);
		bytes[12] = (uint8_t)(n >> 8), bytes[13] = (uint8_t)n;
		assert_int_equal(n <= DIRSYNC_COOKIE_MAX, dirsync_read(&v, &c, &more));
	}
}

/* By X.690 by hand: LDAP_DIRSYNC_OBJECT_SECURITY, a mebibyte at most, the cookie. */
static void
a_question_is_der(void **state)
{
	static struct dirsync_cookie c = { { 0xab, 0xcd }, 2 };
	struct packet want = packet_hex("300c 020101 0203100000 0402 abcd");
	struct berval v = { 0, NULL };

	(void)state;
	assert_true(dirsync_write(&c, &v));
	assert_int_equal(want.n, v.bv_len);
	assert_memory_equal(want.bytes, v.bv_val, v.bv_len);
	ber_memfree(v.bv_val);
	packet_free(&want);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_read_whole_or_not_at_all),
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(domains_are_bounded),
		cmocka_unit_test(cookies_are_bounded),
		cmocka_unit_test(a_poll_is_full_for_a_reason),
		cmocka_unit_test(cookies_serve_at_another_controller_alone),
		cmocka_unit_test(answers_are_read),
		cmocka_unit_test(a_cookie_that_is_too_long_is_none),
		cmocka_unit_test(a_question_is_der),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
