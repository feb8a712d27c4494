/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strings that grow to a limit, and the escape functions, row by row. */
#include "base/sb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))

static void
text_is_always_terminated(void **state)
{
	struct sb s;

	(void)state;
	sb_init(&s, 100);
	assert_string_equal("", s.text);
	sb_clear(&s);
	assert_string_equal("", s.text);
	sb_add(&s, "one");
	sb_add_n(&s, " two three", 4);
	sb_add_n(&s, NULL, 0);
	sb_printf(&s, " %d%s", 3, "!");
	assert_string_equal("one two 3!", s.text);
	assert_int_equal(10, s.len);
	sb_clear(&s);
	assert_string_equal("", s.text);
	assert_int_equal(0, s.len);
	sb_add(&s, "again");
	assert_string_equal("again", s.text);
	sb_done(&s);
	assert_string_equal("", s.text);
	sb_add(&s, "usable");
	assert_string_equal("usable", s.text);
	sb_done(&s);
	sb_done(&s);
}

static void
the_limit_drops_whole_pieces(void **state)
{
	struct sb s;

	(void)state;
	sb_init(&s, 10);
	sb_add(&s, "12345");
	sb_add(&s, "67890");
	assert_false(s.bad);
	sb_add(&s, "");
	assert_false(s.bad);
	sb_add(&s, "x");
	assert_true(s.bad);
	assert_string_equal("1234567890", s.text);
	sb_clear(&s);
	sb_add(&s, "1234567");
	sb_printf(&s, "%s", "8901");
	assert_true(s.bad);
	assert_string_equal("1234567", s.text);
	sb_add(&s, "8"); /* would fit, but a hole would not be noticed */
	assert_string_equal("1234567", s.text);
	sb_clear(&s);
	sb_printf(&s, "%s", "1234567890");
	assert_false(s.bad);
	sb_done(&s);
}

static void
long_text_grows(void **state)
{
	struct sb s;

	(void)state;
	sb_init(&s, 1 << 20);
	for (int i = 0; i < 100000; i++)
		sb_printf(&s, "%d", i % 10);
	assert_false(s.bad);
	assert_int_equal(100000, strlen(s.text));
	assert_int_equal('7', s.text[77777]);
	sb_done(&s);
}

static void
room_is_the_callers_or_none(void **state)
{
	struct sb s;

	(void)state;
	sb_init(&s, 300);
	sb_add(&s, "a");
	memset(sb_extend(&s, 200), 'b', 200);
	assert_int_equal(201, strlen(s.text));
	assert_non_null(sb_extend(&s, 0));
	assert_null(sb_extend(&s, 100));
	assert_true(s.bad);
	assert_int_equal(201, s.len);
	sb_done(&s);
}

static void
what_was_cut_off_leaves_room(void **state)
{
	struct sb s;

	(void)state;
	sb_init(&s, 10);
	sb_cut(&s, 0);
	assert_string_equal("", s.text);
	sb_add(&s, "0123456789");
	sb_cut(&s, 11);
	assert_string_equal("0123456789", s.text);
	sb_cut(&s, 4);
	sb_add(&s, "ab");
	assert_string_equal("0123ab", s.text);
	assert_false(s.bad);
	sb_done(&s);
}

