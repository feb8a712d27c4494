/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * doubt.h - is the clock one to forget by?
 *
 * What is forgotten does not come back, and by a clock that is years ahead all is long ago.  So
 * nothing is forgotten for a day of running after the clock went ahead by more than a day, or
 * when an agent starts more than DOUBT_GAP after anything that its store knows: a wrong clock is
 * noticed by then, and to a machine that was off for long a day more is nothing.  A clock that is
 * behind forgets less, and is no reason to doubt.  Microseconds.
 */
#ifndef SCHEDULE_DOUBT_H
#define SCHEDULE_DOUBT_H

#include <stdbool.h>
#include <stdint.h>

#define DOUBT_DAY (86400 * INT64_C(1000000))
#define DOUBT_GAP (8 * DOUBT_DAY) /* polls once a week leave none */

struct doubt {
	int64_t until; /* monotonic; 0: there is none */
};

/* last_run: the start of the last run that the store has from more than a day before now, so
 * that an agent that starts again by a wrong clock does not take its own word for it; 0: none. */
void doubt_begin(struct doubt *, int64_t now, int64_t last_run, int64_t mono);
/* The clock was set. */
void doubt_jump(struct doubt *, int64_t by, int64_t mono);
bool doubt_holds(const struct doubt *, int64_t mono);

#endif
