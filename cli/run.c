/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The outside of a run: two pipes, one child, one poll loop. */
#include "cli/run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "inventory/ndjson.h"

LOG_TAG("run");

enum {
	PIPE_BYTES = 1 << 20, /* what an unprivileged pipe may grow to */
	IDLE_MS = 50,
	READ_BYTES = 64 << 10,
	CONTROL_ARENA = 1 << 20,
};

/* The store and its lock are the parent's: what parses the network must not hold them. */
static void
close_others(int keep_a, int keep_b)
{
	unsigned low = (unsigned)(keep_a < keep_b ? keep_a : keep_b);
	unsigned high = (unsigned)(keep_a < keep_b ? keep_b : keep_a);
	unsigned first = STDERR_FILENO + 1;

	/* Cannot fail but for ranges that are empty: those end before they begin. */
	(void)close_range(first, low - 1, 0);
	(void)close_range(low + 1, high - 1, 0);
	(void)close_range(high + 1, ~0U, 0);
}

static void
child(const struct worker *w, int records_fd, int control_fd)
{
	struct worker mine = *w;
	struct err e = { 0 };
	bool ok = false;

	(void)prctl(PR_SET_PDEATHSIG, SIGTERM); /* a parent that died needs no answer */
	close_others(records_fd, control_fd);
	mine.out_fd = records_fd;
	mine.control_fd = control_fd;
	mine.hang_up = true;
	int rc = worker_run(&mine, &ok, &e);
	/* Not exit(): the parent's buffers are not ours to flush. */
	_exit(rc == 0 && ok ? 0 : 1);
}

static int
make_pipe(int ends[2], struct err *e)
{
	if (pipe2(ends, O_CLOEXEC) == -1)
		return err_sys(e, "make a pipe");
	(void)fcntl(ends[1], F_SETPIPE_SZ, PIPE_BYTES); /* smaller works, slower */
	if (fcntl(ends[0], F_SETFL, O_NONBLOCK) == -1)
		return err_sys(e, "prepare a pipe");
	return 0;
}

static void
close_both(int ends[2])
{
	for (int i = 0; i < 2; i++)
		if (ends[i] != -1)
			close(ends[i]);
}

int
run_start(const struct worker *w, struct run_process *out, struct err *e)
{
	int records[2] = { -1, -1 }, control[2] = { -1, -1 };

	if (make_pipe(records, e) == -1 || make_pipe(control, e) == -1)
		goto failed;
	pid_t pid = fork();
	if (pid == -1) {
		err_sys(e, "start the worker");
		goto failed;
	}
	if (pid == 0) {
		close(records[0]);
		close(control[0]);
		child(w, records[1], control[1]);
	}
	close(records[1]);
	close(control[1]);
	*out = (struct run_process){
		.pid = pid, .records_fd = records[0], .control_fd = control[0]
	};
	return 0;
failed:
	close_both(records);
	close_both(control);
	return -1;
}

/* --- hearing ------------------------------------------------------------------------------- */

struct hearing {
	struct run_process *p;
	struct run_handler *h;
	struct ndjson_lines records, control;
	struct arena *mem; /* of one control line */
};

static int
on_record(void *arg, const char *line, size_t n, struct err *e)
{
	struct hearing *x = arg;

	return x->h->record(x->h, line, n, e);
}

static int
on_control(void *arg, const char *line, size_t n, struct err *e)
{
	struct hearing *x = arg;
	struct err bad;

	(void)e;
	arena_reset(x->mem);
	/* A worker that writes nonsense must not stop what it found from being kept. */
	if (ndjson_read_control(line, n, x->mem, x->h->monitor, &bad) == -1)
		log_warn("the worker said something odd: %s", bad.text);
	return 0;
}

static void
on_too_long(void *arg)
{
	(void)arg;
	log_warn("a record longer than %d bytes was dropped", NDJSON_LINE_MAX);
}

/* Bytes that were there, 0 also when there are none just now; the end closes *fd. */
static int
read_some(int *fd, char buf[static READ_BYTES], size_t *n, struct err *e)
{
	ssize_t got;

	do
		got = read(*fd, buf, READ_BYTES);
	while (got == -1 && errno == EINTR);
	*n = got > 0 ? (size_t)got : 0;
	if (got == -1 && errno != EAGAIN)
		return err_sys(e, "hear the worker");
	if (got == 0) {
		close(*fd);
		*fd = -1;
	}
	return 0;
}

