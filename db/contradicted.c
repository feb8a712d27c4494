/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a source said and, in the same run, said otherwise: the later, or that of better
 * evidence, is the device's, and the other is still in the observations.  That a value differs
 * from that of another run is no contradiction but a change.
 */
#include <stdlib.h>
#include <string.h>

#include "db/history.h"

enum {
	CONTRADICTED_MAX = 256, /* values of a device; of more only how often */
	STEP_ARENA = 16 << 20,
};

struct contradicting {
	const struct fold *f;
	struct evidence_row *rows; /* CONTRADICTED_MAX */
	size_t n, untold;
	struct arena *mem;
};

/* Names, keys and cards are sets: a device may have each of them. */
static bool
is_single(const struct evidence_row *r)
{
	const struct fact_def *def = fact_find(r->key);

	return (*r->member == '\0' || (def && def->type == FACT_PORTS)) &&
		history_is_news(r->key);
}

static bool
says_same(const struct evidence_row *a, const struct evidence_row *b)
{
	return strcmp(a->value, b->value) == 0 && a->gone == b->gone;
}

/* Of several times that it was said: when it was said first, and last. */
static bool
is_told(struct contradicting *c, const struct evidence_row *row)
{
	for (size_t i = 0; i < c->n; i++) {
		struct evidence_row *r = &c->rows[i];
		if (evidence_place_cmp(r, row) != 0 || !says_same(r, row))
			continue;
		int64_t first_at = r->first_at < row->at ? r->first_at : row->at;
		if (evidence_is_later(r, row)) {
			r->at = row->at;
			r->seq = row->seq;
			r->evidence = row->evidence;
		}
		r->first_at = first_at;
		return true;
	}
	return false;
}

static int
take_row(struct contradicting *c, const struct evidence_row *row, struct err *e)
{
	const struct evidence_row *stands = fold_find_row(c->f, row);

	if (!stands || !is_single(row) || says_same(stands, row) ||
		strcmp(stands->run, row->run) != 0 ||
		strcmp(stands->point, row->point) != 0 || is_told(c, row))
		return 0;
	if (c->n == CONTRADICTED_MAX) {
		c->untold++;
		return 0;
	}
	struct evidence_row *r = &c->rows[c->n++];
	*r = *stands; /* whose texts stay */
	r->value = arena_strdup(c->mem, row->value);
	r->gone = row->gone;
	r->evidence = row->evidence;
	r->first_at = r->at = row->at;
	r->seq = row->seq;
	r->contradicted = true;
	return r->value ? 0 : err_nomem(e);
}

static int
take_observation(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct evidence_row *rows;
	struct observation o;
	size_t n;

	if (read_observation(s, st, mem, &o, e) == -1 ||
		device_evidence(&o, mem, &rows, &n, e) == -1)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (take_row(arg, &rows[i], e) == -1)
			return -1;
	return 0;
}

static int
latest_first(const void *a, const void *b)
{
	return evidence_is_later(a, b) - evidence_is_later(b, a);
}

int
contradicted_rows(struct store *s, const struct fold *f, int64_t as_of,
	struct arena *mem, struct evidence_row **out, size_t *n, size_t *untold,
	struct err *e)
{
	struct contradicting c = { .f = f,
		.rows = arena_new_array(mem, struct evidence_row, CONTRADICTED_MAX),
		.mem = mem };

	if (!c.rows)
		return err_nomem(e);
	if (store_each(s, STMT_OBSERVATIONS_UNTIL, BINDS(INT(f->device), INT(as_of)),
		    STEP_ARENA, take_observation, &c, e) == -1)
		return -1;
	if (c.n)
		qsort(c.rows, c.n, sizeof(*c.rows), latest_first);
	*out = c.rows;
	*n = c.n;
	*untold = c.untold;
	return 0;
}
