/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * distress.h - the breaker: a host that suffers from being asked is left in peace
 *
 * Where many questions go to one host its pulse is taken: every DISTRESS_EVERY questions
 * it is asked again what it answered before, and nothing else until that is answered.
 * A pulse is bad when it takes far longer than the best one did, while those of the
 * others on the same path do not; when a port that was open resets; or when it is lost,
 * as far as the path does not lose as many.  Bad ones in a row cool the host: nothing
 * goes to it for a while, longer each time, and after DISTRESS_GIVE_UP times no more.
 * Several such hosts cool their /24; one that is cooled again and again is still one.
 *
 * Pure: the caller brings the time.
 */
#ifndef SCANNER_DISTRESS_H
#define SCANNER_DISTRESS_H

#include "base/clock.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	DISTRESS_EVERY = 16,     /* questions to one pulse */
	DISTRESS_HOSTS = 3,      /* that cool their /24 */
	DISTRESS_GIVE_UP = 3,    /* coolings of one host */
	DISTRESS_REST_MS = 5000, /* the first; twice as long each further time */
};

/* Of one host; all zero at first. */
struct distress {
	uint32_t best_us;  /* the shortest pulse; 0: none yet */
	uint32_t until_ms; /* cool until then, by the monotonic clock; 0: never was */
	uint8_t asked;     /* questions since the last pulse */
	uint8_t bad;       /* pulses in a row */
	uint8_t coolings;
	uint8_t opened; /* 1 + the question of a pulse that was answered by no reset */
};

/* Of a /24; all zero at first. */
struct distress_net {
	uint32_t until_ms;                  /* as of a host; 0: never rested */
	uint32_t hosts[DISTRESS_HOSTS - 1]; /* cooled since it rested last, each once */
	uint8_t n;
};

struct pulse {
	enum pulse_outcome { PULSE_ANSWERED, PULSE_RESET, PULSE_LOST } outcome;
	int64_t rtt_us;      /* answered */
	int64_t path_rtt_us; /* mean of the path just now */
	double path_loss;    /* 0 to 1 */
};

/* true: the host is cooled now. */
bool distress_pulse(struct distress *, const struct pulse *, int64_t now_us);

/* How long it rests still, in microseconds; 0: it may be asked; INT64_MAX: no more. */
int64_t distress_rest(const struct distress *, int64_t now_us);

/* A host of it was cooled; host: the caller's number.  true: all of it rests now. */
bool distress_net_cool(struct distress_net *, uint32_t host, int64_t now_us);

/* As distress_rest(). */
int64_t distress_net_rest(const struct distress_net *, int64_t now_us);

/* One question more; true: take its pulse first. */
bool distress_is_due(struct distress *);

#endif
