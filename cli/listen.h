/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * listen.h - one run of `muster listen`, as the parent of its worker sees it
 *
 *	worker (a process) ─▶ lines of who is new ─▶ gather ─▶ store
 */
#ifndef CLI_LISTEN_H
#define CLI_LISTEN_H

#include "base/uuid.h"
#include "cli/common.h"
#include "cli/worker.h"
#include "scanner/listen.h"

struct listen_settings {
	struct listen_conf listen;
	struct place_conf place;
	struct store_conf store;
	int format; /* enum out_format_id: table or NDJSON */
	bool no_db, emit;
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

#endif
