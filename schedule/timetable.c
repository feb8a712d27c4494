/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Due times: one slot a calendar, the earliest counts. */
#include "schedule/timetable.h"

#include <string.h>

#define US 1000000

/* splitmix64's mixer: an even spread; nobody has anything from guessing it. */
static uint64_t
mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15ULL;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

static int64_t
put_off(const struct timetable *t, int64_t at)
{
	if (t->spread <= 0)
		return 0;
	return (int64_t)(mix(t->seed ^ mix((uint64_t)at)) % (uint64_t)t->spread);
}

static int64_t
due_of(const struct timetable *t, size_t i)
{
	return t->at[i] == CALENDAR_NEVER ? CALENDAR_NEVER
					  : t->at[i] * US + put_off(t, t->at[i]);
}

/* --- the first time ----------------------------------------------------------------------- */

static int64_t
begin_every(const struct calendar *c, int64_t last, int64_t now)
{
	if (last == 0 || last + c->every <= now)
		return now;
	/* A last time that is still to come was told by a wrong clock. */
	return last > now ? now + c->every : last + c->every;
}

/* Behind what ran already, unless that lies so far ahead that the clock was wrong. */
static int64_t
next_new(const struct timetable *t, const struct calendar *c, int64_t now)
{
	bool ran_ahead = t->last > now && t->last - now <= DAY_SECONDS;

	return calendar_next(c, t->zone, ran_ahead ? t->last : now);
}

static int64_t
begin_times(const struct timetable *t, const struct calendar *c, int64_t now)
{
	bool missed = t->last && t->last < now &&
		calendar_next(c, t->zone, t->last) <= now;

	return missed && t->make_up ? now : next_new(t, c, now);
}

void
timetable_begin(struct timetable *t, int64_t last, int64_t now)
{
	t->last = last;
	for (size_t i = 0; i < t->n; i++) {
		const struct calendar *c = &t->calendars[i];
		switch (c->kind) {
		case CALENDAR_EVERY: t->at[i] = begin_every(c, last, now); break;
		case CALENDAR_TIMES: t->at[i] = begin_times(t, c, now); break;
		case CALENDAR_START: t->at[i] = now; break;
		case CALENDAR_AFTER: t->at[i] = CALENDAR_NEVER; break;
		}
	}
}

/* --- later -------------------------------------------------------------------------------- */

int64_t
timetable_due(const struct timetable *t)
{
	int64_t best = CALENDAR_NEVER;

	for (size_t i = 0; i < t->n; i++) {
		int64_t due = due_of(t, i);
		best = due < best ? due : best;
	}
	return best;
}

static int64_t
next_of(const struct timetable *t, size_t i, int64_t now)
{
	const struct calendar *c = &t->calendars[i];
	int64_t at = t->at[i];

	if (c->kind ==
		CALENDAR_EVERY) /* evenly, but never a second run for the same past */
		return at + (1 + (now > at ? (now - at) / c->every : 0)) * c->every;
	/* The spread may reach over the time that comes next. */
	return calendar_next(c, t->zone, now > at ? now : at);
}

enum timetable_verdict
timetable_take(struct timetable *t, int64_t now_us, int64_t *last)
{
	enum timetable_verdict verdict = TIMETABLE_WAIT;
	int64_t now = now_us / US;

	for (size_t i = 0; i < t->n; i++) {
		int64_t due = due_of(t, i);
		if (due > now_us)
			continue;
		bool missed = t->calendars[i].kind == CALENDAR_TIMES && !t->make_up &&
			now_us - due > TIMETABLE_LATE * (int64_t)US;
		if (!missed)
			verdict = TIMETABLE_RUN;
		else if (verdict == TIMETABLE_WAIT)
			verdict = TIMETABLE_MISSED;
		if (t->at[i] > t->last)
			t->last = t->at[i];
		t->at[i] = next_of(t, i, now);
	}
	if (verdict != TIMETABLE_WAIT && t->last > now)
		t->last = now;
	*last = t->last;
	return verdict;
}

void
timetable_jumped(struct timetable *t, int64_t now, int64_t by)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct calendar *c = &t->calendars[i];
		if (t->at[i] == CALENDAR_NEVER)
			continue;
		if (c->kind != CALENDAR_TIMES) /* as much time has passed as before */
			t->at[i] += by;
		else if (by < 0)
			t->at[i] = next_new(t, c, now);
	}
}

void
timetable_redate(struct timetable *t, int64_t now, int64_t by)
{
	if (t->last > now)
		t->last = t->last - by < now ? t->last - by : now;
}

void
timetable_after(struct timetable *t, const char *poll, int64_t now)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->calendars[i].kind == CALENDAR_AFTER &&
			strcmp(t->calendars[i].after, poll) == 0)
			t->at[i] = now;
}
