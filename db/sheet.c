/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Written and read for every visit of every device: no printf, no search, no copies. */
#include "db/sheet.h"

#include <string.h>

enum { INT_DIGITS = 20 }; /* of 64 bits, with a sign */

/* --- writing ------------------------------------------------------------------------------- */

/* The digits of a number are made two at a time. */
static char *
put_int(char *at, int64_t v, char end)
{
	static const char pairs[] = "0001020304050607080910111213141516171819"
				    "2021222324252627282930313233343536373839"
				    "4041424344454647484950515253545556575859"
				    "6061626364656667686970717273747576777879"
				    "8081828384858687888990919293949596979899";
	char text[INT_DIGITS], *from = text + sizeof(text);

	if (v >= 0 && v < 10) { /* half of them are */
		*at++ = (char)('0' + v);
		*at++ = end;
		return at;
	}
	uint64_t left = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

	for (; left >= 100; left /= 100)
		memcpy(from -= 2, pairs + left % 100 * 2, 2);
	if (left >= 10)
		memcpy(from -= 2, pairs + left * 2, 2);
	else
		*--from = (char)('0' + left);
	if (v < 0)
		*--from = '-';
	size_t n = (size_t)(text + sizeof(text) - from);
	memcpy(at, from, n);
	at[n] = end;
	return at + n + 1;
}

static const char special[] = "\t\n\\"; /* in a text: to be escaped */

/* Two bytes for each are enough. */
static char *
put_text(char *at, const char *text, char end)
{
	size_t plain = *text ? strcspn(text, special) : 0; /* half of them are empty */

	memcpy(at, text, plain);
	at += plain;
	for (text += plain; *text; text++) {
		char c = *text;
		if (c != '\t' && c != '\n' && c != '\\') {
			*at++ = c;
			continue;
		}
		*at++ = '\\';
		*at++ = (char)(c == '\t' ? 't' : c == '\n' ? 'n' : '\\');
	}
	*at++ = end;
	return at;
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

static char *
put_telling(char *at, const struct evidence_row *r)
{
	*at++ = '@';
	at = put_text(at, r->source, '\t');
	at = put_text(at, r->point, '\t');
	at = put_text(at, r->run, '\t');
	at = put_int(at, r->evidence, '\t');
	at = put_int(at, r->at, '\t');
	return put_int(at, r->seq, '\n');
}

static char *
put_row(char *at, size_t back, const struct evidence_row *r)
{
	at = put_int(at, (int64_t)back, '\t');
	at = put_int(at, r->first_at, '\t');
	at = put_int(at, r->gone, '\t');
	at = put_text(at, r->key, '\t');
	at = put_text(at, r->member, '\t');
	return put_text(at, r->value, '\n');
}

enum { INTS = 3, TEXTS = 3 }; /* of a row, and of a telling */

/* What a row or a telling with these texts may take. */
static size_t
room_of(const char *a, const char *b, const char *c)
{
	return 2 * (strlen(a) + strlen(b) + strlen(c)) + TEXTS +
		INTS * (INT_DIGITS + 1) + 1;
}

static size_t
room_of_row(const struct evidence_row *r, bool with_telling)
{
	return room_of(r->key, r->member, r->value) +
		(with_telling ? room_of(r->source, r->point, r->run) : 0);
}

/* Rows of the last few tellings are looked for; one that is written twice does no harm. */
enum { LOOK_BACK = 16 };

/* Which of the last tellings a row is of, counted from the newest; n: none. */
static size_t
find_telling(const struct evidence_row *const told[static LOOK_BACK], size_t n_told,
	size_t n, const struct evidence_row *row)
{
	size_t back = 0;

	while (back < n && !told_together(told[(n_told - 1 - back) % LOOK_BACK], row))
		back++;
	return back;
}

int
sheet_write(const struct evidence_row *rows, size_t n, struct sb *out)
{
	const struct evidence_row *told[LOOK_BACK];
	size_t n_told = 0;

	for (size_t i = 0; i < n; i++) {
		size_t known = n_told < LOOK_BACK ? n_told : LOOK_BACK;
		size_t back = find_telling(told, n_told, known, &rows[i]);
		char *at = sb_extend(out, room_of_row(&rows[i], back == known));
		if (!at)
			return -1;
		if (back == known) {
			at = put_telling(at, &rows[i]);
			told[n_told++ % LOOK_BACK] = &rows[i];
			back = 0;
		}
		sb_cut(out, (size_t)(put_row(at, back, &rows[i]) - out->text));
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
	char *from = r->at, *to = *from == end ? from : from + strcspn(from, special);

	r->at = to;
	if (*to == '\\')
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
	enum { SAFE_DIGITS = 18 }; /* no number of so many is too large */

	if (*r->at >= '0' && *r->at <= '9' && r->at[1] == end) {
		r->at += 2;
		return r->at[-2] - '0';
	}
	bool minus = *r->at == '-';
	uint64_t v = 0, max = (uint64_t)INT64_MAX + minus;
	const char *from = r->at + minus, *at = from;

	for (; at < from + SAFE_DIGITS && *at >= '0' && *at <= '9'; at++)
		v = v * 10 + (uint64_t)(*at - '0');
	for (; *at >= '0' && *at <= '9'; at++) {
		uint64_t digit = (uint64_t)(*at - '0');
		r->bad |= v > (max - digit) / 10;
		v = v * 10 + digit;
	}
	r->at = (char *)at;
	r->bad |= at == from || *at != end;
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
		p = strchrnul(p, '\n');
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
