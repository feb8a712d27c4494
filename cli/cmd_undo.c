/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `muster undo`: takes back what somebody decided. */
#include "cli/decide.h"

#include <stdio.h>
#include <string.h>

#include "db/people.h"

struct undo_conf {
	struct decide_conf decide; /* first: decide_run() */
	bool list;
};

static int
print_decision(void *arg, const struct decision *d, struct err *e)
{
	char time[TIME_TEXT_MAX];
	struct sb line;

	(void)arg;
	(void)e;
	sb_init(&line, 4096);
	sb_printf(&line, "%lld  %s  ", (long long)d->id, time_print(d->at, time));
	sb_add_plain(&line, d->actor, strlen(d->actor));
	sb_printf(&line, "  %s%s: ", d->verb, d->undone ? " (undone)" : "");
	sb_add_plain(&line, d->text, strlen(d->text));
	printf("%s\n", line.text);
	sb_done(&line);
	return 0;
}

static int
run_undo(const struct call *c, struct err *e)
{
	const struct undo_conf *conf = c->settings;
	struct store *s;

	if (!conf->list)
		return decide_run(c, e);
	if (c->n_args)
		return err_set(e, ERR_ARG, "--list takes no number");
	if (common_open_store(c, &conf->decide.store, STORE_READ, &s, e) == -1)
		return -1;
	int rc = store_each_decision(s, print_decision, NULL, e);
	store_close(s);
	return rc == -1 ? -1 : EXIT_DONE;
}

#define AT(member) offsetof(struct undo_conf, member)
static const struct opt undo_opts[] = {
	{ .name = "list",
		.letter = 'l',
		.type = OPT_BOOL,
		.at = AT(list),
		.flags = OPT_CLI_ONLY,
		.help = "List what people decided, the newest first, and undo nothing" },
	{ .name = NULL },
};

static const struct opt_table undo_tables[] = {
	{ "What", undo_opts, 0 },
	DECIDE_TABLES(AT(decide)),
	{ NULL, NULL, 0 },
};

const struct command cmd_undo = {
	.name = "undo",
	.group = "Identity",
	.args = "[NUMBER]",
	.help = "Take back a merge, split or pin",
	.details = "NUMBER is that of a decision; without it, the latest that holds is taken back.\n"
		   "\n"
		   "Examples:\n"
		   "  muster undo --list\n"
		   "  muster undo\n"
		   "  muster undo 7\n",
	.tables = undo_tables,
	.settings_size = sizeof(struct undo_conf),
	.args_max = 1,
	.run = run_undo,
};
