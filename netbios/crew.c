/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "netbios/crew.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	TICK_MS = 50,
	SOON_MS = 2, /* one that has said all is about to end */
	FIRST_SAID = 4 << 10,
	ALSO_MAX = CREW_MAX,
};

struct place {
	pid_t pid; /* 0: free */
	int fd;    /* -1: it has said all */
	size_t job, account;
	int64_t deadline;
	char *said;
	size_t n_said, room;
	bool late;
};

struct waiting {
	size_t job, account;
};

struct crew {
	struct crew_conf conf;
	struct place places[CREW_MAX];
	struct waiting *queue;
	size_t n_queue, room;
	int64_t next_us; /* nobody starts before */
};

int
crew_new(struct crew **out, const struct crew_conf *conf, struct err *e)
{
	struct crew *c = calloc(1, sizeof(*c));

	*out = c;
	if (!c)
		return err_nomem(e);
	c->conf = *conf;
	for (size_t i = 0; i < CREW_MAX; i++)
		c->places[i].fd = -1;
	return 0;
}

int
crew_add(struct crew *c, size_t job, size_t account, struct err *e)
{
	if (c->n_queue == c->room) {
		size_t room = c->room ? 2 * c->room : 64;
		struct waiting *more = realloc(c->queue, room * sizeof(*more));
		if (!more)
			return err_nomem(e);
		c->queue = more;
		c->room = room;
	}
	c->queue[c->n_queue++] = (struct waiting){ job, account };
	return 0;
}

size_t
crew_job_at(const struct crew *c, size_t place)
{
	return c->places[place].pid ? c->places[place].job : SIZE_MAX;
}

/* --- starting ------------------------------------------------------------------------------- */

/* Only its own account, pipe and nothing else is left to it. */
static void
become_worker(struct crew *c, size_t account, int fd)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)signal(SIGINT, SIG_IGN); /* our parent ends us */
	(void)signal(SIGTERM, SIG_DFL);
	for (int i = 0; i < CREW_PIPE && null != -1; i++)
		(void)dup2(null, i); /* libraries like to talk */
	for (size_t i = 0; i < c->conf.n_accounts; i++)
		if (i != account)
			credential_forget(&c->conf.accounts[i]);
	if (fd != CREW_PIPE)
		(void)dup3(fd, CREW_PIPE, O_CLOEXEC);
	(void)close_range(CREW_PIPE + 1, ~0U, 0);
}

static _Noreturn void
be_worker(struct crew *c, const struct place *p, size_t place, int fd)
{
	become_worker(c, p->account, fd);
	_exit(c->conf.work(c->conf.arg, p->job,
		p->account == CREW_NOBODY ? NULL : &c->conf.accounts[p->account],
		place));
}

static int
start(struct crew *c, size_t place, const struct waiting *w, struct err *e)
{
	struct place *p = &c->places[place];
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) == -1)
		return err_sys(e, "make a pipe");
	p->job = w->job;
	p->account = w->account;
	p->n_said = 0;
	p->late = false;
	int64_t now = clock_mono(c->conf.clock);
	p->deadline = now + c->conf.patience_us;
	if (c->conf.rate)
		c->next_us = now + CREW_PACKETS * SECOND / c->conf.rate;
	p->pid = fork();
	if (p->pid == 0)
		be_worker(c, p, place, ends[1]);
	close(ends[1]);
	if (p->pid == -1) {
		p->pid = 0;
		close(ends[0]);
		return err_sys(e, "start the process of a machine");
	}
	(void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
	p->fd = ends[0];
	if (w->account != CREW_NOBODY)
		trust_begin(c->conf.trust, w->account);
	return 0;
}

/* How long until the rate allows another one. */
static int64_t
left_us(const struct crew *c)
{
	int64_t left = c->next_us - clock_mono(c->conf.clock);

	return left > 0 ? left : 0;
}

static int
skip(struct crew *c, const struct waiting *w, struct err *e)
{
	const struct crew_end end = {
		.job = w->job, .account = w->account, .skipped = true
	};
	enum trust_verdict ignored = TRUST_UNKNOWN;

	return c->conf.ended(c->conf.arg, &end, &ignored, e);
}

