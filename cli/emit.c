/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What --emit means, for every command that runs a source. */
#include "cli/emit.h"

#include <fcntl.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/progress.h"

enum { CONTROL_FD = 3 };

int
emit_run(const struct worker *given, bool quiet,
	void (*closing)(const struct run_end *), struct err *e)
{
	struct worker w = *given;
	struct show show;
	bool ok = false;

	show_init(&show, &clock_system, quiet);
	show.closing = closing;
	w.out_fd = STDOUT_FILENO;
	w.control_fd = fcntl(CONTROL_FD, F_GETFD) == -1 ? -1 : CONTROL_FD;
	w.monitor = &show.monitor;
	if (worker_run(&w, &ok, e) == -1)
		return -1;
	return ok ? EXIT_DONE : EXIT_FAILED;
}
