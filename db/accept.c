/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first step of an ingest: order, duplicates, sequence numbers. */
#include <stdlib.h>
#include <string.h>

#include "base/sort.h"
#include "db/twins.h"
#include "inventory/ndjson.h"

static int
by_order(const void *pa, const void *pb)
{
	const struct observation *const *a = pa, *const *b = pb;
	int c = observation_cmp(*a, *b);

	/* The same order for any run of the program: by place in the batch at last. */
	return c ? c : (*a > *b) - (*a < *b);
}

static const char *
facts_text(struct ingest *in, const struct observation *o, struct err *e)
{
	struct sb *text = store_text(in->s, NDJSON_LINE_MAX);
	char *copy = NULL;

	if (ndjson_write_facts(o->facts, o->n_facts, text, e) == 0 &&
		!(copy = arena_strdup(in->mem, text->text)))
		err_nomem(e);
	return copy;
}

static int
take(struct ingest *in, const struct observation *o, struct err *e)
{
	bool twin;

	if (!o->site || !o->point || !o->run || !o->source)
		return err_set(e, ERR_ARG,
			"an observation without its source, site, point or run");
	const char *facts = facts_text(in, o, e);
	if (!facts || twins_has(in, o, facts, &twin, e) == -1)
		return -1;
	if (twin) {
		in->result.duplicates++;
		return 0;
	}
	in->facts[in->n] = facts;
	in->accepted[in->n++] = *o;
	return 0;
}

static int
accept_all(struct ingest *in, const struct observation *obs, size_t n, struct err *e)
{
	const struct observation **order = arena_new_array(
		in->mem, const struct observation *, n);

	in->accepted = arena_new_array(in->mem, struct observation, n);
	in->facts = arena_new_array(in->mem, const char *, n);
	in->keys = arena_new_array(in->mem, const char *, n);
	in->ids = arena_new_array(in->mem, struct id_key *, n);
	in->n_ids = arena_new_array(in->mem, size_t, n);
	in->device = arena_new_array(in->mem, int64_t, n);
	in->known = arena_new_array(in->mem, bool, n);
	in->home = arena_new_array(in->mem, const struct fold_addr *, n);
	for (in->n_slots = 16; in->n_slots < 2 * n;)
		in->n_slots *= 2;
	in->given = arena_new_array(in->mem, uint32_t, in->n_slots);
	if (!order || !in->accepted || !in->facts || !in->keys || !in->ids ||
		!in->n_ids || !in->device || !in->known || !in->home || !in->given)
		return err_nomem(e);
	for (size_t i = 0; i < n; i++)
		order[i] = &obs[i];
	sort_mostly_sorted(order, n, sizeof(*order), by_order);
	for (size_t i = 0; i < n; i++)
		if (take(in, order[i], e) == -1)
			return -1;
	return 0;
}

/* The last seq of a point is read and written once for a stretch of its observations. */
struct seq_cursor {
	const char *point; /* NULL: none yet */
	int64_t last;
};

static int
save_seq(struct ingest *in, const struct seq_cursor *c, struct err *e)
{
	return c->point ? store_do(in->s, STMT_POINT_PUT,
				  BINDS(TEXT(c->point), INT(c->last)), e)
			: 0;
}

static int
move_cursor(struct ingest *in, struct seq_cursor *c, const char *point, struct err *e)
{
	bool found;

	if (c->point && strcmp(c->point, point) == 0)
		return 0;
	if (save_seq(in, c, e) == -1)
		return -1;
	*c = (struct seq_cursor){ .point = point };
	return store_get(in->s, STMT_POINT_SEQ, BINDS(TEXT(point)), &c->last, &found, e);
}

/* Where (point, seq) is among those that this batch gave; 0 there: it did not. */
static uint32_t *
find_given(const struct ingest *in, const char *point, int64_t seq)
{
	size_t at = (size_t)((uint64_t)seq * 0x9e3779b97f4a7c15u >> 32);

	for (;; at++) {
		uint32_t *slot = &in->given[at & (in->n_slots - 1)];
		const struct observation *o = *slot ? &in->accepted[*slot - 1] : NULL;
		if (!o || (o->seq == seq && strcmp(o->point, point) == 0))
			return slot;
	}
}

/* One record near the end of all numbers (2^53) must not leave none to its point. */
#define SEQ_KEPT_MAX ((int64_t)1 << 52)

static int
is_taken(struct ingest *in, const struct observation *o, int64_t last, bool *out,
	struct err *e)
{
	*out = o->seq <= 0 || o->seq > SEQ_KEPT_MAX ||
		*find_given(in, o->point, o->seq) != 0;
	if (*out || o->seq > last)
		return 0;
	return store_get(in->s, STMT_OBSERVATION_SEQ_TAKEN,
		BINDS(TEXT(o->point), INT(o->seq)), NULL, out, e);
}

/* A number that an import brings is kept unless something else has it. */
static int
give_seq(struct ingest *in, struct err *e)
{
	struct seq_cursor c = { .point = NULL };

	for (size_t i = 0; i < in->n; i++) {
		struct observation *o = &in->accepted[i];
		bool taken;
		if (move_cursor(in, &c, o->point, e) == -1 ||
			is_taken(in, o, c.last, &taken, e) == -1)
			return -1;
		if (taken)
			o->seq = c.last + 1;
		c.last = o->seq > c.last ? o->seq : c.last;
		*find_given(in, o->point, o->seq) = (uint32_t)i + 1;
	}
	return save_seq(in, &c, e);
}

int
ingest_accept(struct ingest *in, const struct observation *obs, size_t n, struct err *e)
{
	if (accept_all(in, obs, n, e) == -1)
		return -1;
	return in->n ? give_seq(in, e) : 0;
}
