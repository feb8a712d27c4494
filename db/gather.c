/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Batches between a stream of records and the store. */
#include "db/gather.h"

#include <stdlib.h>

#include "inventory/ndjson.h"

enum {
	BATCH_ARENA = 256 << 20,      /* bytes of one batch's records */
	BATCH_FULL = BATCH_ARENA / 2, /* store it before a record might not fit */
	BATCH_AGE = 250 * MSEC,
};

int
gather_init(struct gather *g, struct err *e)
{
	g->mem = arena_new(BATCH_ARENA);
	g->batch = calloc(GATHER_MAX, sizeof(*g->batch));
	return g->mem && g->batch ? 0 : err_nomem(e);
}

void
gather_done(struct gather *g)
{
	arena_free(g->mem);
	free(g->batch);
}

struct arena *
gather_arena(struct gather *g)
{
	return g->mem;
}

int
gather_flush(struct gather *g, struct err *e)
{
	size_t n = g->n;

	g->n = 0;
	if (n && g->store && store_ingest(g->store, g->batch, n, &g->total, e) == -1)
		return -1;
	arena_reset(g->mem);
	return 0;
}

int
gather_idle(struct gather *g, struct err *e)
{
	bool due = g->n == GATHER_MAX || arena_used(g->mem) > BATCH_FULL ||
		(g->n && clock_mono(g->clock) - g->oldest_us >= BATCH_AGE);

	return due ? gather_flush(g, e) : 0;
}

int
gather_add(struct gather *g, const struct observation *o, struct err *e)
{
	if (g->n == 0)
		g->oldest_us = clock_mono(g->clock);
	g->batch[g->n++] = *o;
	if (g->seen && g->seen(g->arg, o, e) == -1)
		return -1;
	return g->n == GATHER_MAX ? gather_flush(g, e) : gather_idle(g, e);
}

int
gather_line(struct gather *g, const char *line, size_t n, struct err *e)
{
	struct observation o;

	if (ndjson_read(line, n, g->mem, &o, e) == -1)
		return -1;
	return gather_add(g, &o, e);
}
