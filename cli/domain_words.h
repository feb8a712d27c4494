/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * domain_words.h - which observations of a domain still count
 *
 * A poll takes the place of an earlier one that asked no more than it did (domain.asked): what
 * is missing from it has gone.  Of an earlier one that asked more, because it had targets, an
 * account or other subnets, what it learnt stands beside, until DOMAIN_WORD_LASTS before the
 * newest.  A source that does not tell what it asked (a directory) told all there is.
 *
 * Pure.  Polls of different sites, points and sources never replace each other.
 */
#ifndef CLI_DOMAIN_WORDS_H
#define CLI_DOMAIN_WORDS_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "inventory/observation.h"

#define DOMAIN_WORD_LASTS (INT64_C(7) * 24 * 3600 * SECOND)

struct domain_word;

struct domain_words {
	struct arena *mem;         /* everything is a copy in it */
	struct domain_word *items; /* sorted, those that count */
	size_t n, room;
};

void domain_words_init(struct domain_words *, struct arena *);
/* Oldest first.  What names no domain is passed over. */
int domain_words_note(struct domain_words *, const struct observation *, struct err *);
/* Does this one count, once all were noted? */
bool domain_words_count(const struct domain_words *, const struct observation *);

#endif
