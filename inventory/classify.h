/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * classify.h - what kind of device it is and which operating system it runs, by its fields
 *
 * Each rule (rules.h) that a field meets is a clue.  Clues for one answer add up as
 * independent evidence does: each leaves the share of doubt that its weight says, and the
 * doubts multiply.  What comes by one protocol is no independent evidence: of one group only
 * the heaviest clue counts for an answer.  Answers that exclude each other share the sum of
 * their odds, so a contradiction makes all of them less sure.
 *
 * Answers are trees: what says "Debian Linux" says "Linux", and the answer is the deepest
 * that is sure enough.  Below CLASSIFY_SURE there is none: unknown is better than wrong.
 * The result is a function of the set of fields; weak evidence is not looked at, for
 * somebody else may have given it.
 */
#ifndef INVENTORY_CLASSIFY_H
#define INVENTORY_CLASSIFY_H

#include "inventory/device.h"
#include "inventory/rules.h"

enum { CLASSIFY_SURE = 60 }; /* percent */

struct verdict {
	const char *answer; /* "printer"; NULL: unknown */
	int confidence;     /* percent, to 99; 0 when unknown */
};

/* A line of evidence, for people.  Texts are those of the rules and the fields. */
struct clue {
	const struct device_field *field;
	const char *value; /* the text, or the member of a set, that met the rule; NULL: all */
	const char *kind, *os; /* what it says; NULL: nothing */
	int weight;            /* percent */
	bool counts; /* false: a heavier one of its group says the same already */
	/* It says more than the verdict, which has not come to that. */
	bool more_kind;
	bool more_os;
	const char *why, *source; /* of the rule */
	const char *file;
	unsigned line;
};

struct classified {
	struct verdict kind, os;
	const struct device_field *kind_by,
		*os_by; /* the heaviest clue's; NULL: unknown */
};

/* fields: sorted by key.  In arena. */
int classify(const struct rules *, const struct device_field *, size_t n,
	struct arena *, struct classified *out, struct err *);

/* The same with every clue, the heaviest first; clues of one weight by fact, then value. */
int classify_explain(const struct rules *, const struct device_field *, size_t n,
	struct arena *, struct classified *out, struct clue **clues, size_t *n_clues,
	struct err *);

/*
 * Adds "kind" and "os" with their confidence to the fields of a device, in arena, sorted as
 * they were; what a source or a person states stays.  A kind that nothing tells is
 * "unknown".  rules NULL, or no fields at all: nothing is added.
 */
int classify_fields(const struct rules *, struct arena *, struct device_field **fields,
	size_t *n, struct err *);

#endif