static int
hear_records(struct hearing *x, size_t *n, struct err *e)
{
	char buf[READ_BYTES];

	if (read_some(&x->p->records_fd, buf, n, e) == -1)
		return -1;
	if (x->p->records_fd == -1)
		return ndjson_lines_end(&x->records, on_record, x, e);
	return ndjson_lines_feed(&x->records, buf, *n, on_record, on_too_long, x, e);
}

/* What is in the pipe now, and not what the worker adds meanwhile, which may be without
 * end. */
static int
hear_records_so_far(struct hearing *x, struct err *e)
{
	int left = 0;

	if (x->p->records_fd != -1 && ioctl(x->p->records_fd, FIONREAD, &left) == -1)
		return err_sys(e, "hear the worker");
	while (left > 0 && x->p->records_fd != -1) {
		size_t n;
		if (hear_records(x, &n, e) == -1)
			return -1;
		if (n == 0)
			break;
		left -= n < (size_t)left ? (int)n : left;
	}
	return 0;
}

/* A control line speaks of the records that were written before it (worker.h), so those
 * come first: what it claims to be done must not be lost. */
static int
hear_control(struct hearing *x, struct err *e)
{
	char buf[READ_BYTES];
	size_t n;

	if (read_some(&x->p->control_fd, buf, &n, e) == -1 ||
		hear_records_so_far(x, e) == -1)
		return -1;
	if (x->p->control_fd == -1)
		return ndjson_lines_end(&x->control, on_control, x, e);
	return ndjson_lines_feed(&x->control, buf, n, on_control, on_too_long, x, e);
}

static void
pass_on_stops(struct hearing *x, int *passed)
{
	while (x->h->stops && *passed < *x->h->stops) {
		(*passed)++;
		(void)kill(x->p->pid, *passed < 3 ? SIGINT : SIGKILL);
	}
}

static int
hear_step(struct hearing *x, struct err *e)
{
	struct run_process *p = x->p;
	struct pollfd fds[2] = { { .fd = p->records_fd, .events = POLLIN },
		{ .fd = p->control_fd, .events = POLLIN } };

	if (poll(fds, 2, IDLE_MS) == -1 && errno != EINTR)
		return err_sys(e, "hear the worker");
	const short ready = POLLIN | POLLHUP | POLLERR;
	size_t n;
	if (fds[0].revents & ready && hear_records(x, &n, e) == -1)
		return -1;
	if (fds[1].revents & ready && hear_control(x, e) == -1)
		return -1;
	return x->h->idle(x->h, e);
}

static int
how_it_ended(int status, struct err *e)
{
	if (WIFSIGNALED(status))
		return err_set(e, ERR_SYS, "the worker was ended by signal %d (%s)",
			WTERMSIG(status), strsignal(WTERMSIG(status)));
	return 0; /* its end line has told the rest */
}

int
run_wait(struct run_process *p, struct run_handler *h, struct err *e)
{
	struct hearing x = { .p = p, .h = h, .mem = arena_new(CONTROL_ARENA) };
	int rc = x.mem ? 0 : err_nomem(e), passed = 0, status = 0;

	if (rc == 0 &&
		(ndjson_lines_init(&x.records, e) == -1 ||
			ndjson_lines_init(&x.control, e) == -1))
		rc = -1;
	while (rc == 0 && (p->records_fd != -1 || p->control_fd != -1)) {
		pass_on_stops(&x, &passed);
		rc = hear_step(&x, e);
	}
	if (rc == -1) /* nobody hears it any more */
		(void)kill(p->pid, SIGKILL);
	/* Who said its end and hung up only tidies up: it needs no audience. */
	int how = rc == 0 && h->ended && *h->ended ? WNOHANG : 0;
	pid_t gone;
	while ((gone = waitpid(p->pid, &status, how)) == -1 && errno == EINTR)
		;
	if (rc == 0 && gone > 0)
		rc = how_it_ended(status, e);
	if (p->records_fd != -1)
		close(p->records_fd);
	if (p->control_fd != -1)
		close(p->control_fd);
	ndjson_lines_done(&x.records);
	ndjson_lines_done(&x.control);
	arena_free(x.mem);
	return rc;
}
