/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A slot for each conversation; deadlines are looked at every few milliseconds. */
#include "scanner/talks.h"

#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/sockaddr.h"

enum {
	EVENTS = 256,
	LOOK_EVERY_US = 5 * MSEC, /* at deadlines */
	READ_SIZE = 64 << 10,     /* a datagram may be that large */
	READS = 4,                /* of one socket in a turn: the others want theirs */
	FAREWELL = 3,             /* packets that end a connection */
};

struct slot {
	struct talk talk;
	int fd; /* -1: free */
	uint32_t host;
	bool again;
	bool connected, writing; /* writing: EPOLLOUT is asked for */
	bool said;               /* the other side has said something */
	uint32_t datagrams;      /* both ways */
	int64_t began_us, until_us, rtt_us;
	int64_t wake_us; /* 0: not */
	enum talk_outcome outcome;
	bool over;
};

struct talks {
	struct talks_conf conf;
	int epoll;
	struct slot *slots;
	uint32_t *unused; /* a stack of slot numbers */
	size_t n_unused;
	int64_t looked_us;
	uint8_t bytes[READ_SIZE];
};

int
talks_new(struct talks **out, const struct talks_conf *conf, struct err *e)
{
	struct talks *ts = calloc(1, sizeof(*ts));

	*out = ts;
	if (!ts)
		return err_nomem(e);
	ts->conf = *conf;
	ts->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (ts->epoll == -1) {
		free(ts);
		return err_sys(e, "begin conversations");
	}
	ts->slots = calloc(conf->most, sizeof(*ts->slots));
	ts->unused = calloc(conf->most, sizeof(*ts->unused));
	if (!ts->slots || !ts->unused) {
		talks_free(ts);
		return err_nomem(e);
	}
	for (size_t i = 0; i < conf->most; i++) {
		ts->slots[i].fd = -1;
		ts->unused[ts->n_unused++] = (uint32_t)(conf->most - 1 - i);
	}
	return 0;
}

size_t
talks_on_their_way(const struct talks *ts)
{
	return ts->conf.most - ts->n_unused;
}

bool
talks_are_full(const struct talks *ts)
{
	return ts->n_unused == 0;
}

static void
free_slot(struct talks *ts, struct slot *s)
{
	if (s->fd != -1)
		close(s->fd); /* epoll forgets it by that */
	talk_close(&s->talk);
	*s = (struct slot){ .fd = -1 };
	ts->unused[ts->n_unused++] = (uint32_t)(s - ts->slots);
}

void
talks_free(struct talks *ts)
{
	if (!ts)
		return;
	for (size_t i = 0; ts->slots && i < ts->conf.most; i++)
		if (ts->slots[i].fd != -1)
			free_slot(ts, &ts->slots[i]);
	close(ts->epoll);
	free(ts->slots);
	free(ts->unused);
	free(ts);
}

static void
end(struct slot *s, enum talk_outcome outcome)
{
	if (s->over)
		return;
	s->over = true;
	s->outcome = outcome;
}

/* As the kernel counts them, tcp(7); what it does not tell is none. */
static uint32_t
packets_of(const struct slot *s)
{
	struct tcp_info info = { .tcpi_state = 0 };
	socklen_t size = sizeof(info);

	if (s->talk.ask->transport == ASK_UDP || s->fd == -1)
		return s->datagrams;
	if (getsockopt(s->fd, IPPROTO_TCP, TCP_INFO, &info, &size) == -1)
		return 0;
	return info.tcpi_segs_out + info.tcpi_segs_in + (s->connected ? FAREWELL : 0);
}

/* Tells it and frees the slot. */
static int
tell_end(struct talks *ts, struct slot *s, talks_ended *ended, void *arg, struct err *e)
{
	struct talk_end x = { .host = s->host,
		.again = s->again,
		.outcome = s->outcome,
		.said = s->said,
		.rtt_us = s->rtt_us,
		.took_us = clock_mono(ts->conf.clock) - s->began_us,
		.patience_us = s->until_us - s->began_us,
		.packets = packets_of(s),
		.talk = &s->talk };
	int rc = ended(arg, &x, e);

	free_slot(ts, s);
	return rc;
}

static bool
is_udp(const struct slot *s)
{
	return s->talk.ask->transport == ASK_UDP;
}

static void
end_by_errno(struct slot *s, int error)
{
	switch (error) {
	case ECONNREFUSED: end(s, TALK_WAS_REFUSED); break;
	case ECONNRESET:
	case EPIPE: end(s, TALK_WAS_RESET); break;
	case EHOSTUNREACH:
	case ENETUNREACH:
	case ETIMEDOUT:
	case EACCES: /* a firewall's "administratively prohibited" too */
		end(s, TALK_WAS_UNREACHED);
		break;
	default: end(s, TALK_FAILED);
	}
}

