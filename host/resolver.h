/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * resolver.h - names to addresses and back, many at once (c-ares)
 *
 * A dead or refusing resolver is never reported as "no name": each answer says which.
 */
#ifndef HOST_RESOLVER_H
#define HOST_RESOLVER_H

#include "base/addr.h"
#include "base/err.h"
#include "host/srv.h"

#include <stdbool.h>
#include <stdint.h>

struct resolver;

int resolver_new(struct resolver **out, struct err *); /* reads the system's settings */
void resolver_free(struct resolver *);

/* Blocking: every A and AAAA address of name (hosts file first).  ERR_NOTFOUND: the name
 * does not exist; ERR_TIMEOUT, ERR_SYS: could not be asked. */
int resolver_lookup(struct resolver *, const char *name,
	int (*found)(void *arg, const struct addr *, struct err *), void *arg,
	struct err *);

/* Blocking: the SRV records of name in the order to try them (srv.h); at most room.  Errors as
 * of resolver_lookup; none at all is ERR_NOTFOUND. */
int resolver_lookup_srv(struct resolver *, const char *name, struct srv *out,
	size_t room, size_t *n, struct err *);

enum { RESOLVER_ADDRESSES_MAX = 64 };

/* known: a name server said so, be it that there is none (n 0).  all: how many it has; only the
 * first RESOLVER_ADDRESSES_MAX are told. */
typedef void name_found(void *arg, void *who, bool known, const struct addr *addresses,
	size_t n, size_t all);

/* Ask the A and AAAA of a name as it stands, in the same queue as PTRs; who: whatever tells
 * the caller which it was.  found is called from resolver_work, once. */
int resolver_ask_name(struct resolver *, const char *name, void *who, struct err *);
void resolver_on_name(struct resolver *, name_found *, void *arg);

enum ptr_outcome {
	PTR_NAME,
	PTR_MORE, /* after the names of which it is told: there are more than these */
	PTR_NONE,
	PTR_UNKNOWN, /* time-out, refused, server failure, nonsense */
	/* Of a name that was told, and only after resolver_confirm_names(): */
	PTR_CONFIRMED,   /* its own lookup leads back to the address */
	PTR_REFUTED,     /* it has other addresses, or none */
	PTR_UNCONFIRMED, /* its lookup is PTR_UNKNOWN */
	PTR_OUTCOMES,
};

/* name: NULL with PTR_MORE, PTR_NONE and PTR_UNKNOWN; borrowed; letters, digits, '-', '_' and '.', at
 * most 253. */
typedef void ptr_found(
	void *arg, const struct addr *, enum ptr_outcome, const char *name);

/* Ask the PTR of addr (RFC 1035 §3.5, RFC 3596 §2.5); at most 200 in flight, the rest
 * waits in a queue.  found is called from resolver_work: once for each name that the
 * address has, 256 at most, or once without a name. */
int resolver_ask_ptr(struct resolver *, const struct addr *, struct err *);
void resolver_on_ptr(struct resolver *, ptr_found *, void *arg);
/* From now on each name is looked up in turn (A or AAAA, as the address is), for anybody may
 * give his address somebody else's name; found is called a second time with what came of it.
 * At most 8 names of an address. */
void resolver_confirm_names(struct resolver *);
/* Let it work for up to wait_ms (0: only what is ready).  Returns how many are still open.
 * After 100 time-outs in a row without one answer the resolver is held dead and the rest
 * ends as PTR_UNKNOWN at once. */
size_t resolver_work(struct resolver *, int wait_ms);

#endif
