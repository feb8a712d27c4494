/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/units.h"

#include <string.h>

struct reading {
	struct unit_tree *tree;
	struct arena *mem;
};

/* Who else tells of domains knows no units. */
static int
take_domain(void *arg, const struct observation *o, struct err *e)
{
	struct reading *r = arg;
	const struct fact *name = fact_get(o->facts, o->n_facts, "ad.domain"),
			  *units = fact_get(o->facts, o->n_facts, "ad.units");

	if (strcmp(o->source, "ad") != 0 || !name || name->type != FACT_TEXT)
		return 0;
	bool any = units && units->type == FACT_TEXTS;
	const struct unit_domain told = { .name = name->text,
		.units = any ? units->texts.items : NULL,
		.n = any ? units->texts.n : 0,
		.is_cut = o->truncated || (any && units->texts.n == FACT_ITEMS_LIMIT) };
	return units_put(r->tree, &told, r->mem, e);
}

int
units_read(struct store *s, struct arena *mem, struct unit_tree *tree, struct err *e)
{
	struct reading r = { tree, mem };

	return store_each_of_subject(s, SUBJECT_DOMAIN, 0, take_domain, &r, e);
}
