/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * target.h - which targets are asked together, and what is known of each
 *
 * A wave is up to WAVE_MAX targets of one way, over as many segments as it takes: one map
 * from number to address and back.  The targets of one wave are held in memory at a time:
 *
 *	8 bytes		for each target of the wave
 *	16 bytes + 1 bit for each question	for each that was found
 *
 * and a wave is cut smaller when there are many questions, so that this is never above
 * 24 MiB + WAVE_BITS_MAX / 8, whatever is asked of how many; with the default questions a
 * /16 takes 512 KiB, and 1.1 MiB more if all of it lives.
 */
#ifndef SCANNER_TARGET_H
#define SCANNER_TARGET_H

#include "scanner/plan.h"
#include "scanner/question.h"

enum {
	WAVE_MAX = 1 << 20,      /* targets */
	WAVE_BITS_MAX = 1 << 28, /* answers that can be noted: 32 MiB */
	WAVES_MAX = 1 << 16,
};

struct wave_run {
	struct addr first;
	uint32_t base; /* number of the first */
	uint32_t n;
	uint32_t segment;
};

struct wave {
	enum way way;
	const struct wave_run *runs; /* by address, so by number */
	size_t n_runs;
	uint32_t n;
};

/* All waves of the plan, on-link ones first.  In arena.  ERR_ARG: more than WAVES_MAX. */
int waves_make(const struct plan *, size_t n_questions, struct arena *,
	struct wave **out, size_t *n, struct err *);

struct targets;

int targets_new(
	struct targets **out, const struct wave *, size_t n_questions, struct err *);
void targets_free(struct targets *);

const struct wave *targets_wave(const struct targets *);
struct addr targets_addr(const struct targets *, uint32_t target, uint32_t *segment);
bool targets_find(const struct targets *, const struct addr *, uint32_t *target);

/* Asking.  Only questions below DISCOVERY_MAX are noted one by one. */
void targets_ask(struct targets *, uint32_t target, uint32_t question, int64_t now_us);
bool targets_asked_any(const struct targets *, uint32_t target);
bool targets_asked(const struct targets *, uint32_t target, uint32_t question);
/* Since the last question, in microseconds; exact up to an hour. */
int64_t targets_since_asked(const struct targets *, uint32_t target, int64_t now_us);
uint32_t targets_n_asked(const struct targets *); /* at all */

/* Answering makes it one of the living.  *news: the first answer to this question. */
int targets_answer(
	struct targets *, uint32_t target, uint32_t question, bool *news, struct err *);
bool targets_answered(const struct targets *, uint32_t target, uint32_t question);
bool targets_is_living(const struct targets *, uint32_t target);

/* The living, in the order they were found. */
uint32_t targets_n_living(const struct targets *);
uint32_t targets_living(const struct targets *, uint32_t i); /* its target number */
struct mac *targets_mac(struct targets *, uint32_t target);  /* living only */

#endif
