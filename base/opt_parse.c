/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads a command line by option tables.  Own rather than getopt_long: no global state,
 * no abbreviations, and messages that name what is allowed.
 */
#include "base/opt.h"

#include <string.h>

struct parser {
	const struct opt_table *tables;
	void *settings;
	struct arena *mem;
	bool *seen;  /* by ordinal of the row: a list starts anew at its first option */
	char **next; /* the argument after the one being read */
	char **end;
	bool help;
};

/* What one option on the line means. */
struct match {
	const struct opt *row;
	void *base;
	size_t ordinal;
	bool negated; /* --no-x */
};

/* By name (long) or, with name NULL, by letter. */
static bool
find(const struct parser *p, const char *name, char letter, struct match *out)
{
	char buf[48];
	size_t ordinal = 0;

	for (const struct opt_table *t = p->tables; t->rows; t++) {
		for (const struct opt *o = t->rows; o->name; o++, ordinal++) {
			if (!opt_on_command_line(o))
				continue;
			if (name ? strcmp(opt_long_name(o, buf), name) != 0
				 : o->letter != letter)
				continue;
			*out = (struct match){ .row = o,
				.base = (char *)p->settings + t->at,
				.ordinal = ordinal };
			return true;
		}
	}
	return false;
}

static bool
find_long(const struct parser *p, const char *name, struct match *out)
{
	if (find(p, name, 0, out))
		return true;
	if (strncmp(name, "no-", 3) != 0 || !find(p, name + 3, 0, out) ||
		out->row->type != OPT_BOOL)
		return false;
	out->negated = true;
	return true;
}

static size_t
count_rows(const struct opt_table *t)
{
	size_t n = 0;

	for (; t->rows; t++)
		for (const struct opt *o = t->rows; o->name; o++)
			n++;
	return n;
}

static int
unknown_option(const struct parser *p, const char *name, struct err *e)
{
	size_t n = 0;
	const char **names = arena_new_array(
		p->mem, const char *, 2 * count_rows(p->tables) + 1);
	const char *hint = NULL;
	char buf[48];

	names = names ? names : &hint; /* without memory there is no hint */
	for (const struct opt_table *t = p->tables; names != &hint && t->rows; t++) {
		for (const struct opt *o = t->rows; o->name; o++) {
			const char *text = opt_long_name(o, buf);
			if (!opt_on_command_line(o) || o->flags & OPT_HIDDEN)
				continue;
			if ((names[n] = arena_strdup(p->mem, text)))
				n++;
			if (o->type == OPT_BOOL &&
				(names[n] = arena_printf(p->mem, "no-%s", text)))
				n++;
		}
	}
	hint = nearest(name, names, n);
	return err_set(e, ERR_ARG,
		hint ? "unknown option --%.40s; did you mean --%s?"
		     : "unknown option --%.40s",
		name, hint);
}

/* option: as the user typed it, "--rate" or "-r". */
static int
take(struct parser *p, const struct match *m, const char *option, const char *value,
	struct err *e)
{
	const struct opt *o = m->row;
	struct err why;

	if (o->type == OPT_LIST && !(o->flags & OPT_ADDS) && !p->seen[m->ordinal])
		opt_clear(o, m->base);
	p->seen[m->ordinal] = true;
	if (opt_set(o, m->base, value, p->mem, &why) == 0)
		return 0;
	if (why.code != ERR_ARG)
		return err_set(e, why.code, "%s: %s", option, why.text);
	return err_set(e, why.code, "%s %s", option, why.text);
}

static int
needs_value(const char *option, const struct opt *o, struct err *e)
{
	return err_set(
		e, ERR_ARG, "%s needs a value: %s %s", option, option, opt_arg(o));
}

static int
read_long(struct parser *p, const char *text, struct err *e)
{
	const char *equals = strchr(text, '=');
	const char *value = equals ? equals + 1 : NULL;
	char *option = arena_strndup(
		p->mem, text, equals ? (size_t)(equals - text) : SIZE_MAX);
	struct match m;

	if (!option)
		return err_nomem(e);
	if (strcmp(option, "--help") == 0) {
		p->help = true;
		return 0;
	}
	if (!find_long(p, option + 2, &m))
		return unknown_option(p, option + 2, e);
	if (m.row->type == OPT_BOOL) {
		if (value)
			return err_set(e, ERR_ARG, "%s takes no value", option);
		return take(p, &m, option, m.negated ? "no" : "yes", e);
	}
	if (!value && p->next == p->end)
		return needs_value(option, m.row, e);
	return take(p, &m, option, value ? value : *p->next++, e);
}

/* "-v", "-vq", "-r5", "-r 5", "-vr5". */
static int
read_letters(struct parser *p, const char *text, struct err *e)
{
	struct match m;

	for (const char *l = text + 1; *l && !p->help; l++) {
		const char option[] = { '-', *l, '\0' };
		if (*l == 'h') {
			p->help = true;
			return 0;
		}
		if (!find(p, NULL, *l, &m))
			return err_set(e, ERR_ARG,
				*l > ' ' && *l < 0x7f ? "unknown option -%c"
						      : "unknown option, byte 0x%02x",
				(unsigned char)*l);
		if (m.row->type == OPT_BOOL) {
			if (take(p, &m, option, "yes", e) == -1)
				return -1;
			continue;
		}
		if (!l[1] && p->next == p->end)
			return needs_value(option, m.row, e);
		return take(p, &m, option, l[1] ? l + 1 : *p->next++, e);
	}
	return 0;
}

int
opt_parse(const struct opt_table *tables, int argc, char **argv, void *settings,
	struct arena *mem, struct opt_list *args, bool *help, struct err *e)
{
	size_t n = argc > 1 ? (size_t)argc - 1 : 0;
	struct parser p = { .tables = tables,
		.settings = settings,
		.mem = mem,
		.next = argv + (argc > 0),
		.end = argv + (argc > 0) + n };
	bool only_args = false;

	*args = (struct opt_list){ .items = arena_new_array(mem, const char *, n),
		.room = n };
	p.seen = arena_new_array(mem, bool, count_rows(tables));
	if (!args->items || !p.seen)
		return err_nomem(e);
	while (p.next < p.end && !p.help) {
		const char *text = *p.next++;
		if (only_args || text[0] != '-' ||
			text[1] == '\0') /* "-": standard input */
			args->items[args->n++] = text;
		else if (strcmp(text, "--") == 0)
			only_args = true;
		else if ((text[1] == '-' ? read_long : read_letters)(&p, text, e) == -1)
			return -1;
	}
	*help = p.help;
	return 0;
}
