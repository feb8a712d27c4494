/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every command, once, in the order of the list that `muster help` prints. */
#include "cli/command.h"

#include <string.h>

#define COMMANDS(X) \
	X(scan) \
	X(listen) \
	X(windows) \
	X(ad) \
	X(credential) \
	X(devices) \
	X(domains) \
	X(show) \
	X(changes) \
	X(diff) \
	X(import) \
	X(export) \
	X(set) \
	X(forget) \
	X(merge) \
	X(split) \
	X(pin) \
	X(why_not) \
	X(undo) \
	X(agent) \
	X(status) \
	X(poll) \
	X(pause) \
	X(resume) \
	X(reload) \
	X(range) \
	X(domain) \
	X(location) \
	X(when) \
	X(webhook) \
	X(store) \
	X(config) \
	X(doctor) \
	X(completion) \
	X(help) \
	X(version) \
	X(man)

#define DECLARE(c) extern const struct command cmd_##c;
#define ADDRESS(c) &cmd_##c,
COMMANDS(DECLARE)
const struct command *const commands[] = { COMMANDS(ADDRESS) NULL };

#define ONE(c) +1
enum { N_COMMANDS = 0 COMMANDS(ONE) };

const struct command *
command_find(const char *name)
{
	for (size_t i = 0; commands[i]; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

int
command_unknown(const char *name, struct err *e)
{
	const char *names[N_COMMANDS];
	size_t n = 0;

	for (size_t i = 0; commands[i]; i++)
		if (commands[i]->group)
			names[n++] = commands[i]->name;
	const char *near = nearest(name, names, n);
	return err_set(e, ERR_ARG,
		near ? "unknown command '%.60s'; did you mean %s?"
		     : "unknown command '%.60s'",
		name, near);
}

/* Appends the tables of t that are not in list yet. */
static size_t
add_tables(struct opt_table *list, size_t n, const struct opt_table *t, size_t at)
{
	for (; t && t->rows; t++) {
		size_t i = 0;
		while (i < n && list[i].rows != t->rows)
			i++;
		if (i == n) {
			list[n] = *t;
			list[n++].at += at;
		}
	}
	return n;
}

static size_t
count_tables(const struct opt_table *t)
{
	size_t n = 0;

	while (t && t[n].rows)
		n++;
	return n;
}

const struct opt_table *
command_all_tables(struct arena *mem, struct err *e)
{
	size_t max = count_tables(common_tables) + 1, n = 0;

	for (size_t i = 0; commands[i]; i++)
		max += count_tables(commands[i]->tables);
	struct opt_table *list = arena_new_array(mem, struct opt_table, max);
	if (!list) {
		(void)err_nomem(e);
		return NULL;
	}
	for (size_t i = 0; commands[i]; i++)
		n = add_tables(list, n, commands[i]->tables, 0);
	(void)add_tables(list, n, common_tables, 0);
	return list;
}

const struct opt_table *
command_tables(const struct command *c, struct arena *mem, struct err *e)
{
	size_t max = count_tables(c->tables) + count_tables(common_tables) + 1;
	struct opt_table *list = arena_new_array(mem, struct opt_table, max);

	if (!list) {
		(void)err_nomem(e);
		return NULL;
	}
	size_t n = add_tables(list, 0, c->tables, COMMAND_SETTINGS_AT);
	(void)add_tables(list, n, common_tables, 0);
	return list;
}
