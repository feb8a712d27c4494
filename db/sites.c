/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/sites.h"

struct reading {
	struct site_map *map;
	struct arena *mem;
};

static int
take_subnet(void *arg, const struct observation *o, struct err *e)
{
	struct reading *r = arg;
	const struct fact *prefix = fact_get(o->facts, o->n_facts, "net.prefix"),
			  *site = fact_get(o->facts, o->n_facts, "ad.site"),
			  *listed = fact_get(o->facts, o->n_facts, "ad.listed");

	if (!prefix || prefix->type != FACT_TEXT)
		return 0;
	return sites_add(r->map, prefix->text,
		site && site->type == FACT_TEXT && (!listed || listed->num) ? site->text
									    : "",
		r->mem, e);
}

int
sites_read(struct store *s, struct arena *mem, struct site_map *map, struct err *e)
{
	struct reading r = { map, mem };

	return store_each_of_subject(s, SUBJECT_NETWORK, 0, take_subnet, &r, e);
}
