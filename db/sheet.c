/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Written and read for every visit of every device: no printf, no search, no copies. */
#include "db/sheet.h"

#include <string.h>

/* --- writing ------------------------------------------------------------------------------- */

static void
add_int(struct sb *out, int64_t v, char end)
{
	char text[24], *at = text + sizeof(text);
	uint64_t left = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

	*--at = end;
	do
		*--at = (char)('0' + left % 10);
	while ((left /= 10) != 0);
	if (v < 0)
		*--at = '-';
	sb_add_n(out, at, (size_t)(text + sizeof(text) - at));
}

static void
add_text(struct sb *out, const char *text, char end)
{
	for (;;) {
		size_t plain = strcspn(text, "\t\n\\");
		sb_add_n(out, text, plain);
		text += plain;
		if (!*text)
			break;
		sb_add(out, *text == '\t' ? "\\t" : *text == '\n' ? "\\n" : "\\\\");
		text++;
	}
	sb_add_n(out, &end, 1);
}

/* Texts of one telling are one text in memory most of the time. */
static bool
same(const char *a, const char *b)
{
	return a == b || strcmp(a, b) == 0;
}

static bool
told_together(const struct evidence_row *a, const struct evidence_row *b)
{
	return a->at == b->at && a->seq == b->seq && a->evidence == b->evidence &&
		same(a->source, b->source) && same(a->run, b->run) &&
		same(a->point, b->point);
}

static void
add_telling(struct sb *out, const struct evidence_row *r)
{
	sb_add(out, "@");
	add_text(out, r->source, '\t');
	add_text(out, r->point, '\t');
	add_text(out, r->run, '\t');
	add_int(out, r->evidence, '\t');
	add_int(out, r->at, '\t');
	add_int(out, r->seq, '\n');
}

static void
add_row(struct sb *out, size_t back, const struct evidence_row *r)
{
	add_int(out, (int64_t)back, '\t');
	add_int(out, r->first_at, '\t');
	add_int(out, r->gone, '\t');
	add_text(out, r->key, '\t');
	add_text(out, r->member, '\t');
	add_text(out, r->value, '\n');
}

/* Rows of the last few tellings are looked for; one that is written twice does no harm. */
enum { LOOK_BACK = 16 };

int
sheet_write(const struct evidence_row *rows, size_t n, struct sb *out)
{
	const struct evidence_row *told[LOOK_BACK];
	size_t n_told = 0;

	for (size_t i = 0; i < n; i++) {
		size_t back = 0, known = n_told < LOOK_BACK ? n_told : LOOK_BACK;
		while (back < known &&
			!told_together(told[(n_told - 1 - back) % LOOK_BACK], &rows[i]))
			back++;
		if (back == known) {
			add_telling(out, &rows[i]);
			told[n_told++ % LOOK_BACK] = &rows[i];
			back = 0;
		}
		add_row(out, back, &rows[i]);
	}
	return out->bad ? -1 : 0;
}

/* --- reading ------------------------------------------------------------------------------- */

struct reader {
	char *at; /* in a copy, whose fields become texts where they stand */
	bool bad;
	struct evidence_row *told; /* what the rows of a telling have in common */
	size_t n_told;
};

/* The rest of a field from its first backslash on; `to`: where it goes. */
static char *
unescape(struct reader *r, char *to)
{
	for (; *r->at && *r->at != '\t' && *r->at != '\n'; r->at++) {
		if (*r->at == '\\' && r->at[1]) {
			char c = *++r->at;
			*to++ = (char)(c == 't' ? '\t' : c == 'n' ? '\n' : c);
		} else {
			*to++ = *r->at;
		}
	}
	return to;
}

/* Up to `end`, which every field has. */
static char *
take_text(struct reader *r, char end)
{
	char *from = r->at, *to;

	r->at = to = from + strcspn(from, "\t\n\\");
	if (*r->at == '\\')
		to = unescape(r, to);
	if (*r->at != end) {
		r->bad = true;
		return from;
	}
	r->at++;
	*to = '\0';
	return from;
}

static int64_t
take_int(struct reader *r, char end)
{
	bool minus = *r->at == '-';
	uint64_t v = 0, max = (uint64_t)INT64_MAX + minus;
	const char *from = r->at += minus;

	for (; *r->at >= '0' && *r->at <= '9'; r->at++) {
		uint64_t digit = (uint64_t)(*r->at - '0');
		r->bad |= v > (max - digit) / 10;
		v = v * 10 + digit;
	}
	r->bad |= r->at == from || *r->at != end;
	r->at += !r->bad;
	return minus ? (int64_t)(0 - v) : (int64_t)v;
}

static void
take_telling(struct reader *r)
{
	struct evidence_row *t = &r->told[r->n_told++];

	r->at++;
	t->source = take_text(r, '\t');
	t->point = take_text(r, '\t');
	t->run = take_text(r, '\t');
	t->evidence = (enum evidence)take_int(r, '\t');
	t->at = take_int(r, '\t');
	t->seq = take_int(r, '\n');
}

static void
take_row(struct reader *r, struct evidence_row *out)
{
	int64_t back = take_int(r, '\t');

	if (r->bad || back < 0 || (uint64_t)back >= r->n_told) {
		r->bad = true;
		return;
	}
	*out = r->told[r->n_told - 1 - (size_t)back];
	out->first_at = take_int(r, '\t');
	out->gone = take_int(r, '\t') != 0;
	out->key = take_text(r, '\t');
	out->member = take_text(r, '\t');
	out->value = take_text(r, '\n');
}

int
sheet_read(const char *text, struct arena *mem, struct evidence_row **out, size_t *n,
	struct err *e)
{
	struct reader r = { .at = arena_strdup(mem, text) };
	size_t lines = 0, tellings = 0;

	for (const char *p = text; *p; lines++) {
		tellings += *p == '@';
		p += strcspn(p, "\n");
		p += *p == '\n';
	}
	*n = 0;
	*out = arena_new_array(mem, struct evidence_row, lines - tellings);
	r.told = arena_new_array(mem, struct evidence_row, tellings);
	if (!r.at || !*out || !r.told)
		return err_nomem(e);
	while (*r.at && !r.bad) {
		if (*r.at == '@')
			take_telling(&r);
		else
			take_row(&r, &(*out)[(*n)++]);
	}
	return r.bad ? err_set(e, ERR_DB, "row %zu of the evidence is damaged", *n) : 0;
}
