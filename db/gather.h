/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gather.h - lines of NDJSON become batches in the store
 *
 * Batches are as large as they come within a quarter of a second, at most GATHER_MAX: what
 * was committed stays, whatever happens to the process.
 */
#ifndef DB_GATHER_H
#define DB_GATHER_H

#include "db/store.h"

enum { GATHER_MAX = 10000 };

struct gather {
	struct store *store; /* NULL: only `seen` is told */
	/* Told of each observation as it comes in; may be NULL. */
	int (*seen)(void *arg, const struct observation *, struct err *);
	void *arg;
	struct clock *clock;

	struct ingest_result total;
	struct arena *mem;
	struct observation *batch; /* GATHER_MAX */
	size_t n;
	int64_t oldest_us; /* monotonic; of the first in the batch */
};

int gather_init(struct gather *, struct err *); /* the fields above `total` are set */
void gather_done(struct gather *);
int gather_line(struct gather *, const char *line, size_t n, struct err *);
int gather_add(struct gather *, const struct observation *, struct err *); /* copied: no;
	* what it points to stays until the batch is stored */
struct arena *gather_arena(struct gather *); /* for what gather_add is to keep */
/* Stores the batch when it is due, or now. */
int gather_idle(struct gather *, struct err *);
int gather_flush(struct gather *, struct err *);

#endif