/* The Unicode Standard, chapter 3, table 3-7, at each edge of each row. */
static void
utf8_is_well_formed_or_not(void **state)
{
	static const struct {
		const char *label, *text;
		size_t n, want;
	} rows[] = {
		{ "nothing", "", 0, 0 },
		{ "NUL", "\0", 1, 1 },
		{ "U+007F", "\x7f", 1, 1 },
		{ "lone continuation", "\x80", 1, 0 },
		{ "lone continuation, last", "\xbf", 1, 0 },
		{ "overlong U+0000", "\xc0\x80", 2, 0 },
		{ "overlong U+007F", "\xc1\xbf", 2, 0 },
		{ "U+0080", "\xc2\x80", 2, 2 },
		{ "U+07FF", "\xdf\xbf", 2, 2 },
		{ "two bytes, cut", "\xc3", 1, 0 },
		{ "two bytes, ASCII second", "\xc3(", 2, 0 },
		{ "two bytes, lead second", "\xc3\xc3", 2, 0 },
		{ "overlong U+07FF", "\xe0\x9f\xbf", 3, 0 },
		{ "U+0800", "\xe0\xa0\x80", 3, 3 },
		{ "U+CFFF", "\xec\xbf\xbf", 3, 3 },
		{ "U+D000", "\xed\x80\x80", 3, 3 },
		{ "U+D7FF", "\xed\x9f\xbf", 3, 3 },
		{ "surrogate U+D800", "\xed\xa0\x80", 3, 0 },
		{ "surrogate U+DFFF", "\xed\xbf\xbf", 3, 0 },
		{ "U+E000", "\xee\x80\x80", 3, 3 },
		{ "U+FFFF", "\xef\xbf\xbf", 3, 3 },
		{ "three bytes, cut", "\xe2\x82", 2, 0 },
		{ "three bytes, bad third", "\xe2\x82(", 3, 0 },
		{ "overlong U+FFFF", "\xf0\x8f\xbf\xbf", 4, 0 },
		{ "U+10000", "\xf0\x90\x80\x80", 4, 4 },
		{ "U+3FFFF", "\xf0\xbf\xbf\xbf", 4, 4 },
		{ "U+40000", "\xf1\x80\x80\x80", 4, 4 },
		{ "U+FFFFF", "\xf3\xbf\xbf\xbf", 4, 4 },
		{ "U+10FFFF", "\xf4\x8f\xbf\xbf", 4, 4 },
		{ "past U+10FFFF", "\xf4\x90\x80\x80", 4, 0 },
		{ "lead F5", "\xf5\x80\x80\x80", 4, 0 },
		{ "lead FF", "\xff\xff\xff\xff", 4, 0 },
		{ "four bytes, cut", "\xf0\x9f\x98", 3, 0 },
		{ "four bytes, bad fourth", "\xf0\x9f\x98\xc0", 4, 0 },
		{ "the first of two", "ab", 2, 1 },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		print_message("  %s\n", rows[i].label);
		char *exact = malloc(rows[i].n ? rows[i].n : 1);
		assert_non_null(exact);
		memcpy(exact, rows[i].text, rows[i].n);
		assert_int_equal(rows[i].want, utf8_char(exact, rows[i].n));
		free(exact);
	}
}

struct escape {
	const char *label, *text;
	size_t n; /* 0: strlen */
	const char *want;
};

static void
check(const struct escape *rows, size_t count,
	void (*add)(struct sb *, const char *, size_t))
{
	for (size_t i = 0; i < count; i++) {
		size_t n = rows[i].n ? rows[i].n : strlen(rows[i].text);
		char *exact = malloc(n ? n : 1);
		struct sb s;
		print_message("  %s\n", rows[i].label);
		assert_non_null(exact);
		memcpy(exact, rows[i].text, n);
		sb_init(&s, 1000);
		add(&s, exact, n);
		assert_string_equal(rows[i].want, s.text);
		assert_false(s.bad);
		sb_done(&s);
		free(exact);
	}
}

