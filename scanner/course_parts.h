/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * course_parts.h - what the files of a course share and nobody else sees
 *
 *	course.c	its life: stages, rounds, what a round was worth
 *	course_ask.c	which question is next, and when it may go
 *	course_rest.c	hosts that suffer from being asked
 *	course_wait.c	how long answers are expected
 */
#ifndef SCANNER_COURSE_PARTS_H
#define SCANNER_COURSE_PARTS_H

#include "scanner/course.h"

static inline struct targets *
course_targets(const struct course *c)
{
	return c->heard->targets;
}

static inline struct job *
course_job(const struct course *c)
{
	return c->sending->job;
}

static inline const struct sweep_conf *
course_conf(const struct course *c)
{
	return course_job(c)->conf;
}

static inline int64_t
course_now(const struct course *c)
{
	return clock_mono(course_job(c)->run->clock);
}

/* Without a recall to reach nothing is measured: rounds are as set. */
static inline bool
course_measures(const struct course *c)
{
	return course_conf(c)->recall > 0;
}

/* --- course.c --- */

/* The next round asks those between these shares of the order. */
void course_begin_round(struct course *, double from, double to);
/* The round is over: it counts. */
void course_count_round(struct course *);
void course_log_round(const struct course *);

/* --- course_ask.c --- */

/* The questions of the round, as many as may go now.  -1: that was all of them; else how
 * long the next has to wait, 0 when the batch is full. */
int64_t course_ask_round(struct course *);
/* One canary; false: nobody is ready, or it may not go now. */
bool course_ask_canary(struct course *, int64_t now_us);

/* --- course_rest.c --- */

/* The fate of a canary of the living: rtt_us only when it was answered. */
void course_take_pulse(
	struct course *, uint32_t target, enum pulse_outcome, int64_t rtt_us);
/* Asks for a pulse instead of what would be next; false: none is due. */
bool course_ask_pulse(struct course *, uint32_t target, int64_t now_us);
/* Rests now, or is asked no more; a later round is noted. */
bool course_put_off(struct course *, uint32_t target);
bool course_has_rested(const struct course *, uint32_t target);
/* Has a pulse to answer first. */
bool course_has_open_pulse(const struct course *, uint32_t target);

/* --- course_wait.c --- */

/* How long after the last question, or the last news, answers are still expected. */
int64_t course_patience(const struct course *);
/* When the wait of this round is over. */
int64_t course_wait_until(const struct course *);
/* How many canaries more are worth it: they make another round needless and cost less, or
 * there were hardly any. */
uint64_t course_count_top_up(const struct course *);

#endif
