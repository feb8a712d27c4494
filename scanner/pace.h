/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pace.h - how many packets may go now
 *
 * A token bucket, pure: the caller brings the time.  Its depth is 5 ms of the rate and at
 * least one packet, so that no window of 100 ms holds more than its share of the rate plus
 * 5 % or one packet, from 1 packet/s to millions.
 */
#ifndef SCANNER_PACE_H
#define SCANNER_PACE_H

#include <stdint.h>

enum { PACE_RATE_MAX = 100000000 }; /* packets/s */

struct pace {
	int64_t rate;   /* packets/s */
	int64_t depth;  /* packets */
	int64_t credit; /* packets * SECOND */
	int64_t at_us;  /* when credit was counted */
};

/* Begins full: the first packets may go at once. */
void pace_init(struct pace *, int64_t rate, int64_t now_us);
/* Goes on at another rate with what there is of credit. */
void pace_set_rate(struct pace *, int64_t rate, int64_t now_us);
/* How many may go now; at most the depth. */
int64_t pace_ready(struct pace *, int64_t now_us);
/* One goes; after pace_ready() said so, or a debt that is to be paid before the next. */
void pace_take(struct pace *);
/* What was taken left only now: the time since then earns nothing, or two batches would go
 * as one. */
void pace_forfeit(struct pace *, int64_t now_us);
/* How long until a fair batch (half the depth) may go, in microseconds; 0: now. */
int64_t pace_due(struct pace *, int64_t now_us);

#endif
