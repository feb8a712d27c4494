/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * snmp_peer.h - questions to one SNMP agent and its answers, as datagrams
 *
 * net-snmp writes and reads the messages of versions 1, 2c and 3 and does the security of
 * version 3 (RFC 3414).  It owns no socket, no session and no timer here: what it knows of
 * an agent lies in struct snmp_peer and is lent to it for the length of one call.  So any
 * number of conversations lives beside each other, two agents with one engine id do not
 * disturb each other, and nothing that a stranger says stays behind.
 *
 *	snmp_peer_start			once, before the sandbox
 *	snmp_peer_discover ─▶ snmp_peer_hear: SNMP_ENGINE	version 3: who is it, what time is it
 *	snmp_peer_ask  ─▶ snmp_peer_hear: SNMP_ANSWER ─▶ snmp_peer_row ... ─▶ snmp_peer_done
 */
#ifndef SCANNER_SNMP_PEER_H
#define SCANNER_SNMP_PEER_H

#include "base/addr.h"
#include "base/buf.h"
#include "base/err.h"
#include "scanner/snmp_access.h"

enum {
	SNMP_PEER_PORT = 161,
	SNMP_IDS_MAX = 64, /* numbers of an object identifier that matters here */
	SNMP_ENGINE_LEAST = 5,
	SNMP_ENGINE_MAX = 32, /* RFC 3411 §5 SnmpEngineID */
	SNMP_DATAGRAM_MAX = 1472,
};

/* An object identifier: 1.3.6.1.2.1.1.1.0 */
struct snmp_oid {
	size_t n;
	unsigned long ids[SNMP_IDS_MAX];
};
#define SNMP_OID(...) \
	{ \
		sizeof((const unsigned long[]){ __VA_ARGS__ }) / sizeof(unsigned long), \
		{ \
			__VA_ARGS__ \
		} \
	}

/* As the messages number them. */
enum snmp_version { SNMP_V1 = 0, SNMP_V2C = 1, SNMP_V3 = 3 };

struct snmp_peer {
	enum snmp_version version;
	const char *community;        /* versions 1 and 2c */
	const struct snmp_user *user; /* version 3 */
	/* Version 3: the agent's engine and clock, as it told them. */
	uint8_t engine[SNMP_ENGINE_MAX];
	size_t n_engine; /* 0: not known yet */
	uint32_t boots, time;
	uint32_t heard_at; /* in net-snmp's seconds */
	bool authentic;    /* boots and time came signed */
};

enum snmp_verb { SNMP_ASK_GET, SNMP_ASK_NEXT, SNMP_ASK_BULK };

struct snmp_question {
	enum snmp_verb verb;
	uint32_t id; /* 1 to 2^31 - 1; comes back in the answer */
	const struct snmp_oid *oids;
	size_t n;
	int repetitions; /* SNMP_ASK_BULK */
};

/* Makes net-snmp ready, without files of its own; a second time it does nothing. */
int snmp_peer_start(struct err *);

/* What makes any agent of version 3 tell its engine (RFC 3414 §4); needs no user.  A write
 * that fails makes the cursor bad. */
void snmp_peer_discover(struct wr *, uint32_t id);
/* The peer needs a community, or a user and its engine. */
void snmp_peer_ask(struct wr *, const struct snmp_peer *, const struct snmp_question *);

enum snmp_heard {
	SNMP_FOREIGN, /* no answer to this, or not to be believed: as if nothing came */
	SNMP_ENGINE,  /* it told its engine, which the peer knows now */
	SNMP_ANSWER,
	SNMP_LATE,   /* its clock differs; the peer knows it now: ask again */
	SNMP_DENIED, /* this user, or a key of it, does not let in */
};

enum { SNMP_OK = 0, SNMP_TOO_BIG = 1 }; /* of error-status, RFC 3416 §3 */

/* To be ended by snmp_peer_done() when it was SNMP_ANSWER. */
struct snmp_answer {
	long error, error_index; /* error-status, error-index */
	void *pdu, *next;        /* of net-snmp */
};

/* id: what was asked.  The community of an answer proves nothing and is not looked at. */
enum snmp_heard snmp_peer_hear(
	struct rd datagram, struct snmp_peer *, uint32_t id, struct snmp_answer *);
void snmp_peer_done(struct snmp_answer *);

enum snmp_type { SNMP_NOTHING, SNMP_NUMBER, SNMP_BYTES, SNMP_NAME };

/* Valid until snmp_peer_done(). */
struct snmp_row {
	const unsigned long *name;
	size_t n_name;
	enum snmp_type type; /* SNMP_NOTHING: the agent has no such thing */
	int64_t number;
	struct rd bytes;
	const unsigned long *value; /* SNMP_NAME */
	size_t n_value;
};

bool snmp_peer_row(struct snmp_answer *, struct snmp_row *);

/* Is it below the root?  Then what follows there: the index. */
bool snmp_row_index(const struct snmp_row *, const struct snmp_oid *root,
	const unsigned long **index, size_t *n);
/* <0, 0, >0 in the order of RFC 3416 §4.2.2. */
int snmp_row_order(const struct snmp_row *, const struct snmp_oid *);
/* false: more than SNMP_IDS_MAX numbers. */
bool snmp_row_take(struct snmp_oid *, const struct snmp_row *);
/* "1.3.6.1"; false: does not fit. */
bool snmp_print_ids(const unsigned long *ids, size_t n, char *out, size_t room);
/* Six bytes that are the MAC of one card. */
bool snmp_row_mac(const struct snmp_row *, struct mac *);

#endif
