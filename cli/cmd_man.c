/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `muster man`: the manual as scdoc(5) sources, made from the rows of the commands and
 * options, so that it cannot fall behind them.  `make docs` turns them into pages.
 */
#include "cli/command.h"
#include "cli/fingerprints.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cli/man_facts.h"
#include "schedule/agent_conf.h"

static const char see_also[] = "# SEE ALSO\n\n";

static void
add_title(struct sb *out, const char *page, int section, const char *sentence)
{
	sb_printf(out,
		"%s(%d) \"muster " MUSTER_VERSION
		"\" \"muster manual\"\n\n# NAME\n\n%s - ",
		page, section, page);
	sb_printf(out, "%c", tolower((unsigned char)*sentence));
	sb_add_scdoc(out, sentence + 1);
	sb_add(out, "\n\n");
}

/* "TARGET... [FILE]": capitals stand for something, the rest is typed so. */
static void
add_args(struct sb *out, const char *args)
{
	bool inside = false;

	for (; *args; args++) {
		bool word = isupper((unsigned char)*args) != 0;
		if (word != inside)
			sb_add(out, "_");
		inside = word;
		sb_printf(out, strchr("|*_\\", *args) ? "\\%c" : "%c", *args);
	}
	if (inside)
		sb_add(out, "_");
}

/* One line of details: a heading, which begins a paragraph (help_first_heading), a line as it
 * is, or running text. */
static void
add_line(struct sb *out, const char *line, size_t n, bool begins, bool *literal)
{
	bool as_is = n > 2 && strncmp(line, "  ", 2) == 0;

	/* An empty line between two literal ones stays inside. */
	if (*literal != as_is) {
		sb_add(out,
			as_is && out->len >= 2 && out->text[out->len - 2] != '\n'
				? "\n```\n"
				: "```\n");
		*literal = as_is;
	}
	if (as_is) {
		for (size_t i = 2; i < n; i++)
			sb_add_n(out, line[i] == '\\' ? "\\\\" : line + i,
				line[i] == '\\' ? 2 : 1);
	} else if (begins && n > 1 && line[n - 1] == ':') {
		sb_add(out, "# ");
		for (size_t i = 0; i + 1 < n; i++)
			sb_printf(out, "%c", toupper((unsigned char)line[i]));
		sb_add(out, "\n");
	} else {
		struct sb text;
		sb_init(&text, 1 << 16);
		sb_add_n(&text, line, n);
		/* "--probe" at the beginning of a line would be a list. */
		if (n && strchr("-#|;", *line))
			sb_add(out, "\\");
		sb_add_scdoc(out, text.text);
		sb_done(&text);
	}
	sb_add(out, "\n");
}

static void
add_details(struct sb *out, const char *p, const char *end)
{
	bool literal = false, begins = true;

	while (p < end) {
		size_t n = strcspn(p, "\n");
		if (n > (size_t)(end - p))
			n = (size_t)(end - p);
		add_line(out, p, n, begins, &literal);
		begins = n == 0;
		p += n + (p + n < end);
	}
	sb_add(out, literal ? "```\n\n" : "\n");
}

/* The lines of help_exit_codes, "  0  done". */
static void
add_exit_codes(struct sb *out)
{
	const char *p = strchr(help_exit_codes, '\n') + 1;

	sb_add(out, "# EXIT STATUS\n\n");
	while (*p) {
		size_t n = strcspn(p, "\n");
		sb_printf(out, "*%c*\n\t%c%.*s.\n\n", p[2],
			toupper((unsigned char)p[5]), (int)(n - 6), p + 6);
		p += n + 1;
	}
}