static void
watch(struct talks *ts, struct slot *s, bool writing)
{
	struct epoll_event ev = { .events = EPOLLIN | (writing ? EPOLLOUT : 0),
		.data.u32 = (uint32_t)(s - ts->slots) };

	if (s->writing == writing)
		return;
	s->writing = writing;
	if (epoll_ctl(ts->epoll, EPOLL_CTL_MOD, s->fd, &ev) == -1)
		end(s, TALK_FAILED);
}

static bool
is_allowed(const struct talks *ts, const struct talk *t, size_t payload)
{
	uint8_t proto = t->ask->transport == ASK_UDP ? IPPROTO_UDP : IPPROTO_TCP;
	struct err why;

	return guard_message(ts->conf.guard, &t->peer, proto, t->port, payload, &why) ==
		0;
}

static ssize_t
send_piece(const struct slot *s, const uint8_t *bytes, size_t n)
{
	struct sockaddr_storage to;

	if (!is_udp(s))
		return send(s->fd, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT);
	socklen_t size = sockaddr_from(&s->talk.peer, s->talk.port, &to);
	return sendto(s->fd, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT,
		(struct sockaddr *)&to, size);
}

/* What is to be said goes out, as much as there is room for. */
static void
say(struct talks *ts, struct slot *s)
{
	const uint8_t *bytes;
	size_t n;

	while ((bytes = talk_out(&s->talk, &n))) {
		ssize_t sent = send_piece(s, bytes, n);
		if (sent == -1 && errno == EINTR)
			continue;
		if (sent == -1 && (errno == EAGAIN || errno == ENOBUFS)) {
			watch(ts, s, true);
			return;
		}
		if (sent == -1) {
			end_by_errno(s, errno);
			return;
		}
		s->datagrams++;
		talk_sent(&s->talk, (size_t)sent);
	}
	watch(ts, s, false);
}

/* What the conversation wants now. */
static void
go_on(struct talks *ts, struct slot *s, enum talk_next next, int64_t now)
{
	struct talk *t = &s->talk;

	if (!s->over)
		say(ts, s); /* a last word too */
	if (t->wake_after_us >= 0) {
		s->wake_us = t->wake_after_us ? now + t->wake_after_us : 0;
		t->wake_after_us = -1;
	}
	if (next == TALK_DONE)
		end(s, TALK_WAS_DONE);
	if (next == TALK_GARBAGE)
		end(s, TALK_WAS_GARBAGE);
}

/* --- beginning ---------------------------------------------------------------------------- */

