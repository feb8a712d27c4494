/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * guard.h - what may never leave this machine
 *
 * The last look at a finished frame, by its own bytes and not by what a probe meant:
 *
 *	IP	only to a target, never to a group MAC, nothing behind the packet
 *	ARP	only requests, only for a target or a next hop
 *	NDP	only solicitations, only for a target or a next hop, to the group of its
 *		address or to itself
 *	ICMPv6	beside NDP only echo requests: to a target, or to ff02::1 on a link where
 *		that is switched on
 *	TCP, UDP	no payload to 515, 9100-9107, 9112-9116: printers print it
 *	anything else	never
 *
 * A refusal is a mistake in this program; the sweep ends at once.
 */
#ifndef SCANNER_GUARD_H
#define SCANNER_GUARD_H

#include "base/err.h"
#include "iprange/iprange.h"

struct guard {
	const struct iprange *targets;
	const struct addr *next_hops;
	size_t n_next_hops;
	const uint16_t *multicast; /* numbers of the links where ff02::1 may be asked */
	size_t n_multicast;
};

/* link: the number of the link that it would leave by.  ERR_ARG says what is wrong with it. */
int guard_frame(const struct guard *, uint16_t link, const uint8_t *frame, size_t n,
	struct err *);
/* The same for what goes through a socket: payload bytes to a port of dst. */
int guard_message(const struct guard *, const struct addr *dst, uint8_t proto,
	uint16_t port, size_t payload, struct err *);

#endif
