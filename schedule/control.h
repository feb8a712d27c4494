/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * control.h - what is said over the agent's socket: one line of JSON asks, lines answer
 *
 *	{"v":1,"do":"status"}              ▶ {"kind":"agent",…} {"kind":"poll",…}… {"kind":"end",…}
 *	{"v":1,"do":"poll","name":"office"} ▶ {"kind":"end","ok":true,"text":"office is due now"}
 *
 *	{"v":1,"do":"history"}             ▶ {"kind":"run",…}… {"kind":"end",…}
 *	{"v":1,"do":"ingest","source":"sweep",…} and descriptors, see guest.h
 *	{"v":1,"do":"decide","decision":"pin","args":["nas"],…}   see db/decision.h
 *
 * The verbs are a closed table.  Who asks is known by the socket (SO_PEERCRED): only root and
 * the agent's own user may change anything.
 */
#ifndef SCHEDULE_CONTROL_H
#define SCHEDULE_CONTROL_H

#include "db/store.h"
#include "inventory/source.h"
#include "iprange/iprange.h"

enum control_verb {
	CONTROL_STATUS,
	CONTROL_POLL,  /* now */
	CONTROL_PAUSE, /* not any more, until: */
	CONTROL_RESUME,
	CONTROL_RELOAD,  /* the configuration */
	CONTROL_INGEST,  /* keep what somebody else finds (guest.h) */
	CONTROL_DECIDE,  /* what a person says about devices */
	CONTROL_HISTORY, /* the runs of polls, the newest first, RUNS_TOLD at most */
	CONTROL_VERBS
};

enum {
	CONTROL_REQUEST_MAX = 64 << 10, /* bytes of a request */
	CONTROL_ARGS_MAX = 1024,        /* of a decision */
	CONTROL_LINE_MAX = 64 << 10,    /* of a line of an answer */
	CONTROL_RUNS_TOLD = 200,        /* of a history */
	CONTROL_SWEEPS_MAX = 400,       /* runs of addresses that a sweep tells */
};

struct control_request {
	enum control_verb verb;
	const char *name; /* of a poll; NULL: all */
	/* CONTROL_INGEST and CONTROL_DECIDE; NULL in all others. */
	const char *store; /* the file that the sender would have written itself */
	/* CONTROL_INGEST */
	const char *source, *command, *targets;
	/* Of a sweep: all that it is about to ask, as iprange text, which may say more than that
	 * (iprange_cover) but never less; NULL where it asks nobody. */
	const char *sweeps;
	/* Of an import, whose records say themselves where they are from; else NULL.  The run is
	 * that of the records which name it: it begins with the first of them. */
	const char *run, *site, *point;
	/* CONTROL_DECIDE */
	const char *decision;
	const char *actor; /* who decides; NULL, or not from root: who the socket says it is */
	const char *const *args;
	size_t n_args;
};

/* In arena.  ERR_PROTO: no such request. */
int control_read_request(const char *line, size_t n, struct arena *,
	struct control_request *out, struct err *);
/* out->bad: a text is not UTF-8, or it is longer than out may be. */
void control_write_request(const struct control_request *, struct sb *out);
/* All that a sweep is about to ask, in words that always fit; in arena.  NULL: no memory. */
const char *control_sweeps_text(const struct iprange *, struct arena *);
/* ERR_ARG: it cannot be written. */
int control_refuse_request(struct err *);
/* Only root and the agent's user may ask for it. */
bool control_changes(enum control_verb);

struct control_agent {
	const char *version, *site, *point, *store;
	int64_t pid, started, now; /* wall, microseconds */
	int64_t polls, running, waiting;
	const char *alarm;    /* what is wrong just now, or "" */
	const char *location; /* that the point is in, or "" */
};

struct control_poll {
	const char *name, *source;
	const char *state; /* "idle", "running", "waiting", "blackout", "paused", "off" */
	int64_t next;      /* wall, microseconds; 0: it is not known */
	int64_t until;     /* of a blackout */
	/* The last run that has ended; started 0: there is none. */
	int64_t started, finished, observations, spoilt;
	const char *outcome, *reason;
	struct recall recall; /* estimate, low, high, loss */
	/* The run that goes on; 0: none. */
	int64_t run_started, run_observations;
	struct progress progress; /* phase "" when none was told */
};

struct control_run {
	const char *poll, *run, *outcome, *reason; /* outcome "": it goes on */
	int64_t due, started, finished;            /* wall, microseconds; 0: not yet */
	int64_t observations, spoilt;
	int64_t asked, answered, found;
	struct recall recall; /* as above */
};

struct control_end {
	bool ok;
	const char *text;
	enum err_code code; /* of a decision that failed: as it would without an agent */
	const struct ingest_result *stored; /* of an ingest; NULL: none */
};

void control_write_agent(const struct control_agent *, struct sb *out);
void control_write_poll(const struct control_poll *, struct sb *out);
void control_write_run(const struct control_run *, struct sb *out);
void control_write_end(const struct control_end *, struct sb *out);

/* The line of an answer, to the member of its kind; NULL: such lines are passed over.  `end`
 * is always there. */
struct control_reader {
	void (*agent)(struct control_reader *, const struct control_agent *);
	void (*poll)(struct control_reader *, const struct control_poll *);
	void (*end)(struct control_reader *, const struct control_end *);
	void (*run)(struct control_reader *, const struct control_run *);
};
int control_read_line(const char *line, size_t n, struct arena *,
	struct control_reader *, struct err *);

#endif