static int
print_command(struct sb *out, const struct command *c, struct arena *mem, struct err *e)
{
	const struct opt_table *tables = command_tables(c, mem, e);
	const char *page = arena_printf(mem, "muster-%s", c->name);
	const char *details = c->details ? c->details : "";
	const char *headings = help_first_heading(details);

	if (!tables || !page)
		return err_nomem(e);
	add_title(out, page, 1, c->help);
	sb_printf(out, "# SYNOPSIS\n\n*muster %s* [_OPTION_]...", c->name);
	sb_add(out, *c->args ? " " : "");
	add_args(out, c->args);
	sb_add(out, "\n\n# DESCRIPTION\n\n");
	sb_add_scdoc(out, c->help);
	sb_add(out, ".\n\n");
	add_details(out, details, headings);
	sb_add(out, "# OPTIONS\n\n");
	opt_scdoc(tables, out);
	if (c->manual)
		add_details(out, c->manual, c->manual + strlen(c->manual));
	add_details(out, headings, headings + strlen(headings));
	add_exit_codes(out);
	sb_add(out, see_also);
	sb_add(out, "*muster*(1), *muster.yaml*(5)\n");
	return 0;
}

static const char overview_intro[] =
	"# SYNOPSIS\n\n"
	"*muster* _COMMAND_ [_OPTION_]... [_ARGUMENT_]...\n\n"
	"# DESCRIPTION\n\n"
	"muster finds the devices of a network and keeps their inventory. It asks address\n"
	"ranges who answers, asks those who answer what they are, works out which\n"
	"observations belong to one device, and remembers what it saw, when and why.\n\n"
	"Sweep only networks that you are allowed to. Probes are well-formed and slow by\n"
	"default, and nothing outside the targets is asked.\n\n"
	"Every command prints results on standard output and messages on standard error.\n\n"
	"# COMMANDS\n\n";

static const char overview_rest[] =
	"# FILES\n\n"
	"_" CONFIG_DEFAULT "_\n"
	"\tThe settings, see *muster.yaml*(5). It may be missing.\n\n"
	"_/var/lib/muster/muster.db_\n"
	"\tThe inventory, when root runs muster. Others have theirs in the folder\n"
	"\t_muster_ of $XDG\\_DATA\\_HOME.\n\n"
	"# ENVIRONMENT\n\n"
	"*MUSTER\\_DB*\n"
	"\tThe inventory to use, unless *--db* names one.\n\n"
	"*NO\\_COLOR*\n"
	"\tIf set and not empty, nothing is printed in colour.\n\n";

static int
print_overview(struct sb *out, const struct command *c, struct arena *mem, struct err *e)
{
	(void)c, (void)mem, (void)e;
	add_title(out, "muster", 1,
		"Take the roll of a network: find devices, keep the inventory");
	sb_add(out, overview_intro);
	for (size_t i = 0; commands[i]; i++) {
		if (!commands[i]->group)
			continue;
		sb_printf(out, "*muster-%s*(1)\n\t", commands[i]->name);
		sb_add_scdoc(out, commands[i]->help);
		sb_add(out, ".\n\n");
	}
	sb_add(out, "# OPTIONS\n\n");
	opt_scdoc(common_tables, out);
	sb_add(out, overview_rest);
	add_exit_codes(out);
	sb_add(out, see_also);
	for (size_t i = 0; commands[i]; i++)
		if (commands[i]->group)
			sb_printf(out, "*muster-%s*(1), ", commands[i]->name);
	sb_add(out, "*muster.yaml*(5), *muster-facts*(7)\n");
	return 0;
}

/* --- muster.yaml(5) --------------------------------------------------------------------- */

static const char settings_intro[] =
	"# DESCRIPTION\n\n"
	"All commands read their settings from _" CONFIG_DEFAULT
	"_, or from the file that\n"
	"*--config* names. A setting is in force in this order: command line, file,\n"
	"default. Without the file all settings have their defaults.\n\n"
	"The file is YAML in UTF-8. The part of a name before the last dot is a section:\n\n"
	"```\n"
	"scan:\n"
	"  rate: 5000\n"
	"  exclude: [198.18.3.0/28, 198.18.9.1]\n"
	"```\n\n"
	"A list is written as above, or with one item on a line after a dash. A number may\n"
	"end in k, M or G (thousands, millions, thousand millions), a time in ms, s, min, h\n"
	"or d; without a unit it is in milliseconds. A share is in percent. Anchors, aliases, tags, a second\n"
	"document and more than 1 MiB are not accepted. A file with any mistake is not used\n"
	"at all; *muster config check* lists every mistake with its line and column.\n\n"
	"# SETTINGS\n\n";

