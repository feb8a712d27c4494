/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ahead.h - was the clock ahead, for certain? pure
 *
 * The wall clock went ahead of the monotonic one, and comes back by as much: then all that was
 * stored in between is of a time to come by that much, and can be dated anew (db/redate.h).  It is
 * certain only where one process saw both, where it came back in one go to within AHEAD_SLACK of
 * where time itself says, and where it was ahead for a shorter time than by what it was ahead: else
 * some of what it dated would not be of a time to come.  A machine that slept goes ahead too, and
 * does not come back.  Microseconds.
 */
#ifndef SCHEDULE_AHEAD_H
#define SCHEDULE_AHEAD_H

#include <stdint.h>

#define AHEAD_LEAST \
	(3600 * INT64_C(1000000)) /* a jump that is worth it: longer than this */
#define AHEAD_SLACK (300 * INT64_C(1000000))

struct ahead {
	int64_t by; /* the last jump ahead; 0: none, or what came since fits no more */
	int64_t mono; /* when */
};

/* The wall clock was set by so much, forward or back.  By how much what it dated goes back;
 * 0: nothing is certain. */
int64_t ahead_jump(struct ahead *, int64_t by, int64_t mono);

#endif
