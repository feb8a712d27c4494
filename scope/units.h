/* SPDX-License-Identifier: GPL-3.0-or-later */
/* units.h - the organizational units of directories: what groups are proposed from */
#ifndef SCOPE_UNITS_H
#define SCOPE_UNITS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

struct unit_domain {
	const char *name;         /* "corp.example" */
	const char *const *units; /* "corp.example/Berlin", sorted, each once */
	size_t n;
	bool is_cut; /* it has more */
};

struct unit_tree {
	struct unit_domain *items; /* in arena */
	size_t n, room;
};

/* What was known of the domain before counts no more. */
int units_put(
	struct unit_tree *, const struct unit_domain *, struct arena *, struct err *);

#endif
