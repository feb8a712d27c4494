/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mdns.h - multicast DNS asked of one machine alone (RFC 6762 §5.5, §6.7)
 *
 * One query from an ordinary port to UDP 5353 of the machine: what is the name of your
 * address, and what kinds of services do you offer (RFC 6763 §9)?  The answer comes back by
 * unicast, with the id of the query.
 */
#ifndef WIRE_MDNS_H
#define WIRE_MDNS_H

#include "base/err.h"
#include "wire/dns.h"

enum {
	MDNS_PORT = 5353,
	MDNS_QUERY_MAX = 124,   /* bytes; less over IPv4 */
	MDNS_NAME_SIZE = 72,    /* one label and ".local" (RFC 6762 §3) */
	MDNS_SERVICE_SIZE = 24, /* "_fifteen-letters._tcp" (RFC 6763 §7) */
	MDNS_SERVICES_MAX = 64,
};

/* about: the address that is asked. */
void mdns_write_query(struct wr *, uint16_t id, const struct addr *about);

/* Only the id, if this looks like a response at all: cheap, for matching. */
bool mdns_peek_id(struct rd datagram, uint16_t *id);

struct mdns_answer {
	uint16_t id;
	char name[MDNS_NAME_SIZE]; /* "anna-macbook.local", UTF-8; "": not told */
	char services[MDNS_SERVICES_MAX][MDNS_SERVICE_SIZE]; /* "_ipp._tcp": by name, once */
	size_t n_services;
};

/* What it says of another address than `about` is not taken.  ERR_PROTO names the clause
 * that is broken; records before that place are kept. */
int mdns_read_answer(struct rd datagram, const struct addr *about, struct mdns_answer *,
	struct err *);

#endif
