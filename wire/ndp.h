/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ndp.h - who has this IPv6 address: neighbour solicitation and advertisement
 *
 * What ARP is to IPv4 (RFC 4861 §4.3, §4.4), as ICMPv6 messages.  Only the link-layer
 * address option (§4.6.1) is understood; all others are walked past.
 */
#ifndef WIRE_NDP_H
#define WIRE_NDP_H

#include "wire/ip.h"

enum {
	NDP_SOLICITATION = 135, /* ICMPv6 types */
	NDP_ADVERTISEMENT = 136,
	NDP_HOP_LIMIT = 255, /* of every message: a router in between would lower it */
	NDP_SOLICITATION_SIZE = 32, /* with the source link-layer address option */
};

struct ndp {
	uint8_t type;
	bool router, solicited, override; /* advertisement: its three flags */
	struct addr target;
	struct mac mac; /* of the sender, or of the target; zero when it is not told */
};

/* ff02::1:ffXX:XXXX: where who has this address listens (RFC 4291 §2.7.1). */
struct addr ndp_solicited_node(const struct addr *);
/* 33:33 and the last four bytes of an IPv6 multicast address (RFC 2464 §7). */
struct mac ndp_group_mac(const struct addr *group);

/* The message behind an IP header of src and dst, checksum included; mac is src's. */
void ndp_write_solicitation(struct wr *, const struct ip *, const struct addr *target,
	const struct mac *mac);

/* false: neither of the two, or what RFC 4861 §7.1.1 and §7.1.2 tell to discard: a hop limit
 * below 255, a wrong checksum, an option of length 0, ... */
bool ndp_read(struct rd payload, const struct ip *, struct ndp *);

#endif
