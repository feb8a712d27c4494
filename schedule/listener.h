/* SPDX-License-Identifier: GPL-3.0-or-later */
/* listener.h - the agent's socket: a few clients at a time, each with one request */
#ifndef SCHEDULE_LISTENER_H
#define SCHEDULE_LISTENER_H

#include "base/clock.h"
#include "base/err.h"
#include "base/sb.h"

#include <poll.h>
#include <stdbool.h>
#include <sys/types.h>

enum { LISTENER_FDS = 17 }; /* descriptors at most, for who waits for them */

struct listener;

enum { LISTENER_PASSED = 3 }; /* descriptors that may come with a request */

struct listener_request {
	const char *line; /* without its newline */
	size_t n;
	uid_t uid; /* who asks */
	bool may_change;
	/* Who takes one puts -1 there; the others are closed.  -1: none. */
	int passed[LISTENER_PASSED];
};

struct listener_conf {
	const char *path; /* replaced when nobody listens there any more */
	struct clock *clock;
	/* What is answered is appended to out. */
	void (*answer)(void *arg, struct listener_request *, struct sb *out);
	void *arg;
};

/* Everybody may connect; the request says who asks.  ERR_ARG: no such path; ERR_SYS: another agent
 * listens there, too. */
int listener_open(struct listener **out, const struct listener_conf *, struct err *);
void listener_close(struct listener *); /* and removes the socket; NULL is fine */

/* Fills what to wait for; returns how many. */
size_t listener_poll(const struct listener *, struct pollfd fds[static LISTENER_FDS]);
/* Takes, reads, answers and writes what is ready, and gives up on who is too slow. */
void listener_work(struct listener *);

#endif
