/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cdp.h - how a Cisco device introduces itself to its neighbours (Cisco Discovery Protocol)
 *
 * No standard has it: the layout is that of Cisco's own description and of the readers of
 * tcpdump and Wireshark.  IEEE 802.3 frames with LLC and SNAP to 01:00:0c:cc:cc:cc.
 */
#ifndef WIRE_CDP_H
#define WIRE_CDP_H

#include "base/addr.h"
#include "base/buf.h"
#include "base/err.h"

extern const struct mac cdp_group; /* 01:00:0c:cc:cc:cc */

struct cdp {
	uint8_t version, ttl;                     /* ttl: seconds */
	struct rd name, port, software, platform; /* into the frame */
	uint32_t capabilities; /* 1 router, 2 bridge, 8 switch, ... */
	struct addr address;   /* its first IPv4 address; may be unset */
};

/* payload: behind the two addresses and the length of the Ethernet header, LLC first.
 * ERR_PROTO says what is wrong. */
int cdp_read(struct rd payload, struct cdp *, struct err *);

#endif