static void
plain_text_cannot_move_the_cursor(void **state)
{
	static const struct escape rows[] = {
		{ "plain", "WS-0412.corp.example", 0, "WS-0412.corp.example" },
		{ "empty", "", 0, "" },
		{ "other scripts", "Büro-東京-🖨", 0, "Büro-東京-🖨" },
		{ "backslash", "CORP\\joe", 0, "CORP\\\\joe" },
		{ "escape sequence", "\x1b[2Jx", 0, "\\x1b[2Jx" },
		{ "line ends and tab", "a\r\nb\tc", 0, "a\\x0d\\x0ab\\x09c" },
		{ "NUL inside", "a\0b", 3, "a\\x00b" },
		{ "DEL", "\x7f", 0, "\\x7f" },
		{ "C1 control (CSI)",
			"\xc2\x9b"
			"2J",
			0, "\\xc2\\x9b2J" },
		{ "the first after C1", "\xc2\xa0", 0, "\xc2\xa0" },
		{ "Latin-1 byte", "caf\xe9", 0, "caf\\xe9" },
		{ "cut character", "\xe6\x9d", 0, "\\xe6\\x9d" },
		{ "bad in the middle", "\xe6x\x9d", 0, "\\xe6x\\x9d" },
		{ "right-to-left override",
			"gnp\xe2\x80\xae"
			"exe",
			0, "gnp\\xe2\\x80\\xaeexe" },
		{ "right-to-left mark", "\xe2\x80\x8f", 0, "\\xe2\\x80\\x8f" },
		{ "Arabic letter mark", "\xd8\x9c", 0, "\\xd8\\x9c" },
		{ "isolates", "\xe2\x81\xa6\xe2\x81\xa9", 0,
			"\\xe2\\x81\\xa6\\xe2\\x81\\xa9" },
		{ "line separator", "\xe2\x80\xa8", 0, "\\xe2\\x80\\xa8" },
		{ "a harmless neighbour", "\xe2\x80\xaf", 0, "\xe2\x80\xaf" },
	};

	(void)state;
	check(rows, N(rows), sb_add_plain);
}

static void
csv_is_one_field(void **state)
{
	static const struct escape rows[] = {
		{ "plain", "WS-0412", 0, "WS-0412" },
		{ "empty", "", 0, "" },
		{ "RFC 4180 2.6: comma", "a,b", 0, "\"a,b\"" },
		{ "2.6: line end", "a\r\nb", 0, "\"a\r\nb\"" },
		{ "2.7: quote", "a\"b", 0, "\"a\"\"b\"" },
		{ "only a quote", "\"", 0, "\"\"\"\"" },
		{ "space", " a", 0, "\" a\"" },
		{ "semicolon: the separator of some countries", "a;=1", 0, "\"a;=1\"" },
		{ "formula", "=1+1", 0, "\"'=1+1\"" },
		{ "formula by plus", "+1", 0, "\"'+1\"" },
		{ "formula by minus", "-1", 0, "\"'-1\"" },
		{ "formula by at", "@SUM(A1)", 0, "\"'@SUM(A1)\"" },
		{ "formula after tab", "\t=1", 0, "\"'\t=1\"" },
		{ "formula after CR", "\r=1", 0, "\"'\r=1\"" },
		{ "formula with quotes", "=\"a\"", 0, "\"'=\"\"a\"\"\"" },
		{ "a later sign is harmless", "a=1", 0, "a=1" },
		{ "NUL", "a\0b", 3,
			"a\xef\xbf\xbd"
			"b" },
		{ "escape and bell", "\x1b]0;x\x07", 0,
			"\"\xef\xbf\xbd]0;x\xef\xbf\xbd\"" },
		{ "DEL", "a\x7f", 0, "a\xef\xbf\xbd" },
		{ "C1: CSI", "\xc2\x9b", 0, "\xef\xbf\xbd" },
		{ "right-to-left override", "\xe2\x80\xae", 0, "\xef\xbf\xbd" },
		{ "no UTF-8", "caf\xe9", 0, "caf\xef\xbf\xbd" },
		{ "other scripts", "東京🖨", 0, "東京🖨" },
	};

	(void)state;
	check(rows, N(rows), sb_add_csv);
}

static void
xml_is_well_formed(void **state)
{
	static const struct escape rows[] = {
		{ "plain", "WS-0412", 0, "WS-0412" },
		{ "empty", "", 0, "" },
		{ "the five", "<a b='c' d=\"&\">", 0,
			"&lt;a b=&apos;c&apos; d=&quot;&amp;&quot;&gt;" },
		{ "end of CDATA", "]]>", 0, "]]&gt;" },
		{ "white space survives an attribute", "\t\n\r", 0, "&#9;&#10;&#13;" },
		{ "NUL", "a\0b", 3,
			"a\xef\xbf\xbd"
			"b" },
		{ "control", "\x1b", 0, "\xef\xbf\xbd" },
		{ "C1: CSI", "\xc2\x9b", 0, "&#x9b;" },
		{ "DEL", "\x7f", 0, "&#x7f;" },
		{ "right-to-left override", "\xe2\x80\xae", 0, "&#x202e;" },
		{ "U+FFFE", "\xef\xbf\xbe", 0, "\xef\xbf\xbd" },
		{ "U+FFFF", "\xef\xbf\xbf", 0, "\xef\xbf\xbd" },
		{ "U+FFFD itself", "\xef\xbf\xbd", 0, "\xef\xbf\xbd" },
		{ "no UTF-8", "caf\xe9!", 0, "caf\xef\xbf\xbd!" },
		{ "other scripts", "東京🖨", 0, "東京🖨" },
	};

	(void)state;
	check(rows, N(rows), sb_add_xml);
}

