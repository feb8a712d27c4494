/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why a device is a printer: each line of evidence, the heaviest first. */
#include <string.h>

#include "cli/out_grid.h"
#include "cli/show.h"
#include "inventory/fact_print.h"

enum { TEXT_LIMIT = 1 << 20 };

static void
clue_says(const struct column *c, const void *thing, int64_t now, struct sb *out)
{
	const struct clue *clue = thing;

	(void)c, (void)now;
	sb_add(out, clue->kind ? clue->kind : "");
	sb_add(out, clue->kind && clue->os ? ", " : "");
	sb_add(out, clue->os ? clue->os : "");
}

static void
clue_weight(const struct column *c, const void *thing, int64_t now, struct sb *out)
{
	const struct clue *clue = thing;

	(void)c, (void)now;
	sb_printf(out, clue->counts ? "%d %%" : "(%d %%)", clue->weight);
}

static void
clue_fact(const struct column *c, const void *thing, int64_t now, struct sb *out)
{
	(void)c, (void)now;
	sb_add(out, ((const struct clue *)thing)->field->fact.key);
}

static void
clue_value(const struct column *c, const void *thing, int64_t now, struct sb *out)
{
	const struct clue *clue = thing;

	(void)c, (void)now;
	if (clue->value)
		sb_add(out, clue->value);
	else
		fact_print_bare(&clue->field->fact, out);
}

#define AT(member) offsetof(struct clue, member)
static const struct column columns[] = {
	{ "SAYS", NULL, 0, clue_says, 0, NULL },
	{ "WEIGHT", NULL, 0, clue_weight, 0, NULL },
	{ "BECAUSE", NULL, 0, column_text, AT(why), NULL },
	{ "FIELD", NULL, 0, clue_fact, 0, NULL },
	{ "VALUE", NULL, 0, clue_value, 0, NULL },
};
#undef AT

/* The row of a person who wrote the field; NULL: nobody did. */
static const struct evidence_row *
edit_of(const struct show_report *r, const struct device_field *f)
{
	for (size_t i = 0; i < r->n_evidence; i++)
		if (strcmp(r->evidence[i].key, f->fact.key) == 0 &&
			strcmp(r->evidence[i].source, "person") == 0)
			return &r->evidence[i];
	return NULL;
}

/* A person, or a source, may have stated it: then the evidence does not count. */
static bool
is_stated(const struct show_report *r, const struct device_field *f,
	const struct verdict *v)
{
	return f && f->fact.type == FACT_TEXT &&
		(edit_of(r, f) ||
			strcmp(f->fact.text, v->answer ? v->answer : "unknown") != 0);
}

static void
add_plain(struct sb *out, const char *text)
{
	sb_add_plain(out, text, strlen(text));
}

/* "root said at 2026-11-21T20:15:03.123456Z", or "import says". */
static void
add_who(struct sb *out, const struct show_report *r, const struct device_field *f)
{
	const struct evidence_row *row = edit_of(r, f);
	char time[TIME_TEXT_MAX];

	if (row) {
		add_plain(out, row->point); /* a person's is the login name */
		sb_printf(out, " said at %s", time_print(row->at, time));
		return;
	}
	add_plain(out, f->source);
	sb_add(out, " says");
}

static void
add_verdict(struct sb *out, const char *what, const struct show_report *r,
	const struct device_field *f, const struct verdict *v, bool any)
{
	sb_printf(out, "Its %s ", what);
	if (r->vip && f && strcmp(f->fact.key, "kind") == 0) {
		sb_printf(out, "is vip: %s.", r->vip);
		return;
	}
	if (is_stated(r, f, v)) {
		sb_add(out, "is ");
		add_plain(out, f->fact.text);
		sb_add(out, ", as ");
		add_who(out, r, f);
		sb_add(out, "; by the evidence it ");
	}
	if (v->answer) {
		sb_add(out, "is ");
		add_plain(out, v->answer);
		sb_printf(out, ", %d %% sure.", v->confidence);
	} else if (any) {
		sb_printf(out,
			"is unknown: what speaks for one is less than %d %% sure, or "
			"contradicts itself.",
			CLASSIFY_SURE);
	} else {
		sb_add(out, "is unknown: nothing tells it.");
	}
}

/* A machine may be a server for sure, and which kind of server not. */
static void
add_more(struct sb *out, const struct show_report *r, bool systems)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_clues; i++) {
		const struct clue *c = &r->clues[i];
		const char *what = systems ? c->os : c->kind;
		bool told = !c->counts || !(systems ? c->more_os : c->more_kind);
		for (size_t k = 0; k < i && !told; k++) {
			const char *other = systems ? r->clues[k].os : r->clues[k].kind;
			told = other && strcmp(other, what) == 0;
		}
		if (told)
			continue;
		sb_add(out, n++ ? ", " : " More is not sure enough: ");
		add_plain(out, what);
	}
	sb_add(out, n ? ".\n" : "\n");
}

static int
print_verdicts(const struct show_report *r, FILE *to, struct err *e)
{
	bool kinds = false, systems = false;
	struct sb text;

	for (size_t i = 0; i < r->n_clues; i++) {
		kinds |= r->clues[i].kind != NULL;
		systems |= r->clues[i].os != NULL;
	}
	sb_init(&text, TEXT_LIMIT);
	add_verdict(&text, "kind", r, device_field(&r->device, "kind"), &r->judged.kind,
		kinds);
	add_more(&text, r, false);
	add_verdict(&text, "operating system", r, device_field(&r->device, "os"),
		&r->judged.os, systems);
	add_more(&text, r, true);
	int rc = fputs(text.text, to) == EOF ? err_sys(e, "write the output") : 0;
	sb_done(&text);
	return rc;
}

/* Brackets are explained where there are some. */
static int
print_brackets(const struct show_report *r, FILE *to, struct err *e)
{
	for (size_t i = 0; i < r->n_clues; i++)
		if (!r->clues[i].counts)
			return fputs("(in brackets: not counted, for a line above says "
				     "the same, or more, of the same)\n",
				       to) == EOF
				? err_sys(e, "write the output")
				: 0;
	return 0;
}

int
show_clues(const struct show_report *r, const struct out_info *info, struct err *e)
{
	struct grid *g;

	if (print_verdicts(r, info->to, e) == -1 ||
		grid_open(&g, columns, sizeof(columns) / sizeof(columns[0]), info, e) ==
			-1)
		return -1;
	for (size_t i = 0; i < r->n_clues; i++) {
		if (grid_add(g, &r->clues[i], e) == -1) {
			grid_free(g);
			return -1;
		}
	}
	return grid_close(g, e) == -1 ? -1 : print_brackets(r, info->to, e);
}