static int
print_settings(struct sb *out, const struct command *c, struct arena *mem, struct err *e)
{
	const struct opt_table *t = command_all_tables(mem, e);

	(void)c;
	if (!t)
		return -1;
	add_title(out, "muster.yaml", 5, "Settings of muster");
	sb_add(out, settings_intro);
	opt_scdoc_settings(t, out);
	sb_add(out, see_also);
	sb_add(out, "*muster*(1), *muster-config*(1)\n");
	return 0;
}

/* --- muster-agent.yaml(5) --------------------------------------------------------------- */

static const char agent_intro[] =
	"# DESCRIPTION\n\n"
	"The configuration of a distribution point, which *muster agent* reads from\n"
	"_" AGENT_CONF_DEFAULT "_, and again whenever it changes. It is YAML as\n"
	"*muster.yaml*(5), with sections that you name: a \\* in the names below stands\n"
	"for that name, which letters, digits, - and \\_ make up. The names of all ranges,\n"
	"domains and directories differ. *muster config check --agent* lists every\n"
	"mistake; *muster when* shows what a schedule means.\n\n"
	"Nothing outside of the scope is ever swept or asked by a poll, controllers of a\n"
	"directory and those of Kerberos included, whatever a schedule, DNS or a server\n"
	"says; a subnet is asked as a whole only when its broadcast address is within.\n"
	"Name servers are those of this machine. Public addresses must be named in\n"
	"scope.allow\\_public. Exclusions always\n"
	"win, over a sweep that runs already, too; a list (@FILE) that cannot be read\n"
	"refuses the whole configuration. Lists of the scope are read with this file,\n"
	"those of a range when it is swept, too: reload after a change. Names among\n"
	"targets are resolved when the poll runs; what they lead to is held against the\n"
	"scope then.\n\n"
	"Two polls never sweep an address at the same time, as far as this file names\n"
	"it: what names lead to, and machines that show themselves to a Windows poll, is\n"
	"not compared.\n\n"
	"Settings of the sweeps themselves that are not named here are those of\n"
	"*muster.yaml*(5).\n\n"
	"# EXAMPLE\n\n```\n";

static const char agent_events_text[] =
	"# EVENTS\n\n"
	"When a device appears, answers no more, or changes its address, name, system or\n"
	"kind, the log has a line with event=device-new and the like (settings, events.only),\n"
	"and events.command and events.webhook get a message:\n\n"
	"```\n"
	"{\"v\":1,\"kind\":\"muster-events\",\"site\":\"berlin\",\"point\":\"berlin-1\",\n"
	" \"sent\":\"2026-11-22T10:00:00.000000Z\",\"held_back\":0,\"events\":[\n"
	" {\"id\":812,\"event\":\"device-address\",\"at\":\"2026-11-22T09:59:58.120000Z\",\n"
	"  \"device\":\"019ab1c2-…\",\"name\":\"ws-0412\",\"before\":\"10.1.0.7\",\n"
	"  \"after\":\"10.1.0.9\",\"run\":\"019ab1c3-…\"}]}\n"
	"```\n\n"
	"A posted message has the header X-Muster-Signature: sha256=HEX, the HMAC-SHA256\n"
	"of its body by events.secret. A receiver computes it over the bytes that it got,\n"
	"and refuses what differs.\n\n"
	"A message that was not taken is tried again, and by the next agent after a restart;\n"
	"one that was taken just when the agent was killed comes twice: ids are never used\n"
	"again. What goes past events.limit is counted in held\\_back, and in the log by\n"
	"event=events-held-back; *muster-changes*(1) has all of it. What happened before a\n"
	"receiver was first configured is not told.\n\n";

