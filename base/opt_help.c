/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints option rows: the option part of --help (80 columns), and of man pages (scdoc). */
#include "base/opt.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { WIDTH = 80, TEXT_AT = 26 }; /* columns; the help text starts at TEXT_AT */

const char *
opt_arg(const struct opt *o)
{
	static const char *const words[] = {
		[OPT_BOOL] = "",
		[OPT_INT] = "N",
		[OPT_MSEC] = "TIME",
		[OPT_PERCENT] = "PERCENT",
		[OPT_STR] = "TEXT",
		[OPT_ENUM] = "WORD",
		[OPT_LIST] = "LIST",
		[OPT_SECRET] = "SECRET",
	};

	return o->arg ? o->arg : words[o->type];
}

bool
opt_is_negative(const struct opt *o)
{
	static const char *const on[] = { "yes", "true", "on" };

	for (size_t i = 0; o->type == OPT_BOOL && o->value && i < 3; i++)
		if (strcasecmp(o->value, on[i]) == 0)
			return true;
	return false;
}

/* "Send at most ...", or "Do not send ...". */
static void
add_sentence(struct sb *out, const struct opt *o)
{
	if (opt_is_negative(o)) {
		sb_printf(out, "Do not %c%s", tolower((unsigned char)o->help[0]),
			o->help + 1);
		return;
	}
	sb_add(out, o->help);
}

/* The default as help shows it: bare milliseconds in the unit that says them best. */
static const char *
shown_default(const struct opt *o, char buf[static OPT_RANGE_MAX])
{
	struct opt whole = { .type = o->type, .max = INT64_MAX };
	int64_t ms;
	struct err e;

	if (o->type != OPT_MSEC || o->value[strspn(o->value, "0123456789")] != '\0' ||
		opt_set(&whole, &ms, o->value, NULL, &e) == -1)
		return o->value;
	return opt_print_msec(ms, buf);
}

void
opt_facts(const struct opt *o, struct sb *out)
{
	char buf[OPT_RANGE_MAX];
	size_t before = out->len;

	if (opt_has_range(o))
		sb_add(out, opt_range(o, buf));
	for (size_t i = 0; o->type == OPT_ENUM && o->choices[i]; i++)
		sb_printf(out, "%s%s", i ? ", " : "", o->choices[i]);
	if (o->value && *o->value && o->type != OPT_BOOL)
		sb_printf(out, "%sdefault %s", out->len > before ? "; " : "",
			shown_default(o, buf));
}

/* Words of text from column `at` on; lines after the first are indented to TEXT_AT. */
static void
add_wrapped(struct sb *out, const char *text, size_t at)
{
	bool first = true;

	while (*text) {
		size_t n = strcspn(text, " ");
		if (!first && at + 1 + n >= WIDTH) {
			sb_printf(out, "\n%*s", TEXT_AT, "");
			at = TEXT_AT;
			first = true;
		}
		sb_printf(out, "%s%.*s", first ? "" : " ", (int)n, text);
		at += n + !first;
		first = false;
		text += n;
		text += strspn(text, " ");
	}
	sb_add(out, "\n");
}

static void
help_row(struct sb *out, const struct opt *o)
{
	char name[48];
	struct sb left, facts, text;

	sb_init(&left, 200);
	sb_init(&facts, 1000);
	sb_init(&text, 4000);
	if (o->letter)
		sb_printf(&left, "  -%c, ", o->letter);
	else
		sb_add(&left, "      ");
	sb_printf(&left, "--%s%s", opt_is_negative(o) ? "no-" : "",
		opt_long_name(o, name));
	if (o->type != OPT_BOOL)
		sb_printf(&left, " %s", opt_arg(o));
	add_sentence(&text, o);
	opt_facts(o, &facts);
	if (facts.len)
		sb_printf(&text, " (%s)", facts.text);

	sb_add(out, left.text);
	if (left.len + 2 > TEXT_AT)
		sb_printf(out, "\n%*s", TEXT_AT, "");
	else
		sb_printf(out, "%*s", (int)(TEXT_AT - left.len), "");
	add_wrapped(out, text.text, TEXT_AT);
	sb_done(&left);
	sb_done(&facts);
	sb_done(&text);
}

static bool
is_in_help(const struct opt_table *t, const struct opt *o)
{
	(void)t;
	return opt_on_command_line(o) && !(o->flags & OPT_HIDDEN);
}

/* Prints those rows of each table that are wanted, under the table's heading; tables in
 * sequence with the same heading share it. */
