/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * snmp_talk.h - a list of questions to one SNMP agent, as a conversation
 *
 * First it is found out what lets in: the agent is asked for its engine (which every agent
 * of version 3 tells, and which becomes snmp.engine), and with each community at once.  A
 * user of version 3 goes before a community, version 2c before 1.  Then the steps of the
 * script are asked one after the other; what is not answered in a second is asked once
 * more.  A walk ends where the tree, its bound or the patience of the loop does, and when
 * an agent does not go forward in it (RFC 3416 §4.2.3).
 *
 * A conversation whose talk_arg() is what snmp_talk_access() printed goes in by the same
 * user or community again.
 */
#ifndef SCANNER_SNMP_TALK_H
#define SCANNER_SNMP_TALK_H

#include "scanner/ask.h"
#include "scanner/snmp_peer.h"

enum {
	SNMP_STEP_OIDS = 12, /* of one SNMP_STEP_GET */
	SNMP_TEXT_OF_ACCESS = 8,
};

enum snmp_step_kind { SNMP_STEP_GET, SNMP_STEP_WALK };

struct snmp_step {
	enum snmp_step_kind kind;
	/* Get: what, at most SNMP_STEP_OIDS; 0: nothing.  The same at each call. */
	size_t (*which)(struct talk *, struct snmp_oid *out);
	/* Walk: all that is below, up to a bound. */
	struct snmp_oid root;
	uint32_t rows_max;
	/* Looked at before each question; NULL: always. */
	bool (*wanted)(struct talk *);
	/* One row that exists; index: what follows the root in its name, of a walk. */
	void (*take)(struct talk *, const struct snmp_row *, const unsigned long *index,
		size_t n);
};

struct snmp_script {
	const struct snmp_step *steps;
	size_t n;
	void (*done)(
		struct talk *); /* the last was asked, or no more can be; may be NULL */
};

enum snmp_phase { SNMP_SEEKS, SNMP_TRIES_USER, SNMP_ASKS };

/* First in the state of a conversation; its own. */
struct snmp_talk {
	const struct snmp_script *script;
	const struct snmp_access *access; /* of the settings */
	struct snmp_peer peer;            /* who is asked, from SNMP_TRIES_USER on */
	enum snmp_phase phase;
	uint8_t users, v2c, v1; /* what may still let in: bits */
	int community;          /* let in, while users are tried; -1: none yet */
	size_t let_in;          /* number of the user or community */
	uint32_t base, id;      /* of the questions that seek; of the one on its way */
	bool knows_engine;
	unsigned tries; /* of the question on its way, or of those that seek */
	unsigned late;  /* answers that told another time, of one question */
	/* The step on its way. */
	size_t step;
	uint16_t left, asking; /* get: of its objects, bits */
	unsigned batch;        /* get: objects in one question */
	struct snmp_oid last;  /* walk: the row before the next */
	uint32_t rows;
	unsigned parts;  /* steps that were left before their end */
	const char *why; /* the first thing that went wrong, or NULL */
};

enum talk_next snmp_talk_begin(struct talk *, const struct snmp_script *);
enum talk_next snmp_talk_hear(struct talk *);
void snmp_talk_late(struct talk *); /* as if the script were done */
/* By what it is in, for talk_arg() of another conversation.  Returns buf. */
const char *snmp_talk_access(
	const struct snmp_talk *, char buf[static SNMP_TEXT_OF_ACCESS]);

#endif
