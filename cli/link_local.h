/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * link_local.h - what answers from an IPv6 address that every link has
 *
 * fe80::1 of one link is another machine than fe80::1 of the next, so such an address is nobody's
 * in the store.  Who answered from it is known by his MAC, which the kernel had to learn, and by
 * what he told of himself: an endpoint of WS-Discovery, or another address of his.
 */
#ifndef CLI_LINK_LOCAL_H
#define CLI_LINK_LOCAL_H

#include "host/net.h"
#include "inventory/observation.h"

bool link_local_is(const struct observation *);
/* Or one of IPv6 that is routed, and answered for a name: a neighbour, too. */
bool link_local_is_named(const struct observation *);

/* out: o without its address of a link, which the lowest takes the place of that it says is its
 * own, and with the MAC that the neighbours have for it, when that is one alone.  *mac: there was
 * one.  In arena. */
int link_local_settle(const struct host_net *, const struct observation *o,
	struct arena *, struct observation *out, bool *mac, struct err *);

/* Is there a fact left by which a device may be known? */
bool link_local_is_known(const struct observation *);

#endif
