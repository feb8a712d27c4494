/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reach.h - whom of a directory we may connect to, and a connection that nobody else made
 *
 * Every packet of a poll that is none to a name server goes to an address that was asked about
 * here: libraries are given sockets, and connect to nobody by themselves.
 */
#ifndef LDAP_REACH_H
#define LDAP_REACH_H

#include "host/resolver.h"
#include "iprange/iprange.h"

#include <signal.h>

struct reach {
	struct resolver *resolver;
	const struct iprange *excluded;    /* never asked; NULL: none */
	int64_t timeout_ms;                /* without a word of the server */
	int64_t deadline_us;               /* monotonic, of all */
	const volatile sig_atomic_t *stop; /* or NULL */
};

/* May anything be sent there? */
bool reach_may(const struct reach *, const struct addr *);

enum { REACH_ADDRESSES_MAX = 16 };

struct reach_addresses {
	struct addr items[REACH_ADDRESSES_MAX]; /* that may be asked */
	size_t n, n_excluded;
	struct addr excluded; /* the first of those */
};

/* -1: it has none that may be asked; n_excluded tells whether it has others.  A name that ends in
 * a dot, or is an address, is taken as it is. */
int reach_find(
	const struct reach *, const char *host, struct reach_addresses *, struct err *);

/* A connection to the first that takes it, non-blocking; ERR_TIMEOUT: all are silent.  Those
 * that may not be asked are passed by. */
int reach_connect(const struct reach *, const struct addr *, size_t n, uint16_t port,
	struct addr *peer, int *fd, struct err *);

/* Until the descriptor is ready for these events (poll).  until_us: monotonic. */
int reach_wait(
	const struct reach *, int fd, short events, int64_t until_us, struct err *);

#endif
