/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which identifiers somebody ruled on, or were found shared: few among many, so that asking
 * the database for each would be most of what an ingest does.  A set of hashes, read when
 * first needed and again after rulings changed; a false "perhaps" costs a question.  Each kind
 * is there with the empty value, too: is anything of it ruled on?
 */
#include <stdlib.h>
#include <string.h>

#include "db/store_private.h"

struct ruled {
	uint64_t *slots;   /* 0: empty */
	size_t n, n_slots; /* n_slots: a power of two */
};

static uint64_t
hash_of(const char *kind, const char *value)
{
	uint64_t h = 14695981039346656037u; /* FNV-1a, 64 bits */

	for (; *kind; kind++)
		h = (h ^ (unsigned char)*kind) * 1099511628211u;
	h = (h ^ ' ') * 1099511628211u;
	for (; *value; value++)
		h = (h ^ (unsigned char)*value) * 1099511628211u;
	return h ? h : 1;
}

static void
put(struct ruled *r, uint64_t hash)
{
	size_t at = (size_t)(hash ^ hash >> 32) & (r->n_slots - 1);

	while (r->slots[at] && r->slots[at] != hash)
		at = (at + 1) & (r->n_slots - 1);
	r->n += r->slots[at] == 0;
	r->slots[at] = hash;
}

static int
widen(struct ruled *r, struct err *e)
{
	struct ruled more = { .n_slots = r->n_slots ? 2 * r->n_slots : 256 };

	more.slots = calloc(more.n_slots, sizeof(more.slots[0]));
	if (!more.slots)
		return err_nomem(e);
	for (size_t i = 0; i < r->n_slots; i++)
		if (r->slots[i])
			put(&more, r->slots[i]);
	free(r->slots);
	*r = more;
	return 0;
}

static int
take(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg, struct err *e)
{
	struct ruled *r = arg;

	(void)mem;
	for (int i = 0; i < 4; i++) {
		const char *kind = col_text(s, st, 1 + i / 2 * 2),
			   *value = i % 2 ? "" : col_text(s, st, 2 + i / 2 * 2);
		if (2 * r->n >= r->n_slots && widen(r, e) == -1)
			return -1;
		put(r, hash_of(kind, value));
	}
	return 0;
}

void
ruled_forget(struct store *s)
{
	if (s->ruled)
		free(s->ruled->slots);
	free(s->ruled);
	s->ruled = NULL;
}

int
ruled_perhaps(
	struct store *s, const char *kind, const char *value, bool *out, struct err *e)
{
	static const struct sql_bind none[] = { { .kind = BIND_END } };

	if (!s->ruled) {
		s->ruled = calloc(1, sizeof(*s->ruled));
		if (!s->ruled)
			return err_nomem(e);
		if (widen(s->ruled, e) == -1 ||
			store_each(s, STMT_RULINGS_ALL, none, 0, take, s->ruled, e) ==
				-1) {
			ruled_forget(s);
			return -1;
		}
	}
	const struct ruled *r = s->ruled;
	uint64_t hash = hash_of(kind, value);
	size_t at = (size_t)(hash ^ hash >> 32) & (r->n_slots - 1);
	while (r->slots[at] && r->slots[at] != hash)
		at = (at + 1) & (r->n_slots - 1);
	*out = r->slots[at] == hash;
	return 0;
}
