/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * caller.h - a few conversations by TCP at a time, each with a deadline
 *
 * A conversation is bytes in and bytes out; it owns no socket and no clock, so a test or a
 * fuzzer can have it too.  Whatever the other side does, it is over at its deadline.
 */
#ifndef NETBIOS_CALLER_H
#define NETBIOS_CALLER_H

#include "base/addr.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"

#include <signal.h>

enum {
	CALL_OUT_MAX = 2 << 10, /* bytes of what is said at a time */
	CALL_IN_MAX = 64 << 10, /* bytes heard that are not taken yet */
	CALL_ALL_MAX = 8 << 20, /* bytes heard in all */
	CALLS_AT_ONCE = 512,    /* below the limit of descriptors that a process has */
};

enum call_next { CALL_MORE, CALL_DONE, CALL_BROKEN };

enum call_outcome {
	CALL_WAS_DONE,
	CALL_WAS_BROKEN,  /* it speaks something else, or says too much */
	CALL_WAS_CLOSED,  /* it hung up before all was said */
	CALL_WAS_REFUSED, /* the port is closed */
	CALL_WAS_SILENT,  /* no connection, or no end, up to the deadline */
	CALL_FAILED,      /* no socket, no memory, no route */
};

struct tcp_call {
	struct addr peer;
	uint32_t scope; /* of a link-local peer of IPv6: the interface; else 0 */
	uint16_t port;
	/* What came and was not taken yet; takes of it what it can (*taken), and says what is
	 * next by call_say().  ended: the other side says no more.  NULL: only whether it can be
	 * connected to is wanted. */
	enum call_next (*hear)(
		struct tcp_call *, struct rd unread, size_t *taken, bool ended);
	void *state;

	uint8_t out[CALL_OUT_MAX]; /* to be sent: first what begins it */
	size_t n_out;
	enum call_outcome outcome; /* once it is over */
};

/* To be sent now.  More than there is room for breaks the conversation. */
void call_say(struct tcp_call *, const void *, size_t n);

/* What a call is held to be of the packets that the rate allows: connected and hung up
 * again (SYN, ACK, FIN, and one of them once more), or spoken to as well. */
enum { CALL_LOOK_PACKETS = 4, CALL_TALK_PACKETS = 12 };

struct call_conf {
	int64_t patience_us; /* with each */
	int64_t deadline_us;
	int64_t rate; /* packets/s: how soon one is dialled after the other */
	struct clock *clock;
	const volatile sig_atomic_t *stop;
};

/* All of them, CALLS_AT_ONCE at a time. */
int call_all(struct tcp_call *, size_t n, const struct call_conf *, struct err *);

#endif
