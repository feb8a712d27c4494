/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * child.h - a poll is this same program, started with --emit (DESIGN.md, processes)
 *
 * Descriptors of the child: 1 its observations, 2 the agent's own log, 3 what is no
 * observation, 4 the state that the last run left (when there is one), or whom a poll of Windows
 * asks because he is known, 5 the addresses that it must never touch, 6 the credentials that it
 * uses (host/handover.h), 7 where a sweep says what it is about to ask (one message, iprange text)
 * and waits for an answer (one byte) before it asks anybody.  It ends with the agent.
 */
#ifndef SCHEDULE_CHILD_H
#define SCHEDULE_CHILD_H

#include "base/err.h"
#include "host/fence.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum {
	CHILD_STATE_FD = 4,
	CHILD_NEVER_FD = 5,
	CHILD_CREDENTIALS_FD = 6,
	CHILD_CLAIM_FD = 7
};

struct child {
	pid_t pid;                  /* 0: gone and reaped */
	int records_fd, control_fd; /* non-blocking; -1: at its end */
	int claim_fd;               /* non-blocking; -1: none, or over */
};

struct child_input {
	char *const *argv;         /* "muster", "scan", ...; NULL at the end */
	const char *program;       /* NULL: this one */
	const char *state;         /* NULL: none */
	const char *never;         /* NULL: none */
	int credentials_fd;        /* 0: none; stays the caller's */
	const struct fence *fence; /* NULL: none */
	bool claims;               /* it is a sweep, which says what it asks */
	uint64_t memory_max;       /* bytes of address space; 0: as it is */
};

int child_start(const struct child_input *, struct child *out, struct err *);

/* A process that is given a text and says by its status what became of it.  It leads a process
 * group of its own, and ends with the agent. */
struct child_reader {
	char *const *argv;
	const char *program; /* NULL: this one */
	const char *input;   /* its standard input */
};

int child_start_reader(const struct child_reader *, pid_t *out, struct err *);

#endif
