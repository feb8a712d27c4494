/* SPDX-License-Identifier: GPL-3.0-or-later */
/* domain.h - one domain: its controllers, one after the other, and what one of them tells */
#ifndef LDAP_DOMAIN_H
#define LDAP_DOMAIN_H

#include "ldap/ad.h"
#include "ldap/directory.h"
#include "ldap/door.h"
#include "ldap/locate.h"

struct domain {
	const struct ad_conf *conf;
	struct door *door;
	char name[STATE_NAME_MAX];        /* "": as the configured server says */
	const struct credential *account; /* NULL: the default */
	struct resolver *resolver;
	struct reach reach;
	struct arena *mem; /* of what a controller told; emptied before the next */
	struct controllers controllers;
	size_t at;       /* the next to try */
	struct err last; /* why the one before was left */
};

/* Finds the controllers; the one that was asked last time goes first. */
int domain_open(struct domain *, const struct ad_conf *, struct door *,
	const char *name, struct err *);
void domain_close(struct domain *);

/*
 * Connects to the next controller, and logs in unless login is false; what fails is told as a
 * reason, and the next is tried.  -1: nobody is left, or the account was refused (ERR_AUTH),
 * which no other controller would change.
 */
int domain_connect(struct domain *, bool login, struct session **, struct directory *,
	struct err *);

/* A controller is left: that is told as a reason, and remembered. */
void domain_leave(struct domain *, const char *host, const struct err *);

/* Polls it, and tells whatever happens.  -1: it could not be polled. */
int domain_poll(const struct ad_conf *, struct door *, const char *name, struct err *);
/* It could not be polled: that is told, and counted. */
void domain_tell_failed(struct door *, const char *name, const struct err *);

/* Why its poll would be full; NULL: it would ask for changes by their count.  *can_sync: or
 * else by DirSync, when the controller lets us. */
const char *domain_why_full(const struct domain *, const struct directory *,
	struct ad_mark *mark, bool *can_sync);

#endif
