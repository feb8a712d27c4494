/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `muster help` and `muster version`. */
#include "cli/command.h"

#include <stdio.h>

static int
run_help(const struct call *c, struct err *e)
{
	const struct command *about = c->n_args ? command_find(c->args[0]) : NULL;
	struct sb text;

	if (c->n_args && !about)
		return command_unknown(c->args[0], e);
	sb_init(&text, 1 << 20);
	if (about)
		help_command(about, &text);
	else
		help_overview(&text);
	(void)fputs(text.text, stdout); /* main checks */
	sb_done(&text);
	return EXIT_DONE;
}

const struct command cmd_help = {
	.name = "help",
	.group = "About muster",
	.args = "[COMMAND]",
	.help = "List the commands, or explain one",
	.args_max = 1,
	.without_file = true,
	.run = run_help,
};

static int
run_version(const struct call *c, struct err *e)
{
	(void)c, (void)e;
	(void)puts("muster " MUSTER_VERSION);
	return EXIT_DONE;
}

const struct command cmd_version = {
	.name = "version",
	.group = "About muster",
	.args = "",
	.help = "Print the version",
	.without_file = true,
	.run = run_version,
};
