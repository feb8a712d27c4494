/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * target.h - which targets are asked together, and what is known of each
 *
 * A wave is up to WAVE_MAX targets of one segment: one map from number to address and
 * back.  Held in memory while a wave is asked:
 *
 *	8 bytes		for each target
 *	32 bytes + 1 bit for each question	for each that was found
 *	76 bytes	for each /24, of which there are at most 1 for 8 targets
 *
 * and a wave is cut smaller when there are many questions, so that this is never above
 * 50 MiB + WAVE_BITS_MAX / 8, and answers held back add 12 MiB at most (doubt.h), whatever is asked of how many; with the default questions a
 * /16 takes 530 KiB, and 2.2 MiB more if all of it lives.
 */
#ifndef SCANNER_TARGET_H
#define SCANNER_TARGET_H

#include "scanner/distress.h"
#include "scanner/group.h"
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
};

struct wave {
	enum way way;
	uint32_t segment;            /* of the plan */
	const struct wave_run *runs; /* by address, so by number */
	size_t n_runs;
	uint32_t n;
};

/* All waves of the plan, those of on-link segments first.  In arena.  ERR_ARG: more than
 * WAVES_MAX. */
int waves_make(const struct plan *, size_t n_questions, struct arena *,
	struct wave **out, size_t *n, struct err *);

struct targets;

int targets_new(struct targets **out, const struct wave *, const struct questions *,
	struct err *);
void targets_free(struct targets *);

const struct wave *targets_wave(const struct targets *);
struct addr targets_addr(const struct targets *, uint32_t target);
bool targets_find(const struct targets *, const struct addr *, uint32_t *target);
/* Its /24; NULL when the wave has too many to keep. */
struct group *targets_group(const struct targets *, uint32_t target);
uint32_t targets_n_groups(const struct targets *);
struct group *targets_get_group(const struct targets *, uint32_t i);
struct addr targets_group_addr(
	const struct targets *, uint32_t i); /* its first address */

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
/* It is known to live from before: one of the living, with proof but without answers. */
int targets_know(struct targets *, uint32_t target, const struct mac *, struct err *);
bool targets_answered(const struct targets *, uint32_t target, uint32_t question);
bool targets_is_living(const struct targets *, uint32_t target);

/* The living, in the order they were found. */
uint32_t targets_n_living(const struct targets *);
uint32_t targets_living(const struct targets *, uint32_t i); /* its target number */

/* Of the living only. */
struct mac *targets_mac(const struct targets *, uint32_t target);
struct distress *targets_distress(const struct targets *, uint32_t target);
/* Gave an answer that is a `reply`, not only weak ones; true when that is new. */
bool targets_prove(struct targets *, uint32_t target);
bool targets_is_proved(const struct targets *, uint32_t target);
uint32_t targets_n_proved(const struct targets *);
/* A note of the canaries (canary.h), up to TARGETS_NOTE_MAX. */
enum { TARGETS_NOTE_MAX = 0x7fff };
uint16_t targets_note(const struct targets *, uint32_t target);
void targets_set_note(struct targets *, uint32_t target, uint16_t note);

#endif