/* Takes those off the queue that may begin, as long as there are free places. */
static int
start_some(struct crew *c, struct err *e)
{
	size_t kept = 0, place = 0, n = c->n_queue;

	for (size_t i = 0; i < n; i++) {
		const struct waiting w = c->queue[i];
		enum trust_answer may = w.account == CREW_NOBODY
			? TRUST_TRY
			: trust_ask(c->conf.trust, w.account);
		while (place < c->conf.places && c->places[place].pid)
			place++;
		if (may == TRUST_NEVER) {
			if (skip(c, &w, e) == -1)
				return -1;
		} else if (may == TRUST_WAIT || place == c->conf.places ||
			left_us(c) > 0)
			c->queue[kept++] = w;
		else if (start(c, place, &w, e) == -1)
			return -1;
	}
	/* Whoever heard of one that was skipped may have added others. */
	while (n < c->n_queue)
		c->queue[kept++] = c->queue[n++];
	c->n_queue = kept;
	return 0;
}

/* --- hearing -------------------------------------------------------------------------------- */

static bool
has_room(struct crew *c, struct place *p)
{
	size_t room = p->room ? 2 * p->room : FIRST_SAID;

	if (p->n_said < p->room)
		return true;
	if (room > c->conf.said_max)
		room = c->conf.said_max;
	char *more = room > p->room ? realloc(p->said, room) : NULL;
	if (!more)
		return false;
	p->said = more;
	p->room = room;
	return true;
}

/* Until it has said all, or nothing more for now. */
static void
hear(struct crew *c, struct place *p)
{
	ssize_t n = 1;

	while (n > 0 && has_room(c, p)) {
		n = read(p->fd, p->said + p->n_said, p->room - p->n_said);
		if (n > 0)
			p->n_said += (size_t)n;
	}
	if (n >= 0 || errno != EAGAIN) {
		close(p->fd);
		p->fd = -1;
	}
}

static int
finish(struct crew *c, struct place *p, int status, struct err *e)
{
	const struct crew_end end = { .job = p->job,
		.account = p->account,
		.late = p->late,
		.code = WIFEXITED(status) ? WEXITSTATUS(status) : CREW_DIED,
		.said = p->said,
		.n_said = p->n_said };
	enum trust_verdict verdict = TRUST_UNKNOWN;

	p->pid = 0;
	if (p->fd != -1)
		close(p->fd);
	p->fd = -1;
	int rc = c->conf.ended(c->conf.arg, &end, &verdict, e);
	if (p->account != CREW_NOBODY)
		trust_end(c->conf.trust, p->account, verdict);
	return rc;
}

static int
care_for(struct crew *c, struct place *p, struct err *e)
{
	int status;

	if (p->fd != -1)
		hear(c, p);
	if (clock_mono(c->conf.clock) >= p->deadline && !p->late) {
		p->late = true;
		(void)kill(p->pid, SIGKILL);
	}
	pid_t ended = waitpid(p->pid, &status, WNOHANG);
	if (ended == 0)
		return 0;
	if (p->fd != -1)
		hear(c, p);
	return finish(c, p, ended == -1 ? SIGKILL : status, e);
}

static size_t
wait_for_some(struct crew *c, struct pollfd *also, size_t n_also)
{
	struct pollfd fds[CREW_MAX + ALSO_MAX];
	size_t busy = 0, n = 0;

	for (size_t i = 0; i < c->conf.places; i++) {
		busy += c->places[i].pid != 0;
		if (c->places[i].pid && c->places[i].fd != -1)
			fds[n++] = (struct pollfd){ c->places[i].fd, POLLIN, 0 };
	}
	size_t own = n;
	for (size_t i = 0; i < n_also && i < ALSO_MAX; i++)
		fds[n++] = also[i];
	int wait_ms = busy && own < busy ? SOON_MS : TICK_MS;
	int64_t turn_ms = c->n_queue ? (left_us(c) + MSEC - 1) / MSEC : 0;
	if (turn_ms > 0 && turn_ms < wait_ms)
		wait_ms = (int)turn_ms;
	if (busy || turn_ms > 0)
		(void)poll(fds, (nfds_t)n, wait_ms);
	for (size_t i = 0; own + i < n; i++)
		also[i] = fds[own + i];
	return busy;
}

int
crew_work(struct crew *c, struct pollfd *also, size_t n_also, struct err *e)
{
	if (start_some(c, e) == -1)
		return -1;
	if (wait_for_some(c, also, n_also) == 0)
		return c->n_queue > 0; /* who heard of a skipped one added others */
	for (size_t i = 0; i < c->conf.places; i++)
		if (c->places[i].pid && care_for(c, &c->places[i], e) == -1)
			return -1;
	return 1;
}

void
crew_free(struct crew *c)
{
	for (size_t i = 0; c && i < CREW_MAX; i++) {
		struct place *p = &c->places[i];
		if (p->pid) {
			(void)kill(p->pid, SIGKILL);
			(void)waitpid(p->pid, NULL, 0);
		}
		if (p->fd != -1)
			close(p->fd);
		free(p->said);
	}
	if (c)
		free(c->queue);
	free(c);
}
