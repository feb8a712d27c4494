/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every calendar that a poll has brings its runs nearer together, so the gap is the smaller one of
 * what intervals allow and of what times of day do.
 */
#include "schedule/gap.h"

enum {
	LOOK_LEAST = 40 * DAY_SECONDS, /* whatever comes each month comes within */
	LOOK_TIMES = 4, /* as much as is enough: 366 days are one year in 4 */
	STEPS_MAX = 4096,
	WEEK_AND_DAY = 8,
};

/* As the clocks of its zone show it, unless more has passed. */
static int64_t
between(const struct zone *z, int64_t from, int64_t to)
{
	int64_t shown = to + zone_offset(z, to) - from - zone_offset(z, from);

	return shown < to - from ? shown : to - from;
}

static int64_t
end_of_windows(const struct gap_input *in, int64_t t)
{
	return blackout_end(in->weekly, in->n_weekly, in->zone, t);
}

/* --- intervals ------------------------------------------------------------------------------ */

/* The longest time in which windows that follow each other hold. */
static int64_t
longest_window(const struct gap_input *in, int64_t now)
{
	int64_t today = floor_div(now + zone_offset(in->zone, now), DAY_SECONDS);
	int64_t longest = 0;

	for (size_t i = 0; i < in->n_weekly; i++) {
		for (int64_t day = today; day < today + WEEK_AND_DAY; day++) {
			int64_t from = zone_find(
				in->zone, day * DAY_SECONDS + in->weekly[i].from * 60)
					       .first;
			int64_t n = between(in->zone, from, end_of_windows(in, from));
			longest = n > longest ? n : longest;
		}
	}
	return longest;
}

/* They begin whenever the agent does: one may be due just when a window begins. */
static int64_t
gap_of_intervals(const struct gap_input *in, int64_t now)
{
	int64_t every = CALENDAR_NEVER;

	for (size_t i = 0; i < in->n; i++)
		if (in->calendars[i].kind == CALENDAR_EVERY &&
			in->calendars[i].every < every)
			every = in->calendars[i].every;
	return every == CALENDAR_NEVER ? every
				       : every + in->spread + longest_window(in, now);
}

/* --- times of day --------------------------------------------------------------------------- */

static int64_t
next_due(const struct gap_input *in, int64_t t)
{
	int64_t best = CALENDAR_NEVER;

	for (size_t i = 0; i < in->n; i++) {
		if (in->calendars[i].kind != CALENDAR_TIMES)
			continue;
		int64_t at = calendar_next(&in->calendars[i], in->zone, t);
		best = at < best ? at : best;
	}
	return best;
}

/* From a run that is not put off to one that is as far as can be. */
static int64_t
apart(const struct gap_input *in, int64_t t, int64_t next)
{
	return between(
		in->zone, end_of_windows(in, t), end_of_windows(in, next + in->spread));
}

/* Runs far apart are looked at one by one, the others are leapt over. */
static int64_t
gap_of_times(const struct gap_input *in, int64_t now)
{
	int64_t longest = in->enough, t = next_due(in, now);
	int64_t look = LOOK_TIMES * in->enough;
	int64_t end = now + (look > LOOK_LEAST ? look : LOOK_LEAST);

	if (t == CALENDAR_NEVER)
		return t;
	for (int i = 0; i < STEPS_MAX && t < end; i++) {
		/* When this one is near enough, so are all between. */
		int64_t next = next_due(in, t + longest / 2);
		if (next == CALENDAR_NEVER || apart(in, t, next) > longest)
			next = next_due(in, t);
		if (next == CALENDAR_NEVER)
			break;
		int64_t wait = apart(in, t, next);
		longest = wait > longest ? wait : longest;
		t = next;
	}
	return longest;
}

int64_t
gap_longest(const struct gap_input *in, int64_t now)
{
	int64_t a = gap_of_intervals(in, now);
	int64_t b = a > in->enough ? gap_of_times(in, now) : a;
	int64_t longest = a < b ? a : b;

	return longest > in->enough && longest != CALENDAR_NEVER ? longest : 0;
}
