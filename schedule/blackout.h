/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * blackout.h - windows of time in which nothing is polled
 *
 *	mon-fri 08:00-18:00             on these days; "daily" is all of them
 *	daily 22:00-06:00               until the next morning
 *	2026-12-24 12:00 - 2027-01-02   once, local time
 *
 * Where clocks are changed a window is as long as the wall clocks say, and rather longer.
 */
#ifndef SCHEDULE_BLACKOUT_H
#define SCHEDULE_BLACKOUT_H

#include "schedule/zone.h"

struct blackout {
	uint8_t weekdays; /* bits, Sunday is 0; 0: once */
	int64_t from,
		to; /* minutes of the day (to may be tomorrow's); once: local seconds */
};

/* ERR_ARG: what is wrong with the text. */
int blackout_parse(const char *text, struct arena *, struct blackout *out, struct err *);

/* When the windows that hold at `now` (seconds UTC) are over, neighbours together; now when
 * none holds. */
int64_t blackout_end(
	const struct blackout *, size_t n, const struct zone *, int64_t now);

#endif
