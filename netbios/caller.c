/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Non-blocking sockets, poll(2), one thread. */
#include "netbios/caller.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/sockaddr.h"

enum {
	WAIT_MAX = 100 * MSEC,
	BURST = 16, /* packets that may go at once */
};

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

	if (to.ss_family == AF_INET6)
		((struct sockaddr_in6 *)&to)->sin6_scope_id = c->scope;
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
	const struct call_conf *conf;
	struct tcp_call *calls;
	size_t n, next;  /* the first that was not dialled yet */
	int64_t dial_us; /* when it may be */
	struct line lines[CALLS_AT_ONCE];
	struct pollfd fds[CALLS_AT_ONCE];
};

/* Until something comes, a call is over or the next one may be dialled.  false: there is
 * nothing to wait for. */
static bool
wait_once(struct switchboard *b)
{
	int64_t wait = WAIT_MAX, now = clock_mono(b->conf->clock);
	bool busy = b->next < b->n, is_free = false;

	for (size_t i = 0; i < CALLS_AT_ONCE; i++) {
		struct line *l = &b->lines[i];
		b->fds[i].fd = l->call ? l->fd : -1;
		b->fds[i].revents = 0;
		is_free |= !l->call;
		if (!l->call)
			continue;
		busy = true;
		b->fds[i].events = POLLIN;
		if (!l->connected || has_more_to_say(l))
			b->fds[i].events |= POLLOUT;
		if (l->until_us - now < wait)
			wait = l->until_us > now ? l->until_us - now : 0;
	}
	if (is_free && b->next < b->n && b->dial_us - now < wait)
		wait = b->dial_us > now ? b->dial_us - now : 0;
	if (busy && poll(b->fds, CALLS_AT_ONCE, (int)((wait + MSEC - 1) / MSEC)) == -1)
		memset(b->fds, 0, sizeof(b->fds)); /* a signal: look whether to stop */
	return busy;
}

/* On a free line, if the rate allows; one that fails at once leaves it free. */
static void
dial_next(struct switchboard *b, struct line *l, int64_t now)
{
	while (!l->call && b->next < b->n && b->dial_us <= now) {
		struct tcp_call *c = &b->calls[b->next++];
		b->dial_us += (c->hear ? CALL_TALK_PACKETS : CALL_LOOK_PACKETS) *
			(int64_t)SECOND / b->conf->rate;
		dial(l, c, now + b->conf->patience_us);
	}
}

static void
look_at_lines(struct switchboard *b)
{
	int64_t now = clock_mono(b->conf->clock),
		burst = BURST * (int64_t)SECOND / b->conf->rate;
	bool over = *b->conf->stop || now >= b->conf->deadline_us;

	if (b->dial_us < now - burst)
		b->dial_us = now - burst;
	for (; over && b->next < b->n; b->next++)
		b->calls[b->next].outcome = CALL_FAILED;
	for (size_t i = 0; i < CALLS_AT_ONCE; i++) {
		struct line *l = &b->lines[i];
		if (l->call && (over || now >= l->until_us))
			hang_up(l, CALL_WAS_SILENT);
		dial_next(b, l, now);
	}
}

int
call_all(struct tcp_call *calls, size_t n, const struct call_conf *conf, struct err *e)
{
	struct switchboard *b = calloc(1, sizeof(*b));

	if (!b)
		return err_nomem(e);
	b->conf = conf;
	b->calls = calls;
	b->n = n;
	b->dial_us = clock_mono(conf->clock);
	for (size_t i = 0; i < CALLS_AT_ONCE; i++)
		b->lines[i] = (struct line){ .fd = -1 };
	for (bool busy = true; busy;) {
		look_at_lines(b);
		busy = wait_once(b);
		for (size_t i = 0; i < CALLS_AT_ONCE; i++)
			if (b->lines[i].call && b->fds[i].revents)
				go_on(&b->lines[i], b->fds[i].revents);
	}
	free(b);
	return 0;
}
