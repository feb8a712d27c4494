/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/late.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static double (*cosine)(double);
static void (*nothing)(void);

/* A library that every program with -lm has. */
static const struct late_symbol there[] = { { "cos", &cosine } };
static const struct late_symbol missing[] = { { "cos", &cosine },
	{ "no_such_function", &nothing } };

static void
a_loaded_function_can_be_called(void **state)
{
	struct late l = LATE("libm.so.6", "libc6", there);
	struct err e;

	(void)state;
	for (int i = 0; i < 2; i++) /* the second time nothing is left to do */
		if (late_load(&l, &e) == -1)
			fail_msg("%s", e.text);
	assert_true(l.loaded);
	assert_true(cosine(0) > 0.999 && cosine(0) < 1.001);
}

static void
what_is_missing_is_named_with_its_package(void **state)
{
	struct {
		const char *label;
		struct late late;
		const char *want[2];
	} rows[] = {
		{ "no such file", LATE("libnone.so.9", "libnone9", there),
			{ "libnone9", "libnone.so.9" } },
		{ "no such function", LATE("libm.so.6", "libc6", missing),
			{ "libc6", "no_such_function" } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err e = { 0 };
		print_message("  %s\n", rows[i].label);
		assert_int_equal(late_load(&rows[i].late, &e), -1);
		assert_int_equal(e.code, ERR_NOTFOUND);
		assert_false(rows[i].late.loaded);
		for (size_t k = 0; k < 2; k++)
			if (!strstr(e.text, rows[i].want[k]))
				fail_msg("%s", e.text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_loaded_function_can_be_called),
		cmocka_unit_test(what_is_missing_is_named_with_its_package),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
