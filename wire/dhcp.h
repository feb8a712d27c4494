/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dhcp.h - what is said in DHCP for IPv4 (RFC 2131 §2, options of RFC 2132)
 *
 * muster listens to the conversations of others, and has one question of its own.  All cursors
 * point into the datagram; text is as it was sent, without the NULs at its end that some add.
 */
#ifndef WIRE_DHCP_H
#define WIRE_DHCP_H

#include "base/addr.h"
#include "base/buf.h"
#include "base/err.h"

enum { DHCP_SERVER_PORT = 67, DHCP_CLIENT_PORT = 68 };

/* RFC 2132 §9.6; 0: plain BOOTP */
enum dhcp_type {
	DHCP_BOOTP,
	DHCP_DISCOVER,
	DHCP_OFFER,
	DHCP_REQUEST,
	DHCP_DECLINE,
	DHCP_ACK,
	DHCP_NAK,
	DHCP_RELEASE,
	DHCP_INFORM,
};

enum { DHCP_FQDN_MAX = 256 }; /* with the NUL */

struct dhcp {
	bool reply; /* BOOTREPLY: a server says it */
	enum dhcp_type type;
	uint32_t id;                /* xid: of the question, and of its answer */
	struct mac mac;             /* chaddr; zero when it is no Ethernet */
	struct addr client, yours;  /* ciaddr, yiaddr; unset when 0.0.0.0 */
	struct addr relay;          /* giaddr */
	struct addr wanted, server; /* options 50 and 54 */
	struct rd dns, wins;        /* 6, 44: four bytes an address */
	struct rd name;             /* 12: host name */
	struct rd domain;           /* 15: domain name */
	struct rd vendor_class;     /* 60 */
	struct rd client_id;        /* 61 */
	struct rd asked;            /* 55: one byte an option */
	char fqdn[DHCP_FQDN_MAX];   /* 81 (RFC 4702 §2.3), "" when there is none */
};

/*
 * Options in the fields for file and server name are read where option 52 says so; of one
 * that is repeated the first counts.  ERR_PROTO names the clause that is broken.
 */
int dhcp_read(struct rd datagram, struct dhcp *, struct err *);

/*
 * DHCPINFORM (RFC 2131 §4.4.3, table 5): what holds for a machine that has this address?  Any
 * server that is asked may answer with DHCPACK, to the address; nothing is leased by it.
 */
struct dhcp_inform {
	uint32_t id;
	struct addr own; /* IPv4 */
	struct mac mac;
};
enum { DHCP_INFORM_SIZE = 300 };
void dhcp_write_inform(struct wr *, const struct dhcp_inform *);

#endif
