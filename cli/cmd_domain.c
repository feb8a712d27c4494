/* SPDX-License-Identifier: GPL-3.0-or-later */
/* muster domain: the Windows domains and directories of agent.yaml, without an editor. */
#include "cli/edit_agent.h"

struct domain_conf {
	struct agent_where where;
	struct opt_list quick, full, schedule, targets, wins;
	const char *server, *credential;
	bool ad, forest, off;
};

#define AT(f) offsetof(struct domain_conf, f)
static const struct opt domain_opts[] = {
	{ .name = "ad",
		.type = OPT_BOOL,
		.at = AT(ad),
		.flags = OPT_CLI_ONLY,
		.help = "Add a domain of Active Directory, polled by LDAP" },
	{ .name = "credential",
		.type = OPT_STR,
		.at = AT(credential),
		.arg = "NAME",
		.flags = OPT_CLI_ONLY,
		.help = "Log in with this credential, as muster credential lists them" },
	{ .name = "off",
		.type = OPT_BOOL,
		.at = AT(off),
		.flags = OPT_CLI_ONLY,
		.help = "Add it, but do not poll it yet" },
	{ .name = NULL },
};

#define TIMES_ROW(key, field, text) \
	{ \
		.name = (key), .type = OPT_LIST, .at = AT(field), .arg = "SCHEDULE", \
		.flags = OPT_CLI_ONLY | OPT_NO_SPLIT, .help = (text) \
	}

static const struct opt windows_opts[] = {
	TIMES_ROW("quick", quick, "Ask who is there then; every 15min without it"),
	TIMES_ROW("full", full,
		"Ask each machine what it is then; every 60min without it"),
	{ .name = "target",
		.type = OPT_LIST,
		.at = AT(targets),
		.arg = "TARGET",
		.flags = OPT_CLI_ONLY | OPT_NO_SPLIT,
		.help = "Ask these one by one too" },
	{ .name = "wins",
		.type = OPT_LIST,
		.at = AT(wins),
		.arg = "ADDRESS",
		.flags = OPT_CLI_ONLY,
		.help = "Ask these NetBIOS name servers, not those of the DHCP lease" },
	{ .name = NULL },
};

static const struct opt directory_opts[] = {
	TIMES_ROW("schedule", schedule, "Ask then; every 60min without it"),
	{ .name = "server",
		.type = OPT_STR,
		.at = AT(server),
		.arg = "HOST",
		.flags = OPT_CLI_ONLY,
		.help = "Ask this controller, not the nearest" },
	{ .name = "forest",
		.type = OPT_BOOL,
		.at = AT(forest),
		.flags = OPT_CLI_ONLY,
		.help = "Ask all domains of its forest" },
	{ .name = NULL },
};

static const struct opt_table domain_tables[] = {
	{ "To add a domain", domain_opts, 0 },
	{ "To add Windows domains and workgroups", windows_opts, 0 },
	{ "To add one of Active Directory (--ad)", directory_opts, 0 },
	{ "Agent", agent_file_opts, AT(where) },
	{ NULL, NULL, 0 },
};
#undef AT

/* --- add ------------------------------------------------------------------------------------ */

static int
add_windows(const struct call *c, struct edit_input *in, struct err *e)
{
	const struct domain_conf *conf = c->settings;
	const struct opt_list domains = { (const char **)(uintptr_t)(c->args + 2),
		c->n_args - 2, 0 };
	/* One setting at least, so that the section is one. */
	const struct edit_given given[] = {
		{ "enabled", NULL, conf->off ? "no" : "yes" },
		{ "domains", &domains, NULL }, { "targets", &conf->targets, NULL },
		{ "wins", &conf->wins, NULL }, { "quick", &conf->quick, NULL },
		{ "full", &conf->full, NULL }, { "credential", NULL, conf->credential }
	};

	if (conf->schedule.n || conf->server || conf->forest)
		return err_set(
			e, ERR_ARG, "--schedule, --server and --forest are for --ad");
	in->section = "windows";
	return edit_add(in, given, sizeof(given) / sizeof(given[0]), c->mem, e);
}

static int
add_directory(const struct call *c, struct edit_input *in, struct err *e)
{
	const struct domain_conf *conf = c->settings;
	const struct edit_given given[] = { { "enabled", NULL,
						    conf->off ? "no" : "yes" },
		{ "domain", NULL, c->n_args > 2 ? c->args[2] : NULL },
		{ "server", NULL, conf->server },
		{ "credential", NULL, conf->credential },
		{ "forest", NULL, conf->forest ? "yes" : NULL },
		{ "schedule", &conf->schedule, NULL } };

	if (conf->quick.n || conf->full.n || conf->targets.n || conf->wins.n)
		return err_set(e, ERR_ARG,
			"--quick, --full, --target and --wins are not for --ad");
	if (c->n_args > 3)
		return err_set(e, ERR_ARG,
			"domain add --ad: '%.60s' is one argument too many", c->args[3]);
	in->section = "ad";
	return edit_add(in, given, sizeof(given) / sizeof(given[0]), c->mem, e);
}

/* --- the others ----------------------------------------------------------------------------- */

/* A name is that of one poll, whatever its kind. */
static int
edit_either(struct edit_input *in, struct arena *mem, struct err *e)
{
	struct err second;

	in->section = "windows";
	int rc = edit_agent(in, mem, e);
	if (rc != -1 || e->code != ERR_NOTFOUND)
		return rc;
	in->section = "ad";
	rc = edit_agent(in, mem, &second);
	if (rc == -1 && second.code == ERR_NOTFOUND)
		return err_set(e, ERR_NOTFOUND, "there is no %.60s in windows or ad",
			in->name);
	if (rc == -1)
		*e = second;
	return rc;
}

static int
run_domain(const struct call *c, struct err *e)
{
	const struct domain_conf *conf = c->settings;
	struct edit_input in = { .where = &conf->where };

	if (edit_read_verb(c, 1, &in.verb, e) == -1)
		return -1;
	if (in.verb == EDIT_LIST)
		return edit_list_polls(
			&conf->where, 1U << POLL_WINDOWS | 1U << POLL_AD, c->mem, e);
	in.name = c->args[1];
	if (in.verb != EDIT_ADD)
		return edit_either(&in, c->mem, e);
	return conf->ad ? add_directory(c, &in, e) : add_windows(c, &in, e);
}

const struct command cmd_domain = {
	.name = "domain",
	.group = "Distribution point",
	.args = "add|remove|enable|disable|list [NAME DOMAIN...]",
	.help = "Change or list the domains that the agent polls",
	.details =
		"As muster-range(1), for Windows domains and workgroups (windows) and, with\n"
		"--ad, for Active Directory (ad). NAME is that of the definition; its polls are\n"
		"NAME.quick and NAME.full for Windows, and NAME for a directory. Without\n"
		"DOMAIN all domains that show themselves are asked, or with --ad that of this\n"
		"machine.\n"
		"\n"
		"Examples:\n"
		"  sudo muster domain add all\n"
		"  sudo muster domain add corp CORP --quick 'every 30min'\n"
		"  sudo muster domain add forest corp.example --ad --forest --credential reader\n"
		"  sudo muster domain disable corp\n",
	.verbs = edit_verbs,
	.tables = domain_tables,
	.settings_size = sizeof(struct domain_conf),
	.args_min = 1,
	.args_max = ARGS_ANY,
	.without_file = true,
	.run = run_domain,
};
