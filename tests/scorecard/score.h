/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * score.h - how well identity tells the machines of a world apart
 *
 * An item is a visit of one machine.  A pair of items is *knowable* when evidence connects
 * them, be it by way of others: one visit; a strong trait (DESIGN §5 tier 0 and 1) that in
 * truth is that machine's alone; two names of different kinds that are its alone in the
 * site; or the next visit to the same address within a day, when nobody else answered there
 * in between, one of both shows nothing of that, and no name or link address changed.
 *
 * Not judged: visits that may as well be of who was at their address before; visits in which two machines answered at once, and visits that show nothing
 * of their own and that nothing connects, or only the card of another (a load balancer):
 * no evidence says whose they are.  Hearsay (lists,
 * weak evidence) is judged like all else, and connects by traits only.
 */
#ifndef SCORECARD_SCORE_H
#define SCORECARD_SCORE_H

#include "base/err.h"
#include "tests/scorecard/world.h"

struct score {
	size_t machines, visits, observations;
	size_t unjudged;          /* visits */
	uint64_t knowable, found; /* pairs: recall */
	uint64_t together, wrong; /* pairs said to be one: precision */
	bool stable;              /* the same devices in any order and any batches */
};

struct scorecard_case {
	const char *name;
	const char *what; /* the behaviour, in a few words */
	void (*build)(struct world *);
};

extern const struct scorecard_case scorecard_cases[];
extern const size_t n_scorecard_cases;

enum {
	SCORE_VERBOSE = 1, /* some of what is wrong or not found, on standard output */
	SCORE_NO_STORE = 2, /* not by batches through a store: that takes most of the time */
};

/* Builds the case from the seed, resolves it, and counts. */
int score_case(const struct scorecard_case *, uint64_t seed, unsigned how,
	struct score *out, struct err *);

/* No pair wrong; 95 % found in each case, and 99 % in all of them together. */
static inline bool
score_is_good(const struct score *s)
{
	return s->wrong == 0 && s->stable && s->found * 100 >= s->knowable * 95;
}

#endif
