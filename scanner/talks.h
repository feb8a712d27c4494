/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * talks.h - many conversations at once: sockets, deadlines, bounds
 *
 * One thread, non-blocking sockets, epoll.  A conversation ends when it is done, at its
 * deadline, or when the other side does; whatever happens it ends once, with what it has
 * learnt so far.  The guard (guard.h) stands before every connection and datagram.
 */
#ifndef SCANNER_TALKS_H
#define SCANNER_TALKS_H

#include "base/clock.h"
#include "scanner/guard.h"
#include "scanner/talk.h"

enum talk_outcome {
	TALK_WAS_DONE,
	TALK_WAS_GARBAGE,   /* talk.why says what */
	TALK_WAS_CLOSED,    /* it hung up before all was said */
	TALK_WAS_RESET,     /* the same, without manners */
	TALK_WAS_SILENT,    /* it said nothing up to the deadline */
	TALK_WAS_SLOW,      /* it said something, and not enough */
	TALK_WAS_REFUSED,   /* the port is closed */
	TALK_WAS_UNREACHED, /* no connection up to the deadline, or the network says no */
	TALK_FAILED,        /* here: no descriptor, no memory, no route, the guard */
	TALK_OUTCOMES
};

struct talks_conf {
	struct talk_conf talk;
	const struct guard *guard;
	struct clock *clock;
	size_t most;         /* at once */
	int64_t patience_us; /* of a conversation that brings none of its own */
};

/* One to begin. */
struct talk_order {
	const struct ask *ask;
	struct addr peer;
	uint16_t port;
	const char *arg; /* "" or what another one followed with */
	uint32_t host;   /* the caller's number */
	bool again;      /* it was had before and broke off: the caller's note */
};

/* How a conversation ended.  The talk is borrowed: it is closed afterwards. */
struct talk_end {
	uint32_t host;
	bool again;
	enum talk_outcome outcome;
	bool said;       /* the other side said anything */
	int64_t rtt_us;  /* of the connection; -1: none */
	int64_t took_us; /* all of it */
	int64_t patience_us;
	uint32_t packets; /* both ways, with those that end a connection */
	struct talk *talk;
};

struct talks;

int talks_new(struct talks **out, const struct talks_conf *, struct err *);
void talks_free(struct talks *); /* those on their way are dropped untold */
size_t talks_on_their_way(const struct talks *);
bool talks_are_full(const struct talks *);

typedef int talks_ended(void *arg, const struct talk_end *, struct err *);

/* A conversation with a host begins.  What fails at once has ended when this returns. */
int talks_start(struct talks *, const struct talk_order *, talks_ended *, void *arg,
	struct err *);
/* Lets all go on for up to wait_us.  -1: ended's failure. */
int talks_work(struct talks *, int64_t wait_us, talks_ended *, void *arg, struct err *);

#endif
