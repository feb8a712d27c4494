/* SPDX-License-Identifier: GPL-3.0-or-later */
/* emit.h - --emit: the worker in the foreground, for whatever supervises it (docs/design.md: a
 * run is a process) */
#ifndef CLI_EMIT_H
#define CLI_EMIT_H

#include "cli/worker.h"

/* closing: as of struct show.  Records go to standard output; what is no observation to descriptor 3 when it is open, else
 * to the terminal.  EXIT_DONE, EXIT_FAILED, or -1. */
int emit_run(const struct worker *, bool quiet, void (*closing)(const struct run_end *),
	struct err *);

#endif
