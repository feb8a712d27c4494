/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Schedules as people write them.  Expected moments are those of `systemd-analyze calendar`
 * where it can say the same, else counted by hand from a calendar (the week days are those of
 * cal(1)); tests/e2e/calendar.sh compares many more with it.
 */
#include "schedule/calendar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "base/clock.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static int
setup(void **state)
{
	*state = arena_new(1 << 24);
	return *state ? 0 : -1;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static int64_t
at(const char *text)
{
	int64_t us;

	assert_int_equal(0, time_parse(text, &us));
	return us / SECOND;
}

struct row {
	const char *label, *text, *zone, *from;
	const char *want[3]; /* the next ones, behind each other; NULL: enough */
};

static void
follows(struct arena *mem, const struct row *r)
{
	struct calendar c;
	struct zone *z;
	struct err e = { 0 };
	char have[TIME_TEXT_MAX];
	int64_t t = at(r->from);

	print_message("  %s: %s\n", r->label, r->text);
	if (calendar_parse(r->text, mem, &c, &e) == -1)
		fail_msg("%s", e.text);
	assert_int_equal(0, zone_open(&z, r->zone, mem, &e));
	for (size_t i = 0; i < N(r->want) && r->want[i]; i++) {
		t = calendar_next(&c, z, t);
		if (t != at(r->want[i]))
			fail_msg("%s, not %s", time_print(t * SECOND, have), r->want[i]);
	}
}

static void
the_next_times_follow(void **state)
{
	static const struct row rows[] = {
		{ "each day", "daily 03:00", "UTC", "2026-11-21T20:15:03Z",
			{ "2026-11-22T03:00:00Z", "2026-11-23T03:00:00Z" } },
		{ "twice a day", "daily 18:30 03:00", "UTC", "2026-11-21T03:00:00Z",
			{ "2026-11-21T18:30:00Z", "2026-11-22T03:00:00Z" } },
		{ "week days", "mon-fri 07:00", "UTC", "2026-11-20T07:00:00Z",
			{ "2026-11-23T07:00:00Z", "2026-11-24T07:00:00Z" } },
		{ "weekend", "Sat,Sunday 09:00", "UTC", "2026-11-20T07:00:00Z",
			{ "2026-11-21T09:00:00Z", "2026-11-22T09:00:00Z",
				"2026-11-28T09:00:00Z" } },
		{ "over the week's end", "fri-mon 00:00", "UTC", "2026-11-24T00:00:00Z",
			{ "2026-11-27T00:00:00Z", "2026-11-28T00:00:00Z" } },
		{ "days of the month", "monthly 1,15,last 03:00", "UTC",
			"2026-02-01T03:00:00Z",
			{ "2026-02-15T03:00:00Z", "2026-02-28T03:00:00Z",
				"2026-03-01T03:00:00Z" } },
		{ "a day that not all have", "monthly 31 04:00", "UTC",
			"2026-01-31T04:00:00Z",
			{ "2026-03-31T04:00:00Z", "2026-05-31T04:00:00Z" } },
		{ "the second Tuesday", "monthly 2nd tue 03:00", "UTC",
			"2026-11-10T03:00:00Z",
			{ "2026-12-08T03:00:00Z", "2027-01-12T03:00:00Z" } },
		{ "the last Friday", "monthly last fri 22:00", "UTC",
			"2026-11-21T00:00:00Z",
			{ "2026-11-27T22:00:00Z", "2026-12-25T22:00:00Z" } },
		{ "the fifth Monday", "monthly fifth monday 00:30", "UTC",
			"2026-11-01T00:00:00Z",
			{ "2026-11-30T00:30:00Z", "2027-03-29T00:30:00Z" } },
		{ "an interval", "every 420min", "UTC", "2026-11-21T00:00:00Z",
			{ "2026-11-21T07:00:00Z", "2026-11-21T14:00:00Z" } },
		{ "in words", "every 2 days", "UTC", "2026-11-21T00:00:00Z",
			{ "2026-11-23T00:00:00Z" } },
		{ "days with a time", "every 3 days at 03:00", "UTC",
			"2026-11-21T20:00:00Z", /* day 20778 is a multiple of 3 */
			{ "2026-11-24T03:00:00Z", "2026-11-27T03:00:00Z" } },
		{ "cron", "cron 30 2 * * 1-5", "UTC", "2026-11-20T02:30:00Z",
			{ "2026-11-23T02:30:00Z" } },
		{ "cron steps", "cron */20 8-9 * * *", "UTC", "2026-11-20T08:30:00Z",
			{ "2026-11-20T08:40:00Z", "2026-11-20T09:00:00Z" } },
		{ "cron names", "cron 0 0 1 jan,JUL *", "UTC", "2026-11-20T08:30:00Z",
			{ "2027-01-01T00:00:00Z", "2027-07-01T00:00:00Z" } },
		{ "cron: either day, where both are given", "cron 0 12 13 * 5", "UTC",
			"2026-11-07T00:00:00Z",
			{ "2026-11-13T12:00:00Z", "2026-11-20T12:00:00Z" } },
		{ "cron: 7 is Sunday", "cron 0 12 * * 7", "UTC", "2026-11-21T00:00:00Z",
			{ "2026-11-22T12:00:00Z" } },
		{ "cron nickname", "cron @weekly", "UTC", "2026-11-21T00:00:00Z",
			{ "2026-11-22T00:00:00Z", "2026-11-29T00:00:00Z" } },
		{ "29 February", "cron 0 0 29 2 *", "UTC", "2026-11-21T00:00:00Z",
			{ "2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z" } },
		{ "29 February over 2100", "cron 0 0 29 2 *", "UTC",
			"2096-03-01T00:00:00Z", { "2104-02-29T00:00:00Z" } },
	};

	for (size_t i = 0; i < N(rows); i++)
		follows(*state, &rows[i]);
}

static void
times_are_those_of_the_zone_on_both_sides_of_a_change(void **state)
{
	static const struct row rows[] = {
		{ "winter", "daily 03:00", "Europe/Berlin", "2026-11-21T20:15:03Z",
			{ "2026-11-22T02:00:00Z" } },
		{ "spring", "daily 07:00", "Europe/Berlin", "2026-03-28T00:00:00Z",
			{ "2026-03-28T06:00:00Z", "2026-03-29T05:00:00Z" } },
		{ "autumn", "daily 07:00", "Europe/Berlin", "2026-10-24T00:00:00Z",
			{ "2026-10-24T05:00:00Z", "2026-10-25T06:00:00Z" } },
		{ "what does not exist is when the clocks change", "daily 02:30",
			"Europe/Berlin", "2026-03-28T12:00:00Z",
			{ "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z" } },
		{ "what comes twice is once", "daily 02:30", "Europe/Berlin",
			"2026-10-24T12:00:00Z",
			{ "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z" } },
		{ "every hour goes on, forward", "cron 5 * * * *", "Europe/Berlin",
			"2026-03-29T00:05:00Z",
			{ "2026-03-29T01:05:00Z", "2026-03-29T02:05:00Z" } },
		{ "every hour goes on, back", "cron 5 * * * *", "Europe/Berlin",
			"2026-10-25T00:05:00Z",
			{ "2026-10-25T01:05:00Z", "2026-10-25T02:05:00Z" } },
		{ "a change of half an hour", "daily 02:15", "Australia/Lord_Howe",
			"2026-10-03T12:00:00Z",
			{ "2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z" } },
		{ "a zone of quarters", "daily 00:00", "Asia/Kathmandu",
			"2026-11-21T00:00:00Z", { "2026-11-21T18:15:00Z" } },
		{ "clocks put forward at midnight", "daily 00:00", "America/Santiago",
			"2026-09-05T12:00:00Z",
			{ "2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z" } },
		{ "clocks put back over midnight", "daily 23:30", "America/Santiago",
			"2026-04-04T12:00:00Z",
			{ "2026-04-05T02:30:00Z", "2026-04-06T03:30:00Z" } },
	};

	for (size_t i = 0; i < N(rows); i++)
		follows(*state, &rows[i]);
}

static void
what_has_no_time_of_its_own_has_none(void **state)
{
	static const char *const texts[] = { "start", "after office",
		"cron 0 0 30 2 *" };
	struct err e = { 0 };
	struct calendar c;
	struct zone *z;

	assert_int_equal(0, zone_open(&z, "UTC", *state, &e));
	for (size_t i = 0; i < N(texts); i++) {
		print_message("  %s\n", texts[i]);
		assert_int_equal(0, calendar_parse(texts[i], *state, &c, &e));
		assert_true(calendar_next(&c, z, 1795292103) == CALENDAR_NEVER);
	}
}

static void
calendars_are_equal_that_tell_the_same_times(void **state)
{
	static const struct {
		const char *one, *other;
		bool equal;
	} rows[] = {
		{ "every 7h", "every 420min", true },
		{ "every 7h", "every 8h", false },
		{ "every 1 days at 03:00", "daily 03:00", true },
		{ "every 2 days at 03:00", "every 3 days at 03:00", false },
		{ "daily 03:00 04:00", "daily 04:00 03:00", true },
		{ "daily 03:00", "daily 03:01", false },
		{ "mon-wed 03:00", "mon,tue,wed 03:00", true },
		{ "mon 03:00", "tue 03:00", false },
		{ "monthly 1 03:00", "monthly 2 03:00", false },
		{ "monthly 1 03:00", "monthly last 03:00", false },
		{ "monthly 1st tue 03:00", "monthly 2nd tue 03:00", false },
		{ "monthly last fri 22:00", "daily 03:00", false },
		{ "cron 0 3 1 2 *", "cron 0 3 1 3 *", false },
		{ "cron 0 3 1 * 1", "monthly 1 03:00", false },
		{ "cron 0 0 * * *", "cron @daily", true },
		{ "cron 0 3 1 * 0-6", "cron 0 3 1 * *", false },
		{ "after office", "after office", true },
		{ "after office", "after lab", false },
		{ "start", "start", true },
		{ "start", "after office", false },
	};
	struct calendar one, other;
	struct err e = { 0 };

	for (size_t i = 0; i < N(rows); i++) {
		print_message("  %s, %s\n", rows[i].one, rows[i].other);
		assert_int_equal(0, calendar_parse(rows[i].one, *state, &one, &e));
		assert_int_equal(0, calendar_parse(rows[i].other, *state, &other, &e));
		assert_int_equal(rows[i].equal, calendar_equal(&one, &other));
		assert_int_equal(rows[i].equal, calendar_equal(&other, &one));
	}
}

static void
what_is_no_schedule_is_refused_with_the_word_at_fault(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "", "empty" },
		{ "   ", "empty" },
		{ "sometimes", "sometimes" },
		{ "daily", "time of day" },
		{ "daily 3", "'3'" },
		{ "daily 24:00", "24:00" },
		{ "daily 03:60", "03:60" },
		{ "mon-xyz 03:00", "mon-xyz" },
		{ "mon, 03:00", "mon," },
		{ "monthly 03:00", "which days" },
		{ "monthly 32 03:00", "32" },
		{ "monthly 0 03:00", "0" },
		{ "monthly 1st 03:00", "which day" },
		{ "monthly 1st mon 2nd tue 03:00", "write two" },
		{ "monthly 1 2nd tue 03:00", "write two" },
		{ "monthly 1", "time of day" },
		{ "every", "how much" },
		{ "every 5", "of what" },
		{ "every 0s", "must be" },
		{ "every 2h at 03:00", "whole days" },
		{ "every 0 days at 03:00", "whole days" },
		{ "start now", "now" },
		{ "after", "which poll" },
		{ "after a b", "'b'" },
		{ "cron * * * *", "five" },
		{ "cron 60 * * * *", "minute" },
		{ "cron * 24 * * *", "hour" },
		{ "cron * * 0 * *", "day of the month" },
		{ "cron * * * 13 *", "month" },
		{ "cron * * * * 8", "week" },
		{ "cron 5-3 * * * *", "minute" },
		{ "cron 1, * * * *", "minute" },
		{ "cron 5/2 * * * *", "minute" },
		{ "cron */0 * * * *", "minute" },
		{ "cron @sometimes", "five" },
	};
	struct calendar c;

	for (size_t i = 0; i < N(rows); i++) {
		struct err e = { 0 };
		print_message("  '%s'\n", rows[i].text);
		assert_int_equal(-1, calendar_parse(rows[i].text, *state, &c, &e));
		assert_int_equal(ERR_ARG, e.code);
		if (!strstr(e.text, rows[i].why))
			fail_msg("%s", e.text);
	}
}

static void
a_zone_that_is_not_installed_is_refused(void **state)
{
	static const char *const names[] = { "Europe/Atlantis", "../../etc/passwd", "",
		"/etc/localtime", ":UTC" };
	struct zone *z;

	for (size_t i = 0; i < N(names); i++) {
		struct err e = { 0 };
		assert_int_equal(-1, zone_open(&z, names[i], *state, &e));
		assert_int_equal(ERR_ARG, e.code);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_next_times_follow),
		cmocka_unit_test(times_are_those_of_the_zone_on_both_sides_of_a_change),
		cmocka_unit_test(what_has_no_time_of_its_own_has_none),
		cmocka_unit_test(calendars_are_equal_that_tell_the_same_times),
		cmocka_unit_test(what_is_no_schedule_is_refused_with_the_word_at_fault),
		cmocka_unit_test(a_zone_that_is_not_installed_is_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
