/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * turn.h - between which moments a device became another; inside the store only
 *
 * A device was the same at two moments between which it has no turn, so a comparison need
 * look at those that have one.  What changes and changes back within one batch of
 * observations is no turn.
 */
#ifndef DB_TURN_H
#define DB_TURN_H

#include "db/store_private.h"

struct turn {
	int64_t first_at,
		last_at; /* of the observations that brought it; first_at 0: none */
	const char *run;
	bool certain; /* whether before and after differ is not asked */
};

/* After a device was folded.  noted: history_note found a change. */
int turn_note(struct store *, const struct turn *, const struct device *before,
	const struct fold *after_rows, const struct device *after, bool noted,
	struct err *);
/* At one moment: an address was found silent. */
int turn_put(struct store *, int64_t device, const char *run, int64_t first_at,
	int64_t last_at, struct err *);
/* Devices with a turn in (after, until], each once. */
int turn_each(struct store *, int64_t after, int64_t until,
	int (*row)(void *arg, int64_t device, struct err *), void *arg, struct err *);

#endif
