/* SPDX-License-Identifier: GPL-3.0-or-later */
/* muster location: where this machine, or a device, is, by the locations of agent.yaml. */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "cli/agent.h"
#include "cli/device_place.h"
#include "cli/locations.h"
#include "cli/say.h"
#include "db/sites.h"
#include "host/sandbox.h"
#include "location/answers.h"
#include "location/ask.h"
#include "location/disagree.h"
#include "location/inform.h"

LOG_TAG("location");

enum { DHCP_PATIENCE = 3 * SECOND };

struct location_conf {
	struct agent_where where;
	struct store_conf store;
	const char *what_if;
	bool why, ask, disagreements, answers;
	int format;
};

#define AT(f) offsetof(struct location_conf, f)
static const struct opt location_command_opts[] = {
	{ .name = "why",
		.type = OPT_BOOL,
		.at = AT(why),
		.flags = OPT_CLI_ONLY,
		.help = "Tell of every location which conditions hold, and why" },
	{ .name = "ask",
		.type = OPT_BOOL,
		.at = AT(ask),
		.value = "yes",
		.flags = OPT_CLI_ONLY,
		.help = "Ask DNS, controllers, TLS servers and, where agent.yaml allows it, DHCP "
			"servers what conditions of this machine need" },
	{ .name = "answers",
		.type = OPT_BOOL,
		.at = AT(answers),
		.flags = OPT_CLI_ONLY | OPT_HIDDEN,
		.help = "For an agent: tell what was asked of whom the scope allows, and the "
			"answers" },
	{ .name = "what_if",
		.type = OPT_STR,
		.at = AT(what_if),
		.arg = "FILE",
		.flags = OPT_CLI_ONLY,
		.help = "List the devices that would be elsewhere by the locations of FILE" },
	{ .name = "disagreements",
		.type = OPT_BOOL,
		.at = AT(disagreements),
		.flags = OPT_CLI_ONLY,
		.help = "List where Active Directory and the definitions do not agree" },
	{ .name = NULL },
};

static const struct opt_table location_tables[] = {
	{ "Location", location_command_opts, 0 },
	{ "Reports", detail_opts, AT(format) },
	{ "Agent", agent_file_opts, AT(where) },
	{ "Store", store_opts, AT(store) },
	{ NULL, NULL, 0 },
};

/* --- a device without an agent --------------------------------------------------------------- */

/* Where groups are configured at all. */
static void
print_group(const struct agent_conf *agent, const struct device *d)
{
	const struct device_field *ou = device_field(d, "ad.ou");
	const struct group *g = groups_find(agent->groups, agent->n_groups,
		ou && ou->fact.type == FACT_TEXT ? ou->fact.text : NULL);
	struct sb text;

	if (agent->n_groups == 0)
		return;
	sb_init(&text, 4096);
	if (g)
		group_print(g, &text);
	say(stdout, "group        %s\n", g ? text.text : GROUP_UNASSIGNED);
	sb_done(&text);
}

static int
facts_of_device(const struct call *c, const struct agent_conf *agent, struct store *s,
	struct place_facts *f, struct err *e)
{
	char label[ADDR_TEXT_MAX];
	struct site_map sites = { .n = 0 };
	struct device d;

	if (store_find_device(s, c->args[0], c->mem, &d, e) == -1 ||
		sites_read(s, c->mem, &sites, e) == -1)
		return -1;
	say(stdout, "device       %s\n", device_label(&d, label));
	print_group(agent, &d);
	return device_place(&d, &sites, c->mem, f, e);
}

/* What directories said is kept in the store, when there is one. */
static void
find_own_site(const struct call *c, struct place_facts *f)
{
	const struct location_conf *conf = c->settings;
	struct store *s = NULL;
	struct site_map sites = { .n = 0 };
	struct err ignored;

	if (common_read_store(c, &conf->store, &s, &ignored) == 0 &&
		sites_read(s, c->mem, &sites, &ignored) == 0) {
		const struct site_subnet *at = sites_find(&sites, &f->addresses);
		f->ad_site = at ? at->site : NULL;
	}
	store_close(s);
}

/* --- what comes of it ------------------------------------------------------------------------ */

static const char *const verdict_words[] = { "no ", " ? ", "yes" };

