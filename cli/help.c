/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Help for people at a terminal, made from the rows of the commands and their options. */
#include "cli/command.h"

#include <string.h>

const char help_exit_codes[] = "Exit codes:\n"
			       "  0  done; finding nothing is done, too\n"
			       "  1  failed, partial or interrupted\n"
			       "  2  misuse\n";

static bool
is_first_of_group(size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (commands[i]->group &&
			strcmp(commands[i]->group, commands[at]->group) == 0)
			return false;
	return true;
}

static void
list_group(const char *group, struct sb *out)
{
	sb_printf(out, "%s:\n", group);
	for (size_t i = 0; commands[i]; i++)
		if (commands[i]->group && strcmp(commands[i]->group, group) == 0)
			sb_printf(out, "  %-12s%s\n", commands[i]->name,
				commands[i]->help);
	sb_add(out, "\n");
}

void
help_overview(struct sb *out)
{
	sb_add(out,
		"Usage: muster COMMAND [OPTION]... [ARGUMENT]...\n"
		"\n"
		"Take the roll of a network: find what is there, and keep the inventory.\n"
		"\n");
	for (size_t i = 0; commands[i]; i++)
		if (commands[i]->group && is_first_of_group(i))
			list_group(commands[i]->group, out);
	sb_add(out,
		"Example:\n"
		"  sudo muster scan 192.0.2.0/24\n"
		"\n"
		"'muster COMMAND --help' tells the options of a command.\n");
}

const char *
help_first_heading(const char *details)
{
	const char *p = details;
	bool begins = true; /* a paragraph: a sentence may end with a colon as well */

	while (*p) {
		size_t n = strcspn(p, "\n");
		if (begins && n > 1 && p[0] != ' ' && p[n - 1] == ':')
			return p;
		begins = n == 0;
		p += n + (p[n] == '\n');
	}
	return p;
}

void
help_command(const struct command *c, struct sb *out)
{
	const char *details = c->details ? c->details : "";
	const char *headings = help_first_heading(details);

	sb_printf(out, "Usage: muster %s [OPTION]...%s%s\n\n%s.\n\n", c->name,
		*c->args ? " " : "", c->args, c->help);
	sb_add_n(out, details, (size_t)(headings - details));
	if (headings > details && headings[-1] != '\n')
		sb_add(out, "\n\n");
	if (c->tables) {
		opt_help(c->tables, out);
		sb_add(out, "\n");
	}
	opt_help(common_tables, out);
	sb_add(out, "\n");
	if (*headings) {
		sb_add(out, headings);
		sb_add(out, headings[strlen(headings) - 1] == '\n' ? "\n" : "\n\n");
	}
	sb_add(out, help_exit_codes);
}
