/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What agent.yaml says, and whether it can be said so. */
#include "cli/config_agent.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/file.h"
#include "base/log.h"
#include "cli/agent_accounts.h"
#include "cli/say.h"
#include "db/sites.h"
#include "db/units.h"
#include "ldap/locate.h"
#include "schedule/propose.h"

LOG_TAG("config");

enum { NEXT_TIMES = 3 };

/* EXIT_DONE, EXIT_FAILED after telling the mistakes, or -1. */
static int
read_agent(const struct agent_where *w, struct arena *mem, struct agent_conf **conf,
	struct err *e)
{
	if (agent_file_read(w, mem, stderr, conf, e) == 0)
		return EXIT_DONE;
	if (e->code != ERR_ARG)
		return -1;
	log_err(e, NULL);
	return EXIT_FAILED;
}

/* As agent_file_read, with the credentials that there are. */
static int
check_file(
	const struct call *c, const char *path, struct agent_conf **conf, struct err *e)
{
	struct opt_list names;
	struct sb mistakes;
	struct err unknown;
	const char *text;
	size_t n;

	if (file_read(path, CONF_MAX, c->mem, &text, &n, e) == -1)
		return -1;
	bool known = agent_accounts_names(c, c->mem, &names, &unknown) == 0;
	if (!known)
		log_warn("%s", unknown.text);
	sb_init(&mistakes, CONF_MAX);
	int rc = agent_conf_check(path, text, n, clock_wall(&clock_system) / SECOND,
		known ? &names : NULL, c->mem, conf, &mistakes, e);
	(void)fputs(mistakes.text, stdout);
	sb_done(&mistakes);
	return rc;
}

int
config_agent_check(const struct call *c, const struct agent_where *w, struct err *e)
{
	const char *path = agent_file_path(w);
	struct agent_conf *conf;

	if (check_file(c, path, &conf, e) == -1) {
		if (e->code != ERR_ARG)
			return -1;
		log_err(e, NULL);
		return EXIT_FAILED;
	}
	say(stdout, "%s: no mistakes, %zu polls, %zu locations, %zu groups\n", path,
		conf->n_polls, conf->n_locations, conf->n_groups);
	return EXIT_DONE;
}

static void
print_times(const struct poll_def *d, int64_t now)
{
	char text[TIME_TEXT_MAX];

	for (size_t i = 0; i < d->n_calendars; i++) {
		const struct calendar *c = &d->calendars[i];
		int64_t t = now;
		if (c->kind == CALENDAR_START)
			say(stdout, "    when the agent starts\n");
		if (c->kind == CALENDAR_AFTER)
			say(stdout, "    after %s\n", c->after);
		if (c->kind == CALENDAR_EVERY)
			say(stdout, "    every %s\n",
				duration_print(c->every * SECOND, text));
		for (int k = 0; c->kind == CALENDAR_TIMES && k < NEXT_TIMES; k++) {
			t = calendar_next(c, d->zone, t);
			if (t == CALENDAR_NEVER)
				break;
			say(stdout, "    %.19sZ\n", time_print(t * SECOND, text));
		}
	}
}

static void
print_count(const struct iprange *set)
{
	struct sb text;

	sb_init(&text, 64);
	iprange_print_count(set, &text);
	say(stdout, ", %s addresses", text.text);
	sb_done(&text);
}

int
config_agent_show(const struct agent_where *w, struct arena *mem, struct err *e)
{
	int64_t now = clock_wall(&clock_system) / SECOND;
	struct agent_conf *conf;
	int rc = read_agent(w, mem, &conf, e);

	if (rc != EXIT_DONE)
		return rc;
	say(stdout, "site %s; in the scope", conf->site);
	print_count(conf->allowed);
	say(stdout, "\n");
	for (size_t i = 0; i < conf->n_polls; i++) {
		const struct poll_def *d = conf->by_name[i];
		say(stdout, "%s (%s%s", d->name, poll_kind_names[d->kind],
			d->timing.enabled ? "" : ", off");
		if (d->targets)
			print_count(d->targets);
		say(stdout, ")\n");
		print_times(d, now);
	}
	return EXIT_DONE;
}

/* --- a proposal ----------------------------------------------------------------------------- */

/* Nobody is asked: what polls brought into the store is enough, or nothing. */
static void
read_directory(const struct call *c, const char *db, struct site_map *map,
	struct unit_tree *units)
{
	struct store_conf conf = { .db = db };
	struct store *s = NULL;
	struct err why;

	*map = (struct site_map){ .n = 0 };
	*units = (struct unit_tree){ .n = 0 };
	if (common_open_store(c, &conf, STORE_READ, &s, &why) == 0) {
		if (sites_read(s, c->mem, map, &why) == -1 ||
			units_read(s, c->mem, units, &why) == -1)
			log_warn("%s; not all of its sites and units are there",
				why.text);
	} else if (db || why.code != ERR_NOTFOUND) {
		log_warn("%s; its sites and units are left out", why.text);
	}
	store_close(s);
}

int
config_agent_propose(const struct call *c, const char *db, struct err *e)
{
	struct place_facts facts;
	struct site_map sites;
	struct unit_tree units;
	char domain[CONTROLLER_NAME_MAX];
	struct host_net *net;
	struct propose_input in = { .facts = &facts,
		.sites = &sites,
		.units = &units,
		.now = clock_wall(&clock_system),
		.domain = locate_own_domain(domain) ? domain : NULL };
	struct sb text;

	read_directory(c, db, &sites, &units);
	if (common_point(c->mem, &in.host, e) == -1 ||
		host_net_read(c->mem, &net, e) == -1 ||
		place_facts_here("", c->mem, &facts, e) == -1)
		return -1;
	in.net = net;
	sb_init(&text, CONF_MAX);
	int rc = propose(&in, c->mem, &text, e);
	if (rc == 0)
		(void)fputs(text.text, stdout); /* main checks */
	sb_done(&text);
	return rc == 0 ? EXIT_DONE : -1;
}