static void
print_why(const struct location_result *r)
{
	say(stdout, "\n%s  %s\n", verdict_words[r->verdict], r->location->name);
	for (size_t i = 0; i < r->n_findings; i++) {
		const struct location_finding *f = &r->findings[i];
		say(stdout, "  %s  %-15s %s\n", verdict_words[f->verdict],
			condition_names[f->condition], f->text);
	}
}

static int
decide(const struct call *c, const struct agent_conf *agent,
	const struct place_facts *f, struct location_asker *asker, struct err *e)
{
	const struct location_conf *conf = c->settings;
	size_t n = agent->n_locations;
	struct disagreement d;
	struct location_result *r = arena_new_array(
		c->mem, struct location_result, n + 1);

	if (!r)
		return err_nomem(e);
	for (size_t i = 0; i < n; i++)
		location_match(&agent->locations[i], f, asker, &r[i]);
	const struct location_result *best = location_choose(r, n);
	say(stdout, "location     %s%s\n", best ? best->location->name : "none",
		best && best->inferred
			? " (inferred: not all of its conditions are known)"
			: "");
	if (f->ad_site)
		say(stdout, "AD site      %s\n", f->ad_site);
	if (location_disagrees(r, n, &d))
		say(stdout,
			"disagreement: Active Directory says %s, the subnet of %s says "
			"otherwise\n",
			f->ad_site, d.ours->name);
	for (size_t i = 0; conf->why && i < n; i++)
		print_why(&r[i]);
	return best ? EXIT_DONE : EXIT_FAILED;
}

static int
locate_device(const struct call *c, const struct agent_conf *agent, struct err *e)
{
	const struct location_conf *conf = c->settings;
	struct store *s = NULL;
	struct place_facts f;
	int rc = common_read_store(c, &conf->store, &s, e);

	if (rc == 0)
		rc = facts_of_device(c, agent, s, &f, e);
	store_close(s);
	return rc == 0 ? decide(c, agent, &f, NULL, e) : -1;
}

/* What it does not tell stays unknown, as it was. */
static void
ask_dhcp(const struct call *c, struct place_facts *f)
{
	struct host_net *net;
	struct err e;

	if (host_net_read(c->mem, &net, &e) == -1 ||
		location_inform(net, &clock_system, DHCP_PATIENCE, c->mem, f, &e) == -1)
		log_warn("%s; DHCP servers stay unknown", e.text);
}

static bool
wants_dhcp(const struct agent_conf *agent, const struct place_facts *f)
{
	return agent->dhcp_inform &&
		inform_is_needed(agent->locations, agent->n_locations, f);
}

static int
locate_here(const struct call *c, const struct agent_conf *agent, struct err *e)
{
	const struct location_conf *conf = c->settings;
	struct location_asker *asker = NULL;
	struct place_facts f;

	if (place_facts_here("", c->mem, &f, e) == -1)
		return -1;
	find_own_site(c, &f);
	if (conf->ask && wants_dhcp(agent, &f))
		ask_dhcp(c, &f);
	if (conf->ask && !(asker = location_asker_new(&clock_system, e)))
		return -1;
	int rc = decide(c, agent, &f, asker, e);
	location_asker_free(asker);
	return rc;
}

/* --- for an agent, which asks nobody itself ---------------------------------------------------- */

static int
print_answers(const struct location_answers *a, size_t from, struct err *e)
{
	struct sb text;

	sb_init(&text, ANSWERS_TEXT_MAX);
	location_answers_write(a, from, &text);
	(void)fputs(text.text, stdout);
	bool failed = text.bad || fflush(stdout) == EOF;
	sb_done(&text);
	return failed ? err_sys(e, "tell answers") : 0;
}

/* Only who is in the scope is asked, and only what could still decide: as a poll, in a sandbox.  What
 * was answered is told at once, for the agent has a deadline. */
