/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * twins.h - which records are stored already; inside the store only
 *
 * A run tells in the order of time, so a record is held against those of its run and moment
 * alone: one by one, while they are few.  Of many (a list that gives all it has one time) a
 * hash is remembered of each, from batch to batch, as db/memo.h remembers: then each is
 * looked at a few times, whatever their number.
 */
#ifndef DB_TWINS_H
#define DB_TWINS_H

#include "db/ingest.h"

enum {
	TWINS_FEW = 32,      /* of one moment; more are remembered */
	TWINS_MAX = 1 << 20, /* more are held against each other again; 16 MiB */
};

struct twins *twins_new(void); /* NULL: no memory for it */
void twins_free(struct twins *);
/* Records were taken out, or not put in. */
void twins_forget(struct twins *);

/* Is there one like o, whose facts are this text: stored, or among the accepted?  If there is
 * none, o is to be accepted. */
int twins_has(struct ingest *, const struct observation *o, const char *facts,
	bool *out, struct err *);
/* How many records it has looked at so far. */
uint64_t twins_looked_at(const struct twins *);

#endif
