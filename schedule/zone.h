/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zone.h - time zones: how local time and UTC belong together
 *
 * The rules are those of /usr/share/zoneinfo, which the C library has as well; but it knows one zone
 * at a time, that of the whole process.  Everything is asked of a single question, the offset at a
 * moment in UTC: mktime(3) leaves open what happens to hours that do not exist, or come twice.
 */
#ifndef SCHEDULE_ZONE_H
#define SCHEDULE_ZONE_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct zone; /* in arena */

enum { DAY_SECONDS = 24 * 3600 };

/* "Europe/Berlin", "UTC"; NULL: the zone of this machine, or of $TZ.  ERR_ARG: none that is
 * installed here. */
int zone_open(struct zone **out, const char *name, struct arena *, struct err *);
const char *zone_name(const struct zone *); /* "" for that of this machine */

/* Seconds east of UTC at a moment (seconds since 1970-01-01 UTC). */
int64_t zone_offset(const struct zone *, int64_t utc);

/*
 * When a clock on the wall shows this local time (seconds since 1970-01-01 00:00 there).
 * Once: first == last.  Twice, where clocks are put back: the two moments.  Never, where
 * they are put forward: `never`, and both are the moment at which they are.
 */
struct zone_moments {
	int64_t first, last;
	bool never;
};

struct zone_moments zone_find(const struct zone *, int64_t local);

/* A local date from days since 1970-01-01, and back (proleptic Gregorian). */
struct date {
	int64_t year;
	int month, day; /* 1..12, 1..31 */
	int weekday;    /* 0: Sunday */
	int last;       /* day of the month's end: 28..31 */
};

struct date date_of(int64_t days);
int64_t date_days(int64_t year, int month, int day);

/* Division that rounds down, for moments before 1970 too. */
int64_t floor_div(int64_t a, int64_t b);

#endif
