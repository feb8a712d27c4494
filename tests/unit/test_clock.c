/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Times as text.  Expected seconds are those of GNU date(1). */
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))
#define S(n) ((n) * (int64_t)SECOND)

static void
times_are_printed_in_utc(void **state)
{
	static const struct {
		const char *want;
		int64_t us;
	} rows[] = {
		{ "1970-01-01T00:00:00.000000Z", 0 },
		{ "1970-01-01T00:00:00.000001Z", 1 },
		{ "1969-12-31T23:59:59.999999Z", -1 },
		{ "1969-12-31T23:59:59.000000Z", -S(1) },
		{ "2000-02-29T12:34:56.000000Z", S(951827696) },
		{ "2000-03-01T00:00:00.000000Z", S(951868800) },
		{ "1900-03-01T00:00:00.000000Z", S(-2203891200) }, /* no leap year */
		{ "2026-11-21T20:15:03.123456Z", S(1795292103) + 123456 },
		{ "2038-01-19T03:14:08.000000Z", S(2147483648) },
		{ "9999-12-31T23:59:59.999999Z", S(253402300799) + 999999 },
		{ "0000-01-01T00:00:00.000000Z", S(-62167219200) },
	};
	char buf[TIME_TEXT_MAX];
	int64_t back;

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		print_message("  %s\n", rows[i].want);
		assert_string_equal(rows[i].want, time_print(rows[i].us, buf));
		assert_int_equal(0, time_parse(rows[i].want, &back));
		assert_true(back == rows[i].us);
	}
	/* No year that anyone means, but the text must stay whole. */
	assert_string_equal("294247-01-10T04:00:54.775807Z", time_print(INT64_MAX, buf));
	assert_string_equal(
		"-290308-12-21T19:59:05.224192Z", time_print(INT64_MIN, buf));
}

static void
every_form_of_rfc_3339_is_read(void **state)
{
	static const struct {
		const char *label, *text;
		int64_t us;
	} rows[] = {
		{ "5.8: fraction", "1985-04-12T23:20:50.52Z", S(482196050) + 520000 },
		{ "5.8: west of UTC", "1996-12-19T16:39:57-08:00", S(851042397) },
		{ "5.8: leap second", "1990-12-31T23:59:60Z", S(662688000) },
		{ "5.8: leap second elsewhere", "1990-12-31T15:59:60-08:00",
			S(662688000) },
		{ "5.8: odd offset", "1937-01-01T12:00:27.87+00:20",
			S(-1041337173) + 870000 },
		{ "4.3: unknown local offset", "1970-01-01T00:00:00-00:00", 0 },
		{ "5.6: lower case", "1970-01-01t00:00:01z", S(1) },
		{ "5.6: a space", "1970-01-01 00:00:01Z", S(1) },
		{ "one digit", "1970-01-01T00:00:00.1Z", 100000 },
		{ "nine digits", "1970-01-01T00:00:00.123456789Z", 123456 },
	};
	int64_t us;

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		print_message("  %s\n", rows[i].label);
		assert_int_equal(0, time_parse(rows[i].text, &us));
		assert_true(us == rows[i].us);
	}
}

static void
what_is_no_time_is_refused(void **state)
{
	static const char *const rows[] = { "", "now", "2026-11-21",
		"2026-11-21T20:15:03", "2026-11-21T20:15Z", "2026-11-21T20:15:03.Z",
		"2026-11-21T20:15:03.1234567890Z", "2026-11-21T20:15:03,5Z",
		"2026-11-21T20:15:03Zx", " 2026-11-21T20:15:03Z",
		"2026-11-21T20:15:03 Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
		"2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z", "2026-04-31T00:00:00Z",
		"2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-01-01T24:00:00Z",
		"2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z",
		"2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+00:60",
		"2026-01-01T00:00:00+0100", "2026-01-01T00:00:00+1:00",
		"26-01-01T00:00:00Z", "02026-01-01T00:00:00Z", "-026-01-01T00:00:00Z",
		"2026-1-01T00:00:00Z", "2026/01/01T00:00:00Z",
		"2026-01-01T00:00:00.+1Z" };
	int64_t us = 42;

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		print_message("  '%s'\n", rows[i]);
		assert_int_equal(-1, time_parse(rows[i], &us));
		assert_int_equal(42, us);
	}
	assert_int_equal(0, time_parse("2024-02-29T00:00:00Z", &us));
	assert_int_equal(0, time_parse("2000-02-29T00:00:00Z", &us));
}

/* Against the C library's calendar, over all days of 800 years. */
static void
the_calendar_is_the_c_librarys(void **state)
{
	char buf[TIME_TEXT_MAX], want[TIME_TEXT_MAX];

	(void)state;
	for (time_t day = -135140; day < 157000; day++) {
		time_t t = day * 86400 + 45296;
		struct tm tm;
		assert_non_null(gmtime_r(&t, &tm));
		assert_int_equal(27,
			strftime(want, sizeof(want), "%Y-%m-%dT%H:%M:%S.000000Z", &tm));
		assert_string_equal(want, time_print(S(t), buf));
	}
}

static void
durations_are_for_people(void **state)
{
	static const struct {
		int64_t us;
		const char *want;
	} rows[] = {
		{ 0, "0 s" },
		{ 999, "0 s" },
		{ 1000, "1 ms" },
		{ 999999, "999 ms" },
		{ S(1), "1 s" },
		{ 1400000, "1.4 s" },
		{ 1099999, "1 s" },
		{ S(3), "3 s" },
		{ 9999999, "9.9 s" },
		{ 10900000, "10 s" },
		{ S(59), "59 s" },
		{ S(60), "1 min" },
		{ S(125), "2 min 5 s" },
		{ S(3599), "59 min 59 s" },
		{ S(3600), "1 h" },
		{ S(15000), "4 h 10 min" },
		{ S(86399), "23 h 59 min" },
		{ S(86400), "1 d" },
		{ S(273600), "3 d 4 h" },
		{ S(-125), "-2 min 5 s" },
		{ INT64_MAX, "106751991 d 4 h" },
		{ INT64_MIN, "-106751991 d 4 h" },
	};
	char buf[TIME_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < N(rows); i++)
		assert_string_equal(rows[i].want, duration_print(rows[i].us, buf));
}

static void
the_system_clock_goes_on(void **state)
{
	struct clock *c = &clock_system;
	int64_t mono = clock_mono(c), wall = clock_wall(c);

	(void)state;
	c->sleep_us(c, 2 * MSEC);
	assert_true(clock_mono(c) - mono >= 2 * MSEC);
	assert_true(clock_wall(c) > S(1700000000) && wall > S(1700000000));
	mono = clock_mono(c);
	c->sleep_us(c, 0);
	c->sleep_us(c, -S(100));
	assert_true(clock_mono(c) - mono < S(1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_printed_in_utc),
		cmocka_unit_test(every_form_of_rfc_3339_is_read),
		cmocka_unit_test(what_is_no_time_is_refused),
		cmocka_unit_test(the_calendar_is_the_c_librarys),
		cmocka_unit_test(durations_are_for_people),
		cmocka_unit_test(the_system_clock_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
