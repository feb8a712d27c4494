/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * calendar.h - when something is to happen again, as people write it
 *
 *	every 420min, every 2 days      so long after the last time
 *	daily 03:00 18:30               each day at these times
 *	every 3 days at 03:00           counted from 1970-01-01
 *	mon-fri 07:00, sat,sun 09:00    needs its days and one time at least; these are two
 *	monthly 1 15 last 03:00         days of the month, and its last one
 *	monthly 2nd tue 03:00           a week day of the month: 1st to 5th, or last
 *	cron 30 2 * * 1-5               crontab(5): minute hour day month weekday; @daily
 *	start                           when the agent starts
 *	after office                    when the poll of this name has ended
 *
 * Times are local.  A time that does not exist, because clocks are put forward, is the moment
 * at which they are; of a time that comes twice, the first counts.  A cron expression with
 * every hour ("*") is not bound to the time of day: it goes on evenly, as cron(8) does.
 */
#ifndef SCHEDULE_CALENDAR_H
#define SCHEDULE_CALENDAR_H

#include "schedule/zone.h"

#include <stdbool.h>

enum calendar_kind { CALENDAR_EVERY, CALENDAR_TIMES, CALENDAR_START, CALENDAR_AFTER };

enum {
	DAY_MINUTES = 24 * 60,
	WEEK_LAST = 5, /* bit of `weeks` */
	MONTH_LAST = 0 /* bit of `days` */
};

#define CALENDAR_NEVER INT64_MAX

struct calendar {
	enum calendar_kind kind;
	int64_t every;     /* seconds; CALENDAR_EVERY */
	const char *after; /* in arena; CALENDAR_AFTER */
	/* CALENDAR_TIMES: a day on which all of these hold, at these minutes. */
	uint64_t minutes[(DAY_MINUTES + 63) / 64];
	uint32_t days;    /* bits 1..31, and MONTH_LAST */
	uint16_t months;  /* bits 1..12 */
	uint8_t weekdays; /* bits 0..6, Sunday is 0 */
	uint8_t weeks;    /* bits 0..4: 1st to 5th of its week day; WEEK_LAST */
	uint16_t nth_day; /* every so many days; 1: each */
	bool either;      /* days or weekdays: crontab(5) when both are restricted */
	bool even;        /* every hour: see above */
};

/* ERR_ARG: what is wrong with the text. */
int calendar_parse(const char *text, struct arena *, struct calendar *out, struct err *);

/* The first moment behind `behind` (seconds UTC); CALENDAR_NEVER for those that know none by
 * themselves, and when there is none within a few decades (30 February). */
int64_t calendar_next(const struct calendar *, const struct zone *, int64_t behind);

/* Do both tell the same times? */
bool calendar_equal(const struct calendar *, const struct calendar *);

/* false: no day is one of its days (31 February). */
bool calendar_comes(const struct calendar *);

/* Shared with blackout.c: "mon-fri", "sat,sun", "daily": bits as above; "HH:MM" as minutes.
 * false: it is no such word. */
bool calendar_read_weekdays(const char *word, uint8_t *out);
bool calendar_read_time(const char *word, int *minute); /* 0 to 1440: "24:00" is one */

#endif