static int
open_socket(const struct addr *peer, bool udp)
{
	int family = peer->family == ADDR_IP6 ? AF_INET6 : AF_INET, yes = 1;
	int fd = socket(family,
		(udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	/* So that a closed port is told at once and not by silence, ip(7). */
	if (fd != -1 && udp && family == AF_INET)
		(void)setsockopt(fd, IPPROTO_IP, IP_RECVERR, &yes, sizeof(yes));
	if (fd != -1 && udp && family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &yes, sizeof(yes));
	return fd;
}

static void
set_off(struct talks *ts, struct slot *s, int64_t now)
{
	struct talk *t = &s->talk;
	struct sockaddr_storage to;
	socklen_t size = sockaddr_from(&t->peer, t->port, &to);
	struct epoll_event ev = { .events = EPOLLIN | (is_udp(s) ? 0 : EPOLLOUT),
		.data.u32 = (uint32_t)(s - ts->slots) };

	s->writing = !is_udp(s);
	if (epoll_ctl(ts->epoll, EPOLL_CTL_ADD, s->fd, &ev) == -1) {
		end(s, TALK_FAILED);
		return;
	}
	if (is_udp(s)) { /* not connected: some answer from another port */
		s->connected = true;
		go_on(ts, s, talk_connected(t), now);
		return;
	}
	if (connect(s->fd, (struct sockaddr *)&to, size) == -1 && errno != EINPROGRESS)
		end_by_errno(s, errno);
}

int
talks_start(struct talks *ts, const struct talk_order *o, talks_ended *ended, void *arg,
	struct err *e)
{
	struct slot *s = &ts->slots[ts->unused[--ts->n_unused]];
	int64_t now = clock_mono(ts->conf.clock);
	int64_t patience = o->ask->patience_us ? o->ask->patience_us
					       : ts->conf.patience_us;

	*s = (struct slot){ .fd = -1,
		.host = o->host,
		.again = o->again,
		.began_us = now,
		.until_us = now + patience,
		.rtt_us = -1 };
	if (talk_open(&s->talk, o->ask, &o->peer, o->port, o->arg, &ts->conf.talk, e) ==
		-1) {
		ts->n_unused++;
		return -1;
	}
	if (is_allowed(ts, &s->talk, 1))
		s->fd = open_socket(&o->peer, is_udp(s));
	if (s->fd == -1)
		end(s, TALK_FAILED);
	else
		set_off(ts, s, now);
	return s->over ? tell_end(ts, s, ended, arg, e) : 0;
}

/* --- going on ------------------------------------------------------------------------------ */

static void
become_connected(struct talks *ts, struct slot *s, int64_t now)
{
	int error = 0;
	socklen_t size = sizeof(error);

	if (getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &size) == -1)
		error = errno;
	if (error) {
		end_by_errno(s, error);
		return;
	}
	s->connected = true;
	s->rtt_us = now - s->began_us;
	go_on(ts, s, talk_connected(&s->talk), now);
}

/* Is it from whom we asked?  TCP always is. */
static bool
is_from_peer(const struct slot *s, const struct sockaddr_storage *from)
{
	struct addr a = sockaddr_addr(from);

	return !is_udp(s) || addr_equal(&a, &s->talk.peer);
}

static void
take_bytes(struct talks *ts, struct slot *s, size_t n, int64_t now)
{
	if (!s->said && is_udp(s))
		s->rtt_us = now - s->began_us;
	s->said = true;
	go_on(ts, s, talk_heard(&s->talk, ts->bytes, n), now);
}

static void
hear(struct talks *ts, struct slot *s, int64_t now)
{
	for (int i = 0; i < READS && !s->over; i++) {
		struct sockaddr_storage from = { .ss_family = AF_UNSPEC };
		socklen_t size = sizeof(from);
		ssize_t n = recvfrom(s->fd, ts->bytes, sizeof(ts->bytes), MSG_DONTWAIT,
			(struct sockaddr *)&from, &size);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && errno == EAGAIN)
			return;
		if (n == -1) {
			int error = errno;
			/* It has closed all the same, and that may be an answer. */
			if (error == ECONNRESET && talk_heard_end(&s->talk) == TALK_DONE)
				end(s, TALK_WAS_DONE);
			end_by_errno(s, error);
			return;
		}
		if (n == 0 && !is_udp(s)) {
			go_on(ts, s, talk_heard_end(&s->talk), now);
			end(s, TALK_WAS_CLOSED); /* if it is not over by that */
			return;
		}
		s->datagrams++;
		if (is_from_peer(s, &from))
			take_bytes(ts, s, (size_t)n, now);
	}
}

static void
turn(struct talks *ts, struct slot *s, uint32_t events, int64_t now)
{
	if (!s->connected) {
		if (events & (EPOLLOUT | EPOLLERR | EPOLLHUP))
			become_connected(ts, s, now);
		return;
	}
	if (events & EPOLLOUT)
		say(ts, s);
	if (events & (EPOLLIN | EPOLLERR | EPOLLHUP))
		hear(ts, s, now);
}

static void
look_at_clock(struct talks *ts, struct slot *s, int64_t now)
{
	if (s->wake_us && now >= s->wake_us) {
		s->wake_us = 0;
		go_on(ts, s, talk_woken(&s->talk), now);
	}
	if (now < s->until_us || s->over)
		return;
	if (s->said)
		talk_late(&s->talk);
	end(s,
		!s->connected     ? TALK_WAS_UNREACHED
			: s->said ? TALK_WAS_SLOW
				  : TALK_WAS_SILENT);
}

static int
look_at_all(struct talks *ts, int64_t now, talks_ended *ended, void *arg, struct err *e)
{
	int rc = 0;

	if (now - ts->looked_us < LOOK_EVERY_US)
		return 0;
	ts->looked_us = now;
	for (size_t i = 0; i < ts->conf.most && rc == 0; i++) {
		struct slot *s = &ts->slots[i];
		if (s->fd == -1)
			continue;
		look_at_clock(ts, s, now);
		if (s->over)
			rc = tell_end(ts, s, ended, arg, e);
	}
	return rc;
}

int
talks_work(
	struct talks *ts, int64_t wait_us, talks_ended *ended, void *arg, struct err *e)
{
	struct epoll_event events[EVENTS];
	int wait_ms = (int)((wait_us < LOOK_EVERY_US ? wait_us : LOOK_EVERY_US) / MSEC);
	int n = epoll_wait(ts->epoll, events, EVENTS, wait_ms), rc = 0;

	if (n == -1 && errno != EINTR)
		return err_sys(e, "wait for conversations");
	int64_t now = clock_mono(ts->conf.clock);
	for (int i = 0; i < n && rc == 0; i++) {
		struct slot *s = &ts->slots[events[i].data.u32];
		if (s->fd == -1)
			continue;
		turn(ts, s, events[i].events, now);
		if (s->over)
			rc = tell_end(ts, s, ended, arg, e);
	}
	return rc == 0 ? look_at_all(ts, now, ended, arg, e) : -1;
}
