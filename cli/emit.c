/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What --emit means, for every command that runs a source. */
#include "cli/emit.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/progress.h"
#include "cli/stream.h"
#include "inventory/ndjson.h"

enum { CONTROL_FD = 3, END_MAX = 64 << 10 };

bool
emit_is_heard(int argc, char *const *argv)
{
	bool emit = false;

	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		emit = emit || strcmp(argv[i], "--emit") == 0;
	return emit && fcntl(CONTROL_FD, F_GETFD) != -1;
}

static int
emit_status(const struct err *why)
{
	return why->code == ERR_ARG ? EXIT_MISUSE : EXIT_FAILED;
}

int
emit_failed(const struct err *why)
{
	struct stream control;

	stream_init(&control, CONTROL_FD, END_MAX);
	ndjson_write_end(
		&(struct run_end){ .ok = false, .error = why->text }, &control.text);
	stream_write(&control, NULL, true);
	stream_done(&control);
	return emit_status(why);
}

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
	if (worker_run(&w, &ok, e) == 0)
		return ok ? EXIT_DONE : EXIT_FAILED;
	if (w.control_fd == -1)
		return -1;
	return emit_status(e); /* its end line has told it */
}
