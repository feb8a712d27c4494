/* SPDX-License-Identifier: GPL-3.0-or-later */
/* muster location: where this machine, or a device, is, by the locations of agent.yaml. */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "cli/agent.h"
#include "cli/sites.h"
#include "location/ask.h"

LOG_TAG("location");

struct location_conf {
	struct agent_where where;
	struct store_conf store;
	bool why, ask;
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
		.help = "Ask DNS, controllers and TLS servers what conditions of this machine "
			"need" },
	{ .name = NULL },
};

static const struct opt_table location_tables[] = {
	{ "Location", location_command_opts, 0 },
	{ "Agent", agent_file_opts, AT(where) },
	{ "Store", store_opts, AT(store) },
	{ NULL, NULL, 0 },
};

/* --- a device without an agent --------------------------------------------------------------- */

static const char *
text_of(const struct device *d, const char *key)
{
	const struct device_field *f = device_field(d, key);

	if (!f)
		return NULL;
	if (f->fact.type == FACT_TEXT)
		return f->fact.text;
	return f->fact.type == FACT_TEXTS && f->fact.texts.n ? f->fact.texts.items[0]
							     : NULL;
}

/* "ws1.corp.example" is in corp.example. */
static int
take_domain(
	const struct device *d, struct place_facts *f, struct arena *mem, struct err *e)
{
	static const char *const keys[] = { "ad.dns_name", "smb.dns_name", "dns.fqdn" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *name = text_of(d, keys[i]),
			   *dot = name ? strchr(name, '.') : NULL;
		if (!dot)
			continue;
		f->dns_domains.known = true;
		return text_facts_add(&f->dns_domains, dot + 1, strlen(dot + 1), mem, e);
	}
	return 0;
}

/* By the directory's subnets. */
static int
find_site(struct store *s, struct place_facts *f, struct arena *mem, struct err *e)
{
	const struct site_subnet *at;
	struct site_map map;

	if (sites_read(s, mem, &map, e) == -1)
		return -1;
	at = sites_find(&map, &f->addresses);
	f->ad_site = at ? at->site : NULL;
	return 0;
}

static int
facts_of_device(const struct call *c, struct store *s, const char *name,
	struct place_facts *f, struct err *e)
{
	char label[ADDR_TEXT_MAX];
	struct device d;

	*f = (struct place_facts){ .ad_site = NULL };
	if (store_find_device(s, name, c->mem, &d, e) == -1)
		return -1;
	for (size_t i = 0; i < d.n_addrs; i++)
		if (d.addrs[i].current)
			addr_facts_add(&f->addresses, &d.addrs[i].ip);
	f->addresses.known = f->addresses.n > 0;
	(void)printf("device       %s\n", device_label(&d, label));
	return take_domain(&d, f, c->mem, e);
}

/* --- what comes of it ------------------------------------------------------------------------ */

static const char *const verdict_words[] = { "no ", " ? ", "yes" };

static void
print_why(const struct location_result *r)
{
	(void)printf("\n%s  %s\n", verdict_words[r->verdict], r->location->name);
	for (size_t i = 0; i < r->n_findings; i++) {
		struct sb text;
		sb_init(&text, 4096);
		sb_add_plain(&text, r->findings[i].text, strlen(r->findings[i].text));
		(void)printf("  %s  %-15s %s\n", verdict_words[r->findings[i].verdict],
			condition_names[r->findings[i].condition], text.text);
		sb_done(&text);
	}
}

/* The subnet says one thing, the directory another. */
static void
print_disagreement(const struct location_result *r, const struct place_facts *f)
{
	bool subnet = false, site = false;

	for (size_t i = 0; i < r->n_findings; i++) {
		subnet |= r->findings[i].condition == CONDITION_SUBNET &&
			r->findings[i].verdict == HOLDS_YES;
		site |= r->findings[i].condition == CONDITION_AD_SITE &&
			r->findings[i].verdict == HOLDS_NO;
	}
	if (subnet && site)
		(void)printf(
			"disagreement: Active Directory says %s, the subnet of %s says "
			"otherwise\n",
			f->ad_site, r->location->name);
}

static int
decide(const struct call *c, const struct agent_conf *agent,
	const struct place_facts *f, struct location_asker *asker, struct err *e)
{
	const struct location_conf *conf = c->settings;
	size_t n = agent->n_locations;
	struct location_result *r = arena_new_array(
		c->mem, struct location_result, n + 1);

	if (!r)
		return err_nomem(e);
	for (size_t i = 0; i < n; i++)
		location_match(&agent->locations[i], f, asker, &r[i]);
	const struct location_result *best = location_choose(r, n);
	(void)printf("location     %s%s\n", best ? best->location->name : "none",
		best && best->inferred
			? " (inferred: not all of its conditions are known)"
			: "");
	if (f->ad_site)
		(void)printf("AD site      %s\n", f->ad_site);
	for (size_t i = 0; i < n; i++)
		print_disagreement(&r[i], f);
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
	int rc = common_open_store(c, &conf->store, STORE_READ, &s, e);

	if (rc == 0)
		rc = facts_of_device(c, s, c->args[0], &f, e);
	if (rc == 0)
		rc = find_site(s, &f, c->mem, e);
	store_close(s);
	return rc == 0 ? decide(c, agent, &f, NULL, e) : -1;
}

static int
locate_here(const struct call *c, const struct agent_conf *agent, struct err *e)
{
	const struct location_conf *conf = c->settings;
	struct location_asker *asker = NULL;
	struct store *s = NULL;
	struct place_facts f;
	struct err ignored;

	if (place_facts_here("", c->mem, &f, e) == -1)
		return -1;
	/* What directories said is kept in the store, when there is one. */
	if (common_open_store(c, &conf->store, STORE_READ, &s, &ignored) == 0)
		(void)find_site(s, &f, c->mem, &ignored);
	store_close(s);
	if (conf->ask && !(asker = location_asker_new(&clock_system, e)))
		return -1;
	int rc = decide(c, agent, &f, asker, e);
	location_asker_free(asker);
	return rc;
}

static int
run_location(const struct call *c, struct err *e)
{
	const struct location_conf *conf = c->settings;
	struct agent_conf *agent;

	if (agent_file_read(&conf->where, c->mem, stderr, &agent, e) == -1) {
		if (e->code == ERR_ARG)
			e->code = ERR_PROTO; /* the file is wrong, not this command line */
		return -1;
	}
	if (agent->n_locations == 0)
		log_warn("%s defines no locations", agent_file_path(&conf->where));
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
		"controllers, or a TLS server.\n"
		"\n"
		"Of a DEVICE of the inventory its addresses are known, its DNS domain and, by the\n"
		"subnets of Active Directory, its site. It is in the location whose subnet is the\n"
		"smallest around it, unless something that is known speaks against that. Where\n"
		"the directory's site and a definition disagree, that is told.\n"
		"\n"
		"Exit status 1: it is in none.\n"
		"\n"
		"Examples:\n"
		"  muster location --why\n"
		"  muster location ws-0412 --agent new.yaml\n",
	.tables = location_tables,
	.settings_size = sizeof(struct location_conf),
	.args_max = 1,
	.run = run_location,
};
