/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `muster config`: checks a settings file, and prints what is in force.  The dump is a
 * settings file itself; comments tell where each value comes from.
 */
#include "cli/command.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "cli/agent.h"
#include "cli/config_agent.h"
#include "cli/fingerprints.h"
#include "cli/say.h"

LOG_TAG("config");

enum { VALUE_AT = 32 }; /* column of the comment */

struct config_conf {
	struct agent_where agent; /* first */
	const char *fingerprints, *db;
};

struct file {
	const char *path;
	bool missing; /* the default one may be */
	struct conf *conf;
	const struct opt_table *known;
};

/* EXIT_DONE, EXIT_FAILED after telling the mistakes on out, or -1. */
static int
read_file(const struct call *c, FILE *out, struct file *f, struct err *e)
{
	const char *named = c->n_args > 1 ? c->args[1] : c->common->config;
	struct sb mistakes;

	*f = (struct file){ .path = named ? named : CONFIG_DEFAULT };
	f->known = command_all_tables(c->mem, e);
	if (!f->known)
		return -1;
	sb_init(&mistakes, CONF_MAX);
	int rc = conf_read_file(f->path, f->known, c->mem, &f->conf, &mistakes, e);
	(void)fputs(mistakes.text, out);
	sb_done(&mistakes);
	if (rc == 0)
		return EXIT_DONE;
	if (e->code == ERR_NOTFOUND && !named) {
		f->missing = true;
		return EXIT_DONE;
	}
	if (e->code != ERR_ARG)
		return -1;
	log_err(e, NULL);
	return EXIT_FAILED;
}

/* EXIT_DONE, EXIT_FAILED after telling the mistakes, or -1. */
static int
check_fingerprints(const char *path, struct arena *mem, struct err *e)
{
	struct rules *rules, *built_in;
	struct sb mistakes;

	sb_init(&mistakes, CONF_MAX);
	if (fingerprints_read(NULL, mem, &built_in, NULL, e) == -1)
		return -1;
	int rc = fingerprints_read(path, mem, &rules, &mistakes, e);
	(void)fputs(mistakes.text, stdout);
	sb_done(&mistakes);
	if (rc == 0) {
		size_t n = rules_count(rules) - rules_count(built_in);
		say(stdout, "%s: no mistakes, %zu rule%s\n", path, n, n == 1 ? "" : "s");
		return EXIT_DONE;
	}
	if (e->code != ERR_ARG)
		return -1;
	log_err(e, NULL);
	return EXIT_FAILED;
}

/* The file that the option names, else the one that the settings name. */
static int
check_rules(const struct call *c, const struct conf *settings, struct err *e)
{
	const struct config_conf *conf = c->settings;
	const struct conf_value *v = conf_find(settings, "store.fingerprints");

	if (conf->fingerprints)
		return check_fingerprints(conf->fingerprints, c->mem, e);
	return v ? check_fingerprints(v->items[0], c->mem, e) : EXIT_DONE;
}

static int
check(const struct call *c, struct err *e)
{
	const struct config_conf *conf = c->settings;
	struct file f;
	size_t n = 0;

	if (conf->agent.file)
		return config_agent_check(c, &conf->agent, e);
	int rc = read_file(c, stdout, &f, e);

	if (rc != EXIT_DONE)
		return rc;
	for (const struct opt_table *t = f.known; t->rows; t++)
		for (const struct opt *o = t->rows; o->name; o++)
			n += opt_by_key(f.known, o->name) == o &&
				conf_find(f.conf, o->name);
	if (f.missing)
		say(stdout, "%s does not exist: all settings have their defaults\n",
			f.path);
	else
		say(stdout, "%s: no mistakes, %zu setting%s\n", f.path, n,
			n == 1 ? "" : "s");
	return check_rules(c, f.conf, e);
}

/* --- dump ------------------------------------------------------------------------------- */

/* Bytes of the section in a row's name: 4 for "scan.rate". */
static size_t
section_length(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot ? (size_t)(dot - name) : 0;
}

