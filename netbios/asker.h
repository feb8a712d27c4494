/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * asker.h - questions by UDP, from the first time they are asked to the answer or the last
 * silence
 *
 * A question goes to one machine, or to all of a subnet (a broadcast or a group).  It is said
 * again until it is answered; one to all is said a fixed number of times, for nobody knows
 * how many will answer.  What comes back is handed on with the question that it answers, by
 * its id (of WS-Discovery, the message that it relates to) and, for a question to one machine,
 * by its address too.  Packets a second are
 * bounded over all.
 */
#ifndef NETBIOS_ASKER_H
#define NETBIOS_ASKER_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "netbios/links.h"
#include "wire/nbname.h"

#include <signal.h>

enum {
	ASKER_QUESTIONS_MAX = 1 << 18,
	ASKER_DATAGRAM_MAX = 8 << 10, /* a longer one is cut, and then broken */
	ASKER_WSD_MAX = 4096,         /* questions of WS-Discovery among them */
};
#define ASKER_ONE SIZE_MAX /* in place of a link: to one machine */

enum ask_kind {
	ASK_STATUS, /* NetBIOS node status */
	ASK_NAME,   /* who has this NetBIOS name */
	ASK_WSD,    /* which devices are there */
	ASK_WSD_AT, /* where the metadata of a device are */
	ASK_LLMNR,  /* which address of IPv4 has this name (RFC 4795) */
	ASK_MDNS,   /* which of both families, in .local (RFC 6762 §5.1) */
	ASK_FILES,  /* who says by mDNS that he shares files by SMB (RFC 6763 §4.1) */
	ASK_LLMNR6, /* as ASK_LLMNR, of IPv6 */
	ASK_KINDS
};

struct question {
	enum ask_kind kind;
	size_t link;              /* asked of all of it, or ASKER_ONE */
	struct addr to;           /* of one machine */
	struct netbios_name name; /* but of ASK_STATUS, ASK_FILES and WS-Discovery */
	const char *endpoint;     /* of ASK_WSD_AT; stays where it is */
	bool server;              /* to is a name server */
	/* The asker's: */
	const char *message_id; /* of WS-Discovery */
	uint16_t id;
	uint8_t said;
	bool answered;
};

struct asker;

/* An answer to a question came from this address. */
typedef int asker_heard(void *arg, const struct question *, const struct addr *from,
	struct rd datagram, struct err *);

struct asker_conf {
	const struct nb_links *links;
	const struct nb_scope *scope;
	struct clock *clock;
	int64_t rate;  /* packets/s */
	uint16_t seed; /* of ids */
	asker_heard *heard;
	void *arg;
};

/* Opens a socket for each link and one for single machines.  In arena; asker_close. */
int asker_open(
	struct asker **out, const struct asker_conf *, struct arena *, struct err *);
void asker_close(struct asker *); /* NULL is fine */

/* Has this link such a question at all?  NetBIOS knows no IPv6. */
bool asker_asks(enum ask_kind, const struct nb_link *);

/* To be asked as soon as it may.  One that may not be asked at all (nb_may_ask), or would be
 * above ASKER_QUESTIONS_MAX, is left out and counted. */
int asker_ask(struct asker *, const struct question *, struct err *);
/* Until every question is answered or was asked often enough, the deadline, or *stop. */
int asker_work(struct asker *, int64_t deadline_us, const volatile sig_atomic_t *stop,
	struct err *);

struct asker_counts {
	uint64_t asked, answered, sent;
	uint64_t refused;            /* those that may not be asked */
	uint64_t over;               /* above ASKER_QUESTIONS_MAX, or ASKER_WSD_MAX */
	uint64_t failed;             /* could not be sent: no route, network down */
	uint64_t left;               /* open when it ended early */
	uint64_t of_kind[ASK_KINDS]; /* answers */
};

struct asker_counts asker_counts(const struct asker *);
#endif
