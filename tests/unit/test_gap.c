/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The longest time between two runs, whatever day of the year it is asked on. */
#include "schedule/gap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "base/clock.h"

#define N(a)   (sizeof(a) / sizeof((a)[0]))
#define HOUR   3600
#define DAY_ON (37 * HOUR + 7) /* so that all hours have their turn, too */

enum { TEXTS = 2 };

struct row {
	const char *label, *schedules[TEXTS], *windows[TEXTS], *zone;
	int64_t spread, enough, want; /* seconds; want 0: not longer than enough */
};

static const struct row rows[] = {
	{ "each day", { "daily 03:00" }, { 0 }, "UTC", 0, 24 * HOUR, 0 },
	{ "each day, and less than one is enough", { "daily 03:00" }, { 0 }, "UTC", 0,
		23 * HOUR, 24 * HOUR },
	{ "each day, where clocks are changed", { "daily 03:00" }, { 0 },
		"Europe/Berlin", 0, 24 * HOUR, 0 },
	{ "the same in the south", { "daily 02:30" }, { 0 }, "Australia/Sydney", 0,
		24 * HOUR, 0 },
	{ "an interval, where clocks are changed", { "every 24h" }, { 0 },
		"Europe/Berlin", 0, 24 * HOUR, 0 },
	{ "put off", { "every 24h" }, { 0 }, "UTC", 6 * HOUR, 24 * HOUR, 30 * HOUR },
	{ "put off by what there is room for", { "every 18h" }, { 0 }, "UTC", 6 * HOUR,
		24 * HOUR, 0 },
	{ "work days", { "mon-fri 07:00" }, { 0 }, "Europe/Berlin", 0, 24 * HOUR,
		72 * HOUR },
	{ "each minute of work days", { "cron * 9-17 * * 1-5" }, { 0 }, "UTC", 0,
		24 * HOUR, 63 * HOUR + 60 },
	{ "each minute", { "cron * * * * *" }, { 0 }, "UTC", 0, 1 * HOUR, 0 },
	{ "two that share the week", { "mon-fri 07:00", "sat,sun 07:00" }, { 0 },
		"Europe/Berlin", 0, 24 * HOUR, 0 },
	{ "each month", { "monthly 1 00:00" }, { 0 }, "UTC", 0, 30 * 24 * HOUR,
		31 * 24 * HOUR },
	{ "each month, and that is enough", { "monthly 1 00:00" }, { 0 },
		"Europe/Berlin", 0, 31 * 24 * HOUR, 0 },
	{ "a window in which it would run", { "daily 03:00" }, { "mon 02:00-06:00" },
		"UTC", 0, 24 * HOUR, 27 * HOUR },
	{ "a window that it is put off into", { "daily 01:00" }, { "mon 02:00-06:00" },
		"UTC", 2 * HOUR, 26 * HOUR, 29 * HOUR },
	{ "a window that another run lies before", { "every 6h" },
		{ "daily 08:00-18:00" }, "UTC", 0, 24 * HOUR, 0 },
	{ "two windows, one behind the other", { "every 1h" },
		{ "sat 00:00-24:00", "sun 00:00-24:00" }, "UTC", 0, 24 * HOUR,
		49 * HOUR },
	{ "an interval beside times of day", { "every 30h", "daily 03:00" }, { 0 },
		"UTC", 0, 24 * HOUR, 0 },
	{ "no time of its own", { "start", "after x" }, { 0 }, "UTC", 0, 1 * HOUR, 0 },
};

static int64_t
longest(const struct row *row, int64_t now, struct arena *mem)
{
	struct calendar calendars[TEXTS];
	struct blackout windows[TEXTS];
	struct zone *zone;
	struct gap_input in = { .calendars = calendars,
		.weekly = windows,
		.spread = row->spread,
		.enough = row->enough };
	struct err e;

	while (in.n < TEXTS && row->schedules[in.n]) {
		assert_int_equal(0,
			calendar_parse(row->schedules[in.n], mem, &calendars[in.n], &e));
		in.n++;
	}
	while (in.n_weekly < TEXTS && row->windows[in.n_weekly]) {
		assert_int_equal(0,
			blackout_parse(row->windows[in.n_weekly], mem,
				&windows[in.n_weekly], &e));
		in.n_weekly++;
	}
	assert_int_equal(0, zone_open(&zone, row->zone, mem, &e));
	in.zone = zone;
	return gap_longest(&in, now);
}

static void
the_longest_gap_is_the_same_all_the_year(void **state)
{
	struct arena *mem = arena_new(64 << 20);
	int64_t from;

	(void)state;
	assert_int_equal(0, time_parse("2026-01-01T00:00:00Z", &from));
	from /= SECOND;
	for (size_t i = 0; i < N(rows); i++) {
		print_message("  %s\n", rows[i].label);
		for (int64_t now = from; now < from + 366 * DAY_SECONDS; now += DAY_ON) {
			arena_reset(mem);
			assert_int_equal(rows[i].want, longest(&rows[i], now, mem));
		}
	}
	arena_free(mem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_longest_gap_is_the_same_all_the_year),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
