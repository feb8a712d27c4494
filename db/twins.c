/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records of one moment of a run: compared while they are few, by hash when they are many. */
#include "db/twins.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "inventory/ndjson.h"

enum { FIRST_SLOTS = 1 << 8 };

/* The moment that is remembered, if one is. */
struct twins {
	char *run; /* NULL: none is */
	int64_t at;
	bool too_many;   /* it has more than are remembered */
	uint64_t *slots; /* hashes of its records, 0 for none; half of them at most */
	size_t n, n_slots;
	uint64_t looked_at;
	unsigned char key[crypto_shorthash_KEYBYTES];
};

struct twins *
twins_new(void)
{
	struct twins *t = sodium_init() == -1 ? NULL : calloc(1, sizeof(*t));

	if (t)
		crypto_shorthash_keygen(t->key);
	return t;
}

void
twins_forget(struct twins *t)
{
	if (!t)
		return;
	free(t->run);
	free(t->slots);
	t->run = NULL;
	t->slots = NULL;
	t->n = t->n_slots = 0;
	t->too_many = false;
}

void
twins_free(struct twins *t)
{
	twins_forget(t);
	free(t);
}

uint64_t
twins_looked_at(const struct twins *t)
{
	return t->looked_at;
}

/* --- hashes -------------------------------------------------------------------------------- */

/* What makes a record, but for its run, its time and its number. */
struct record {
	const char *point, *site, *source, *ip, *facts;
	int64_t subject, evidence;
};

/* Each text with its end, so that no two records read the same. */
static int
hash_of(struct store *s, const struct record *r, uint64_t *out, struct err *e)
{
	const char *const texts[] = { r->point, r->site, r->source, r->ip, r->facts };
	struct sb *text = store_text(s, 2 * NDJSON_LINE_MAX);

	sb_printf(text, "%lld %lld", (long long)r->subject, (long long)r->evidence);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		sb_add_n(text, "", 1);
		sb_add_n(text, texts[i], strlen(texts[i]));
	}
	if (text->bad)
		return err_nomem(e);
	(void)crypto_shorthash((unsigned char *)out, (const unsigned char *)text->text,
		text->len, s->twins->key);
	*out += *out == 0; /* which is none */
	return 0;
}

static uint64_t *
slot_of(const struct twins *t, uint64_t hash)
{
	size_t at = (size_t)hash & (t->n_slots - 1);

	while (t->slots[at] && t->slots[at] != hash)
		at = (at + 1) & (t->n_slots - 1);
	return &t->slots[at];
}

static int
widen(struct twins *t, struct err *e)
{
	struct twins more = *t;

	more.n_slots = t->n_slots ? 2 * t->n_slots : FIRST_SLOTS;
	more.slots = calloc(more.n_slots, sizeof(*more.slots));
	if (!more.slots)
		return err_nomem(e);
	for (size_t i = 0; i < t->n_slots; i++)
		if (t->slots[i])
			*slot_of(&more, t->slots[i]) = t->slots[i];
	free(t->slots);
	*t = more;
	return 0;
}

/* was: it is there already. */
static int
remember(struct twins *t, uint64_t hash, bool *was, struct err *e)
{
	*was = t->n_slots && *slot_of(t, hash) == hash;
	t->looked_at++;
	if (*was)
		return 0;
	if (2 * t->n >= t->n_slots && widen(t, e) == -1)
		return -1;
	*slot_of(t, hash) = hash;
	t->n++;
	return 0;
}

static int
remember_record(struct store *s, const struct record *r, bool *was, struct err *e)
{
	uint64_t hash;

	return hash_of(s, r, &hash, e) == -1 ? -1 : remember(s->twins, hash, was, e);
}

static int
remember_observation(struct store *s, const struct observation *o, const char *facts,
	bool *was, struct err *e)
{
	char ip[IP_KEY_MAX];
	const struct record r = { .point = o->point,
		.site = o->site,
		.source = o->source,
		.ip = ip_key(&o->ip, ip),
		.facts = facts,
		.subject = (int64_t)o->subject,
		.evidence = (int64_t)o->evidence };

	return remember_record(s, &r, was, e);
}

/* --- one by one ---------------------------------------------------------------------------- */

static bool
is_of_moment(const struct twins *t, const struct observation *o)
{
	return t->run && t->at == o->at && strcmp(t->run, o->run) == 0;
}

static bool
is_twin(struct store *s, struct sql_stmt *st, const struct observation *o,
	const char *facts)
{
	return strcmp(col_text(s, st, 0), o->point) == 0 &&
		strcmp(col_text(s, st, 1), o->site) == 0 &&
		strcmp(col_text(s, st, 2), o->source) == 0 &&
		col_int(s, st, 3) == (int64_t)o->subject &&
		col_int(s, st, 4) == (int64_t)o->evidence &&
		strcmp(col_text(s, st, 5), facts) == 0;
}

