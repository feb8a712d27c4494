/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scan.h - one sweep from start to end, as the parent of its workers sees it
 *
 *	sweep (a process) ─┬─▶ gather ─▶ store ─▶ devices of this run ─▶ output
 *	      ├▶ addresses ┼▶ names (reverse DNS) ─┘
 *	      └▶ living ───┴▶ services (a process, when the sweep is over)
 */
#ifndef CLI_SCAN_H
#define CLI_SCAN_H

#include "cli/kept_run.h"
#include "cli/names.h"
#include "cli/snmp_logins.h"
#include "cli/targets.h"
#include "scanner/services.h"
#include "scanner/sweep.h"

struct scan_conf {
	struct targets_conf targets;
	struct sweep_conf sweep;
	struct services_conf services;
	struct snmp_logins snmp;
	struct kept_conf kept;
	int format; /* enum out_format_id */
	bool yes, preview, names, talk, resume;
	const char *summary_json;
	int64_t claim_fd; /* 0: none */
};

/* The sweep that goes on (resume.h). */
struct resumed {
	struct store *store; /* open for writing */
	struct unfinished last;
	struct answered *found; /* by address; in arena */
	size_t n_found;
};

struct scan_input {
	const struct call *call;
	const struct scan_conf *conf;  /* all of it prepared */
	const struct resumed *resumed; /* NULL: a new sweep */
	const char *targets_text;      /* canonical */
	int64_t started;
	bool goes_on; /* by --state-fd */
	char run[UUID_TEXT_MAX];
};

extern const char scan_manual[]; /* scan_manual.c */

/* What the worker is given; its descriptors are the caller's to fill. */
struct worker scan_worker(const struct scan_input *);

/* Begins to ask for names, which take gets.  *out NULL: none are wanted. */
int scan_names(const struct scan_input *,
	int (*take)(void *arg, const struct observation *, struct err *), void *arg,
	struct names **out, struct err *);

/* Has it a second half?  A replay speaks to nobody. */
bool scan_wants_talks(const struct scan_conf *);

/* Sweeps, keeps and prints.  EXIT_DONE, EXIT_FAILED (partial, interrupted), or -1. */
int scan_run(const struct scan_input *, struct err *);

#endif
