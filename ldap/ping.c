/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ldap/ping.h"

#include <arpa/inet.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"

enum {
	PORT = 389,
	AGAIN_MS = 500, /* a datagram may be lost */
	ADDRESSES_MAX = 4,
};

/* One address of a controller. */
struct line {
	int fd; /* -1: it has said what it had to */
	uint16_t id;
	struct ping *of;
};

struct round {
	const char *domain;
	struct line lines[PING_LINES];
	size_t n, n_answered;
};

/* --- whom to ask ---------------------------------------------------------------------------- */

/* A connected socket hears nobody else. */
static int
open_udp(const struct addr *a)
{
	struct sockaddr_in ip4 = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	struct sockaddr_in6 ip6 = { .sin6_family = AF_INET6, .sin6_port = htons(PORT) };
	bool is_six = a->family == ADDR_IP6;
	int fd = socket(is_six ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd == -1)
		return -1;
	ip4.sin_addr.s_addr = htonl(addr_to_ip4(a));
	memcpy(&ip6.sin6_addr, a->bytes, sizeof(ip6.sin6_addr));
	int rc = is_six ? connect(fd, (struct sockaddr *)&ip6, sizeof(ip6))
			: connect(fd, (struct sockaddr *)&ip4, sizeof(ip4));
	if (rc == 0)
		return fd;
	close(fd);
	return -1;
}

static void
open_line(struct round *r, struct ping *of, const struct addr *a)
{
	struct line line = { .of = of };

	if ((line.fd = open_udp(a)) == -1) {
		(void)err_sys(&of->why, "the ping");
		return;
	}
	(void)!getrandom(&line.id, sizeof(line.id), 0); /* else 1: it is connected */
	line.id = (uint16_t)((line.id & 0x7fff) | 1);
	r->lines[r->n++] = line;
}

static void
open_lines(struct round *r, const struct reach *reach, struct ping *p)
{
	struct reach_addresses found = { .n = 0 };
	struct err e;

	p->answered = false;
	(void)err_set(&p->why, ERR_TIMEOUT, "no answer to the ping");
	if (reach_find(reach, p->host, &found, &e) == -1)
		p->why = e;
	for (size_t i = 0; i < found.n && i < ADDRESSES_MAX && r->n < PING_LINES; i++)
		open_line(r, p, &found.items[i]);
}

/* --- asking --------------------------------------------------------------------------------- */

static void
close_line(struct line *l)
{
	if (l->fd != -1)
		close(l->fd);
	l->fd = -1;
}

static void
ask(struct round *r)
{
	uint8_t bytes[NETLOGON_QUERY_ROOM];

	for (size_t i = 0; i < r->n; i++) {
		struct line *l = &r->lines[i];
		struct wr w = wr_to(bytes, sizeof(bytes));
		if (l->fd == -1)
			continue;
		netlogon_write_query(&w, l->id, r->domain);
		if (w.bad) {
			(void)err_set(&l->of->why, ERR_ARG, "%.60s: too long a name",
				r->domain);
			close_line(l);
			continue;
		}
		(void)!send(l->fd, bytes, wr_used(&w), 0); /* or again later */
	}
}

/* What an answer means; 1: wait on. */
static int
judge(const struct line *l, struct netlogon *out, struct err *e)
{
	uint8_t bytes[NETLOGON_ANSWER_MAX];
	const char *why;
	ssize_t n = recv(l->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (n == -1)
		return err_sys(e, "the ping"); /* refused: nobody listens there */
	switch (netlogon_read(rd_from(bytes, (size_t)n), l->id, out, &why)) {
	case NETLOGON_ANSWER: return 0;
	case NETLOGON_NOT_IT:
		return err_set(e, ERR_NOTFOUND, "it serves another domain");
	case NETLOGON_GARBAGE: return err_set(e, ERR_PROTO, "%s", why);
	case NETLOGON_OTHER: break;
	}
	return 1;
}

static void
hear_line(struct round *r, struct line *l)
{
	struct netlogon said;
	int rc = judge(l, &said, &l->of->why);

	if (rc == 1)
		return;
	close_line(l);
	if (rc == -1)
		return;
	l->of->answered = true;
	r->n_answered++;
	if (l->of->said)
		*l->of->said = said;
	for (size_t i = 0; i < r->n; i++) /* its other addresses */
		if (r->lines[i].of == l->of)
			close_line(&r->lines[i]);
}

static void
hear(struct round *r, int64_t wait_us)
{
	struct pollfd fds[PING_LINES];

	for (size_t i = 0; i < r->n; i++)
		fds[i] = (struct pollfd){ .fd = r->lines[i].fd, .events = POLLIN };
	if (poll(fds, r->n, (int)(wait_us / MSEC) + 1) <= 0)
		return;
	for (size_t i = 0; i < r->n; i++)
		if (fds[i].revents && r->lines[i].fd != -1)
			hear_line(r, &r->lines[i]);
}

static bool
waits(const struct round *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->lines[i].fd != -1)
			return true;
	return false;
}

void
ping_all(const struct reach *reach, const char *domain, int wait_ms, struct ping *items,
	size_t n, size_t enough)
{
	struct round r = { .domain = domain };

	for (size_t i = 0; i < n; i++)
		open_lines(&r, reach, &items[i]);
	int64_t now = clock_mono(&clock_system),
		deadline = now + wait_ms * (int64_t)MSEC, next = now;
	for (; waits(&r) && r.n_answered < enough && now < deadline;
		now = clock_mono(&clock_system)) {
		if (now >= next) {
			ask(&r);
			next = now + AGAIN_MS * (int64_t)MSEC;
		}
		hear(&r, (next < deadline ? next : deadline) - now);
	}
	for (size_t i = 0; i < r.n; i++)
		close_line(&r.lines[i]);
}
