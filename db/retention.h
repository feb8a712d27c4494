/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * retention.h - what an agent forgets, so that it can run for years
 *
 * Devices leave the list, and stay known.  Observations older than a moment are thinned: of
 * visits that said the same, the first and the last stay, and whatever the present rests on.
 * So the devices are the same afterwards, every identifier that was ever seen still is known,
 * and the store passes its own check; the past before that moment is coarser.
 */
#ifndef DB_RETENTION_H
#define DB_RETENTION_H

#include "db/store.h"

/*
 * Devices that nobody saw since `before` leave the list, unless a person wrote something about
 * them: those count as somebody's.  Those that were seen again are in it.  The history says
 * "left" and "back".  At most max of each.
 */
int store_leave_unseen(struct store *, int64_t before, int64_t now, int64_t max,
	int64_t *left, int64_t *back, struct err *);

/* When the last run before that moment began; 0: there was none. */
int store_last_run_before(struct store *, int64_t before, int64_t *out, struct err *);

struct trim {
	int64_t before;      /* microseconds: what is newer stays */
	int64_t max_devices; /* in one call */
	int64_t after;       /* the device that was the last one; 0: begin.  Set. */
	int64_t from;        /* where it goes on with the next one.  Set. */
	bool done;           /* it was through with all; set */
	int64_t deleted;     /* observations; added to */
};

/* A part at a time, each in one transaction: the agent has other things to do. */
int store_trim_observations(struct store *, struct trim *, struct err *);

/* Changes, reasons, coverage and runs of polls before that moment, and runs of which nothing
 * is left.  At most max of each; more: some went, and there may be others. */
int store_trim_history(
	struct store *, int64_t before, int64_t max, bool *more, struct err *);

/* For who keeps a store open for long: what it holds in memory of the file grows with the file,
 * up to 64 MiB, and is given back here. */
void store_release_memory(struct store *);

/* Bytes of the file that hold something; those of deleted rows are used again. */
int store_used_bytes(struct store *, int64_t *out, struct err *);

#endif
