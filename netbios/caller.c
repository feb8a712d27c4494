/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Non-blocking sockets, poll(2), one thread. */
#include "netbios/caller.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/sockaddr.h"

enum { WAIT_MAX = 100 * MSEC };

/* A connection; with its conversation while it has one. */
struct line {
	struct tcp_call *call; /* NULL: free */
	int fd;
	bool connected, ended;
	int64_t until_us;
	size_t sent; /* of what is in out */
	uint8_t *in; /* CALL_IN_MAX; NULL: not connected */
	size_t n_in, all;
};

void
call_say(struct tcp_call *c, const void *bytes, size_t n)
{
	if (n > CALL_OUT_MAX - c->n_out) {
		c->n_out = CALL_OUT_MAX + 1; /* found when it is to be sent */
		return;
	}
	memcpy(c->out + c->n_out, bytes, n);
	c->n_out += n;
}

static void
hang_up(struct line *l, enum call_outcome outcome)
{
	l->call->outcome = outcome;
	l->call = NULL;
	if (l->fd != -1)
		close(l->fd);
	l->fd = -1;
	free(l->in);
	l->in = NULL;
}

static enum call_outcome
outcome_of(int error)
{
	switch (error) {
	case ECONNREFUSED: return CALL_WAS_REFUSED;
	case ECONNRESET:
	case EPIPE: return CALL_WAS_CLOSED;
	case ETIMEDOUT:
	case EHOSTUNREACH: return CALL_WAS_SILENT;
	default: return CALL_FAILED;
	}
}

static void
dial(struct line *l, struct tcp_call *c, int64_t until_us)
{
	struct sockaddr_storage to;
	socklen_t size = sockaddr_from(&c->peer, c->port, &to);

	l->call = c;
	l->until_us = until_us;
	l->connected = l->ended = false;
	l->sent = l->n_in = l->all = 0;
	l->fd = socket(to.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (l->fd == -1 ||
		(connect(l->fd, (struct sockaddr *)&to, size) == -1 &&
			errno != EINPROGRESS))
		hang_up(l, outcome_of(errno));
}

/* --- one that has something to do ---------------------------------------------------------- */

static bool
has_more_to_say(const struct line *l)
{
	return l->sent < l->call->n_out;
}

static void
speak(struct line *l)
{
	struct tcp_call *c = l->call;

	if (c->n_out > CALL_OUT_MAX) {
		hang_up(l, CALL_WAS_BROKEN);
		return;
	}
	ssize_t n = send(l->fd, c->out + l->sent, c->n_out - l->sent, MSG_NOSIGNAL);
	if (n == -1 && errno != EAGAIN && errno != EINTR)
		hang_up(l, outcome_of(errno));
	if (n > 0)
		l->sent += (size_t)n;
	if (l->call && l->sent == c->n_out)
		l->sent = c->n_out = 0;
}

/* What was taken makes room. */
static void
listen_to(struct line *l)
{
	struct tcp_call *c = l->call;
	size_t taken = 0;
	enum call_next next = c->hear(c, rd_from(l->in, l->n_in), &taken, l->ended);

	if (taken > l->n_in)
		taken = l->n_in;
	memmove(l->in, l->in + taken, l->n_in - taken);
	l->n_in -= taken;
	if (next == CALL_DONE)
		hang_up(l, CALL_WAS_DONE);
	else if (next == CALL_BROKEN || l->n_in == CALL_IN_MAX || l->all > CALL_ALL_MAX)
		hang_up(l, CALL_WAS_BROKEN);
	else if (l->ended)
		hang_up(l, CALL_WAS_CLOSED);
}

static void
hear(struct line *l)
{
	ssize_t n = recv(l->fd, l->in + l->n_in, CALL_IN_MAX - l->n_in, 0);

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n == -1 && errno != ECONNRESET) {
		hang_up(l, outcome_of(errno));
		return;
	}
	l->ended = n <= 0;
	if (n > 0) {
		l->n_in += (size_t)n;
		l->all += (size_t)n;
	}
	listen_to(l);
}

static void
finish_dialling(struct line *l)
{
	int error = 0;
	socklen_t size = sizeof(error);

	if (getsockopt(l->fd, SOL_SOCKET, SO_ERROR, &error, &size) == -1)
		error = errno;
	if (error)
		hang_up(l, outcome_of(error));
	else if (!l->call->hear)
		hang_up(l, CALL_WAS_DONE);
	else if (!(l->in = malloc(CALL_IN_MAX)))
		hang_up(l, CALL_FAILED);
	else
		l->connected = true;
}

static void
go_on(struct line *l, short ready)
{
	if (!l->connected && ready)
		finish_dialling(l);
	if (l->call && l->connected && ready & (POLLIN | POLLHUP | POLLERR))
		hear(l);
	if (l->call && l->connected && has_more_to_say(l))
		speak(l);
}

/* --- all of them --------------------------------------------------------------------------- */

struct switchboard {
	struct line lines[CALLS_AT_ONCE];
	struct pollfd fds[CALLS_AT_ONCE];
};

static bool
wait_once(struct switchboard *b, struct clock *clock)
{
	int64_t wait = WAIT_MAX, now = clock_mono(clock);
	bool busy = false;

	for (size_t i = 0; i < CALLS_AT_ONCE; i++) {
		struct line *l = &b->lines[i];
		b->fds[i].fd = l->call ? l->fd : -1;
		b->fds[i].revents = 0;
		if (!l->call)
			continue;
		busy = true;
		b->fds[i].events = POLLIN;
		if (!l->connected || has_more_to_say(l))
			b->fds[i].events |= POLLOUT;
		if (l->until_us - now < wait)
			wait = l->until_us > now ? l->until_us - now : 0;
	}
	if (busy && poll(b->fds, CALLS_AT_ONCE, (int)((wait + MSEC - 1) / MSEC)) == -1)
		memset(b->fds, 0, sizeof(b->fds)); /* a signal: look whether to stop */
	return busy;
}

int
call_all(struct tcp_call *calls, size_t n, int64_t patience_us, int64_t deadline_us,
	struct clock *clock, const volatile sig_atomic_t *stop, struct err *e)
{
	struct switchboard *b = calloc(1, sizeof(*b));
	size_t next = 0;

	if (!b)
		return err_nomem(e);
	for (size_t i = 0; i < CALLS_AT_ONCE; i++)
		b->lines[i] = (struct line){ .fd = -1 };
	for (bool busy = true; busy || next < n;) {
		int64_t now = clock_mono(clock);
		bool over = *stop || now >= deadline_us;
		for (size_t i = 0; i < CALLS_AT_ONCE; i++) {
			struct line *l = &b->lines[i];
			if (l->call && (over || now >= l->until_us))
				hang_up(l, CALL_WAS_SILENT);
			while (!l->call && next < n && !over)
				dial(l, &calls[next++], now + patience_us);
		}
		for (; over && next < n; next++)
			calls[next].outcome = CALL_FAILED;
		busy = wait_once(b, clock);
		for (size_t i = 0; i < CALLS_AT_ONCE; i++)
			if (b->lines[i].call && b->fds[i].revents)
				go_on(&b->lines[i], b->fds[i].revents);
	}
	free(b);
	return 0;
}
