/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Due times against a clock that the test turns: a year, jumps, both changes of the clocks. */
#include "schedule/timetable.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "base/clock.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))
#define US   ((int64_t)SECOND)
#define YEAR (365 * (int64_t)DAY_SECONDS)
#define NOW  1795292103 /* 2026-11-21T20:15:03Z, a Saturday */

struct world {
	struct arena *mem;
	struct calendar calendars[TIMETABLE_MAX];
	struct timetable t;
	int64_t last;
	int runs, missed;
};

static int
setup(void **state)
{
	static struct world w;

	w = (struct world){ .mem = arena_new(1 << 20) };
	*state = &w;
	return w.mem ? 0 : -1;
}

static int
teardown(void **state)
{
	arena_free(((struct world *)*state)->mem);
	return 0;
}

static void
make(struct world *w, const char *const *texts, size_t n, const char *zone)
{
	struct err e = { 0 };
	struct zone *z;

	w->runs = w->missed = 0;
	w->last = 0;
	for (size_t i = 0; i < n; i++)
		assert_int_equal(
			0, calendar_parse(texts[i], w->mem, &w->calendars[i], &e));
	assert_int_equal(0, zone_open(&z, zone, w->mem, &e));
	w->t = (struct timetable){
		.calendars = w->calendars, .n = n, .zone = z, .seed = 7
	};
}

static void
begin(struct world *w, const char *text, int64_t last, int64_t now)
{
	make(w, &text, 1, "Europe/Berlin");
	timetable_begin(&w->t, last, now);
}

/* As the agent does, at the moments at which it is due, until the clock shows `until`. */
static void
live(struct world *w, int64_t from, int64_t until)
{
	int64_t now = from * US;

	while (now <= until * US) {
		switch (timetable_take(&w->t, now, &w->last)) {
		case TIMETABLE_RUN: w->runs++; break;
		case TIMETABLE_MISSED: w->missed++; break;
		case TIMETABLE_WAIT: break;
		}
		int64_t due = timetable_due(&w->t);
		if (due == CALENDAR_NEVER)
			break;
		assert_true(due > now);
		now = due;
	}
}

static void
a_year_has_as_many_runs_as_its_calendar(void **state)
{
	static const struct {
		const char *text;
		int runs;
	} rows[] = {
		{ "daily 03:00", 365 },
		{ "daily 02:30", 365 }, /* 02:30 is missing once, and twice there once */
		{ "mon-fri 07:00 12:00", 2 * 260 }, /* 52 weeks, and a Sunday */
		{ "monthly last 03:00", 12 },
		{ "monthly 2nd tue 03:00", 12 },
		{ "cron 5 * * * *", 365 * 24 },
		{ "cron */5 * * * *", 365 * 24 * 12 },
		{ "every 420min", 365 * 24 * 60 / 420 + 1 },
		{ "start", 1 },
		{ "after office", 0 },
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct world *w = *state;
		print_message("  %s\n", rows[i].text);
		begin(w, rows[i].text, 0, NOW);
		live(w, NOW, NOW + YEAR - 1);
		assert_int_equal(rows[i].runs, w->runs);
		assert_int_equal(0, w->missed);
	}
}

static void
a_jump_of_the_clock_brings_one_run_at_most(void **state)
{
	static const struct {
		const char *label, *text;
		bool make_up;
		int64_t by;
		int runs; /* within a minute of the jump */
	} rows[] = {
		{ "10 years ahead, made up", "daily 03:00", true, 10 * YEAR, 1 },
		{ "10 years ahead", "daily 03:00", false, 10 * YEAR, 0 },
		{ "10 years ahead: an interval is no date", "every 420min", false,
			10 * YEAR, 0 },
		{ "10 years back", "daily 03:00", true, -10 * YEAR, 0 },
		{ "10 years back: an interval", "every 420min", true, -10 * YEAR, 0 },
		{ "1 h back", "cron 0 * * * *", true, -3600, 0 },
		{ "1 h ahead, every 15 minutes", "cron */15 * * * *", true, 3600, 1 },
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct world *w = *state;
		print_message("  %s\n", rows[i].label);
		begin(w, rows[i].text, NOW - 60, NOW);
		w->t.make_up = rows[i].make_up;
		live(w, NOW, NOW + DAY_SECONDS);
		int64_t then = NOW + DAY_SECONDS + rows[i].by + 1;
		timetable_jumped(&w->t, then, rows[i].by);
		w->runs = 0;
		live(w, then, then + 59);
		assert_int_equal(rows[i].runs, w->runs);
		/* And it goes on as before. */
		w->runs = 0;
		live(w, then + 60, then + 60 + 2 * DAY_SECONDS);
		assert_true(w->runs >= 2);
	}
}

static void
what_ran_does_not_run_again_when_the_clock_is_put_back(void **state)
{
	struct world *w = *state;

	begin(w, "daily 21:00", 0, NOW); /* due 20:00 UTC, tomorrow */
	live(w, NOW, NOW + DAY_SECONDS);
	assert_int_equal(1, w->runs);
	int64_t back = NOW + DAY_SECONDS - 3600; /* 19:15:03: before it */
	timetable_jumped(&w->t, back, -3600);
	live(w, back, back + 2 * 3600);
	assert_int_equal(1, w->runs);
}

