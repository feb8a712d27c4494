/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The poll's side: what the keeper says is believed no more than a stranger. */
#include "netbios/lists.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "netbios/list_keeper.h"

enum { TICK_MS = 50 };

struct lists {
	int fd; /* to the keeper */
	const struct members_conf *accounts;
	struct clock *clock;
	int64_t deadline;
	const volatile sig_atomic_t *stop;
};

int
lists_join(struct lists **out, int fd, const struct members_conf *accounts,
	struct clock *clock, struct err *e)
{
	struct lists *l = calloc(1, sizeof(*l));

	*out = l;
	if (!l)
		return err_nomem(e);
	*l = (struct lists){ .fd = fd, .accounts = accounts, .clock = clock };
	return 0;
}

int
lists_open(struct lists **out, list_keeper_fn *run, const struct members_conf *accounts,
	int64_t patience_us, struct clock *clock, struct err *e)
{
	int ends[2];

	*out = NULL;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == -1)
		return err_sys(e, "make a socket");
	pid_t keeper = fork();
	if (keeper == 0) {
		const struct list_keeper k = { accounts, patience_us, clock, ends[1] };
		run(&k);
		_exit(0);
	}
	close(ends[1]);
	int rc = keeper == -1 ? err_sys(e, "start the keeper of lists")
			      : lists_join(out, ends[0], accounts, clock, e);
	if (rc == -1)
		close(ends[0]); /* which it hears, and ends */
	return rc;
}

void
lists_close(struct lists *l)
{
	if (l)
		close(l->fd); /* which it hears, and ends */
	free(l);
}

/* --- talking to the keeper ------------------------------------------------------------------ */

static bool
is_over(const struct lists *l)
{
	return *l->stop || clock_mono(l->clock) >= l->deadline;
}

/* Waits until there is something to read or, for POLLOUT, room.  false: it is over. */
static bool
wait_for(struct lists *l, short events)
{
	struct pollfd p = { l->fd, events, 0 };

	while (!is_over(l))
		if (poll(&p, 1, TICK_MS) > 0)
			return true;
	return false;
}

static bool
say(struct lists *l, const void *bytes, size_t n)
{
	const char *at = bytes;

	while (n) {
		if (!wait_for(l, POLLOUT))
			return false;
		ssize_t sent = send(l->fd, at, n, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent == -1 && errno != EAGAIN)
			return false;
		at += sent > 0 ? sent : 0;
		n -= sent > 0 ? (size_t)sent : 0;
	}
	return true;
}

/* All of it, or false: it said no more. */
static bool
hear(struct lists *l, void *into, size_t n)
{
	char *at = into;

	while (n) {
		if (!wait_for(l, POLLIN))
			return false;
		ssize_t got = recv(l->fd, at, n, MSG_DONTWAIT);
		if (got == 0 || (got == -1 && errno != EAGAIN))
			return false;
		at += got > 0 ? got : 0;
		n -= got > 0 ? (size_t)got : 0;
	}
	return true;
}

/* --- what it says --------------------------------------------------------------------------- */

static bool
makes_sense(const struct lists *l, const struct list_head *h, size_t n)
{
	if (h->question == LIST_UNABLE)
		return memchr(h->why, 0, sizeof(h->why)) != NULL;
	return h->question < n && h->outcome < LIST_OUTCOMES &&
		h->account <= l->accounts->n_accounts && h->n <= LISTS_ENTRIES_MAX;
}

/* 1, 0: it said no more, or -1. */
static int
hear_entries(struct lists *l, const struct list_head *h, struct list_end *end,
	const struct lists_ears *ears, struct err *e)
{
	struct list_entry entry;

	for (uint32_t i = 0; i < h->n; i++) {
		if (!hear(l, &entry, sizeof(entry)))
			return 0;
		entry.name[sizeof(entry.name) - 1] = '\0';
		entry.comment[sizeof(entry.comment) - 1] = '\0';
		end->n[entry.is_domain != 0]++;
		if (ears->entry(ears->arg, h->question, &entry, e) == -1)
			return -1;
	}
	return 1;
}

static int
hear_list(struct lists *l, size_t n, const struct lists_ears *ears, struct err *e)
{
	struct list_head h;

	if (!hear(l, &h, sizeof(h)) || !makes_sense(l, &h, n))
		return 0;
	if (h.question == LIST_UNABLE) {
		ears->unable(ears->arg, h.why);
		return 0;
	}
	struct list_end end = { .question = h.question,
		.outcome = (enum list_outcome)h.outcome,
		.account = h.account ? &l->accounts->accounts[h.account - 1] : NULL };
	int more = hear_entries(l, &h, &end, ears, e);
	if (more == 1)
		ears->end(ears->arg, &end);
	return more;
}

int
lists_ask(struct lists *l, const struct list_question *questions, size_t n,
	const struct lists_ears *ears, int64_t deadline_us,
	const volatile sig_atomic_t *stop, struct err *e)
{
	int more = 1;

	l->deadline = deadline_us;
	l->stop = stop;
	if (n == 0 || !say(l, questions, n * sizeof(*questions)))
		return 0;
	(void)shutdown(l->fd, SHUT_WR);
	while (more == 1)
		more = hear_list(l, n, ears, e);
	return more;
}