/* A run tells in the order of time: most of a batch comes after all that is stored of it. */
static int
is_later_than_stored(
	struct ingest *in, const struct observation *o, bool *out, struct err *e)
{
	bool any;

	if (!in->told_run || strcmp(in->told_run, o->run) != 0) {
		if (store_get(in->s, STMT_RUN_TOLD_UNTIL, BINDS(TEXT(o->run)),
			    &in->told_until, &any, e) == -1)
			return -1;
		in->told_run = o->run;
		in->told_until = any ? in->told_until : INT64_MIN;
	}
	*out = o->at > in->told_until;
	return 0;
}

static int
is_stored(struct ingest *in, const struct observation *o, const char *facts, bool *out,
	size_t *looked, struct err *e)
{
	struct store *s = in->s;
	char ip[IP_KEY_MAX];
	enum sql_step step;
	bool later;

	*out = false;
	if (is_later_than_stored(in, o, &later, e) == -1)
		return -1;
	if (later)
		return 0;
	struct sql_stmt *st = store_query(s, STMT_OBSERVATION_TWINS,
		BINDS(TEXT(o->run), INT(o->at), TEXT(ip_key(&o->ip, ip))), e);
	if (!st)
		return -1;
	while ((step = store_next(s, st, e)) == SQL_ROW) {
		++*looked;
		if (is_twin(s, st, o, facts)) {
			store_stop(s, st);
			*out = true;
			return 0;
		}
	}
	return step == SQL_FAILED ? -1 : 0;
}

static bool
is_accepted(const struct ingest *in, const struct observation *o, const char *facts,
	size_t *looked)
{
	for (size_t i = in->n; i-- > 0;) {
		const struct observation *a = &in->accepted[i];
		if (a->at != o->at || strcmp(a->run, o->run) != 0)
			return false;
		++*looked;
		if (strcmp(a->point, o->point) == 0 && strcmp(a->site, o->site) == 0 &&
			strcmp(a->source, o->source) == 0 && a->subject == o->subject &&
			addr_equal(&a->ip, &o->ip) && a->evidence == o->evidence &&
			strcmp(in->facts[i], facts) == 0)
			return true;
	}
	return false;
}

/* --- a moment of many ---------------------------------------------------------------------- */

static int
take_stored(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	const struct record r = { .point = col_text(s, st, 0),
		.site = col_text(s, st, 1),
		.source = col_text(s, st, 2),
		.subject = col_int(s, st, 3),
		.evidence = col_int(s, st, 4),
		.facts = col_text(s, st, 5),
		.ip = col_text(s, st, 6) };
	struct twins *t = arg;
	bool was;

	(void)mem;
	t->too_many = t->n == TWINS_MAX;
	return t->too_many ? 0 : remember_record(s, &r, &was, e);
}

/* All that there is of the moment of o, which is none of it yet. */
static int
remember_moment(struct ingest *in, const struct observation *o, struct err *e)
{
	struct twins *t = in->s->twins;
	bool later, was;

	twins_forget(t);
	if (!(t->run = strdup(o->run)))
		return err_nomem(e);
	t->at = o->at;
	if (is_later_than_stored(in, o, &later, e) == -1 ||
		(!later &&
			store_each(in->s, STMT_OBSERVATIONS_OF_MOMENT,
				BINDS(TEXT(o->run), INT(o->at)), 0, take_stored, t,
				e) == -1))
		return -1;
	for (size_t i = in->n; i-- > 0 && !t->too_many;) {
		if (!is_of_moment(t, &in->accepted[i]))
			break;
		if (remember_observation(
			    in->s, &in->accepted[i], in->facts[i], &was, e) == -1)
			return -1;
	}
	return 0;
}

int
twins_has(struct ingest *in, const struct observation *o, const char *facts, bool *out,
	struct err *e)
{
	struct twins *t = in->s->twins;
	bool many = t && is_of_moment(t, o), was;
	size_t looked = 0;

	if (many && !t->too_many) {
		t->too_many = t->n == TWINS_MAX;
		return remember_observation(in->s, o, facts, out, e);
	}
	if (is_stored(in, o, facts, out, &looked, e) == -1)
		return -1;
	*out = *out || is_accepted(in, o, facts, &looked);
	if (!t)
		return 0;
	t->looked_at += looked;
	if (many || looked <= TWINS_FEW)
		return 0;
	if (remember_moment(in, o, e) == -1)
		return -1;
	return *out ? 0 : remember_observation(in->s, o, facts, &was, e);
}