/* By section; the rows of one stay in the order of their table. */
static int
by_section(const void *a, const void *b)
{
	const struct opt *x = *(const struct opt *const *)a,
			 *y = *(const struct opt *const *)b;
	size_t n = section_length(x->name), m = section_length(y->name);
	int cmp = strncmp(x->name, y->name, n < m ? n : m);

	if (cmp != 0 || n != m)
		return cmp ? cmp : n < m ? -1 : 1;
	return x < y ? -1 : x > y;
}

static const struct opt **
sorted_rows(const struct opt_table *tables, struct arena *mem, size_t *n)
{
	size_t max = 0;

	for (const struct opt_table *t = tables; t->rows; t++)
		for (const struct opt *o = t->rows; o->name; o++)
			max++;
	const struct opt **rows = arena_new_array(mem, const struct opt *, max);
	*n = 0;
	for (const struct opt_table *t = tables; rows && t->rows; t++)
		for (const struct opt *o = t->rows; o->name; o++)
			if (opt_by_key(tables, o->name) ==
				o) /* commands may share a key */
				rows[(*n)++] = o;
	if (rows)
		qsort(rows, *n, sizeof(*rows), by_section);
	return rows;
}

/* "scan:", indented, for each part of the section that the row before was not in.
 * Returns how deep the row itself stands. */
static int
open_sections(struct sb *out, const char *name, const char *before)
{
	size_t end = section_length(name), before_end = section_length(before);
	bool same = true;
	int depth = 0;

	for (size_t at = 0; at < end; depth++) {
		size_t n = strcspn(name + at, ".");
		same &= at + n <= before_end && strncmp(name, before, at + n) == 0 &&
			before[at + n] == '.';
		if (!same)
			sb_printf(out, "%*s%.*s:\n", depth * 2, "", (int)n, name + at);
		at += n + 1;
	}
	return depth;
}

static void
add_value(struct sb *out, const struct opt *o, const char *const *items, size_t n)
{
	bool list = o->type == OPT_LIST;

	sb_add(out, list ? "[" : "");
	for (size_t i = 0; i < n; i++) {
		sb_add(out, i ? ", " : "");
		sb_add_yaml(out, items[i]);
	}
	sb_add(out, list ? "]" : "");
}

/* What the row says by itself, split as opt_set would. */
static int
default_items(
	const struct opt *o, struct arena *mem, struct opt_list *items, struct err *e)
{
	struct opt as_list = { .type = OPT_LIST, .flags = o->flags };

	if (o->type != OPT_LIST)
		as_list.flags |= OPT_NO_SPLIT;
	return o->value ? opt_set(&as_list, items, o->value, mem, e) : 0;
}

static int
dump_row(struct sb *out, const struct file *f, const struct opt *o, int depth,
	struct arena *mem, struct err *e)
{
	const struct conf_value *v = conf_find(f->conf, o->name);
	const char *dot = strrchr(o->name, '.');
	struct opt_list own = { 0 };
	size_t start = out->len;

	if (default_items(o, mem, &own, e) == -1)
		return -1;
	/* What has no value cannot be a line of a settings file, and a secret must not. */
	bool none = (!v && own.n == 0 && o->type != OPT_LIST) || opt_is_secret(o);
	sb_printf(out, "%*s%s%s:", depth * 2, "", none ? "# " : "",
		dot ? dot + 1 : o->name);
	if (!none) {
		sb_add(out, " ");
		add_value(out, o, v ? v->items : own.items, v ? v->n : own.n);
	}
	int pad = VALUE_AT - (int)(out->len - start);
	sb_printf(out, "%*s# ", pad > 2 ? pad : 2, "");
	if (v) {
		sb_add_plain(out, f->path, strlen(f->path));
		sb_printf(out, ":%u; ", v->line);
	}
	if (!o->value && o->type != OPT_BOOL)
		sb_add(out, "no default");
	else
		sb_printf(out, v ? "default %s" : "default", o->value ? o->value : "no");
	sb_add(out, "\n");
	return 0;
}

