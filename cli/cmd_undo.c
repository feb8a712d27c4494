/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `muster undo`: takes back what somebody decided. */
#include "cli/decide.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct undo_conf {
	struct store_conf store; /* first: decide() */
	bool list;
};

static int
work(const struct call *c, struct store *s, const char *actor, struct decision *out,
	struct err *e)
{
	char *end = NULL;
	long long id = 0;

	errno = 0;
	if (c->n_args)
		id = strtoll(c->args[0], &end, 10);
	if (c->n_args && (errno || *end || id <= 0))
		return err_set(e, ERR_ARG,
			"'%.60s' is no number of a decision; 'muster undo --list' shows them",
			c->args[0]);
	return store_undo(s, id, actor, out, e);
}

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
		return decide(c, work, e);
	if (c->n_args)
		return err_set(e, ERR_ARG, "--list takes no number");
	if (common_open_store(c, &conf->store, STORE_READ, &s, e) == -1)
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
	{ "Store", store_opts, AT(store) },
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
