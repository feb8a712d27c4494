/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lists.h - browse lists by libsmbclient: a process a master, and a keeper that starts them
 *
 *	poll, which parses what strangers say and ──questions──▶ keeper ─┬─▶ process ─▶ a master
 *	has no rights and no secrets              ◀──entries───          └─▶ …  (crew.h)
 *
 * The keeper is forked before the poll gives up its rights and its secrets, and parses nothing
 * from the network.  It loads the library when it is asked the first question, so that a poll
 * that finds no master is spared that.
 *
 * To each process it is also the one who knows names (smbclient.h): it answers from port 137 of
 * an address of the loopback network that is the process' own, always with the address of
 * its master.  For that it needs CAP_NET_BIND_SERVICE.
 *
 * As nobody first; whoever denies that is asked with the account for his domain, if there is
 * one that nobody has refused in this run (trust.h).
 */
#ifndef NETBIOS_LISTS_H
#define NETBIOS_LISTS_H

#include "netbios/members.h"
#include "netbios/smbclient.h"
#include "wire/nbname.h"

enum {
	LISTS_PLACES = 8,            /* processes at a time */
	LISTS_ENTRIES_MAX = 1 << 17, /* of one master */
	LISTS_QUESTIONS_MAX = 1024,
};

/* A master, as it told of itself. */
struct list_question {
	struct addr ip;
	char domain[16], computer[16];
};

enum list_outcome {
	LIST_TOLD = SMBCLIENT_TOLD,
	LIST_DENIED = SMBCLIENT_DENIED,
	LIST_UNREACHED = SMBCLIENT_UNREACHED,
	LIST_STRANGE = SMBCLIENT_STRANGE,
	LIST_FAILED = SMBCLIENT_FAILED,
	LIST_SILENT,   /* killed at its deadline */
	LIST_NOT_USED, /* denied to nobody, and its account was refused elsewhere */
	LIST_OUTCOMES
};

struct list_entry {
	uint8_t is_domain;          /* or it is of a machine: 0 */
	char name[17], comment[49]; /* bytes as sent */
};

/* How it went with one master. */
struct list_end {
	uint32_t question;
	enum list_outcome outcome;
	const struct credential *account; /* with which; NULL: as nobody */
	uint32_t n[2];                    /* entries: machines, domains */
};

struct lists_ears {
	int (*entry)(
		void *arg, uint32_t question, const struct list_entry *, struct err *);
	void (*end)(void *arg, const struct list_end *);
	/* Nobody can be asked in this way, and why. */
	void (*unable)(void *arg, const char *why);
	void *arg;
};

struct lists;

/* What a keeper is given. */
struct list_keeper {
	const struct members_conf *accounts;
	int64_t patience_us;
	struct clock *clock;
	int fd; /* to the poll */
};
/* Does not return: list_keeper_run (list_keeper.h), but in tests. */
typedef void list_keeper_fn(const struct list_keeper *);

/* Forks the keeper.  accounts: with their secrets, or none. */
int lists_open(struct lists **, list_keeper_fn *run, const struct members_conf *accounts,
	int64_t patience_us, struct clock *, struct err *);
/* With a keeper that is there already: who has the other end of this socket, which is closed by
 * lists_close(). */
int lists_join(struct lists **, int fd, const struct members_conf *accounts,
	struct clock *, struct err *);
/* Once.  Until all has been told, or *stop, or the deadline. */
int lists_ask(struct lists *, const struct list_question *, size_t n,
	const struct lists_ears *, int64_t deadline_us,
	const volatile sig_atomic_t *stop, struct err *);
/* Ends the keeper and whoever is still at work. */
void lists_close(struct lists *);

#endif
