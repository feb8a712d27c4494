/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Read, change, check, replace, tell the agent: in this order, or not at all. */
#include "cli/edit_agent.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "cli/say.h"

LOG_TAG("agent");

/* --- the command line ----------------------------------------------------------------------- */

const char *const edit_verbs[] = { "add", "remove", "enable", "disable", "list", NULL };

int
edit_read_verb(const struct call *c, size_t least, enum edit_verb *out, struct err *e)
{
	size_t verb = 0, n = c->n_args - 1;

	while (strcmp(edit_verbs[verb], c->args[0]) !=
		0) /* main checked that it is one */
		verb++;
	*out = (enum edit_verb)verb;
	size_t fewest = *out == EDIT_ADD ? least : *out != EDIT_LIST;
	if (n < fewest)
		return err_set(e, ERR_ARG, "%s %s needs %s", c->command->name,
			c->args[0], fewest > 1 ? "NAME TARGET..." : "NAME");
	if (*out != EDIT_ADD && n > fewest)
		return err_set(e, ERR_ARG, "%s %s: '%.60s' is one argument too many",
			c->command->name, c->args[0], c->args[fewest + 1]);
	return 0;
}

/* One line of YAML; NULL: no memory. */
static const char *
value_of(const struct edit_given *g, struct arena *mem)
{
	struct sb text;

	sb_init(&text, CONF_MAX);
	for (size_t i = 0; g->list && i < g->list->n; i++) {
		sb_add(&text, i ? ", " : "[");
		sb_add_yaml(&text, g->list->items[i]);
	}
	if (g->list)
		sb_add(&text, "]");
	else
		sb_add_yaml(&text, g->text);
	const char *copy = text.bad ? NULL : arena_strdup(mem, text.text);
	sb_done(&text);
	return copy;
}

int
edit_add(struct edit_input *in, const struct edit_given *given, size_t n,
	struct arena *mem, struct err *e)
{
	struct conf_setting settings[EDIT_SETTINGS_MAX];

	in->verb = EDIT_ADD;
	in->settings = settings;
	for (size_t i = 0; i < n && in->n_settings < EDIT_SETTINGS_MAX; i++) {
		const struct edit_given *g = &given[i];
		if (g->list ? g->list->n == 0 : !g->text)
			continue;
		const char *value = value_of(g, mem);
		if (!value)
			return err_nomem(e);
		settings[in->n_settings++] = (struct conf_setting){ g->key, value };
	}
	return edit_agent(in, mem, e);
}

/* --- the file ------------------------------------------------------------------------------- */

/* Is the text right?  EXIT_DONE, EXIT_FAILED after telling what is not, or -1. */
static int
check(const char *name, const char *text, size_t n, struct arena *mem,
	struct agent_conf **conf, struct err *e)
{
	struct sb mistakes;

	sb_init(&mistakes, CONF_MAX);
	int rc = agent_conf_read(name, text, n, clock_wall(&clock_system) / SECOND, mem,
		conf, &mistakes, e);
	(void)fputs(mistakes.text, stderr);
	sb_done(&mistakes);
	if (rc == 0)
		return EXIT_DONE;
	return e->code == ERR_ARG ? EXIT_FAILED : -1;
}

static int
change(const struct edit_input *in, const char *text, size_t n, struct sb *out,
	struct err *e)
{
	static const struct conf_setting on = { "enabled", "yes" },
					 off = { "enabled", "no" };
	const struct conf_edit edit = { text, n, in->section, in->name };

	switch (in->verb) {
	case EDIT_ADD:
		return conf_edit_add(&edit, in->settings, in->n_settings, out, e);
	case EDIT_REMOVE: return conf_edit_remove(&edit, out, e);
	case EDIT_ENABLE: return conf_edit_set(&edit, &on, out, e);
	case EDIT_DISABLE: return conf_edit_set(&edit, &off, out, e);
	case EDIT_LIST: break;
	}
	return err_set(e, ERR_ARG, "that changes nothing");
}

/* What the command said is checked where it would stand. */
static int
check_both(const char *path, const char *text, size_t n, const struct sb *after,
	struct arena *mem, struct agent_conf **conf, struct err *e)
{
	int rc = check(path, text, n, mem, conf, e);

	if (rc == EXIT_FAILED)
		log_warn("%s has mistakes already: mend them first", path);
	if (rc != EXIT_DONE)
		return rc;
	const char *name = arena_printf(mem, "%s, changed", path);
	rc = name ? check(name, after->text, after->len, mem, conf, e) : err_nomem(e);
	if (rc == EXIT_FAILED)
		log_at(LOG_ERROR, log_tag_, "%s stays as it was", path);
	return rc;
}

/* It would notice by itself, some seconds later. */
static void
tell_agent(const struct agent_conf *conf)
{
	const struct agent_where where = { .socket = conf->socket };
	struct err why;

	(void)fflush(stdout);
	if (agent_do(&where, CONTROL_RELOAD, NULL, &why) != -1)
		return;
	if (why.code == ERR_NOTFOUND)
		say(stdout, "no agent runs\n");
	else
		log_warn("%s; the agent reads it within seconds", why.text);
}

int
edit_agent(const struct edit_input *in, struct arena *mem, struct err *e)
{
	static const char *const done[] = { "added to", "removed from", "enabled in",
		"disabled in" };
	const char *path = agent_file_path(in->where), *text;
	struct agent_conf *conf;
	struct sb after;
	size_t n;

	if (file_read(path, CONF_MAX, mem, &text, &n, e) == -1)
		return e->code == ERR_NOTFOUND
			? err_set(e, ERR_NOTFOUND,
				  "there is no %s yet: 'muster config propose' prints one",
				  path)
			: -1;
	sb_init(&after, CONF_MAX);
	int rc = change(in, text, n, &after, e);
	if (rc == 0)
		rc = check_both(path, text, n, &after, mem, &conf, e);
	if (rc == EXIT_DONE)
		rc = file_replace(path, text, n, after.text, after.len, e);
	sb_done(&after);
	if (rc == EXIT_DONE) {
		say(stdout, "%s was %s %s\n", in->name, done[in->verb], path);
		tell_agent(conf);
	}
	return rc;
}

/* --- lists ---------------------------------------------------------------------------------- */

static void
print_items(const struct opt_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		say(stdout, "%s%s", i ? ", " : "", l->items[i]);
	}
}

static void
print_poll(const struct poll_def *p)
{
	const struct opt_list *when = p->kind != POLL_WINDOWS ? &p->timing.schedule
		: p->is_full                                  ? &p->full
							      : &p->quick;

	say(stdout, "%-20s %-8s %-4s ", p->name, poll_kind_names[p->kind],
		p->timing.enabled ? "on" : "off");
	print_items(when);
	say(stdout, "  ");
	print_items(p->kind == POLL_RANGE ? &p->range_targets : &p->domains);
	say(stdout, "%s\n", p->domain ? p->domain : "");
}

int
edit_list_polls(
	const struct agent_where *w, unsigned kinds, struct arena *mem, struct err *e)
{
	struct agent_conf *conf;

	if (agent_file_read(w, mem, stderr, &conf, e) == -1) {
		if (e->code == ERR_ARG)
			e->code = ERR_PROTO; /* the file is wrong, not this command line */
		return -1;
	}
	for (size_t i = 0; i < conf->n_polls; i++)
		if (kinds & 1U << conf->by_name[i]->kind)
			print_poll(conf->by_name[i]);
	return EXIT_DONE;
}
