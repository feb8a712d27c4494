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
		sb_printf(out, "Do not %c%s", tolower((unsigned char)o->help[0]), o->help + 1);
		return;
	}
	sb_add(out, o->help);
}

void
opt_facts(const struct opt *o, struct sb *out)
{
	char range[OPT_RANGE_MAX];
	size_t before = out->len;

	if (o->type == OPT_INT || o->type == OPT_MSEC)
		sb_add(out, opt_range(o, range));
	for (size_t i = 0; o->type == OPT_ENUM && o->choices[i]; i++)
		sb_printf(out, "%s%s", i ? ", " : "", o->choices[i]);
	if (o->value && *o->value && o->type != OPT_BOOL)
		sb_printf(out, "%sdefault %s", out->len > before ? "; " : "", o->value);
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
	sb_printf(&left, "--%s%s", opt_is_negative(o) ? "no-" : "", opt_long_name(o, name));
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
is_shown(const struct opt *o)
{
	return opt_on_command_line(o) && !(o->flags & OPT_HIDDEN);
}

void
opt_help(const struct opt_table *t, struct sb *out)
{
	for (bool first = true; t->rows; t++) {
		bool any = false;
		for (const struct opt *o = t->rows; o->name; o++) {
			if (!is_shown(o))
				continue;
			if (!any)
				sb_printf(out, "%s%s:\n", first ? "" : "\n", t->heading);
			help_row(out, o);
			any = true;
			first = false;
		}
	}
}

/* --- man pages -------------------------------------------------------------------------- */

static void
scdoc_name(struct sb *out, const struct opt *o)
{
	char name[48];

	if (o->letter)
		sb_printf(out, "*-%c*, ", o->letter);
	sb_printf(out, "*--%s%s*", opt_is_negative(o) ? "no-" : "", opt_long_name(o, name));
	if (o->type != OPT_BOOL) {
		sb_add(out, " _");
		sb_add_scdoc(out, opt_arg(o));
		sb_add(out, "_");
	}
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
	sb_clear(&text);
	opt_facts(o, &text);
	if (text.len) {
		sb_printf(out, " %c", toupper((unsigned char)text.text[0]));
		sb_add_scdoc(out, text.text + 1);
		sb_add(out, ".");
	}
	if (o->type == OPT_LIST)
		sb_add(out, o->flags & OPT_NO_SPLIT ?
			" May be given several times." :
			" May be given several times, or with commas between items.");
	if (opt_in_file(o)) {
		sb_add(out, " In the file: *");
		sb_add_scdoc(out, o->name);
		sb_add(out, "*.");
	}
	sb_add(out, "\n\n");
	sb_done(&text);
}

void
opt_scdoc(const struct opt_table *t, struct sb *out)
{
	for (; t->rows; t++) {
		bool any = false;
		for (const struct opt *o = t->rows; o->name; o++) {
			if (!opt_on_command_line(o))
				continue;
			if (!any)
				sb_printf(out, "## %s\n\n", t->heading);
			scdoc_row(out, o);
			any = true;
		}
	}
}
