/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * recall.h - how much of what lives was found, and how often the silent must be asked
 *
 * Pure statistics over two things that a sweep measures:
 *
 *	canaries	hosts known to live are asked again all along: the share of these
 *			questions that nobody answered
 *	rounds		how many were found first in which round: who is found late shows
 *			how often an answer was lost (removal sampling: Zippin 1956)
 *
 * Both are trials of one chance p, that a question to a living host brings no answer.  What
 * is known of p is a Beta distribution: it begins as that of a decent office network (1 %
 * from RECALL_PRIOR trials), so that a few answers do not pass for certainty.  After k
 * rounds a living host is still missed with chance E[p^k].
 */
#ifndef SCANNER_RECALL_H
#define SCANNER_RECALL_H

#include "inventory/source.h"

enum {
	RECALL_ROUNDS_MAX = 100,
	RECALL_PARTS_MAX = 256,   /* counts told together */
	RECALL_PRIOR = 10,        /* questions */
	RECALL_PERCENT = 1000000, /* the setting is in millionths */
};

struct recall_counts {
	uint64_t asked, lost;              /* canaries whose fate is known */
	uint64_t found[RECALL_ROUNDS_MAX]; /* first heard after this round's questions */
	uint32_t rounds;                   /* whole ones */
	double share; /* of one more, asked of that share of the silent */
	uint64_t reasked,
		refound;     /* silent ones asked again, and those that answered */
	bool many_questions; /* a round asks more than one: canaries show only the worst
			      * case, a host that answers a single one of them */
};

/* How much of a further round is needed for this recall (millionths), 0 to 1. */
double recall_missing_round(const struct recall_counts *, int64_t recall);

/* How many more canaries without loss would show that no further round is needed; 0: loss
 * was seen, or it is shown already. */
uint64_t recall_missing_canaries(const struct recall_counts *, int64_t recall);

/* The estimate of several such counts (lanes, waves) together, as one run tells it. */
void recall_estimate(const struct recall_counts *, size_t n, struct recall *);

#endif