static int
dump(const struct call *c, struct err *e)
{
	struct file f;
	struct sb text;
	const char *before = "";
	size_t n;
	int rc = read_file(c, stderr, &f, e);

	if (rc != EXIT_DONE)
		return rc;
	const struct opt **rows = sorted_rows(f.known, c->mem, &n);
	if (!rows)
		return err_nomem(e);
	sb_init(&text, 2 * CONF_MAX);
	for (size_t i = 0; i < n && rc == 0; i++) {
		int depth = open_sections(&text, rows[i]->name, before);
		rc = dump_row(&text, &f, rows[i], depth, c->mem, e);
		before = rows[i]->name;
	}
	if (rc == 0 && text.bad)
		rc = err_nomem(e);
	if (rc == 0)
		(void)fputs(text.text, stdout); /* main checks */
	sb_done(&text);
	return rc;
}

static int
show(const struct call *c, struct err *e)
{
	const struct config_conf *conf = c->settings;

	return config_agent_show(&conf->agent, c->mem, e);
}

static int
sample(const struct call *c, struct err *e)
{
	(void)c, (void)e;
	(void)fputs(agent_conf_sample, stdout); /* main checks */
	return EXIT_DONE;
}

static int
propose_agent(const struct call *c, struct err *e)
{
	const struct config_conf *conf = c->settings;

	return config_agent_propose(c, conf->db, e);
}

static const struct {
	const char *name;
	int (*run)(const struct call *, struct err *);
} verbs[] = { { "check", check }, { "dump", dump }, { "show", show },
	{ "sample", sample }, { "propose", propose_agent } };

static const char *const verb_names[] = { "check", "dump", "show", "sample", "propose",
	NULL };

static int
run_config(const struct call *c, struct err *e)
{
	size_t i = 0;

	while (strcmp(verbs[i].name, c->args[0]) !=
		0) /* one of verb_names: main checked */
		i++;
	return verbs[i].run(c, e);
}

static const struct opt config_opts[] = {
	{ .name = "fingerprints",
		.type = OPT_STR,
		.at = offsetof(struct config_conf, fingerprints),
		.flags = OPT_CLI_ONLY,
		.arg = "FILE",
		.help = "Check this file of rules, too, not the one that the settings name" },
	{ .name = "db",
		.type = OPT_STR,
		.at = offsetof(struct config_conf, db),
		.flags = OPT_CLI_ONLY,
		.arg = "FILE",
		.help = "Propose from what this store knows of a directory, not from the usual "
			"one" },
	{ .name = NULL },
};

static const struct opt_table config_tables[] = {
	{ "Check", config_opts, 0 },
	{ "Agent", agent_file_opts, offsetof(struct config_conf, agent) },
	{ NULL, NULL, 0 },
};

const struct command cmd_config = {
	.name = "config",
	.group = "About muster",
	.args = "check|dump|show|sample|propose [FILE]",
	.help = "Check settings, of muster or an agent, or print all of them",
	.details =
		"'check' lists every mistake of the file with its line and column, and those of\n"
		"the file of rules that it names, see muster-fingerprints(5). 'dump' prints\n"
		"every setting with its value, where that comes from, and its default; what it\n"
		"prints is a settings file itself. Without FILE it is " CONFIG_DEFAULT
		".\n"
		"\n"
		"With --agent, 'check' is about the configuration of a distribution point, see\n"
		"muster-agent.yaml(5). 'show' lists what that makes: each poll and its next\n"
		"times. 'sample' prints one to begin with, and 'propose' one that is made from\n"
		"this machine's interfaces, routes and lease, and from what a poll of Active\n"
		"Directory brought into the store: sites and subnets as locations, the tree of\n"
		"organizational units as groups. It asks nobody, and polls nobody either: a\n"
		"person has to read it, and to let it say 'accepted: yes'.\n"
		"\n"
		"Examples:\n"
		"  muster config check new.yaml && sudo cp new.yaml " CONFIG_DEFAULT "\n"
		"  muster config check --fingerprints mine.yaml\n"
		"  muster config dump > muster.yaml\n"
		"  muster config check --agent agent.yaml\n"
		"  muster config show\n"
		"  muster config propose > agent.yaml && muster config check --agent agent.yaml\n",
	.tables = config_tables,
	.settings_size = sizeof(struct config_conf),
	.verbs = verb_names,
	.args_min = 1,
	.args_max = 2,
	.without_file = true,
	.run = run_config,
};
