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

#include <signal.h>

struct agent_input {
	const char *conf_path;
	struct store *store; /* open for writing */
	const char *store_path;
	struct clock *clock;
	const char *point;   /* where the configuration names none */
	const char *program; /* what polls are; NULL: this one */
	/* Set by signal handlers; the signals are blocked but while the agent waits. */
	const volatile sig_atomic_t *stop;
	volatile sig_atomic_t *reload; /* becomes 0 again when it was done */
};

/* Until it is told to stop.  A mistake in the configuration ends it only when it begins: later
 * the one before stays.  mistakes: those of the beginning. */
int agent_run(const struct agent_input *, struct sb *mistakes, struct err *);

#endif
