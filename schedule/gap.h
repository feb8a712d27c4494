/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gap.h - the longest time that may pass between two runs of a poll; pure: it is told the time
 *
 * Counted are its calendars, the spread, and windows of each week.  Windows that come once are
 * not, for a file that is right today has to be right next month.  For the same reason a day of
 * 25 hours, because clocks are put back, counts as the 24 that they show.
 */
#ifndef SCHEDULE_GAP_H
#define SCHEDULE_GAP_H

#include "schedule/blackout.h"
#include "schedule/calendar.h"

struct gap_input {
	const struct calendar *calendars;
	size_t n;
	const struct blackout *weekly; /* none that comes once */
	size_t n_weekly;
	const struct zone *zone;
	int64_t spread; /* seconds */
	int64_t enough; /* seconds: shorter ones do not matter */
};

/* Seconds; 0: none is longer than what is enough, or the calendars know no times. */
int64_t gap_longest(const struct gap_input *, int64_t now);

#endif
