/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * polls.h - what an agent keeps of its polls: when they ran, how it went, where to go on
 *
 * Only the writer may change it; readers may read it while an agent is at work.
 */
#ifndef DB_POLLS_H
#define DB_POLLS_H

#include "db/store.h"

struct poll_memory {
	const char *name;
	int64_t due; /* seconds UTC: what its newest run was due at; 0: never ran */
	bool paused;
	const char *settings; /* what the state belongs to */
	/* What its source is given at its next run, or "".  Read: what the run below has told
	 * since, if it has. */
	const char *state;
	const char *run; /* the run that it was not through with, or "" */
};

int store_put_poll(struct store *, const struct poll_memory *, struct err *);
/* By name; borrowed for the call. */
int store_each_poll(struct store *,
	int (*row)(void *arg, const struct poll_memory *, struct err *), void *arg,
	struct err *);

/* One run of a poll.  Its observations, reasons and coverage are those of the run. */
struct poll_run {
	const char *poll, *run;
	int64_t due, started, finished; /* wall, microseconds; finished 0: it goes on */
	const char *outcome; /* "done", "partial", "failed", "paused", "killed" */
	const char *reason;  /* for people, or "" */
	int64_t observations, spoilt; /* spoilt: lines that were no observations */
	/* Read alone: how the run says it went (its `end` line, ndjson.h), or "". */
	const char *summary;
};

/* The one with its id is replaced. */
int store_put_poll_run(struct store *, const struct poll_run *, struct err *);
/* Those that go on: the agent that began them is no more.  n: how many. */
int store_end_poll_runs(struct store *, int64_t now, const char *outcome,
	const char *reason, int64_t *n, struct err *);
/* The newest first, `max` of them at most; of one poll, or all with NULL. */
int store_each_poll_run(struct store *, const char *poll, int64_t max,
	int (*row)(void *arg, const struct poll_run *, struct err *), void *arg,
	struct err *);
/* When a run of it ended as "done" last; 0: none that is still kept. */
int store_last_done(struct store *, const char *poll, int64_t *finished, struct err *);

#endif
