/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Host names by RFC 1123 §2.1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/hostname.h"

static const struct row {
	const char *name;
	bool valid;
} rows[] = {
	{ "a", true },
	{ "web-1.corp.example", true },
	{ "WS_0412.corp.example.", true },
	{ "3com.example", true },
	{ "", false },
	{ ".", false },
	{ "a..b", false },
	{ "-a.example", false },
	{ "a-.example", false },
	{ "a b", false },
	{ "a\x1b[31m", false },
	{ "caf\xc3\xa9", false },
};

static void
names_are_told_from_other_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("  '%s'\n", rows[i].name);
		assert_int_equal(rows[i].valid, hostname_is_valid(rows[i].name));
	}
}

/* A name of n characters in labels of at most `label`. */
static const char *
long_name(char *buf, size_t n, size_t label)
{
	for (size_t i = 0; i < n; i++)
		buf[i] = (i + 1) % (label + 1) == 0 ? '.' : 'a';
	buf[n] = '\0';
	return buf;
}

static void
lengths_are_limited(void **state)
{
	char buf[300];

	(void)state;
	assert_true(hostname_is_valid(long_name(buf, 63, 63)));
	assert_false(hostname_is_valid(long_name(buf, 64, 64)));
	assert_true(hostname_is_valid(long_name(buf, 253, 60)));
	assert_false(hostname_is_valid(long_name(buf, 254, 60)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_told_from_other_text),
		cmocka_unit_test(lengths_are_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
