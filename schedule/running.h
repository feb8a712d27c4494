/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * running.h - one run of a poll: what its process says, on its way into the store
 *
 *	child ─┬─▶ observations ─▶ batches ─▶ store
 *	       └─▶ progress, reasons, coverage, state, end ─▶ store, status
 *
 * Whatever the process does - end, break off, hang, write rubbish - what was heard before is
 * kept, and the run ends with an outcome and a reason.  It needs nothing of the configuration
 * that it was started by, which may be read anew meanwhile.
 */
#ifndef SCHEDULE_RUNNING_H
#define SCHEDULE_RUNNING_H

#include "base/uuid.h"
#include "db/polls.h"
#include "iprange/iprange.h"
#include "schedule/child.h"

struct running;

/* Why it was told to stop. */
enum stop_cause {
	STOP_NONE,
	STOP_BLACKOUT,
	STOP_PERSON,
	STOP_CONF, /* it may ask less than when it began */
	STOP_DEADLINE,
	STOP_AGENT,
};

struct running_input {
	struct store *store; /* open for writing; outlives the run */
	struct clock *clock;
	const char *poll, *source; /* "office", "sweep": copied */
	const char *site, *point;
	const char *targets;         /* canonical text, or "" */
	const char *resumes;         /* the run that it goes on with; NULL: none */
	const struct iprange *range; /* what it asks, or NULL; copied */
	const struct iprange *reach; /* all that it may ask, as of poll_def; copied */
	int64_t lifetime; /* of the addresses that it sees (struct run); 0: the default */
	int64_t due;      /* wall, microseconds */
	int64_t deadline; /* microseconds from now */
	struct child_input child;
	const struct running_guest *guest; /* instead of a child; NULL: none */
};

/* Somebody else's process, that has sent its descriptors (guest.h).  They are the run's once
 * it has started. */
struct running_guest {
	int records_fd, control_fd; /* to read from, non-blocking */
	int answer_fd;              /* gets one line when all of it is kept */
	const char *command;
	/* Of an import: its records keep their site, point and run, and this run, which is the
	 * sender's, begins with the first that belongs to it.  NULL: all are this run's. */
	const char *run;
};

/* Begins the run in the store and starts the process. */
int running_start(struct running **out, const struct running_input *, struct err *);
void running_free(struct running *); /* kills what still runs; NULL is fine */

const struct child *running_child(const struct running *);
/* Descriptors are ready, or time has passed. */
void running_work(struct running *);
/* Asks it to end and to keep what it found; after a while it is killed. */
void running_stop(struct running *, enum stop_cause);
enum stop_cause running_stopped(const struct running *);
bool running_is_guest(const struct running *);
/* It has said what it is about to sweep, and asks nobody before it is let. */
bool running_waits(const struct running *);
void running_let(struct running *);
/* What it asks, as far as it is known; NULL: nothing. */
const struct iprange *running_range(const struct running *);
/* A sweep of a poll or a command; others may ask addresses of a range, too. */
bool running_is_sweep(const struct running *);
/* Does it ask an address of this set? */
bool running_overlaps(const struct running *, const struct iprange *);
/* May it ask an address that is not in this set (NULL: nothing)? */
bool running_exceeds(const struct running *, const struct iprange *);

struct running_look {
	const char *poll, *run, *command;
	int64_t started; /* wall, microseconds */
	uint64_t observations, spoilt;
	const struct progress *progress; /* NULL: none told */
};
void running_look(const struct running *, struct running_look *);

struct running_result {
	const char *poll, *run;
	int64_t started, finished;    /* both by the clock of its end */
	const char *outcome, *reason; /* as of struct poll_run */
	const char *state;            /* the last one that it told, or "" */
	bool complete;
	struct ingest_result ingest;
	uint64_t observations, spoilt;
	const struct run_end *end; /* NULL: it did not say how it went */
};

/* The clock that was ahead by so much was set right.  Before the store is dated anew
 * (db/redate.h): what was heard goes there.  What the run still says of a time to come goes back
 * as far, but not what an import brings: that was dated elsewhere. */
void running_redate(struct running *, int64_t by);

/* Has the process ended, and all that it said been stored?  The result is borrowed. */
bool running_ended(struct running *, const struct running_result **);

#endif
