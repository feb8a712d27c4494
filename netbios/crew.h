/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * crew.h - processes that do one job each: started, heard, ended at their deadline
 *
 *	jobs ─┬─▶ process ─▶ one machine
 *	      ├─▶ process ─▶ another one
 *	      └─▶ …          at most crew_conf.places
 *
 * For libraries that parse what strangers say: they may hang or crash, and they dislike threads.
 * Each process has the secret of one account at most, one pipe, and nothing else that was open;
 * which account is tried where is for trust.h to say.
 */
#ifndef NETBIOS_CREW_H
#define NETBIOS_CREW_H

#include "base/clock.h"
#include "base/err.h"
#include "host/credential.h"
#include "netbios/trust.h"

#include <poll.h>

enum {
	CREW_MAX = 32, /* processes */
	CREW_PIPE = 3, /* where a process says what it has to say */
	CREW_DIED = -1,
	/* What a process is held to be of the packets that a rate allows: a library sends them when
	 * it likes.  A login and its three pipes were 51 or 52 packets to Samba 4.17. */
	CREW_PACKETS = 64,
};
#define CREW_NOBODY SIZE_MAX /* a job without an account */

/* A job that is over. */
struct crew_end {
	size_t job, account;
	bool skipped; /* never begun: its account was refused before */
	bool late;    /* killed at its deadline */
	int code;     /* its exit status, or CREW_DIED */
	const char *said;
	size_t n_said;
};

struct crew_conf {
	size_t places;       /* processes at a time, 1 to CREW_MAX */
	int64_t patience_us; /* with each */
	size_t said_max;     /* bytes that one may say */
	int64_t rate; /* packets/s: how soon one starts after the other; 0: at once */
	struct clock *clock;
	struct credential *accounts;
	size_t n_accounts;
	struct trust *trust;

	/* Inside: does the job with the account (NULL: none), and returns its exit status.  Two
	 * that are there at a time have different places. */
	int (*work)(void *arg, size_t job, const struct credential *, size_t place);
	/* Outside: *verdict is what this tells about the account. */
	int (*ended)(void *arg, const struct crew_end *, enum trust_verdict *verdict,
		struct err *);
	void *arg;
};

struct crew;

int crew_new(struct crew **, const struct crew_conf *, struct err *);
/* To be done when it may be; account: its place in the list, or CREW_NOBODY. */
int crew_add(struct crew *, size_t job, size_t account, struct err *);
/* Starts who may begin, waits a moment, hears.  Returns 1, 0 when all is done, or -1.  also:
 * the caller's own descriptors, waited for as well. */
int crew_work(struct crew *, struct pollfd *also, size_t n_also, struct err *);
size_t crew_job_at(const struct crew *, size_t place); /* SIZE_MAX: none */
/* Kills whoever is still at work. */
void crew_free(struct crew *);

#endif
