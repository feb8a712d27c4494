/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `muster store check|backup|info|redate`: the care of the file that keeps the inventory. */
#include <inttypes.h>
#include <string.h>

#include "cli/common.h"
#include "cli/redate.h"
#include "cli/say.h"

enum { PROBLEMS_LIMIT = 16 << 20 };

struct store_cmd_conf {
	struct store_conf store;
	struct redate_conf redate;
};

/* SQLite names what it found as the file does. */
static void
print_lines(const char *text)
{
	for (size_t n; *text; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		say(stdout, "%.*s\n", (int)n, text);
	}
}

static int
check_store(struct store *s, const struct call *c, struct err *e)
{
	struct sb problems;
	size_t n = 0;

	(void)c;
	sb_init(&problems, PROBLEMS_LIMIT);
	int rc = store_check(s, &problems, &n, e);
	if (rc == 0) {
		print_lines(problems.text);
		(void)printf("%zu %s found\n", n, n == 1 ? "problem" : "problems");
	}
	sb_done(&problems);
	return rc == -1 ? -1 : n ? EXIT_FAILED : EXIT_DONE;
}

static int
back_up_store(struct store *s, const struct call *c, struct err *e)
{
	return store_backup(s, c->args[1], e);
}

static int
show_info(struct store *s, const struct call *c, struct err *e)
{
	struct store_info info;

	if (store_get_info(s, c->mem, &info, e) == -1)
		return -1;
	say(stdout, "path          %s\n", info.path);
	(void)printf("schema        %d\n"
		     "devices       %" PRId64 "\n"
		     "observations  %" PRId64 "\n"
		     "runs          %" PRId64 "\n"
		     "bytes         %" PRId64 "\n",
		info.schema, info.devices, info.observations, info.runs, info.bytes);
	return EXIT_DONE;
}

static const struct verb {
	const char *name;
	size_t args; /* after the verb */
	int (*run)(struct store *, const struct call *, struct err *);
} verb_rows[] = {
	{ "check", 0, check_store }, { "backup", 1, back_up_store },
	{ "info", 0, show_info }, { "redate", 0, NULL }, /* it opens the store itself */
};

static const char *const verbs[] = { "check", "backup", "info", "redate", NULL };

/* The name is one of `verbs`: that was checked with the command line. */
static const struct verb *
find_verb(const char *name)
{
	const struct verb *v = verb_rows;

	while (strcmp(v->name, name) != 0)
		v++;
	return v;
}

static int
run_store(const struct call *c, struct err *e)
{
	const struct store_cmd_conf *conf = c->settings;
	const struct verb *verb = find_verb(c->args[0]);
	struct store *s;

	if (c->n_args != verb->args + 1)
		return err_set(e, ERR_ARG,
			verb->args ? "store %s needs the FILE to write"
				   : "store %s takes no argument",
			verb->name);
	if (!verb->run)
		return redate_run(c, &conf->store, &conf->redate, e);
	if (conf->redate.preview || conf->redate.yes)
		return err_set(e, ERR_ARG, "store %s has neither --preview nor --yes",
			verb->name);
	if (common_open_store(c, &conf->store, STORE_READ, &s, e) == -1)
		return -1;
	int rc = verb->run(s, c, e);
	store_close(s);
	return rc;
}

static const struct opt_table store_tables[] = {
	{ "Asking", redate_opts, offsetof(struct store_cmd_conf, redate) },
	{ "Store", store_opts, offsetof(struct store_cmd_conf, store) },
	{ NULL, NULL, 0 },
};

const struct command cmd_store = {
	.name = "store",
	.group = "Inventory",
	.args = "check|backup FILE|info|redate",
	.help = "Check, back up, describe or mend the store",
	.details =
		"Verbs:\n"
		"  check        test the file and what is kept in it; changes nothing\n"
		"  backup FILE  write a consistent copy, also while muster is at work\n"
		"  info         say where it is, and how much is in it\n"
		"  redate       put what a clock that was ahead has stored where it belongs\n"
		"\n"
		"'check' ends with 1 when it finds a problem.\n"
		"\n"
		"A clock that was ahead has stored observations and runs of a time to come:\n"
		"until then they would be the newest. 'redate' moves all of them back together,\n"
		"so that their order and distances stay, and makes the devices that were seen\n"
		"then anew. The last one comes to when the agent's first run by the right clock\n"
		"began after them; where there was none, to now. It says what it would do and\n"
		"asks. It is for a clock that is right now: by one that is behind, all that is\n"
		"right is of a time to come. An agent has to be ended first; one that saw the\n"
		"clock go ahead and come back has done it by itself (muster-agent(1)).\n"
		"\n"
		"Examples:\n"
		"  muster store check\n"
		"  muster store backup /backup/muster-$(date +%F).db\n"
		"  muster store redate --preview\n",
	.verbs = verbs,
	.tables = store_tables,
	.settings_size = sizeof(struct store_cmd_conf),
	.args_min = 1,
	.args_max = 2,
	.run = run_store,
};
