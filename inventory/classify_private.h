/* SPDX-License-Identifier: GPL-3.0-or-later */
/* classify_private.h - from fields to hits (classify_match.c), from hits to verdicts */
#ifndef INVENTORY_CLASSIFY_PRIVATE_H
#define INVENTORY_CLASSIFY_PRIVATE_H

#include "inventory/classify.h"
#include "inventory/rules_private.h"

/* A rule that a field meets. */
struct hit {
	const struct rule *rule;
	const struct device_field *field;
	const char *value;     /* as struct clue */
	int answer[QUESTIONS]; /* as the rule's, or of the build that was found */
};

/* In arena; each rule gives one hit at most, by the first member that meets it. */
int match_fields(const struct rules *, const struct device_field *, size_t n,
	struct arena *, struct hit **out, size_t *n_out, struct err *);

#endif
