/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * timetable.h - when one poll is due, by all its calendars; pure: it is told the time
 *
 * What was missed, because nothing ran or the clock was put forward, is made up once at most:
 * an interval that has passed is due at once, a time of day only where that is asked for.
 * When the clock is put back, what ran already does not run again within a day.
 */
#ifndef SCHEDULE_TIMETABLE_H
#define SCHEDULE_TIMETABLE_H

#include "schedule/calendar.h"

enum {
	TIMETABLE_MAX = 16,  /* calendars of one poll */
	TIMETABLE_LATE = 60, /* seconds after which a time of day was missed */
};

struct timetable {
	const struct calendar *calendars; /* TIMETABLE_MAX at most */
	size_t n;
	const struct zone *zone;
	int64_t spread; /* microseconds: each time is put off by up to so much */
	uint64_t seed;  /* of the spread: the same time is always put off as much */
	bool make_up;   /* times of day that were missed */
	/* The rest belongs to timetable.c. */
	int64_t last;              /* seconds UTC */
	int64_t at[TIMETABLE_MAX]; /* seconds UTC, without the spread */
};

/* The fields above `last` are set.  last: when the newest run was due, as timetable_take told
 * it; 0: never.  Times in seconds UTC. */
void timetable_begin(struct timetable *, int64_t last, int64_t now);

/* When it is due next, microseconds UTC; CALENDAR_NEVER. */
int64_t timetable_due(const struct timetable *);

enum timetable_verdict {
	TIMETABLE_WAIT,
	TIMETABLE_RUN,
	TIMETABLE_MISSED, /* it was, too long ago */
};

/* Is it due?  Then the next time is found, and *last is what timetable_begin wants to know
 * after a restart. */
enum timetable_verdict timetable_take(struct timetable *, int64_t now_us, int64_t *last);

/* The wall clock was put forward (by > 0 seconds) or back; now: what it shows since. */
void timetable_jumped(struct timetable *, int64_t now, int64_t by);

/* Before that, when it is certain that the clock was ahead by so much: what ran by it ran earlier. */
void timetable_redate(struct timetable *, int64_t now, int64_t by);

/* The poll of this name has ended. */
void timetable_after(struct timetable *, const char *poll, int64_t now);

#endif
