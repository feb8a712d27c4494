/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * group.h - the neighbourhood of a target: does something answer for all of it?
 *
 * Firewalls answer pings or resets for whole subnets, routers answer ARP for addresses
 * behind them (proxy ARP, RFC 1027).  Such answers say nothing about the address asked, and
 * are graded weak.  Judged for each /24 of the targets (IPv6: /120) and each kind of answer
 * apart, so that a host that lives among ghosts is known by what only it answers.
 *
 * Dark canaries are addresses among the targets that are hardly ever used: the first and
 * the last of a /24, and for TCP a port where hardly anybody listens (question.h), asked of two
 * addresses.  A kind of answer is weak where
 *
 *	a dark address gave it, and GROUP_DARK_SHARE of all that were asked did, or
 *	it came from one MAC for GROUP_MAC_SHARE of all, at least GROUP_MAC_LEAST, or
 *	another kind is weak here, and GROUP_MAC_SHARE of all, at least GROUP_MAC_LEAST,
 *	gave this one too.
 *
 * Until the kind is judged an answer is held back.  That is short: it is cleared as soon
 * as more addresses stayed silent than answered; the rest is judged after the round.
 */
#ifndef SCANNER_GROUP_H
#define SCANNER_GROUP_H

#include "base/addr.h"
#include "scanner/distress.h"

enum {
	GROUP_BITS = 8,        /* of an address, within its group */
	GROUP_LEAST = 8,       /* targets: fewer are not judged */
	GROUP_SILENT = 4,      /* addresses: fewer silent ones clear nothing */
	GROUP_DARK_SHARE = 75, /* percent */
	GROUP_MAC_SHARE = 90,  /* percent */
	GROUP_MAC_LEAST = 16,  /* answers */
};

enum ask_kind { ASK_LINK, ASK_ECHO, ASK_TIMESTAMP, ASK_SYN, ASK_DATAGRAM, ASK_KINDS };
enum answer_kind {
	ANSWER_LINK, /* ARP, neighbour advertisement */
	ANSWER_ECHO, /* ICMP echo */
	ANSWER_TIMESTAMP,
	ANSWER_OPEN,   /* SYN, ACK */
	ANSWER_CLOSED, /* RST */
	ANSWER_UDP,
	ANSWER_KINDS,
};

enum grade { GRADE_PENDING, GRADE_REPLY, GRADE_WEAK };

/* All counts are of first questions to an address and the answers to them. */
struct group {
	uint16_t asked[ASK_KINDS];
	uint16_t ripe[ASK_KINDS]; /* asked so long ago that answers are here */
	uint16_t answered[ANSWER_KINDS];
	uint8_t dark[ANSWER_KINDS];  /* answers of dark addresses */
	uint8_t grade[ANSWER_KINDS]; /* enum grade */
	uint8_t skipped;             /* by sampling: nobody of the sample answered */
	bool inhabited;              /* somebody was found here by an earlier run */
	struct mac mac; /* the most frequent one, if any is (Boyer and Moore 1981) */
	uint16_t mac_votes, mac_count; /* count: at least so many answers had it */
	uint16_t n;                    /* targets in it */
	struct distress_net distress;  /* its hosts are targets, by number */
};

enum ask_kind answer_asked_by(enum answer_kind);
/* For people: "ARP", "ICMP echo" ... */
const char *answer_kind_name(enum answer_kind);

bool group_is_dark(const struct addr *);

void group_ask(struct group *, enum ask_kind);
/* mac: of an ANSWER_LINK, else NULL. */
void group_answer(struct group *, enum answer_kind, bool dark, const struct mac *);

/* How an answer of this kind is graded now. */
enum grade group_grade(const struct group *, enum answer_kind);
/* All that was asked till now is ripe. */
void group_ripen(struct group *);
/* Clears what ripe silence clears. */
void group_clear(struct group *);
/* There is no more time: what silence does not clear is weak.  true: something was. */
bool group_decide(struct group *);
/* After a round: grades every kind that was asked; last: every kind. */
void group_judge(struct group *, bool last);

#endif
