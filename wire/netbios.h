/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * netbios.h - the NetBIOS names that a machine claims by broadcast (RFC 1002)
 *
 * Its registrations on UDP 137 (§4.2.2, §4.2.4 refresh) and the sender of its datagrams on
 * UDP 138 (§4.4.2), among them the announcements of browsing.  Node status is in nbns.h.
 */
#ifndef WIRE_NETBIOS_H
#define WIRE_NETBIOS_H

#include "base/addr.h"
#include "base/err.h"
#include "wire/nbname.h"

enum { NETBIOS_DATAGRAM_PORT = 138 };

struct netbios_claim {
	struct netbios_name name;
	bool group;
	struct addr ip; /* of the owner, as it says itself */
};

/* A registration or a refresh: ERR_PROTO names the clause when it is none, or broken. */
int netbios_read_claim(struct rd datagram, struct netbios_claim *, struct err *);

struct netbios_datagram {
	struct addr ip; /* SOURCE_IP */
	struct netbios_name from, to;
};

/* ERR_PROTO: no direct unique, direct group or broadcast datagram, or broken. */
int netbios_read_datagram(struct rd datagram, struct netbios_datagram *, struct err *);

#endif
