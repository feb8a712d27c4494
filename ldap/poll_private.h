/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * poll_private.h - the parts of a poll of one controller, for domain_poll.c, which orders them
 *
 *	poll_sync.c	what changed, when another controller answers
 *	poll_read.c	what is asked
 *	poll_moved.c	who stands elsewhere because a container was moved
 *	poll_tell.c	what becomes of a computer
 *	poll_domain.c	the domain itself
 */
#ifndef LDAP_POLL_PRIVATE_H
#define LDAP_POLL_PRIVATE_H

#include "ldap/bin.h"
#include "ldap/changed.h"
#include "ldap/computers.h"
#include "ldap/domain.h"
#include "ldap/forest.h"
#include "ldap/left.h"
#include "ldap/seen.h"
#include "ldap/subnets.h"
#include "ldap/zones.h"

enum { POLL_ZONES_MEMORY = 256 << 20, POLL_MOVED_MAX = 64 };

struct poll {
	struct domain *domain;
	struct session *session;
	struct directory dir;
	struct ad_mark mark;
	struct computer_domain of;
	struct forest forest;
	struct zones *zones;
	struct seen *seen; /* of all controllers of this poll */
	struct containers *known;
	struct subnets subnets;
	struct left *left;
	struct bin *bin;      /* who was deleted since the last poll */
	const char *why_full; /* NULL: only changes since mark.usn are asked for */
	uint64_t since;
	struct changed *changed; /* NULL, or: only these are asked for, and zones are read */
	/* Containers that changed, in domain->mem; more than POLL_MOVED_MAX: the last is all. */
	const char *moved[POLL_MOVED_MAX + 1];
	size_t n_moved;
	bool has_zones;             /* all of them could be read */
	const char *cookies[PARTS]; /* of DirSync, for the next poll, in domain->mem */
	int64_t page, now_us;
	uint64_t n_computers, n_gone, n_nameless;
	struct door_counts uncounted; /* not at the door yet */
};

/* What changed by the cookies of the last poll.  -1: it cannot be told so, and nothing of it is
 * left. */
int poll_sync_read(struct poll *, struct err *);
/* Only the cookies, before anything else is read; that there are none costs nothing else. */
void poll_sync_mark(struct poll *);
void poll_sync_drop(struct poll *);

/* In this order: what is deleted is known before who took its name, zones before computers.
 * poll->session is open.  -1: the controller is of no use any more. */
void poll_read_subnets(struct poll *); /* that it fails costs nothing else */
int poll_read_zones(struct poll *, struct err *);
int poll_read_deleted(struct poll *, struct err *);
int poll_read_computers(struct poll *, struct err *);
/* Computers that did not change, below containers that did. */
int poll_read_moved(struct poll *, struct err *);
int poll_add_moved(struct poll *, const char *dn, struct err *);
/* Computers that did not change, of names that did. */
int poll_read_changed_names(struct poll *, struct err *);
/* DNS is asked for names that no zone has. */
int poll_read_left(struct poll *, struct err *);
int poll_domain_tell(struct poll *, struct err *);

/* In pages, where the controller gives some; the poll is the argument of the row. */
int poll_search(struct poll *, struct search *, struct err *);

/* A row of a search. */
int poll_tell_computer(void *poll, const struct entry *, struct err *);
/* One that has addresses in the zones and was not told. */
int poll_tell_named(void *poll, const struct entry *, struct err *);
int poll_tell_deleted(void *poll, const struct entry *, struct err *);
/* What was told since the last time, to the door. */
void poll_count(struct poll *);
/* A further address of a computer. */
int poll_tell_address(void *poll, const char *guid, const struct addr *, struct err *);

#endif