static void
print_tables(const struct opt_table *t, struct sb *out,
	bool (*wanted)(const struct opt_table *, const struct opt *),
	void (*heading)(struct sb *, const char *, bool first),
	void (*print)(struct sb *, const struct opt *))
{
	const struct opt_table *all = t;
	const char *last = NULL;

	for (; t->rows; t++) {
		for (const struct opt *o = t->rows; o->name; o++) {
			if (!wanted(all, o))
				continue;
			if (!last || strcmp(last, t->heading) != 0)
				heading(out, t->heading, !last);
			last = t->heading;
			print(out, o);
		}
	}
}

static void
help_heading(struct sb *out, const char *text, bool first)
{
	sb_printf(out, "%s%s:\n", first ? "" : "\n", text);
}

void
opt_help(const struct opt_table *t, struct sb *out)
{
	print_tables(t, out, is_in_help, help_heading, help_row);
}

/* --- man pages -------------------------------------------------------------------------- */

static void
scdoc_name(struct sb *out, const struct opt *o)
{
	char name[48];

	if (o->letter)
		sb_printf(out, "*-%c*, ", o->letter);
	sb_printf(out, "*--%s%s*", opt_is_negative(o) ? "no-" : "",
		opt_long_name(o, name));
	if (o->type != OPT_BOOL) {
		sb_add(out, " _");
		sb_add_scdoc(out, opt_arg(o));
		sb_add(out, "_");
	}
}

/* The facts as a sentence of their own; nothing when there are none. */
static void
scdoc_facts(struct sb *out, const struct opt *o, bool with_bool)
{
	struct sb text;

	sb_init(&text, 1000);
	if (o->type == OPT_ENUM)
		sb_add(&text, "one of ");
	opt_facts(o, &text);
	if (o->type == OPT_BOOL && with_bool)
		sb_printf(&text, "default %s", o->value ? o->value : "no");
	if (text.len) {
		sb_printf(out, " %c", toupper((unsigned char)*text.text));
		sb_add_scdoc(out, text.text + 1);
		sb_add(out, ".");
	}
	sb_done(&text);
}

static void
scdoc_row(struct sb *out, const struct opt *o)
{
	struct sb text;

	sb_init(&text, 4000);
	add_sentence(&text, o);
	scdoc_name(out, o);
	sb_add(out, "\n\t");
	sb_add_scdoc(out, text.text);
	sb_add(out, ".");
	scdoc_facts(out, o, false);
	if (o->type == OPT_LIST)
		sb_add(out,
			o->flags & OPT_NO_SPLIT
				? " May be given several times."
				: " May be given several times, or with commas between items.");
	if (opt_in_file(o)) {
		sb_add(out, " In the file: *");
		sb_add_scdoc(out, o->name);
		sb_add(out, "*.");
	}
	sb_add(out, "\n\n");
	sb_done(&text);
}

static void
scdoc_heading(struct sb *out, const char *text, bool first)
{
	(void)first;
	sb_printf(out, "## %s\n\n", text);
}

static bool
is_in_options(const struct opt_table *t, const struct opt *o)
{
	(void)t;
	return opt_on_command_line(o);
}

void
opt_scdoc(const struct opt_table *t, struct sb *out)
{
	print_tables(t, out, is_in_options, scdoc_heading, scdoc_row);
}

/* --- settings file ---------------------------------------------------------------------- */

static void
setting_row(struct sb *out, const struct opt *o)
{
	static const char *const types[] = {
		[OPT_BOOL] = "yes or no",
		[OPT_INT] = "a number",
		[OPT_MSEC] = "a time",
		[OPT_PERCENT] = "a share",
		[OPT_STR] = "text",
		[OPT_ENUM] = "a word",
		[OPT_LIST] = "a list",
		[OPT_SECRET] = "a secret",
	};
	char name[48];

	sb_add(out, "*");
	sb_add_scdoc(out, o->name);
	sb_printf(out, "*: %s%s\n\t", types[o->type],
		o->flags & OPT_PRIVATE ? " of secrets" : "");
	sb_add_scdoc(out, o->help);
	sb_add(out, ".");
	scdoc_facts(out, o, true);
	if (opt_on_command_line(o))
		sb_printf(out, " On the command line: *--%s%s*.",
			opt_is_negative(o) ? "no-" : "", opt_long_name(o, name));
	sb_add(out, "\n\n");
}

/* Commands may share a key; the first row of it is told. */
static bool
is_in_settings(const struct opt_table *t, const struct opt *o)
{
	return opt_by_key(t, o->name) == o;
}

void
opt_scdoc_settings(const struct opt_table *t, struct sb *out)
{
	print_tables(t, out, is_in_settings, scdoc_heading, setting_row);
}
