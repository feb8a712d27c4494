/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * walk.h - in which order questions are asked
 *
 * A round asks each of n subjects every question once: as many passes as there are
 * questions, all in the same keyed pseudo-random order, each subject beginning with
 * another question.  So neighbours are not asked in a row, kinds of question mix at every
 * moment, and the questions to one subject are a whole pass apart.  Pure; its place is
 * three numbers, all that a later run needs to go on.
 */
#ifndef SCANNER_WALK_H
#define SCANNER_WALK_H

#include "iprange/iprange.h"
#include "scanner/question.h"

struct walk {
	struct iprange_order order;
	const struct question_list *questions;
	uint32_t n;
	uint32_t from, limit; /* positions of a pass; 0 to n unless a share is asked */
	uint32_t round, pass, position;
};

struct walk_step {
	uint32_t who;      /* 0 .. n-1 */
	uint32_t question; /* number */
};

void walk_init(struct walk *, uint32_t n, const struct question_list *,
	const uint8_t key[static 16]);
/* The next rounds ask only the subjects between these shares (0 to 1) of the order. */
void walk_set_share(struct walk *, double from, double to);
/* false: the round is over; the next call begins the next one. */
bool walk_next(struct walk *, struct walk_step *);
uint64_t walk_done(const struct walk *);  /* steps of this round so far */
uint64_t walk_total(const struct walk *); /* steps of a round */

#endif
