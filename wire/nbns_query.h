/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * nbns_query.h - who has this NetBIOS name: the question and its answer (RFC 1002 §4.2.12 to
 * §4.2.14)
 *
 * By broadcast everybody who has the name answers; a name server (WINS) is asked by unicast
 * and knows the owners of other subnets too.  Node status is in nbns.h.
 */
#ifndef WIRE_NBNS_QUERY_H
#define WIRE_NBNS_QUERY_H

#include "base/addr.h"
#include "base/err.h"
#include "wire/nbname.h"

enum {
	NBNS_QUERY_SIZE = 50, /* bytes */
	NBNS_ANSWER_SIZE = 62,
	NBNS_OWNERS_MAX = 64, /* WINS tells 25 of a group; a hostile answer up to 10922 */
};

struct nbns_owner {
	struct addr ip;
	bool group;
};

struct nbns_answer {
	uint16_t id;   /* NAME_TRN_ID */
	bool negative; /* nobody has the name, or the server does not do it */
	uint8_t rcode; /* of a negative one: 3 is "no such name" (§4.2.14) */
	struct netbios_name name; /* "" when it only points to the question */
	struct nbns_owner owners[NBNS_OWNERS_MAX];
	size_t n_owners;
	bool truncated; /* there are more */
};

struct nbns_question {
	uint16_t id;
	struct netbios_name name;
};

/* broadcast: the B flag (§4.2.1.1), for which only owners answer. */
void nbns_write_query(
	struct wr *, uint16_t id, const struct netbios_name *, bool broadcast);
/* ERR_PROTO names the clause; so are answers to registrations, and "wait" (§4.2.16). */
int nbns_read_answer(struct rd datagram, struct nbns_answer *, struct err *);

/* The other side of it, for whoever has names of his own to tell. */
int nbns_read_question(struct rd datagram, struct nbns_question *, struct err *);
/* "Yes, and at this IPv4 address it is, for good and for one alone." */
void nbns_write_answer(
	struct wr *, const struct nbns_question *, const struct addr *owner);

#endif
