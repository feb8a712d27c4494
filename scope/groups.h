/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * groups.h - administration groups: a tree, and the units of a directory whose computers they hold
 *
 *	groups:
 *	  corp-example: {unit: [corp.example]}
 *	  Berlin: {parent: corp-example, unit: [corp.example/Berlin]}
 *
 * A computer is in the group of the nearest unit above its account; one that no unit of a
 * group is above is in none.
 */
#ifndef SCOPE_GROUPS_H
#define SCOPE_GROUPS_H

#include "base/conf.h"

#define GROUP_UNASSIGNED "Unassigned" /* where a device is that is in none */

enum { GROUPS_MAX = 4096 };

struct group {
	const char *name;
	const char *above;          /* the parent as the file names it, or NULL */
	const struct group *parent; /* NULL: it is at the top */
	struct opt_list units;      /* as ad.ou has them */
	unsigned line, column;
};

extern const struct opt group_opts[]; /* of struct group */

/* All groups of a configuration, in its order; the mistakes are told where they stand.
 * n_mistakes is added to. */
int groups_read_all(const struct conf *, const char *file, struct arena *,
	struct group **out, size_t *n, struct sb *mistakes, size_t *n_mistakes,
	struct err *);

/* Of a computer whose account stands in this container; NULL: none, or container NULL. */
const struct group *groups_find(const struct group *, size_t n, const char *container);

/* "corp-example / Berlin" */
void group_print(const struct group *, struct sb *);

/* "corp.example", "corp.example/Berlin" */
bool groups_unit_is_valid(const char *);
/* Of two containers: is the one the other, or somewhere above it? */
bool groups_unit_is_above(const char *unit, const char *container);

#endif
