/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * snmp.h - SNMP with communities: one question for the name and kind of a machine
 *
 * A GetRequest for sysDescr.0, sysObjectID.0 and sysName.0 (RFC 3418 §2), and the head and
 * values of the Response (RFC 1157 §4.1.2, RFC 3416 §3; RFC 1901 §3 for the version).  Of
 * BER (X.690) only what that takes: definite lengths, tags of one byte.
 */
#ifndef WIRE_SNMP_H
#define WIRE_SNMP_H

#include "base/buf.h"
#include "base/err.h"

enum {
	SNMP_PORT = 161,
	SNMP_COMMUNITY_MAX = 64, /* bytes: with more the lengths would take two */
	SNMP_SYSTEM_SIZE = 65 + SNMP_COMMUNITY_MAX, /* bytes of the longest question */
	SNMP_OID_TEXT = 128,                        /* "1.3.6.1.4.1.8072.3.2.10" */
};

/* Request ids of ours always take four bytes (X.690 §8.3.2): the high bits are 01. */
static inline uint32_t
snmp_request_id(uint32_t bits)
{
	return UINT32_C(0x40000000) | (bits & 0x3fffffff);
}

/* Version 2c.  id: from snmp_request_id().  A community that is empty or too long makes
 * the cursor bad. */
void snmp_write_get_system(struct wr *, const char *community, uint32_t id);

/* The request id of such a question. */
bool snmp_peek_question(struct rd datagram, uint32_t *id);
/* Only the request id, if this looks like a Response at all: cheap, for matching. */
bool snmp_peek_id(struct rd datagram, uint32_t *id);

/* What is absent, or of another type than RFC 3418 says, is empty. */
struct snmp_system {
	uint32_t id;
	uint32_t error;        /* error-status; 0: none */
	struct rd descr, name; /* bytes of the datagram, meant as text */
	char object_id[SNMP_OID_TEXT];
};

/* ERR_PROTO names the clause that is broken. */
int snmp_read_system(struct rd datagram, struct snmp_system *, struct err *);

#endif
