/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * teller.h - somebody who is told of events: the log, a program, a webhook
 *
 *	history ─▶ cursor ─▶ allowance ─▶ message ─▶ a process with a deadline
 *
 * The cursor is a place in the change history and is kept in the store: it moves behind a
 * message when the receiver took it.  So nothing is queued in memory, a receiver that is away
 * for a day is told afterwards, and a message may come twice but is not lost.  What goes past
 * the allowance of a minute is counted, and the count told.
 */
#ifndef SCHEDULE_TELLER_H
#define SCHEDULE_TELLER_H

#include "schedule/event.h"

#include <sys/types.h>

struct teller_input {
	const char *name; /* "log", "command", "webhook": its cursor's, too */
	struct store *store;
	struct clock *clock;
	const char *site, *point;
	char *const *argv; /* gets the message as its standard input; NULL: the log itself */
	const char *program; /* NULL: this one */
	int64_t limit;       /* events a minute */
	uint32_t kinds;      /* bits of enum event_kind */
	int64_t deadline;    /* of the process, microseconds */
};

/* All zero before it is first used. */
struct teller {
	bool begun;
	int64_t cursor, saved; /* ids of changes */
	int64_t minute,
		in_minute;      /* monotonic; when it began, and what was told in it */
	int64_t held;           /* back, and not told yet */
	struct sb message;      /* on its way, or tried again; "": none */
	int64_t message_cursor; /* where the history goes on behind it */
	int64_t message_events, message_held;
	pid_t pid;                       /* 0: no process */
	int64_t kill_at, try_at;         /* monotonic */
	unsigned failures;               /* in a row */
	int64_t told, held_back, failed; /* since it began: for metrics */
};

/* Whatever is due: what is new is read, a message sent, a process that hangs is ended.  Never
 * blocks for a receiver. */
void teller_work(struct teller *, const struct teller_input *);
/* Is there more to do soon, even if nothing happens? */
bool teller_is_busy(const struct teller *);
/* Ends its process.  A message that was not taken is told again by the next one. */
void teller_done(struct teller *, const struct teller_input *);

#endif
