/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Moments as people write them.  Expected seconds are those of GNU date(1). */
#include "base/when.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "base/clock.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))
#define S(n) ((n) * (int64_t)SECOND)
#define NOW  S(1795292103) /* 2026-11-21T20:15:03Z */

struct row {
	const char *text;
	int64_t us;
};

static void
all_are(const struct row *rows, size_t n)
{
	struct err e = { 0 };
	int64_t us;

	for (size_t i = 0; i < n; i++) {
		print_message("  '%s'\n", rows[i].text);
		assert_int_equal(0, when_parse(rows[i].text, NOW, &us, &e));
		if (us != rows[i].us)
			fail_msg("%lld, not %lld", (long long)us, (long long)rows[i].us);
	}
}

static void
what_a_date_or_time_leaves_out_is_filled_in(void **state)
{
	static const struct row rows[] = {
		{ "2026-11-21", S(1795219200) },
		{ "2026-11-21 20:15", S(1795292100) },
		{ "2026-11-21T20:15", S(1795292100) },
		{ "2026-11-21 20:15:03", S(1795292103) },
		{ "2026-11-21 20:15:03.5", S(1795292103) + 500000 },
		{ "2026-11-21T20:15:03Z", S(1795292103) },
		{ "2026-11-21T20:15:03.123456Z", S(1795292103) + 123456 },
		{ "2026-11-21 20:15+01:00", S(1795288500) },
		{ "2026-11-21 20:15:03 -05:30", S(1795311903) },
		{ "2026-11-21 20:15Z", S(1795292100) },
		{ "1969-12-31", -S(86400) },
	};

	(void)state;
	all_are(rows, N(rows));
}

static void
ages_are_counted_back_from_now(void **state)
{
	static const struct row rows[] = {
		{ "7d", NOW - S(604800) },
		{ "-7d", NOW - S(604800) },
		{ "7 days ago", NOW - S(604800) },
		{ "1 day ago", NOW - S(86400) },
		{ "1 Week", NOW - S(604800) },
		{ "2w", NOW - S(1209600) },
		{ "90min", NOW - S(5400) },
		{ "90 mins ago", NOW - S(5400) },
		{ "1h30min", NOW - S(5400) },
		{ "1 hour 30 minutes ago", NOW - S(5400) },
		{ "2h", NOW - S(7200) },
		{ "45 s", NOW - S(45) },
		{ "0d", NOW },
	};

	(void)state;
	all_are(rows, N(rows));
}

static void
words_name_moments(void **state)
{
	static const struct row rows[] = {
		{ "now", NOW },
		{ "today", S(1795219200) },
		{ "Yesterday", NOW - S(86400) },
	};
	struct err e = { 0 };
	int64_t us;

	(void)state;
	all_are(rows, N(rows));
	assert_int_equal(0, when_parse("today", -S(1), &us, &e));
	assert_true(us == -S(86400));
}

static void
what_is_no_moment_is_refused(void **state)
{
	static const char *const rows[] = { "", " ", "-", "tomorrow", "7", "-7", "7x",
		"d", "7 d ago now", "ago", "7 ago", "7ds", "7 dayss", "2026", "2026-11",
		"2026-13-01", "2026-02-30", "2026-11-21 25:00", "2026-11-21 20",
		"2026-11-21 20:15:", "2026-11-21 20:15:61", "2026-11-21 20:15 CET",
		"2026-11-21 20:15 ", "2026-11-21Z", "21.11.2026",
		"9999999999999999999d", "400000d", "366000d366000d", "--7d", "+7d",
		"2026-11-21 20:15:03.00000000000000000000000000000000000000000000000000"
		"0000000000000000Z" };
	struct err e = { 0 };
	int64_t us;

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		print_message("  '%s'\n", rows[i]);
		assert_int_equal(-1, when_parse(rows[i], NOW, &us, &e));
		assert_int_equal(ERR_ARG, e.code);
		assert_non_null(strstr(e.text, "is no time"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_date_or_time_leaves_out_is_filled_in),
		cmocka_unit_test(ages_are_counted_back_from_now),
		cmocka_unit_test(words_name_moments),
		cmocka_unit_test(what_is_no_moment_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
