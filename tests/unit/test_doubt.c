/* SPDX-License-Identifier: GPL-3.0-or-later */
/* By which clocks nothing is forgotten, and for how long. */
#include "schedule/doubt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define N(a)   (sizeof(a) / sizeof((a)[0]))
#define HOUR   (DOUBT_DAY / 24)
#define YEAR   (365 * DOUBT_DAY)
#define NOW    (INT64_C(1800000000) * 1000000)
#define UPTIME (77 * HOUR)

static void
a_start_long_after_the_last_run_is_doubted_for_a_day(void **state)
{
	static const struct {
		const char *label;
		int64_t last_run;
		bool doubted;
	} rows[] = {
		{ "a store without runs", 0, false },
		{ "a run a day ago", NOW - 25 * HOUR, false },
		{ "polled once a week", NOW - 7 * DOUBT_DAY - 6 * HOUR, false },
		{ "off for ten days, or ahead by ten", NOW - 10 * DOUBT_DAY, true },
		{ "ten years ahead", NOW - 10 * YEAR, true },
		{ "behind what the store knows", NOW + 10 * YEAR, false },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct doubt d;
		doubt_begin(&d, NOW, rows[i].last_run, UPTIME);
		if (doubt_holds(&d, UPTIME) != rows[i].doubted ||
			doubt_holds(&d, UPTIME + 23 * HOUR) != rows[i].doubted ||
			doubt_holds(&d, UPTIME + 24 * HOUR))
			fail_msg("%s", rows[i].label);
	}
}

static void
a_clock_that_is_set_ahead_by_days_is_doubted_for_a_day(void **state)
{
	static const struct {
		const char *label;
		int64_t by;
		bool doubted;
	} rows[] = {
		{ "a change of summer time", HOUR, false },
		{ "back by ten years", -10 * YEAR, false },
		{ "ahead by two days", 2 * DOUBT_DAY, true },
		{ "ahead by ten years", 10 * YEAR, true },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct doubt d = { 0 };
		doubt_jump(&d, rows[i].by, UPTIME);
		if (doubt_holds(&d, UPTIME) != rows[i].doubted ||
			doubt_holds(&d, UPTIME + 24 * HOUR))
			fail_msg("%s", rows[i].label);
	}
}

static void
setting_it_right_again_does_not_end_the_doubt(void **state)
{
	struct doubt d = { 0 };

	(void)state;
	doubt_jump(&d, 10 * YEAR, UPTIME);
	doubt_jump(&d, -10 * YEAR, UPTIME + HOUR);
	assert_true(doubt_holds(&d, UPTIME + 2 * HOUR));
	assert_false(doubt_holds(&d, UPTIME + 24 * HOUR));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_start_long_after_the_last_run_is_doubted_for_a_day),
		cmocka_unit_test(a_clock_that_is_set_ahead_by_days_is_doubted_for_a_day),
		cmocka_unit_test(setting_it_right_again_does_not_end_the_doubt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
