/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hear.h - from frames to observations
 *
 * The one way in for everything that arrives: live, from a capture file, from a fuzzer.
 * Whatever does not prove itself to be the answer to a question that was asked is counted
 * and dropped.  An answer is told once; its repetition says nothing new.
 */
#ifndef SCANNER_HEAR_H
#define SCANNER_HEAR_H

#include "inventory/source.h"
#include "scanner/target.h"

enum {
	HEARING_REFUSALS = 8,   /* kinds of ICMP errors, see hear.c */
	HEARING_CONFLICTS = 16, /* addresses with two MACs that are named */
};

struct hearing_conflict {
	struct addr ip;
	struct mac first, second;
};

struct hearing {
	const struct questions *questions;
	const struct cookie *cookie;
	struct sink *sink;
	struct targets *targets; /* of the wave that is asked; NULL: none yet */

	uint64_t answered; /* answers that proved themselves, repetitions too */
	uint64_t found;    /* targets that answered, over all waves */
	uint64_t unproved; /* packets that no question of ours explains */
	uint64_t refused[HEARING_REFUSALS];
	struct hearing_conflict conflicts[HEARING_CONFLICTS];
	uint64_t n_conflicts;
	int64_t last_us;    /* monotonic: the last answer; 0: none yet */
	int64_t rtt_max_us; /* longest of this sweep */
};

/* at_us: wall clock, goes into the observation.  now_us: monotonic.  -1: the sink's
 * failure or memory, never what is in the frame. */
int hearing_frame(struct hearing *, const uint8_t *frame, size_t n, int64_t at_us,
	int64_t now_us, struct err *);

/* An answer that came another way (a socket); facts are sorted here. */
int hearing_answer(struct hearing *, uint32_t target, uint32_t question, struct facts *,
	int64_t at_us, int64_t now_us, struct err *);

/* An address of this host, reported from the host itself. */
int hearing_own(
	struct hearing *, const struct own_address *, int64_t at_us, struct err *);

/* What was heard beside answers, as reasons. */
void hearing_report(const struct hearing *, struct monitor *);

#endif
