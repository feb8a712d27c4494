/* SPDX-License-Identifier: GPL-3.0-or-later */
/* muster range: the ranges of agent.yaml, without an editor. */
#include "cli/edit_agent.h"

struct range_conf {
	struct agent_where where;
	struct opt_list exclude, schedule, ports;
	const char *rate, *lifetime;
	bool off;
};

/* What stands in the file is checked there, by the rows of muster-agent.yaml(5). */
#define AT(f) offsetof(struct range_conf, f)
static const struct opt range_opts[] = {
	{ .name = "schedule",
		.type = OPT_LIST,
		.at = AT(schedule),
		.arg = "SCHEDULE",
		.flags = OPT_CLI_ONLY | OPT_NO_SPLIT,
		.help = "Sweep then, see muster-when(1); every 420min without it" },
	{ .name = "exclude",
		.type = OPT_LIST,
		.at = AT(exclude),
		.arg = "TARGET",
		.flags = OPT_CLI_ONLY | OPT_NO_SPLIT,
		.help = "But not these" },
	{ .name = "rate",
		.type = OPT_STR,
		.at = AT(rate),
		.arg = "NUMBER",
		.flags = OPT_CLI_ONLY,
		.help = "Send at most this many packets each second" },
	{ .name = "ports",
		.type = OPT_LIST,
		.at = AT(ports),
		.arg = "PORTS",
		.flags = OPT_CLI_ONLY,
		.help = "Ask the living for these TCP ports" },
	{ .name = "lifetime",
		.type = OPT_STR,
		.at = AT(lifetime),
		.arg = "TIME",
		.flags = OPT_CLI_ONLY,
		.help = "Believe an address for so long" },
	{ .name = "off",
		.type = OPT_BOOL,
		.at = AT(off),
		.flags = OPT_CLI_ONLY,
		.help = "Add it, but do not poll it yet" },
	{ .name = NULL },
};

static const struct opt_table range_tables[] = {
	{ "To add a range", range_opts, 0 },
	{ "Agent", agent_file_opts, AT(where) },
	{ NULL, NULL, 0 },
};
#undef AT

static int
run_range(const struct call *c, struct err *e)
{
	const struct range_conf *conf = c->settings;
	struct edit_input in = { .where = &conf->where, .section = "ranges" };

	if (edit_read_verb(c, 2, &in.verb, e) == -1)
		return -1;
	if (in.verb == EDIT_LIST)
		return edit_list_polls(&conf->where, 1U << POLL_RANGE, c->mem, e);
	in.name = c->args[1];
	if (in.verb != EDIT_ADD)
		return edit_agent(&in, c->mem, e);
	const struct opt_list targets = { (const char **)(uintptr_t)(c->args + 2),
		c->n_args - 2, 0 };
	const struct edit_given given[] = { { "enabled", NULL, conf->off ? "no" : NULL },
		{ "targets", &targets, NULL }, { "exclude", &conf->exclude, NULL },
		{ "schedule", &conf->schedule, NULL }, { "rate", NULL, conf->rate },
		{ "ports", &conf->ports, NULL }, { "lifetime", NULL, conf->lifetime } };
	return edit_add(&in, given, sizeof(given) / sizeof(given[0]), c->mem, e);
}

const struct command cmd_range = {
	.name = "range",
	.group = "Distribution point",
	.args = "add|remove|enable|disable|list [NAME TARGET...]",
	.help = "Change or list the ranges that the agent sweeps",
	.details =
		"Changes one place of " AGENT_CONF_DEFAULT " and leaves all else as it\n"
		"was, comments too. The new file is checked before it takes the place of the\n"
		"old one, all at once; one with mistakes does not, and they are told. The agent\n"
		"is told to read it.\n"
		"\n"
		"TARGET is what muster-scan(1) takes, within the scope of the point\n"
		"(scope.allow of muster-agent.yaml(5)): widening that is left to your editor.\n"
		"\n"
		"Exit status 1: the file would have mistakes.\n"
		"\n"
		"Verbs:\n"
		"  add NAME TARGET...  as the last of the ranges\n"
		"  remove NAME         with all that belongs to it\n"
		"  enable NAME         let it be polled\n"
		"  disable NAME        let it not be polled; a run that goes on ends by itself\n"
		"  list                each range, its schedules and targets\n"
		"\n"
		"Examples:\n"
		"  sudo muster range add office 10.1.0.0/24 --schedule 'daily 03:00'\n"
		"  sudo muster range add lab 10.2.0.0/24 --exclude 10.2.0.9 --off\n"
		"  sudo muster range disable office\n"
		"  muster range list\n",
	.verbs = edit_verbs,
	.tables = range_tables,
	.settings_size = sizeof(struct range_conf),
	.args_min = 1,
	.args_max = ARGS_ANY,
	.without_file = true,
	.run = run_range,
};
