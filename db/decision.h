/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * decision.h - what a person wants done to devices, in the words of the command line
 *
 *	merge DEVICE DEVICE          split DEVICE WHAT      pin DEVICE     undo [NUMBER]
 *	set DEVICE FIELD=VALUE...    forget DEVICE
 *
 * A command that has the store and an agent that is asked to (schedule/control.h) do the same
 * here, and say the same.  Each is one transaction of db/people.h.
 */
#ifndef DB_DECISION_H
#define DB_DECISION_H

#include "db/store.h"

enum { DECISION_SAID_MAX = 1024 };

struct decision_order {
	const char *what; /* "merge" … */
	const char *const *args;
	size_t n_args;
};

/* ERR_ARG: it makes no sense, whatever the store holds. */
int decision_check(const struct decision_order *, struct err *);

/*
 * Checks it and carries it out; actor: who wants it.  said: what was done, a line for people
 * that is not escaped.  Scratch memory comes from the arena.
 */
int decision_do(struct store *, const struct decision_order *, const char *actor,
	struct arena *, char said[static DECISION_SAID_MAX], struct err *);

#endif
