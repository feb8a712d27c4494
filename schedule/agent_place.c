/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * In which network location the point itself is.  What the kernel, the resolver's file, leases
 * and the subnets that polls of directories brought tell is enough here: an agent asks nobody by
 * itself, so conditions that need a question stay unknown, and `muster location` knows more.
 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "db/sites.h"
#include "location/match.h"
#include "schedule/agent_private.h"

LOG_TAG("agent");

enum { PLACE_MEMORY = 64 << 20 };

static bool
is_site_asked(const struct agent_conf *conf)
{
	for (size_t i = 0; i < conf->n_locations; i++)
		if (conf->locations[i].values[CONDITION_AD_SITE].n)
			return true;
	return false;
}

/* Only for those who ask: a directory may have thousands of subnets. */
static int
find_site(struct agent *a, struct arena *mem, struct place_facts *f, struct err *e)
{
	struct site_map sites = { .n = 0 };

	if (!is_site_asked(a->conf))
		return 0;
	if (sites_read(a->store, mem, &sites, e) == -1)
		return -1;
	const struct site_subnet *at = sites_find(&sites, &f->addresses);
	f->ad_site = at ? at->site : NULL;
	return 0;
}

/* The name of the one that counts; "" in none. */
static const char *
find_location(struct agent *a, struct arena *mem, struct err *e)
{
	const struct agent_conf *conf = a->conf;
	struct location_result *all = arena_new_array(
		mem, struct location_result, conf->n_locations);
	struct place_facts f;

	if (!all) {
		(void)err_nomem(e);
		return NULL;
	}
	if (place_facts_here("", mem, &f, e) == -1 || find_site(a, mem, &f, e) == -1)
		return NULL;
	for (size_t i = 0; i < conf->n_locations; i++)
		location_match(&conf->locations[i], &f, NULL, &all[i]);
	const struct location_result *best = location_choose(all, conf->n_locations);
	return best ? best->location->name : "";
}

void
agent_look_at_place(struct agent *a)
{
	struct arena *mem = a->conf->n_locations ? arena_new(PLACE_MEMORY) : NULL;
	const char *name = "";
	struct err e;

	if (mem && !(name = find_location(a, mem, &e)))
		log_debug("where this is: %s", e.text);
	if (name && strcmp(name, a->location) != 0) {
		log_info("event=location-changed from=%s to=%s",
			*a->location ? a->location : "none", *name ? name : "none");
		(void)snprintf(a->location, sizeof(a->location), "%s", name);
	}
	arena_free(mem);
}
