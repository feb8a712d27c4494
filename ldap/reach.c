/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ldap/reach.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "host/sockaddr.h"

LOG_TAG("ad");

enum { SLICE_MS = 250 /* how long a stop waits at most */ };

bool
reach_may(const struct reach *r, const struct addr *a)
{
	return !(r->excluded && iprange_contains(r->excluded, a));
}

static int
is_excluded(const struct addr *a, struct err *e)
{
	char text[ADDR_TEXT_MAX];

	return err_set(e, ERR_NOTFOUND,
		"%s is excluded, or outside of what is allowed: it is not asked",
		addr_print(a, text));
}

/* --- names ---------------------------------------------------------------------------------- */

struct finding {
	const struct reach *reach;
	struct reach_addresses *out;
};

static int
take_address(void *arg, const struct addr *a, struct err *e)
{
	struct finding *f = arg;
	struct reach_addresses *out = f->out;

	(void)e;
	if (!reach_may(f->reach, a)) {
		if (out->n_excluded++ == 0)
			out->excluded = *a;
	} else if (out->n < REACH_ADDRESSES_MAX) {
		out->items[out->n++] = *a;
	}
	return 0;
}

int
reach_find(const struct reach *r, const char *host, struct reach_addresses *out,
	struct err *e)
{
	struct finding f = { r, out };

	*out = (struct reach_addresses){ .n = 0 };
	if (resolver_lookup(r->resolver, host, take_address, &f, e) == -1) {
		if (e->code == ERR_NOTFOUND)
			return err_add(e, "it has no address");
		return e->code == ERR_TIMEOUT
			? err_set(e, ERR_TIMEOUT, "no name server told its address")
			: -1;
	}
	if (out->n > 0)
		return 0;
	if (out->n_excluded == 0)
		return err_set(e, ERR_NOTFOUND, "it has no address");
	return is_excluded(&out->excluded, e);
}

/* --- connections ------------------------------------------------------------------------------ */

int
reach_wait(const struct reach *r, int fd, short events, int64_t until_us, struct err *e)
{
	struct pollfd p = { .fd = fd, .events = events };

	if (until_us > r->deadline_us)
		until_us = r->deadline_us;
	for (;;) {
		int n = poll(&p, 1, SLICE_MS);
		if (n == 1)
			return 0;
		if (n == -1 && errno != EINTR)
			return err_sys(e, "wait");
		if (r->stop && *r->stop)
			return err_set(e, ERR_TIMEOUT, "stopped");
		if (clock_mono(&clock_system) >= until_us)
			return err_set(e, ERR_TIMEOUT, "no answer");
	}
}

static int
connect_failed(int why, struct err *e)
{
	errno = why;
	if (why == ETIMEDOUT)
		return err_set(e, ERR_TIMEOUT, "nothing answers at the port");
	if (why == ECONNREFUSED)
		return err_set(e, ERR_SYS, "it refuses connections to the port");
	return err_sys(e, "connect");
}

static int
finish(const struct reach *r, int fd, struct err *e)
{
	int64_t until = clock_mono(&clock_system) + r->timeout_ms * MSEC;
	int why = 0;
	socklen_t size = sizeof(why);

	if (reach_wait(r, fd, POLLOUT, until, e) == -1)
		return e->code == ERR_TIMEOUT ? connect_failed(ETIMEDOUT, e) : -1;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &why, &size) == -1)
		why = errno;
	return why == 0 ? 0 : connect_failed(why, e);
}

static int
dial(const struct reach *r, const struct addr *a, uint16_t port, int *out, struct err *e)
{
	struct sockaddr_storage to;
	socklen_t size = sockaddr_from(a, port, &to);
	int fd = socket(to.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int rc = 0;

	if (fd == -1)
		return err_sys(e, "socket");
	if (connect(fd, (struct sockaddr *)&to, size) == -1)
		rc = errno == EINPROGRESS ? finish(r, fd, e) : connect_failed(errno, e);
	if (rc == -1) {
		close(fd);
		return -1;
	}
	*out = fd;
	return 0;
}

int
reach_connect(const struct reach *r, const struct addr *all, size_t n, uint16_t port,
	struct addr *peer, int *fd, struct err *e)
{
	char text[ADDR_TEXT_MAX];

	(void)err_set(e, ERR_NOTFOUND, "it has no address");
	for (size_t i = 0; i < n; i++) {
		if (!reach_may(r, &all[i])) {
			(void)is_excluded(&all[i], e);
			continue;
		}
		if (dial(r, &all[i], port, fd, e) == 0) {
			*peer = all[i];
			return 0;
		}
		log_debug("%s: %s", addr_print(&all[i], text), e->text);
		if (r->stop && *r->stop)
			break;
	}
	return -1;
}
