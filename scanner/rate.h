/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rate.h - how fast a lane may be asked: a rate that finds itself
 *
 * Pure.  The caller brings the fate of canaries (hosts known to live, asked again all
 * along), each with the step at which it was asked.  A step is one rate held for some
 * time.  Chance loss does not depend on the rate, congestion does; so what counts is the
 * yield, rate x share answered: the rate doubles while the yield grows with it, and where
 * it does not the rate goes back to what the path carried.  Where much is lost from the
 * first step on, half the rate shows whether that is chance.  Later it is raised by a
 * quarter every second to see whether there is more room now, and lowered when the
 * loss grows.
 *
 * Without any canary nobody tells of loss: the rate then doubles every RATE_BLIND_US,
 * and grows by a quarter where it was too much before.
 */
#ifndef SCANNER_RATE_H
#define SCANNER_RATE_H

#include <stdbool.h>
#include <stdint.h>

enum {
	RATE_START = 2,          /* begins at cap / RATE_START ... */
	RATE_START_LEAST = 2000, /* ... but not below this; packets/s */
	RATE_LEAST = 50,         /* never backs off below it, unless the cap is lower */
	RATE_SAMPLES = 24,       /* canaries that judge a step */
	RATE_BLIND_US = 250000,
	RATE_TRY_US = 1000000,
};

struct rate_step {
	uint32_t asked, lost; /* canaries of this step whose fate is known */
};

struct rate {
	int64_t cap, now;    /* packets/s */
	int64_t before;      /* of the step before, which its yield is compared with */
	double before_share; /* of its canaries that answered */
	int64_t since_us;    /* when this step began */
	uint8_t step;        /* its number, modulo 256 */
	struct rate_step seen; /* of this step */
	bool compared;         /* before_share was measured: at first it is not */
	bool climbing;         /* this step is higher than the one before: judge it */
	bool descending;       /* this step is lower, to see whether less is lost */
	bool chance;           /* what is lost is lost by chance, at any rate */
	bool found;            /* the path's limit, not the cap, ended the climb */
};

void rate_init(struct rate *, int64_t cap, int64_t now_us);
/* A canary asked in `step` was answered, or lost.  Of other steps it says nothing. */
void rate_canary(struct rate *, uint8_t step, bool lost);
/* Replies were lost in this machine: no need to wait for canaries. */
void rate_overrun(struct rate *, int64_t now_us);
/* Moves on when the step is judged: true when r->now changed. */
bool rate_judge(struct rate *, int64_t now_us);

#endif
