/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * net.h - what the kernel knows of the network: links, addresses, routes, neighbours
 *
 * A snapshot taken over rtnetlink (RFC 3549), in arena; nothing in it changes later.
 */
#ifndef HOST_NET_H
#define HOST_NET_H

#include "base/addr.h"
#include "base/arena.h"
#include "base/err.h"

enum link_kind {
	LINK_ETHER, /* Ethernet frames */
	LINK_LOOPBACK,
	LINK_IP,    /* bare IP packets: tun, WireGuard, PPP */
	LINK_OTHER, /* not for us */
};

struct host_link {
	int index;
	char name[16];
	enum link_kind kind;
	struct mac mac;
	unsigned mtu;
	bool up;  /* IFF_UP and IFF_RUNNING */
	bool arp; /* not IFF_NOARP */
};

struct host_addr {
	int link; /* index */
	struct addr addr;
	unsigned bits;    /* prefix of its subnet */
	struct addr peer; /* point-to-point; else unset */
	/* IPv6 (RFC 4862 §2, RFC 8981): what speaks against it as a source. */
	bool deprecated, temporary, tentative;
};

enum route_kind {
	ROUTE_UNICAST,
	ROUTE_UNREACHABLE /* and blackhole, prohibit, throw */
};

struct host_route {
	enum route_kind kind;
	struct addr net;
	unsigned bits;
	struct addr via; /* unset: on-link */
	struct addr src; /* preferred source, or unset */
	int link;
	unsigned metric;
};

struct host_neigh {
	int link;
	struct addr addr;
	struct mac mac; /* of a REACHABLE, STALE, DELAY, PROBE or PERMANENT entry */
};

struct host_net {
	struct host_link *links;
	size_t n_links;
	struct host_addr *addrs;
	size_t n_addrs;
	struct host_route *routes; /* main and default table; sorted: longest prefix first,
				    * then lowest metric */
	size_t n_routes;
	struct host_neigh *neighs;
	size_t n_neighs;
};

int host_net_read(struct arena *, struct host_net **out, struct err *);

const struct host_link *host_link_by_index(const struct host_net *, int index);
const struct host_link *host_link_by_name(const struct host_net *, const char *name);
const struct host_neigh *host_neigh_find(
	const struct host_net *, int link, const struct addr *);
/* Any address of any link, and all of the loopback blocks. */
bool host_is_own(const struct host_net *, const struct addr *);

#endif