static int
tell_answers(const struct call *c, const struct agent_conf *agent, struct err *e)
{
	struct location_asker *asker = location_asker_new(&clock_system, e);
	struct location_answers answers;
	struct location_result r;
	struct place_facts f;
	size_t told = 0;
	int rc = asker ? place_facts_here("", c->mem, &f, e) : -1;

	location_answers_init(&answers, asker, c->mem);
	if (rc == 0 && wants_dhcp(agent, &f)) {
		ask_dhcp(c, &f);
		location_answers_add_dhcp(&answers, &f);
	}
	if (rc == 0)
		rc = sandbox_enter(SANDBOX_LIBRARIES, e);
	if (rc == 0)
		location_asker_bound(asker, agent->allowed);
	for (size_t i = 0; rc == 0 && i < agent->n_locations; i++) {
		location_match(&agent->locations[i], &f, &answers.asker, &r);
		rc = print_answers(&answers, told, e);
		told = answers.n;
	}
	location_asker_free(asker);
	return rc == 0 ? EXIT_DONE : -1;
}

/* --- all devices ----------------------------------------------------------------------------- */

static int
read_file(const struct agent_where *w, struct arena *mem, struct agent_conf **out,
	struct err *e)
{
	if (agent_file_read(w, mem, stderr, out, e) == -1) {
		if (e->code == ERR_ARG)
			e->code = ERR_PROTO; /* the file is wrong, not this command line */
		return -1;
	}
	if ((*out)->n_locations == 0)
		log_warn("%s defines no locations", agent_file_path(w));
	return 0;
}

static int
report(const struct call *c, const struct agent_conf *agent, struct err *e)
{
	const struct location_conf *conf = c->settings;
	struct agent_where other = { .file = conf->what_if };
	struct locations_input in = { .call = c, .now = agent, .format = conf->format };
	struct agent_conf *then = NULL;

	if (conf->what_if && conf->disagreements)
		return err_set(
			e, ERR_ARG, "--what-if and --disagreements are two reports");
	if (c->n_args || conf->why)
		return err_set(e, ERR_ARG,
			"--what-if and --disagreements are about all devices, without --why");
	if (conf->what_if && read_file(&other, c->mem, &then, e) == -1)
		return -1;
	if (common_read_store(c, &conf->store, &in.store, e) == -1)
		return -1;
	in.then = then;
	int rc = then ? locations_what_if(&in, e) : locations_disagreements(&in, e);
	store_close(in.store);
	return common_status(rc, e);
}

static int
run_location(const struct call *c, struct err *e)
{
	const struct location_conf *conf = c->settings;
	struct agent_conf *agent;

	if (read_file(&conf->where, c->mem, &agent, e) == -1)
		return -1;
	if (conf->answers)
		return tell_answers(c, agent, e);
	if (conf->what_if || conf->disagreements)
		return report(c, agent, e);
	return c->n_args ? locate_device(c, agent, e) : locate_here(c, agent, e);
}

const struct command cmd_location = {
	.name = "location",
	.group = "Distribution point",
	.args = "[DEVICE]",
	.help = "Show in which network location this machine, or a device, is",
	.details =
		"Locations are defined in muster-agent.yaml(5), each by conditions that must all\n"
		"hold. This machine is asked for everything that they need: its addresses,\n"
		"gateways, resolver and leases, and where a condition says so, DNS, a domain's\n"
		"controllers, or a TLS server. DHCP servers are known by leases; with\n"
		"agent.dhcp_inform they are also asked for, which only root may. An agent finds\n"
		"out the same of its point, but speaks to nobody outside of its scope.\n"
		"\n"
		"Of a DEVICE of the inventory its addresses are known, its DNS domain and, by the\n"
		"subnets of Active Directory, its site. It is in the location whose subnet is the\n"
		"smallest around it, unless something that is known speaks against that. Where\n"
		"the directory's site and a definition disagree, that is told. Where there are\n"
		"groups, its own is told: that of the nearest unit above its account.\n"
		"\n"
		"Two reports are about all devices of the point's site. --what-if FILE, an\n"
		"agent.yaml with other locations, lists those that would move, from where to\n"
		"where. --disagreements lists the subnets of the directory that lie in another\n"
		"location than their site says, with the number of devices there.\n"
		"\n"
		"Exit status 1: it is in none. A report is done, whatever it lists.\n"
		"\n"
		"Examples:\n"
		"  muster location --why\n"
		"  muster location ws-0412 --agent new.yaml\n"
		"  muster location --what-if new.yaml\n"
		"  muster location --disagreements --format ndjson\n",
	.tables = location_tables,
	.settings_size = sizeof(struct location_conf),
	.args_max = 1,
	.run = run_location,
};
