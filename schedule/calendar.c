/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calendars to moments: day by day, and minute by minute within the first that fits. */
#include "schedule/calendar.h"

#include <string.h>

enum {
	/* From 29 February 2096 to the next one on the same week day are 40 years. */
	DAYS_MAX = 41 * 366,
};

static bool
day_fits(const struct calendar *c, int64_t days)
{
	struct date d = date_of(days);
	int week = (d.day - 1) / 7;
	bool last_week = d.day + 7 > d.last;
	bool by_day = (c->days >> d.day & 1) || (d.day == d.last && (c->days & 1));
	bool by_weekday = (c->weekdays >> d.weekday & 1) &&
		((c->weeks >> week & 1) || (last_week && (c->weeks >> WEEK_LAST & 1)));

	if (!(c->months >> d.month & 1) ||
		floor_div(days, c->nth_day) * c->nth_day != days)
		return false;
	return c->either ? by_day || by_weekday : by_day && by_weekday;
}

static bool
has_minute(const struct calendar *c, int m)
{
	return c->minutes[m / 64] >> (m % 64) & 1;
}

/* The first of its minutes from m on; DAY_MINUTES: there is none. */
static int
first_minute(const struct calendar *c, int m)
{
	while (m < DAY_MINUTES && !has_minute(c, m))
		m = c->minutes[m / 64] >> (m % 64) ? m + 1 : (m / 64 + 1) * 64;
	return m < DAY_MINUTES ? m : DAY_MINUTES;
}

/* The earliest of one local minute that lies behind. */
static int64_t
moment_of(const struct calendar *c, const struct zone *z, int64_t local, int64_t behind)
{
	struct zone_moments m = zone_find(z, local);

	if (c->even && m.never)
		return CALENDAR_NEVER;
	if (m.first > behind)
		return m.first;
	return c->even && m.last > behind ? m.last : CALENDAR_NEVER;
}

/* Where the clocks are changed, each minute has to be looked at for itself. */
static int64_t
first_of_odd_day(const struct calendar *c, const struct zone *z, int64_t midnight,
	int64_t behind)
{
	int64_t best = CALENDAR_NEVER;

	for (int m = 0; m < DAY_MINUTES; m++) {
		if (!has_minute(c, m))
			continue;
		int64_t t = moment_of(c, z, midnight + m * 60, behind);
		best = t < best ? t : best;
	}
	return best;
}

/* midnight: local.  A day and a half around it in one offset: it is an ordinary day. */
static int64_t
first_of_day(const struct calendar *c, const struct zone *z, int64_t midnight,
	int64_t behind)
{
	int64_t offset = zone_offset(z, midnight - DAY_SECONDS);

	if (zone_offset(z, midnight + 2 * DAY_SECONDS) != offset)
		return first_of_odd_day(c, z, midnight, behind);
	int64_t begin = midnight - offset,
		from = behind < begin ? 0 : (behind - begin) / 60 + 1;
	int m = from < DAY_MINUTES ? first_minute(c, (int)from) : DAY_MINUTES;
	return m < DAY_MINUTES ? begin + m * 60 : CALENDAR_NEVER;
}

static int64_t
next_time(const struct calendar *c, const struct zone *z, int64_t behind)
{
	/* The day before may come once more, where clocks are put back over midnight. */
	int64_t day = floor_div(behind + zone_offset(z, behind), DAY_SECONDS) - 1;
	int64_t best = CALENDAR_NEVER;

	for (int i = 0; i < DAYS_MAX && best == CALENDAR_NEVER; i++, day++) {
		if (day_fits(c, day))
			best = first_of_day(c, z, day * DAY_SECONDS, behind);
	}
	/* For the same reason the day behind that may be the earlier one. */
	if (best != CALENDAR_NEVER && day_fits(c, day)) {
		int64_t t = first_of_day(c, z, day * DAY_SECONDS, behind);
		best = t < best ? t : best;
	}
	return best;
}

static bool
same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

bool
calendar_equal(const struct calendar *a, const struct calendar *b)
{
	return a->kind == b->kind && a->every == b->every &&
		same_text(a->after, b->after) &&
		memcmp(a->minutes, b->minutes, sizeof(a->minutes)) == 0 &&
		a->days == b->days && a->months == b->months &&
		a->weekdays == b->weekdays && a->weeks == b->weeks &&
		a->nth_day == b->nth_day && a->either == b->either &&
		a->even == b->even;
}

bool
calendar_comes(const struct calendar *c)
{
	bool comes = c->kind != CALENDAR_TIMES;

	for (int64_t day = 0; day < DAYS_MAX && !comes; day++)
		comes = day_fits(c, day);
	return comes;
}

int64_t
calendar_next(const struct calendar *c, const struct zone *z, int64_t behind)
{
	switch (c->kind) {
	case CALENDAR_EVERY: return behind + c->every;
	case CALENDAR_TIMES: return next_time(c, z, behind);
	case CALENDAR_START:
	case CALENDAR_AFTER: break;
	}
	return CALENDAR_NEVER;
}
