/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * run.h - starting a worker and hearing what it says
 *
 * The parent owns the store and the terminal, the worker the packets.  A worker that dies
 * or hangs costs its run, nothing else.
 */
#ifndef CLI_RUN_H
#define CLI_RUN_H

#include "cli/worker.h"

#include <sys/types.h>

struct run_process {
	pid_t pid;
	int records_fd, control_fd; /* to read from, non-blocking */
};

/* w's descriptors are made here.  The child never returns. */
int run_start(const struct worker *w, struct run_process *out, struct err *);

/* What the parent does with what it hears. */
struct run_handler {
	int (*record)(struct run_handler *, const char *line, size_t n, struct err *);
	int (*idle)(struct run_handler *, struct err *); /* at least every 50 ms */
	struct monitor *monitor;
	const bool *ended; /* its end line was heard; NULL: that is not known */
	/* Becomes 1, 2, …: each is passed on to the worker, the third kills it. */
	const volatile sig_atomic_t *stops;
};

/* Until both streams end, and the worker has told its end or is gone.  -1: a handler failed (the worker is told to
 * stop), or the worker broke off; text says how. */
int run_wait(struct run_process *, struct run_handler *, struct err *);

#endif
