/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * kept_run.h - a run whose workers are heard, and what they say is kept
 *
 *	worker (a process) ─┬─▶ observations ─▶ seen() ─▶ store
 *	                    └─▶ progress, reasons, coverage, state, end ─▶ store, terminal
 *
 * The store is a file, or the agent that is writing that file (schedule/guest.h).
 *
 * What every command that runs a source is made of (cmd_scan, cmd_listen):
 *
 *	kept_run_open, then for each source kept_run_start and kept_run_wait, then
 *	kept_run_end, and kept_run_close whatever happened before.
 */
#ifndef CLI_KEPT_RUN_H
#define CLI_KEPT_RUN_H

#include "base/uuid.h"
#include "cli/beside.h"
#include "cli/common.h"
#include "cli/progress.h"
#include "cli/run.h"
#include "db/gather.h"
#include "db/store.h"
#include "iprange/iprange.h"
#include "schedule/guest.h"

/* --- what such a command is asked about its results ------------------------------------ */

struct kept_conf {
	struct place_conf place;
	struct store_conf store;
	bool no_db, emit;
	int64_t state_fd;   /* 0: none */
	const char *socket; /* of the agent that may have the store */
};

extern const struct opt kept_opts[]; /* --no-db, --emit */

/* The rows of a command whose settings hold a struct kept_conf at offset AT. */
#define KEPT_TABLES(AT) \
	{ "Results", place_opts, (AT) + offsetof(struct kept_conf, place) }, \
		{ "Results", store_opts, (AT) + offsetof(struct kept_conf, store) }, \
		{ "Results", socket_opts, (AT) + offsetof(struct kept_conf, socket) }, \
	{ \
		"Results", kept_opts, (AT) \
	}

/* The text behind --state-fd; NULL: there is none. */
int kept_state(const struct kept_conf *, struct arena *, const char **out, struct err *);

/* ERR_ARG when options exclude each other.  typed: what stands on the command line alone,
 * for the settings file is for every call (call_read_again). */
int kept_check(const struct kept_conf *, const struct kept_conf *typed, struct err *);

/* --- the run ---------------------------------------------------------------------------- */

struct kept_run_conf {
	const struct call *call;
	const struct kept_conf *kept; /* its point is known */
	struct run run;      /* as the store will know it; site and point are set */
	struct store *store; /* open, and stays the caller's; NULL: opened here */
	bool needs_store;    /* with --no-db, one in memory: to show devices from */
	bool quiet_progress; /* the command tells by itself how it goes on */
	const struct iprange
		*sweeps; /* all that it asks; an agent says whether it may just now.
				       * NULL: it is no sweep */

	/* Each observation as it comes in, and at least every 50 ms.  Both may be NULL. */
	int (*seen)(void *arg, const struct observation *, struct err *);
	int (*idle)(void *arg, struct err *);
	/* What its next run wants to know, stored already if all went well.  May be NULL. */
	void (*state)(void *arg, const char *text);
	void *arg;
};

struct kept_run {
	struct run_handler handler; /* first */
	struct monitor monitor; /* takes all that is no observation: to the store, to show */
	struct kept_run_conf conf;
	struct store *store; /* NULL: nothing is kept */
	/* An agent has the store: it is told everything, and `store` is one in memory, for what
	 * is shown here.  NULL: there is none. */
	struct guest *guest;
	struct store *
		known; /* to read who was known before: `store`, or the agent's; or NULL */
	struct gather gather;
	struct show show;
	struct run_process process;

	struct run_end end; /* of the last source; its error is the text below, or NULL */
	char error[sizeof(((struct err *)0)->text)];
	bool ended;

	struct progress reached; /* the last that was told; its phase in `phase` */
	char phase[32];
	struct err broken; /* why what was heard could not be stored */
	bool is_broken;
};

/* Opens the store and begins the run there.  It must not move afterwards. */
int kept_run_open(struct kept_run *, const struct kept_run_conf *, struct err *);
void kept_run_close(struct kept_run *);

/* A worker for a source, as the run needs it; its descriptors are filled by whoever starts
 * it.  Also for --emit, where there is no struct kept_run. */
struct worker kept_worker(const struct kept_conf *, const char *run,
	const struct source *, const void *conf, uint64_t memory_max);

/* Starts a worker.  first: hears what is no observation, and passes it on to r->monitor;
 * NULL: that monitor itself. */
int kept_run_start(
	struct kept_run *r, const struct worker *, struct monitor *first, struct err *);
/* Until it has ended.  -1: it broke off, or what it said could not be kept. */
int kept_run_wait(struct kept_run *, struct err *);

/* What was heard is stored, whatever broke off: rc is how it went so far.  Returns -1 when
 * either failed, with the first error. */
int kept_run_flush(struct kept_run *, int rc, struct err *);
/* How the whole of it went; what is down is judged now. */
int kept_run_end(struct kept_run *, const struct run_end *, struct err *);

#endif
