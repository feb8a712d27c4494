/* SPDX-License-Identifier: GPL-3.0-or-later */
/* emit.h - --emit: the worker in the foreground, for whatever supervises it (docs/design.md: a
 * run is a process) */
#ifndef CLI_EMIT_H
#define CLI_EMIT_H

#include "cli/worker.h"

/* closing: as of struct show.  Records go to standard output; what is no observation to descriptor 3 when it is open, else
 * to the terminal.  EXIT_DONE, EXIT_FAILED, EXIT_MISUSE, or -1 when nobody was told why. */
int emit_run(const struct worker *, bool quiet, void (*closing)(const struct run_end *),
	struct err *);

/* Is --emit among the words of this command line, and somebody at descriptor 3?  To be asked
 * before anything is opened, which could take that number. */
bool emit_is_heard(int argc, char *const *argv);
/* The end line of a run that failed before it began, to descriptor 3, which must be open.
 * EXIT_FAILED or EXIT_MISUSE. */
int emit_failed(const struct err *);

#endif
