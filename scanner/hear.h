/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hear.h - from frames to observations
 *
 * The one way in for everything that arrives: live, from a capture file, from a fuzzer.
 * Whatever does not prove itself to be the answer to a question that was asked is counted
 * and dropped.  An answer is told once; its repetition says nothing new.  An answer that
 * may have come from something that answers for everybody is held back until that is
 * known (group.h).  The closed ports that a living host is asked for are told together
 * (refused.h), when its wave is judged for the last time of a round.
 */
#ifndef SCANNER_HEAR_H
#define SCANNER_HEAR_H

#include "inventory/source.h"
#include "scanner/doubt.h"
#include "scanner/refused.h"
#include "scanner/target.h"

enum {
	HEARING_WAVES_MAX = 16, /* asked at the same time */
	HEARING_REFUSALS = 8,   /* kinds of ICMP errors, see hear.c */
	HEARING_CONFLICTS = 16, /* addresses with two MACs that are named */
	HEARING_GHOSTS = 256,   /* neighbourhoods with weak answers that are named */
};

struct hearing_conflict {
	struct addr ip;
	struct mac first, second;
};

struct hearing_ghosts {
	struct addr first; /* of the /24 */
	enum answer_kind kind;
	uint32_t answers;
};

/* What is heard of one wave. */
struct hearing_wave {
	struct targets *targets;
	struct doubt doubt;
	struct refused refused;
};

struct hearing {
	const struct questions *questions;
	const struct cookie *cookie;
	struct sink *sink;
	const struct iprange *gateways;               /* those of the plan, or NULL */
	struct hearing_wave waves[HEARING_WAVES_MAX]; /* free ones: targets is NULL */

	uint64_t answered; /* answers that proved themselves, repetitions too */
	uint64_t found;    /* targets that gave a reply, over all waves */
	uint64_t weak;     /* answers that something gave for all */
	uint64_t undecided; /* neighbourhoods whose answers are weak for want of time or room */
	uint64_t unproved; /* packets that no question of ours explains */
	struct hearing_refusal {
		uint64_t n;
		struct addr by; /* who said so last */
		bool others;    /* and others before */
	} refused[HEARING_REFUSALS];
	struct hearing_conflict conflicts[HEARING_CONFLICTS];
	uint64_t n_conflicts;
	struct hearing_ghosts ghosts[HEARING_GHOSTS];
	uint64_t n_ghosts;
};

/* The targets of a wave from their first question to their last.  NULL: HEARING_WAVES_MAX
 * are open, which is a mistake. */
struct hearing_wave *hearing_open(struct hearing *, const struct wave *, struct err *);
/* What is held back still is lost: judge before. */
void hearing_close(struct hearing *, struct hearing_wave *);

/* An answer, for whoever measures the network by it. */
struct answer {
	struct hearing_wave *wave; /* NULL: the frame was no answer */
	uint32_t target, question;
	bool news;      /* the first to its question */
	bool reset;     /* TCP: no */
	bool first;     /* the first of its target */
	int64_t rtt_us; /* since the last question to this target */
};

/*
 * at_us: wall clock, goes into the observation.  heard_us: monotonic, when the kernel took
 * it.  -1: the sink's failure or memory, never what is in the frame.
 */
int hearing_frame(struct hearing *, const uint8_t *frame, size_t n, int64_t at_us,
	int64_t heard_us, struct answer *, struct err *);

/* An answer that came another way (a socket); facts are sorted here. */
int hearing_answer(struct hearing *, struct hearing_wave *, uint32_t target,
	uint32_t question, struct facts *, int64_t at_us, struct err *);

/* Whoever has not answered the next time, when answers have had their time, is silent. */
void hearing_ripen(struct hearing_wave *);
/* Tells what the silence of those clears, and ripens the next. */
int hearing_clear(struct hearing *, struct hearing_wave *, struct err *);
/* A round is over and its answers are here; last: the wave is over, too. */
int hearing_judge(struct hearing *, struct hearing_wave *, bool last, struct err *);

/* There will be no more answers to judge by: what is held back still is told as weak, unless
 * silence has cleared it. */
int hearing_decide(struct hearing *, struct hearing_wave *, struct err *);

/* An address of this host, reported from the host itself. */
int hearing_own(
	struct hearing *, const struct own_address *, int64_t at_us, struct err *);

/* What was heard beside answers, as reasons. */
void hearing_report(const struct hearing *, struct monitor *);

#endif