static int
print_agent_settings(
	struct sb *out, const struct command *c, struct arena *mem, struct err *e)
{
	(void)c, (void)mem, (void)e;
	add_title(out, "muster-agent.yaml", 5,
		"What a distribution point polls, and when");
	sb_add(out, agent_intro);
	sb_add(out, agent_conf_sample);
	sb_add(out, "```\n\n# SETTINGS\n\n");
	opt_scdoc_settings(agent_conf_tables, out);
	sb_add(out, agent_events_text);
	sb_add(out, see_also);
	sb_add(out, "*muster-agent*(1), *muster-when*(1), *muster-location*(1)\n");
	return 0;
}

/* --- muster-facts(7) -------------------------------------------------------------------- */

static int
print_facts(struct sb *out, const struct command *c, struct arena *mem, struct err *e)
{
	(void)c, (void)mem, (void)e;
	add_title(out, "muster-facts", 7, "What muster asks and what can be known");
	man_facts(out);
	sb_add(out, see_also);
	sb_add(out, "*muster*(1), *muster-scan*(1)\n");
	return 0;
}

static int
print_fingerprints(
	struct sb *out, const struct command *c, struct arena *mem, struct err *e)
{
	(void)c;
	return fingerprints_manual(out, mem, e);
}

/* --- the command ------------------------------------------------------------------------ */

struct page {
	const char *name; /* of the file: "muster-scan.1" */
	const struct command *command;
	int (*print)(struct sb *, const struct command *, struct arena *, struct err *);
};

/* Page number i; false after the last.  A NULL name: out of memory. */
static bool
find_page(size_t i, struct arena *mem, struct page *out)
{
	static const struct page fixed[] = {
		{ "muster.1", NULL, print_overview },
		{ "muster.yaml.5", NULL, print_settings },
		{ "muster-agent.yaml.5", NULL, print_agent_settings },
		{ "muster-facts.7", NULL, print_facts },
		{ "muster-fingerprints.5", NULL, print_fingerprints },
	};
	enum { FIXED = sizeof(fixed) / sizeof(fixed[0]) };

	if (i < FIXED) {
		*out = fixed[i];
		return true;
	}
	for (size_t k = 0, n = FIXED; commands[k]; k++) {
		if (!commands[k]->group || n++ != i)
			continue;
		*out = (struct page){ arena_printf(
					      mem, "muster-%s.1", commands[k]->name),
			commands[k], print_command };
		return true;
	}
	return false;
}

/* "muster-scan.1", "muster-scan" and "scan" name the same page. */
static bool
is_named(const struct page *p, const char *text)
{
	size_t n = strlen(text);

	if (p->command && strcmp(text, p->command->name) == 0)
		return true;
	return strncmp(p->name, text, n) == 0 &&
		(p->name[n] == '\0' ||
			(p->name[n] == '.' && p->name[n + 1] != '\0' &&
				p->name[n + 2] == '\0'));
}

static int
run_man(const struct call *c, struct err *e)
{
	struct page p;
	struct sb text;
	int rc = 0;

	sb_init(&text, 1 << 20);
	for (size_t i = 0; find_page(i, c->mem, &p); i++) {
		if (!p.name) {
			rc = err_nomem(e);
			break;
		}
		if (c->n_args == 0) {
			sb_printf(&text, "%s\n", p.name);
		} else if (is_named(&p, c->args[0])) {
			rc = p.print(&text, p.command, c->mem, e);
			break;
		}
	}
	if (rc == 0 && text.bad)
		rc = err_nomem(e);
	if (rc == 0 && text.len == 0)
		rc = err_set(e, ERR_ARG, "no page '%.60s'; muster man lists them",
			c->args[0]);
	if (rc == 0)
		(void)fputs(text.text, stdout); /* main checks */
	sb_done(&text);
	return rc;
}

const struct command cmd_man = {
	.name = "man",
	.args = "[PAGE]",
	.help = "Print the source of a manual page (scdoc), or list the pages",
	.args_max = 1,
	.without_file = true,
	.run = run_man,
};