static void
add_yaml(struct sb *s, const char *text, size_t n)
{
	char copy[100] = "";

	memcpy(copy, text, n);
	sb_add_yaml(s, copy);
}

/* That libyaml reads it back is test_conf's. */
static void
yaml_is_one_scalar(void **state)
{
	static const struct escape rows[] = {
		{ "number", "10000", 0, "10000" },
		{ "path", "/var/lib/muster.db", 0, "/var/lib/muster.db" },
		{ "range", "198.18.3.0/28", 0, "198.18.3.0/28" },
		{ "empty", "", 0, "\"\"" },
		{ "nothing", "null", 0, "\"null\"" },
		{ "space", "2 min", 0, "\"2 min\"" },
		{ "indicator", "- a", 0, "\"- a\"" },
		{ "mapping", "a: b", 0, "\"a: b\"" },
		{ "flow", "[a]", 0, "\"[a]\"" },
		{ "comment", "a #b", 0, "\"a #b\"" },
		{ "IPv6", "2001:db8::1", 0, "\"2001:db8::1\"" },
		{ "quote and backslash", "\"\\", 0, "\"\\\"\\\\\"" },
		{ "line end", "a\nb", 0, "\"a\\x0ab\"" },
		{ "other scripts", "Büro", 0, "\"Büro\"" },
		{ "escape and delete", "\x1b[2J\x7f", 0, "\"\\x1b[2J\\x7f\"" },
		{ "C1: CSI", "\xc2\x9b", 0, "\"\\u009b\"" },
		{ "right-to-left override", "\xe2\x80\xae", 0, "\"\\u202e\"" },
		{ "line separator", "\xe2\x80\xa8", 0, "\"\\u2028\"" },
		{ "byte order mark", "\xef\xbb\xbf", 0, "\"\\ufeff\"" },
		{ "no character", "\xef\xbf\xbf", 0, "\"\\uffff\"" },
		{ "no UTF-8", "a\x9b", 0, "\"a\xef\xbf\xbd\"" },
	};

	(void)state;
	check(rows, N(rows), add_yaml);
}

static void
add_scdoc(struct sb *s, const char *text, size_t n)
{
	char copy[100] = "";

	memcpy(copy, text, n);
	sb_add_scdoc(s, copy);
}

static void
scdoc_is_running_text(void **state)
{
	static const struct escape rows[] = {
		{ "plain", "Send at most 10 packets/s.", 0,
			"Send at most 10 packets/s." },
		{ "bold and underline", "*a* _b_", 0, "\\*a\\* \\_b\\_" },
		{ "backslash", "CORP\\joe", 0, "CORP\\\\joe" },
		{ "line break, literal, heading", "++ `` #", 0, "\\+\\+ \\`\\` \\#" },
	};

	(void)state;
	check(rows, N(rows), add_scdoc);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_always_terminated),
		cmocka_unit_test(the_limit_drops_whole_pieces),
		cmocka_unit_test(long_text_grows),
		cmocka_unit_test(room_is_the_callers_or_none),
		cmocka_unit_test(what_was_cut_off_leaves_room),
		cmocka_unit_test(utf8_is_well_formed_or_not),
		cmocka_unit_test(plain_text_cannot_move_the_cursor),
		cmocka_unit_test(csv_is_one_field),
		cmocka_unit_test(xml_is_well_formed),
		cmocka_unit_test(yaml_is_one_scalar),
		cmocka_unit_test(scdoc_is_running_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
