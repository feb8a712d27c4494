/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * In which network location the point itself is: by what the kernel, the resolver's file, leases and
 * the subnets that polls of directories brought tell; and where a definition needs a question, by the
 * answers to it.
 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "db/sites.h"
#include "location/inform.h"
#include "location/match.h"
#include "schedule/agent_private.h"

LOG_TAG("agent");

enum { PLACE_MEMORY = 64 << 20, SITES_MEMORY = 64 << 20 };

static bool
is_site_asked(const struct agent_conf *conf)
{
	for (size_t i = 0; i < conf->n_locations; i++)
		if (conf->locations[i].values[CONDITION_AD_SITE].n)
			return true;
	return false;
}

/* A directory may have thousands of subnets: they are read for those who ask, and again when the
 * store may have others. */
static int
find_site(struct agent *a, struct place_facts *f, struct err *e)
{
	bool asked = is_site_asked(a->conf);

	if (!asked)
		agent_forget_sites(a);
	if (asked && !a->sites_mem) {
		a->sites = (struct site_map){ .n = 0 };
		if (!(a->sites_mem = arena_new(SITES_MEMORY)))
			return err_nomem(e);
		if (sites_read(a->store, a->sites_mem, &a->sites, e) == -1) {
			agent_forget_sites(a);
			return -1;
		}
	}
	const struct site_subnet *at = a->sites_mem
		? sites_find(&a->sites, &f->addresses)
		: NULL;
	f->ad_site = at ? at->site : NULL;
	return 0;
}

void
agent_forget_sites(struct agent *a)
{
	arena_free(a->sites_mem);
	a->sites_mem = NULL;
}

/* --- what is asked -------------------------------------------------------------------------- */

/* Could an answer still decide? */
static bool
is_open(const struct location *l, const struct place_facts *f)
{
	struct location_result r;

	if (!l->values[CONDITION_RESOLVES].n &&
		!l->values[CONDITION_WINDOWS_DOMAIN].n && !l->values[CONDITION_TLS].n)
		return false;
	location_match(l, f, NULL, &r);
	return r.verdict != HOLDS_NO;
}

static bool
needs_questions(const struct agent_conf *conf, const struct place_facts *f)
{
	bool needs = conf->dhcp_inform &&
		inform_is_needed(conf->locations, conf->n_locations, f);

	for (size_t i = 0; i < conf->n_locations; i++)
		needs |= is_open(&conf->locations[i], f);
	return needs;
}

static uint64_t
mix(uint64_t h, const void *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		h = (h ^ ((const unsigned char *)bytes)[i]) *
			0x100000001b3ULL; /* FNV-1a */
	return h;
}

static uint64_t
mix_addresses(uint64_t h, const struct addr_facts *f)
{
	for (size_t i = 0; i < f->n; i++)
		h = mix(h, f->items[i].bytes, sizeof(f->items[i].bytes));
	return mix(h, &f->n, sizeof(f->n));
}

/* Another number: in another network, or by another configuration, answers may be others. */
static uint64_t
digest(const struct agent *a, const struct place_facts *f)
{
	uint64_t h = mix(0xcbf29ce484222325ULL, &a->confs, sizeof(a->confs));

	h = mix_addresses(h, &f->addresses);
	h = mix_addresses(h, &f->gateways);
	return mix_addresses(h, &f->dns_servers);
}

/* --- where that is -------------------------------------------------------------------------- */

/* The name of the one that counts; "" in none; NULL: not known yet, or by an error. */
static const char *
find_location(struct agent *a, struct arena *mem, struct err *e)
{
	const struct agent_conf *conf = a->conf;
	struct location_answers *answers = NULL;
	struct location_result *all = arena_new_array(
		mem, struct location_result, conf->n_locations);
	struct place_facts f;

	if (!all) {
		(void)err_nomem(e);
		return NULL;
	}
	if (place_facts_here("", mem, &f, e) == -1 || find_site(a, &f, e) == -1)
		return NULL;
	if (needs_questions(conf, &f)) {
		if (!(answers = agent_ask_place(a, digest(a, &f)))) {
			(void)err_set(
				e, ERR_NOTFOUND, "whom locations name is being asked");
			return NULL;
		}
		location_answers_give_dhcp(answers, &f);
	}
	for (size_t i = 0; i < conf->n_locations; i++)
		location_match(&conf->locations[i], &f,
			answers ? &answers->asker : NULL, &all[i]);
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
