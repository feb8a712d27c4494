/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * door.h - the one way out of the threads that poll domains
 *
 * Everything that they share stands here, behind one lock: the sink, the monitor, what the
 * next run is told, and which accounts were refused.
 */
#ifndef LDAP_DOOR_H
#define LDAP_DOOR_H

#include "host/credential.h"
#include "inventory/source.h"
#include "ldap/state.h"

struct door;

struct door_counts {
	uint64_t computers, gone, entries, pages, networks, domains, failed;
};

/* accounts: borrowed; NULL among them stands for the default one, which is always known. */
int door_new(struct door **out, struct source_run *, const struct credential *accounts,
	size_t n_accounts, const char *state, struct err *);
void door_free(struct door *);

/* Its time is that of now, and later than that of the one before: an observation is told
 * from others by its time first. */
int door_take(struct door *, const struct observation *, struct err *);
void door_reason(struct door *, const char *code, const char *about, uint64_t count,
	const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* A controller is left, which is told once: it may be asked about its forest before it is polled. */
void door_leave(struct door *, const char *code, const char *host, const char *why);
/* Was it, in this run? */
bool door_has_left(struct door *, const char *host);
/* Read completely: by "ad", the directory of a domain; by "ad-subnets", the subnets of a
 * forest. */
void door_covered(struct door *, const char *probe, const char *of, int64_t started_us);
/* How many domains are polled, for the progress. */
void door_expect(struct door *, size_t domains);
/* Adds, and tells the progress now and then. */
void door_count(struct door *, const struct door_counts *add);
struct door_counts door_counts(struct door *);
/* What kind of failure the whole run has; the first error is kept. */
void door_failed(struct door *, const struct err *);
const struct err *door_first_error(struct door *); /* NULL: none */
bool door_stopped(struct door *);
const struct source_run *door_run(const struct door *);

/* What is remembered; *out is a copy.  false: the domain was never polled. */
bool door_mark(struct door *, const char *domain, struct ad_mark *out);
int door_put_mark(struct door *, const struct ad_mark *, struct err *);
/* The state of all domains, to the monitor. */
void door_tell_state(struct door *);

/* True for the first who asks, which is who has read all that belongs to the forest: it is told
 * once. */
bool door_first_of_forest(struct door *, const char *forest);
/* It could not be read: a reason, each text once, unless somebody has read it before. */
void door_forest_failed(
	struct door *, const char *code, const char *forest, const char *why);

/*
 * Logging in with an account: one refusal, and nobody tries it again in this run, be it by the
 * name of another entry with the same user; but an entry that was good stays that for what
 * another one has.  While it is not known whether an account is good, one thread at a time
 * tries it.
 *
 * door_login_begin: false when it was refused, told by `why`; else door_login_end must follow.
 */
bool door_login_begin(struct door *, const struct credential *, struct err *why);
/* e: NULL when it worked; only ERR_AUTH counts against the account. */
void door_login_end(struct door *, const struct credential *, const struct err *e);

#endif
