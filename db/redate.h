/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * redate.h - what was stored by a clock that was ahead is put where it belongs
 *
 * A clock that was years ahead leaves observations, runs and changes of a time to come.  Until that
 * time they would be the newest: such an address is not found down, and what the right clock sees
 * does not take their place.  All of them go back together, so their order and distances stay.
 *
 *	stored by   right clock    clock ahead                   clock ahead
 *	            ---------|now  ------------------|   ==>     ---|now
 *	                                    by  <----|
 *
 * Then whose the observations are is thought over with the times that they have now, and what is
 * known of these devices is made anew of them: as if the clock had never been wrong.  Who left
 * the list by that clock is on it again.  What stays: the numbers of runs and devices, what
 * sources keep for themselves (state), texts, and changes that only that clock brought about.
 *
 * It is for a clock that is right now: by one that is behind, all that is right is of a time to
 * come.
 */
#ifndef DB_REDATE_H
#define DB_REDATE_H

#include "db/store.h"

/* What is of a time to come. */
struct ahead_look {
	int64_t observations, runs, others; /* others: rows of the rest */
	int64_t newest; /* the last moment of all; 0: there is none */
	/* The newest belongs here: when the first run began that the agent stored after them by
	 * the right clock; `now` where it stored none. */
	int64_t belongs;
};

/* Quick: the newest moment that a run or a device knows, whether it is to come or not. */
int store_newest_moment(struct store *, int64_t *out, struct err *);
/* All: reads as much as there are observations, but not what they say. */
int store_look_ahead(struct store *, int64_t now, struct ahead_look *, struct err *);

/* What is later than `after`, up to after + by, goes back by `by`.  Microseconds. */
struct redate {
	int64_t after, by;
	/* Called many times a second while it works, for a large store takes minutes; NULL: nobody. */
	void (*tick)(void *arg);
	void *arg;
};

/* All or nothing.  devices: that were made anew. */
int store_redate(struct store *, const struct redate *, int64_t *devices, struct err *);

#endif
