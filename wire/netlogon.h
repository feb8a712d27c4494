/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * netlogon.h - the LDAP ping: is this a domain controller, and in which site are we
 *
 * One search by UDP ([MS-ADTS] 6.3.3), whose answer is one attribute in a form of its own
 * (6.3.1.9).  Its names are packed as those of DNS (6.3.7).
 */
#ifndef WIRE_NETLOGON_H
#define WIRE_NETLOGON_H

#include "base/buf.h"

enum {
	NETLOGON_QUERY_ROOM = 512,
	NETLOGON_ANSWER_MAX = 4096, /* bytes of a datagram that are looked at */
	NETLOGON_NAME_MAX = 256,
};

/* [MS-ADTS] 6.3.1.2 */
enum netlogon_flags {
	NETLOGON_PDC = 0x1,
	NETLOGON_GC = 0x4,
	NETLOGON_LDAP = 0x8,
	NETLOGON_DS = 0x10,
	NETLOGON_KDC = 0x20,
	NETLOGON_CLOSEST = 0x80,
	NETLOGON_WRITABLE = 0x100,
};

/* The question of a member of `domain` (a DNS name); the cursor is bad when it has no room. */
void netlogon_write_query(struct wr *, uint16_t id, const char *domain);

/* Names are "" when they are absent. */
struct netlogon {
	uint32_t flags;
	uint8_t domain_guid[16];
	char forest[NETLOGON_NAME_MAX], domain[NETLOGON_NAME_MAX],
		host[NETLOGON_NAME_MAX];
	char netbios_domain[NETLOGON_NAME_MAX], netbios_host[NETLOGON_NAME_MAX];
	char site[NETLOGON_NAME_MAX];         /* of the controller */
	char our_site[NETLOGON_NAME_MAX];     /* by the address we asked from */
	char closest_site[NETLOGON_NAME_MAX]; /* the next one */
};

enum netlogon_said {
	NETLOGON_ANSWER,
	NETLOGON_NOT_IT, /* an answer without the attribute: no controller of that domain */
	NETLOGON_OTHER, /* to another question */
	NETLOGON_GARBAGE,
};

/* A datagram.  why: static text, of NETLOGON_GARBAGE. */
enum netlogon_said netlogon_read(
	struct rd datagram, uint16_t id, struct netlogon *, const char **why);

#endif