static void
what_was_missed_while_nothing_ran_is_made_up_once_or_not_at_all(void **state)
{
	static const struct {
		const char *label, *text;
		int64_t last;
		bool make_up;
		int now; /* runs at once */
	} rows[] = {
		{ "never ran: an interval begins", "every 1h", 0, false, 1 },
		{ "never ran: a time of day waits", "daily 03:00", 0, true, 0 },
		{ "an interval that has passed", "every 1h", NOW - 7200, false, 1 },
		{ "an interval that has not", "every 1h", NOW - 1800, false, 0 },
		{ "ten times missed, made up", "daily 03:00", NOW - 10 * DAY_SECONDS,
			true, 1 },
		{ "ten times missed", "daily 03:00", NOW - 10 * DAY_SECONDS, false, 0 },
		{ "nothing missed", "daily 03:00", NOW - 3600, true, 0 },
		{ "ran tomorrow, by a wrong clock", "every 1h", NOW + YEAR, true, 0 },
		{ "start", "start", NOW - 10, false, 1 },
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct world *w = *state;
		print_message("  %s\n", rows[i].label);
		const char *text = rows[i].text;
		make(w, &text, 1, "UTC");
		w->t.make_up = rows[i].make_up;
		timetable_begin(&w->t, rows[i].last, NOW);
		live(w, NOW, NOW + 1);
		assert_int_equal(rows[i].now, w->runs);
		int64_t due = timetable_due(&w->t);
		assert_true(due == CALENDAR_NEVER || due <= (NOW + DAY_SECONDS) * US);
	}
}

static void
a_sleeping_machine_misses_times_of_day(void **state)
{
	struct world *w = *state;

	begin(w, "daily 03:00", 0, NOW);
	/* The clock went on while nothing was asked: three nights. */
	assert_int_equal(TIMETABLE_MISSED,
		timetable_take(&w->t, (NOW + 3 * DAY_SECONDS) * US, &w->last));
	assert_true(timetable_due(&w->t) > (NOW + 3 * DAY_SECONDS) * US);
	begin(w, "daily 03:00", 0, NOW);
	w->t.make_up = true;
	assert_int_equal(TIMETABLE_RUN,
		timetable_take(&w->t, (NOW + 3 * DAY_SECONDS) * US, &w->last));
	assert_int_equal(TIMETABLE_WAIT,
		timetable_take(&w->t, (NOW + 3 * DAY_SECONDS) * US, &w->last));
}

static void
a_spread_puts_off_evenly_and_always_as_much(void **state)
{
	enum { RUNS = 1000, SPREAD = 600 };
	struct world *w = *state;
	int64_t sum = 0;

	begin(w, "daily 03:00", 0, NOW);
	w->t.spread = SPREAD * US;
	for (int i = 0; i < RUNS; i++) {
		int64_t due = timetable_due(&w->t), off = due - w->t.at[0] * US;
		assert_true(off >= 0 && off < SPREAD * US);
		sum += off;
		struct timetable again = w->t;
		timetable_begin(&again, w->t.last, due / US - SPREAD);
		assert_true(timetable_due(&again) == due);
		assert_int_equal(TIMETABLE_RUN, timetable_take(&w->t, due, &w->last));
	}
	/* The mean of 1000 even draws: 300 s, its deviation 5.5 s. */
	assert_in_range((unsigned long)(sum / US / RUNS), 275, 325);
}

static void
another_poll_brings_it_on(void **state)
{
	static const char *const texts[] = { "after office", "after lab" };
	struct world *w = *state;

	make(w, texts, N(texts), "UTC");
	timetable_begin(&w->t, 0, NOW);
	timetable_after(&w->t, "nobody", NOW);
	assert_int_equal(TIMETABLE_WAIT, timetable_take(&w->t, NOW * US, &w->last));
	timetable_after(&w->t, "lab", NOW);
	assert_int_equal(TIMETABLE_RUN, timetable_take(&w->t, NOW * US, &w->last));
	assert_int_equal(TIMETABLE_WAIT, timetable_take(&w->t, NOW * US, &w->last));
}

static void
several_calendars_that_are_due_together_are_one_run(void **state)
{
	static const char *const texts[] = { "daily 03:00", "sun 03:00", "every 1d" };
	struct world *w = *state;

	make(w, texts, N(texts), "UTC");
	timetable_begin(&w->t, 0, NOW);
	live(w, NOW, NOW + 7 * DAY_SECONDS - 1);
	assert_int_equal(7 + 7, w->runs); /* the interval: at 20:15:03 */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_year_has_as_many_runs_as_its_calendar),
		cmocka_unit_test(a_jump_of_the_clock_brings_one_run_at_most),
		cmocka_unit_test(what_ran_does_not_run_again_when_the_clock_is_put_back),
		cmocka_unit_test(
			what_was_missed_while_nothing_ran_is_made_up_once_or_not_at_all),
		cmocka_unit_test(a_sleeping_machine_misses_times_of_day),
		cmocka_unit_test(a_spread_puts_off_evenly_and_always_as_much),
		cmocka_unit_test(another_poll_brings_it_on),
		cmocka_unit_test(several_calendars_that_are_due_together_are_one_run),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
