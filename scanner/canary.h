/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * canary.h - live canaries: hosts known to live, asked again all along
 *
 * The share of them that stays silent is the loss of the path, with everything that takes
 * part in it: the network, our own sending, our own receive buffer.  A canary is asked the
 * question it answered before, in turn, never while an earlier one is open.  Hosts that
 * are only weakly known (group.h) are none.
 */
#ifndef SCANNER_CANARY_H
#define SCANNER_CANARY_H

#include "scanner/target.h"

enum { CANARIES_OPEN_MAX = 4096 };

struct canary {
	int64_t asked_us;
	uint32_t target;
	uint8_t step; /* of the rate, when it was asked */
	bool answered;
};

/* Of one wave. */
struct canaries {
	struct canary *open; /* a ring, oldest first: CANARIES_OPEN_MAX */
	uint32_t first, n;
	uint32_t silent; /* of them without an answer yet */
	uint32_t next;   /* of the living: whose turn it is */
};

int canaries_init(struct canaries *, struct err *);
void canaries_free(struct canaries *);

/* Who is next and what to ask; not whom we asked anything within gap_us.  false: nobody is
 * ready. */
bool canaries_next(struct canaries *, const struct targets *, int64_t gap_us,
	int64_t now_us, uint32_t *target, uint32_t *question);
/* What this one is asked as a canary: not how its link resolves addresses, if it answered
 * anything else.  false: it has answered nothing that is noted. */
bool canaries_question(const struct targets *, uint32_t target, uint32_t *question);
bool canaries_have_room(const struct canaries *);
void canaries_ask(struct canaries *, struct targets *, uint32_t target, uint8_t step,
	int64_t now_us);

/* Any answer of a living target: true when it is that of an open canary, whose it is then. */
bool canaries_answer(
	struct canaries *, struct targets *, uint32_t target, struct canary *out);

/* The oldest whose fate is known: answered, or asked more than timeout_us ago. */
bool canaries_settle(struct canaries *, struct targets *, int64_t timeout_us,
	int64_t now_us, struct canary *out);

#endif
