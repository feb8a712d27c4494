/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * listen.h - one run of `muster listen`, as the parent of its worker sees it
 *
 *	worker (a process) ─▶ lines of who is new ─▶ gather ─▶ store
 */
#ifndef CLI_LISTEN_H
#define CLI_LISTEN_H

#include "cli/kept_run.h"
#include "scanner/listen.h"

struct listen_settings {
	struct listen_conf listen;
	struct kept_conf kept;
	int format; /* enum out_format_id: table or NDJSON */
};

struct listen_input {
	const struct call *call;
	const struct listen_settings *conf; /* all of it prepared */
	const char *where;                  /* interfaces or file, for the store */
	int64_t started;
	char run[UUID_TEXT_MAX];
};

struct worker listen_worker(const struct listen_input *);

/* Listens, keeps and prints.  EXIT_DONE, EXIT_FAILED (interrupted, broke off), or -1. */
int listen_run(const struct listen_input *, struct err *);
/* The closing line; --emit has nothing else to tell people. */
void listen_closing(const struct run_end *);

#endif
