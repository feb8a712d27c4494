/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pipes and sealed memory on fixed descriptors, then exec. */
#include "schedule/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"

LOG_TAG("poll");

enum {
	PIPE_BYTES = 1 << 20, /* what an unprivileged pipe may grow to */
	ABOVE = 16,           /* where descriptors wait before they get their numbers */
	EXIT_NO_EXEC = 126,   /* as shells do */
};

/* Above all numbers that a child gives them: dup2 must not hit one of its sources. */
static int
move_up(int fd)
{
	int up = fcntl(fd, F_DUPFD_CLOEXEC, ABOVE);

	close(fd);
	return up;
}

/* The same for one that stays the caller's; -1 for none. */
static int
copy_up(int fd, int *up, struct err *e)
{
	*up = fd ? fcntl(fd, F_DUPFD_CLOEXEC, ABOVE) : -1;
	return fd && *up == -1 ? err_sys(e, "hand over credentials") : 0;
}

static int
make_pipe(int ends[2], struct err *e)
{
	if (pipe2(ends, O_CLOEXEC) == -1)
		return err_sys(e, "make a pipe");
	(void)fcntl(ends[1], F_SETPIPE_SZ, PIPE_BYTES); /* smaller works, slower */
	for (int i = 0; i < 2; i++)
		if ((ends[i] = move_up(ends[i])) == -1)
			return err_sys(e, "make a pipe");
	if (fcntl(ends[0], F_SETFL, O_NONBLOCK) == -1)
		return err_sys(e, "prepare a pipe");
	return 0;
}

/* Messages, not a stream: what is said is heard whole. */
static int
make_talk(bool wanted, int ends[2], struct err *e)
{
	if (!wanted)
		return 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == -1)
		return err_sys(e, "make a socket");
	for (int i = 0; i < 2; i++)
		if ((ends[i] = move_up(ends[i])) == -1)
			return err_sys(e, "make a socket");
	return fcntl(ends[0], F_SETFL, O_NONBLOCK) == -1
		? err_sys(e, "prepare a socket")
		: 0;
}

/* A text as a file to read from its beginning; -1 in *fd when there is none. */
static int
make_file(const char *text, int *fd, struct err *e)
{
	*fd = -1;
	if (!text)
		return 0;
	int made = memfd_create("muster", MFD_CLOEXEC);
	if (made == -1 || (*fd = move_up(made)) == -1)
		return err_sys(e, "hand a text to a poll");
	for (size_t n = strlen(text), at = 0; at < n;) {
		ssize_t put = write(*fd, text + at, n - at);
		if (put == -1 && errno != EINTR)
			return err_sys(e, "hand a text to a poll");
		at += put > 0 ? (size_t)put : 0;
	}
	if (lseek(*fd, 0, SEEK_SET) == -1)
		return err_sys(e, "hand a text to a poll");
	return 0;
}

static void
bound_memory(uint64_t max)
{
#if !defined(__SANITIZE_ADDRESS__) /* its shadow memory alone is terabytes */
	struct rlimit r = { .rlim_cur = max, .rlim_max = max };

	if (max && setrlimit(RLIMIT_AS, &r) == -1)
		_exit(EXIT_NO_EXEC);
#else
	(void)max;
#endif
}

struct ends {
	int records[2], control[2], claim[2], state, never, credentials;
};

/* As any program expects to be started; and it does not outlive the agent, which would hear no
 * answer. */
static void
be_ordinary(void)
{
	sigset_t none;

	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
}

/* Made in each child: what lies in the folders above the store may have changed. */
static void
enter_fence(const struct fence *f)
{
	struct err e;

	if (f && fence_enter(f, &e) == -1)
		log_warn("event=poll-not-fenced: %s", e.text);
}

static void
become(const struct child_input *in, const struct ends *x)
{
	const int numbers[][2] = { { x->records[1], STDOUT_FILENO },
		{ x->control[1], 3 }, { x->state, CHILD_STATE_FD },
		{ x->never, CHILD_NEVER_FD }, { x->credentials, CHILD_CREDENTIALS_FD },
		{ x->claim[1], CHILD_CLAIM_FD } };

	be_ordinary();
	enter_fence(in->fence);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		close(numbers[i][1] == STDOUT_FILENO ? -1 : numbers[i][1]);
		if (numbers[i][0] != -1 && dup2(numbers[i][0], numbers[i][1]) == -1)
			_exit(EXIT_NO_EXEC);
	}
	/* The store, its lock and the sockets are the agent's. */
	(void)close_range(CHILD_CLAIM_FD + 1, ~0U, 0);
	bound_memory(in->memory_max);
	(void)execv(in->program ? in->program : "/proc/self/exe", in->argv);
	_exit(EXIT_NO_EXEC);
}

static void
close_all(const struct ends *x)
{
	const int fds[] = { x->records[0], x->records[1], x->control[0], x->control[1],
		x->claim[0], x->claim[1], x->state, x->never, x->credentials };

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] != -1)
			close(fds[i]);
}

int
child_start(const struct child_input *in, struct child *out, struct err *e)
{
	struct ends x = { { -1, -1 }, { -1, -1 }, { -1, -1 }, -1, -1, -1 };

	if (copy_up(in->credentials_fd, &x.credentials, e) == -1 ||
		make_pipe(x.records, e) == -1 || make_pipe(x.control, e) == -1 ||
		make_talk(in->claims, x.claim, e) == -1 ||
		make_file(in->state, &x.state, e) == -1 ||
		make_file(in->never, &x.never, e) == -1)
		goto failed;
	pid_t pid = fork();
	if (pid == -1) {
		err_sys(e, "start a poll");
		goto failed;
	}
	if (pid == 0)
		become(in, &x);
	*out = (struct child){ .pid = pid,
		.records_fd = x.records[0],
		.control_fd = x.control[0],
		.claim_fd = x.claim[0] };
	x.records[0] = x.control[0] = x.claim[0] = -1;
	close_all(&x);
	return 0;
failed:
	close_all(&x);
	return -1;
}

/* --- who only reads ------------------------------------------------------------------------- */

static void
become_reader(const struct child_reader *in, int input)
{
	int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

	be_ordinary();
	(void)setpgid(0, 0);
	/* The right to packets (muster-agent.service) is for polls. */
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (dup2(input, STDIN_FILENO) == -1 || nowhere == -1 ||
		dup2(nowhere, STDOUT_FILENO) == -1)
		_exit(EXIT_NO_EXEC);
	(void)close_range(STDERR_FILENO + 1, ~0U, 0);
	(void)execv(in->program ? in->program : "/proc/self/exe", in->argv);
	_exit(EXIT_NO_EXEC);
}

int
child_start_reader(const struct child_reader *in, pid_t *out, struct err *e)
{
	int input;

	if (make_file(in->input, &input, e) == -1) {
		if (input != -1)
			close(input);
		return -1;
	}
	pid_t pid = fork();
	if (pid == -1) {
		err_sys(e, "start a process");
		close(input);
		return -1;
	}
	if (pid == 0)
		become_reader(in, input);
	(void)setpgid(pid, pid); /* whoever comes first: it is killed by its group */
	close(input);
	*out = pid;
	return 0;
}
