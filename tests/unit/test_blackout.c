/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Windows in which nothing is polled: from when until when, over midnight, weeks and zones. */
#include "schedule/blackout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "base/clock.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static int
setup(void **state)
{
	*state = arena_new(1 << 20);
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

static void
a_window_holds_until_its_end(void **state)
{
	static const struct {
		const char *label, *windows[3], *zone, *now,
			*until; /* NULL: it does not hold */
	} rows[] = {
		{ "inside", { "mon-fri 08:00-18:00" }, "UTC", "2026-11-20T08:00:00Z",
			"2026-11-20T18:00:00Z" },
		{ "the end is outside", { "mon-fri 08:00-18:00" }, "UTC",
			"2026-11-20T18:00:00Z", NULL },
		{ "before", { "mon-fri 08:00-18:00" }, "UTC", "2026-11-20T07:59:59Z",
			NULL },
		{ "another day", { "mon-fri 08:00-18:00" }, "UTC",
			"2026-11-21T12:00:00Z", NULL },
		{ "over midnight, before it", { "daily 22:00-06:00" }, "UTC",
			"2026-11-20T23:00:00Z", "2026-11-21T06:00:00Z" },
		{ "over midnight, behind it", { "daily 22:00-06:00" }, "UTC",
			"2026-11-21T05:59:59Z", "2026-11-21T06:00:00Z" },
		{ "Friday night reaches into Saturday", { "fri 22:00-06:00" }, "UTC",
			"2026-11-21T03:00:00Z", "2026-11-21T06:00:00Z" },
		{ "to the end of the day", { "sat 12:00-24:00" }, "UTC",
			"2026-11-21T13:00:00Z", "2026-11-22T00:00:00Z" },
		{ "neighbours are one", { "sat 12:00-24:00", "sun 00:00-10:00" }, "UTC",
			"2026-11-21T13:00:00Z", "2026-11-22T10:00:00Z" },
		{ "overlapping", { "sat 10:00-14:00", "sat 13:00-15:00" }, "UTC",
			"2026-11-21T10:30:00Z", "2026-11-21T15:00:00Z" },
		{ "once", { "2026-12-24 12:00 - 2027-01-02" }, "UTC",
			"2026-12-31T23:59:59Z", "2027-01-02T00:00:00Z" },
		{ "once, over", { "2026-12-24 12:00 - 2027-01-02" }, "UTC",
			"2027-01-02T00:00:00Z", NULL },
		{ "local time", { "daily 08:00-18:00" }, "Europe/Berlin",
			"2026-11-20T07:00:00Z", "2026-11-20T17:00:00Z" },
		{ "the night that is shorter", { "daily 01:00-04:00" }, "Europe/Berlin",
			"2026-03-29T00:30:00Z", "2026-03-29T02:00:00Z" },
		{ "the night that is longer", { "daily 01:00-04:00" }, "Europe/Berlin",
			"2026-10-24T23:30:00Z", "2026-10-25T03:00:00Z" },
		{ "ends in the hour that comes twice", { "daily 01:00-02:30" },
			"Europe/Berlin", "2026-10-25T00:45:00Z",
			"2026-10-25T01:30:00Z" },
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct blackout b[3];
		struct err e = { 0 };
		struct zone *z;
		size_t n = 0;
		print_message("  %s\n", rows[i].label);
		for (; n < 3 && rows[i].windows[n]; n++)
			if (blackout_parse(rows[i].windows[n], *state, &b[n], &e) == -1)
				fail_msg("%s", e.text);
		assert_int_equal(0, zone_open(&z, rows[i].zone, *state, &e));
		int64_t now = at(rows[i].now);
		assert_true(blackout_end(b, n, z, now) ==
			(rows[i].until ? at(rows[i].until) : now));
	}
}

static void
what_is_no_window_is_refused(void **state)
{
	static const char *const texts[] = { "", "daily", "daily 08:00", "daily 08:00-",
		"daily 24:00-06:00", "xyz 08:00-18:00", "08:00-18:00",
		"mon 08:00 - 18:00", "2026-12-24", "2026-12-24 - 2026-12-23",
		"2026-13-24 - 2027-01-01", "2026-12-24 - ", "2026-12-24Z - 2027-01-01" };
	struct blackout b;

	for (size_t i = 0; i < N(texts); i++) {
		struct err e = { 0 };
		print_message("  '%s'\n", texts[i]);
		assert_int_equal(-1, blackout_parse(texts[i], *state, &b, &e));
		assert_int_equal(ERR_ARG, e.code);
	}
}

static void
windows_that_never_end_are_bounded(void **state)
{
	struct err e = { 0 };
	struct blackout b;
	struct zone *z;

	assert_int_equal(0, blackout_parse("daily 00:00-24:00", *state, &b, &e));
	assert_int_equal(0, zone_open(&z, "UTC", *state, &e));
	assert_true(blackout_end(&b, 1, z, 1795292103) > 1795292103 + 30 * DAY_SECONDS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_window_holds_until_its_end),
		cmocka_unit_test(what_is_no_window_is_refused),
		cmocka_unit_test(windows_that_never_end_are_bounded),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
