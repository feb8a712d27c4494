/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * worker.h - a run is a process: what happens inside it
 *
 * A worker writes observations as NDJSON to one descriptor and progress, reasons, coverage
 * and the end to another (DESIGN.md §4).  A coverage, state or end line is written behind the
 * records that came before it, so who has read it can have read those.  `muster scan --emit` is a worker in the
 * foreground; every other run starts one (run.h).
 */
#ifndef CLI_WORKER_H
#define CLI_WORKER_H

#include "inventory/source.h"

struct worker {
	const struct source *source;
	const void *conf;
	const char *site, *point, *run; /* what observations get */
	int out_fd;                     /* records */
	int control_fd;                 /* -1: tell monitor instead */
	struct monitor *monitor;
	int64_t deadline_us;
	uint64_t memory_max; /* bytes of address space; 0: as it is */
	bool hang_up; /* close the descriptors behind the end line: what is left to do then
		       * is nobody's to wait for */
};

/* Runs the source to its end.  SIGINT and SIGTERM end it early, keeping what was found.
 * *ok: everything that was asked was done. */
int worker_run(const struct worker *, bool *ok, struct err *);

#endif
