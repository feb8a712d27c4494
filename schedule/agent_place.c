/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * In which network location the point itself is.  What the kernel, the resolver's file and leases
 * tell is enough here: an agent asks nobody by itself, so conditions that need a question stay
 * unknown, and `muster location` knows more.
 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "location/match.h"
#include "schedule/agent_private.h"

LOG_TAG("agent");

enum { PLACE_MEMORY = 64 << 20 };

/* The name of the one that counts; "" in none. */
static const char *
find_location(const struct agent_conf *conf, struct arena *mem, struct err *e)
{
	struct location_result *all = arena_new_array(
		mem, struct location_result, conf->n_locations);
	struct place_facts f;

	if (!all) {
		(void)err_nomem(e);
		return NULL;
	}
	if (place_facts_here("", mem, &f, e) == -1)
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

	if (mem && !(name = find_location(a->conf, mem, &e)))
		log_debug("where this is: %s", e.text);
	if (name && strcmp(name, a->location) != 0) {
		log_info("event=location-changed from=%s to=%s",
			*a->location ? a->location : "none", *name ? name : "none");
		(void)snprintf(a->location, sizeof(a->location), "%s", name);
	}
	arena_free(mem);
}
