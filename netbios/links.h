/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * links.h - the subnets where a question to everybody is heard, and who may be asked at all
 *
 * Pure, over what the kernel said (host/net.h).
 */
#ifndef NETBIOS_LINKS_H
#define NETBIOS_LINKS_H

#include "base/opt.h"
#include "host/net.h"
#include "iprange/iprange.h"

enum { NB_LINKS_MAX = 64 };

/* An IPv4 address of ours on an Ethernet that is up, and the subnet around it; or our IPv6
 * link-local address there, which has no broadcast: WS-Discovery alone is asked in both. */
struct nb_link {
	const struct host_link *link;
	struct addr ip, net, broadcast;
	unsigned bits;
};

struct nb_links {
	struct nb_link items[NB_LINKS_MAX]; /* those of IPv4 first */
	size_t n, n_ip4, left;              /* left: that there was no room for */
};

/* interfaces: names; empty: all that can.  IPv6 is asked where IPv4 is, where we have an address
 * that is routed, and where an interface is named: a port of a bridge has a link-local address,
 * too.  ERR_ARG: there is no such interface, or it has nothing to ask from.  No link at all is
 * no error. */
int nb_links_choose(const struct host_net *, const struct opt_list *interfaces,
	struct nb_links *out, struct err *);

/* What may be sent a packet, beside the groups and broadcasts of the links. */
struct nb_scope {
	const struct nb_links *links;
	const struct iprange *targets;  /* NULL: none */
	const struct iprange *excluded; /* always wins; NULL: none */
	const struct addr *servers;     /* WINS, named by a person */
	size_t n_servers;
};

/* told_by_server: a name server that a person named says that it is a machine there.  Of IPv6
 * only targets may be. */
bool nb_may_ask(const struct nb_scope *, const struct addr *, bool told_by_server);

/* An address of IPv6 that somebody gives for a name: is it one that may be told, and means
 * something beyond a link? */
bool nb_may_tell(const struct nb_scope *, const struct addr *);

/* May all of a link be asked at once?  Not when its broadcast address is excluded, or lies outside
 * of what is allowed, which is excluded then: groups of the link go the same way.  In IPv6 our
 * own address there stands for the link. */
bool nb_may_call(const struct nb_scope *, const struct nb_link *);

/* Did a question to all of this link bring an answer from there? */
bool nb_may_hear(const struct nb_scope *, const struct nb_link *, const struct addr *);

/* "198.18.3.0/24", "fe80::%eth0/64" (RFC 4007 §11.7).  Returns buf. */
enum { NB_SUBNET_TEXT = ADDR_TEXT_MAX + 24 };
const char *nb_subnet_print(const struct nb_link *, char buf[static NB_SUBNET_TEXT]);

#endif
