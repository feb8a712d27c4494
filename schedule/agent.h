/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * agent.h - what a distribution point does all day: start polls when they are due, keep what
 * they find, and tell how it goes
 *
 * One thread, one loop.  Every poll is a process (child.h), so the agent itself speaks to
 * nobody but to those who ask it over its socket; it is the only one that writes the store.
 */
#ifndef SCHEDULE_AGENT_H
#define SCHEDULE_AGENT_H

#include "base/clock.h"
#include "db/store.h"
#include "schedule/agent_conf.h"

#include <signal.h>
#include <sys/stat.h>

/* A configuration that was read, and the file as it was then. */
struct agent_reading {
	struct arena *mem; /* of all of it; NULL: there is none */
	struct agent_conf *conf;
	struct stat file;
};

/* The caller frees mem, when it could be read. */
int agent_read(const char *path, struct clock *, struct agent_reading *,
	struct sb *mistakes, struct err *);

struct agent_input {
	const char *conf_path;
	struct agent_reading *first; /* to begin with; the agent takes it.  NULL: it reads */
	const char *settings_path; /* of muster.yaml, for polls; NULL: the usual one */
	struct store *store;       /* open for writing */
	const char *store_path;
	struct clock *clock;
	const char *point;   /* where the configuration names none */
	const char *program; /* what polls are; NULL: this one */
	/* The credentials that a poll uses, opened now: *fd to read them from (host/handover.h),
	 * the caller's; -1: it uses none.  NULL: polls see to it by themselves. */
	int (*hand_over)(void *arg, const struct poll_def *, int *fd, struct err *);
	void *arg;
	const char *const *secrets; /* files that polls may not read; up to NULL */
	/* Set by signal handlers; the signals are blocked but while the agent waits. */
	const volatile sig_atomic_t *stop;
	volatile sig_atomic_t *reload; /* becomes 0 again when it was done */
};

/* Until it is told to stop.  A mistake in the configuration ends it only when it begins: later
 * the one before stays.  mistakes: those of the beginning. */
int agent_run(const struct agent_input *, struct sb *mistakes, struct err *);

#endif
