/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plan.h - which address is reached how
 *
 * Pure: the targets and a snapshot of this host's network go in, disjoint segments come
 * out.  Each target is in exactly one segment, is an own address, or is counted in a
 * reason.
 *
 *	loopback			by sockets
 *	own addresses			reported from the host itself, not asked
 *	network, broadcast address	of an IPv4 subnet of ours with a prefix <= 30: skipped
 *	multicast, 0.0.0.0, ::		skipped
 *	subnet-router anycast address	of an IPv6 subnet of ours with a prefix <= 126: skipped
 *	fe80::/10			needs one link: with several, --interface chooses
 *	everything else			by the longest-prefix route: on the link, or through a
 *					next hop; by sockets where the link has no Ethernet
 *
 * An IPv6 range of more than PLAN_IP6_MAX addresses is not asked one by one.  It has
 * segments of its own, whose targets are what the neighbour table or a name shows of it;
 * where it is on a link, more is sought there by multicast later.
 */
#ifndef SCANNER_PLAN_H
#define SCANNER_PLAN_H

#include "base/opt.h"
#include "host/net.h"
#include "inventory/source.h"
#include "iprange/iprange.h"

enum { PLAN_IP6_MAX = 1 << 16 };

enum way { WAY_ONLINK, WAY_ROUTED, WAY_SOCKETS };

struct segment {
	enum way way;
	const struct host_link *link; /* NULL for sockets */
	struct addr src;              /* unset for sockets */
	struct addr next_hop;         /* routed only */
	const struct iprange *targets;
	const struct iprange *range; /* the large one that the targets are of; or NULL */
	bool sought;                 /* by multicast: more of it may become targets */
};

struct own_address {
	struct addr addr;
	struct mac mac; /* zero when its link has none */
};

struct plan {
	struct segment *segments;
	size_t n_segments;
	struct own_address *own;
	size_t n_own;
	/* Targets that a route of this host leads by, link-local ones aside: each link has those
	 * anew.  NULL: none. */
	const struct iprange *gateways;
	struct reason *reasons;
	size_t n_reasons;
	u128 targets, onlink, routed, by_sockets, unroutable, skipped;
	u128 sought; /* in large ranges: not asked one by one */
};

struct plan_input {
	const struct iprange *targets;
	const struct host_net *net;
	const struct opt_list *interfaces; /* only routes through these; empty: all */
	bool sockets_only;                 /* no packets of our own */
	bool multicast;                    /* seek in large ranges */
	const struct iprange *named;       /* targets that a name led to; NULL: none */
};

/* What it points to: in arena, or in the snapshot.  ERR_ARG: an unknown interface. */
int plan_make(const struct plan_input *, struct arena *, struct plan *out, struct err *);

/* The text of a set for people: whole when short, else its ends. In arena; NULL past the
 * limit. */
const char *plan_about(const struct iprange *, struct arena *);

#endif
