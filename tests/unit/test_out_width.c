/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cells of text; widths from Unicode's EastAsianWidth.txt (UAX #11). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "cli/out_width.h"

static const struct row {
	const char *label, *text;
	size_t cells;
	size_t max;         /* cells given to width_fit */
	size_t bytes, used; /* what fits */
} rows[] = {
	{ "empty", "", 0, 3, 0, 0 },
	{ "ASCII", "abcdef", 6, 3, 3, 3 },
	{ "all fits", "abc", 3, 3, 3, 3 },
	{ "nothing fits", "abc", 3, 0, 0, 0 },
	{ "Latin", "b\xc3\xbcro", 4, 2, 3, 2 },
	{ "combining mark joins", "e\xcc\x81x", 2, 1, 3, 1 },
	{ "CJK is two cells", "\xe6\xbc\xa2\xe5\xad\x97", 4, 3, 3, 2 },
	{ "Hangul", "\xed\x95\x9c", 2, 1, 0, 0 },
	{ "fullwidth A", "\xef\xbc\xa1", 2, 2, 3, 2 },
	{ "halfwidth katakana", "\xef\xbd\xb1", 1, 1, 3, 1 },
	{ "emoji", "\xf0\x9f\x98\x80", 2, 2, 4, 2 },
	{ "CJK extension B", "\xf0\xa0\x80\x80", 2, 1, 0, 0 },
	{ "a stray byte is one cell",
		"\xff"
		"a",
		2, 1, 1, 1 },
};

static void
cells_are_those_of_unicode(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t used;
		print_message("  %s\n", rows[i].label);
		assert_int_equal(rows[i].cells, width_of(rows[i].text));
		assert_int_equal(
			rows[i].bytes, width_fit(rows[i].text, rows[i].max, &used));
		assert_int_equal(rows[i].used, used);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells_are_those_of_unicode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
