/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ask.h - how a conversation plugs in: a few messages that tell who a living host is
 *
 * A conversation is a const descriptor (`ask_smb.c`: `const struct ask ask_smb`) and one
 * line in ask_table.c.  It is a small state machine over bytes: it owns no socket, no clock
 * and no deadline; those are the loop's (talks.h), which calls it when something arrived.
 *
 *	begin ──▶ TALK_MORE ──▶ hear ──▶ TALK_MORE ... ──▶ TALK_DONE: all is known
 *	                                                   TALK_GARBAGE: it speaks something else
 *
 * What was learnt before a conversation ends is told however it ends: done, garbage, a
 * silence, a reset.  Everything heard is hostile: whatever a conversation keeps of it goes
 * through the functions here, which cut, clean and bound it.
 */
#ifndef SCANNER_ASK_H
#define SCANNER_ASK_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/opt.h"
#include "inventory/fact.h"

enum talk_next {
	TALK_MORE,    /* wait for more bytes */
	TALK_DONE,    /* nothing else is wanted */
	TALK_GARBAGE, /* not this protocol, or broken: talk_why() says what */
};

enum ask_transport {
	ASK_TCP,
	ASK_TLS, /* TLS from the first byte; begin is called inside it */
	ASK_UDP, /* each talk_say() is one datagram, each hear is for one that came */
};

enum {
	ASK_PORTS_MAX = 8,
	TALK_IN_MAX = 64 << 10,   /* bytes not taken yet, of one conversation */
	TALK_OUT_MAX = 16 << 10,  /* bytes to be sent, of one conversation */
	TALK_ALL_MAX = 256 << 10, /* bytes heard of one conversation in all */
	TALK_FACTS_MAX = 48,
	TALK_SET_MAX = 64,   /* members of one set */
	TALK_FOLLOW_MAX = 4, /* conversations that one may lead to */
	TALK_OTHERS_MAX = 10000,
};

struct talk; /* one conversation on its way */

/* What conversations may use, from the settings; secrets are never told. */
struct ask_settings {
	struct opt_list communities;    /* SNMP v1 and v2c */
	struct opt_list users;          /* SNMP v3 (snmp_access.h) */
	const struct snmp_access *snmp; /* both, ready for use */
	bool smb_dialects;              /* all of them, by more connections */
};

struct ask {
	const char *name;  /* stable: --ask, reasons, documentation */
	const char *help;  /* one sentence: what is asked and learnt */
	const char *sends; /* what reaches the host, for people: no more, no less */
	enum ask_transport transport;
	/* Spoken to at these, up to the first 0: TCP where they are open, UDP as `unasked` says. */
	uint16_t ports[ASK_PORTS_MAX];
	/* Is it asked at all with these settings?  NULL: always. */
	bool (*wanted)(const struct ask_settings *);
	/* UDP: also where no probe was answered at that port?  NULL: yes. */
	bool (*unasked)(const struct ask_settings *);
	size_t state_size;   /* of talk_state(), zeroed */
	int64_t patience_us; /* the whole conversation; 0: TALK_PATIENCE */
	/* Connected: says the first bytes, if it is us who begins. */
	enum talk_next (*begin)(struct talk *);
	/* Something new is in talk_unread(), TLS came to be, or the other side has closed. */
	enum talk_next (*hear)(struct talk *);
	/* Its patience is over before it is: tells what it has kept for the end.  May be
	 * NULL: it tells all at once. */
	void (*late)(struct talk *);
	/* The conversation is over, however: frees what the state holds.  May be NULL. */
	void (*end)(struct talk *);
};

/* --- what a conversation sees --------------------------------------------------------- */

const struct addr *talk_peer(const struct talk *);
uint16_t talk_port(const struct talk *);
const struct ask_settings *talk_settings(const struct talk *);
void *talk_state(struct talk *);         /* state_size bytes */
struct arena *talk_arena(struct talk *); /* goes with the conversation; bounded */

/* What came and was not taken yet, in plain text also inside TLS.  UDP: one datagram. */
struct rd talk_unread(struct talk *);
void talk_take(struct talk *, size_t n);              /* n of them are done with */
bool talk_has_ended(const struct talk *);             /* the other side says no more */
void talk_say(struct talk *, const void *, size_t n); /* copied */
/* What follows is inside TLS: hear is called when that stands.  A certificate is told as
 * facts by itself.  To be called once, when nothing is unread. */
void talk_start_tls(struct talk *);
bool talk_is_tls(const struct talk *); /* the handshake is over */
/* Why it is TALK_GARBAGE, in a few static words; returns that. */
enum talk_next talk_why(struct talk *, const char *static_text);

/* Calls hear in a while although nothing came, once; a later call replaces an earlier one,
 * 0: not at all.  For what has to be said again, by UDP. */
void talk_wake(struct talk *, int64_t after_us);

/* One more conversation with the same host, when this one ends: of a port that it named.
 * Refused when the guard says so.  arg: copied, what talk_arg() of the other will give. */
void talk_follow(struct talk *, const struct ask *, uint16_t port, const char *arg);
const char *talk_arg(const struct talk *); /* "" when there is none */

/*
 * Facts.  Of a key that is told again the later value counts; sets grow, to TALK_SET_MAX
 * members.  Text passes foreign_text() (foreign.h): it is cut, control characters become
 * blanks, what is no UTF-8 becomes U+FFFD; empty text is no fact.  That something is not
 * kept, for want of room, is told as a reason (talk-cut).
 */
void talk_text(struct talk *, const char *key, const void *text, size_t n);
void talk_str(struct talk *, const char *key, const char *text);
void talk_int(struct talk *, const char *key, int64_t);
void talk_bool(struct talk *, const char *key, bool);
void talk_mac(struct talk *, const char *key, const struct mac *);
void talk_add(struct talk *, const char *key, const void *text, size_t n); /* to a set */
/* The same with the port before it, as facts do that each port has its own of: "443 nginx" */
void talk_add_of_port(struct talk *, const char *key, const void *text, size_t n);

/* What it says about another address, evidence `listed`; addresses that are no targets are
 * left out.  ip may be unset: then the facts name the subject.  facts: sorted by key, copied. */
void talk_tell_other(
	struct talk *, const struct addr *ip, const struct fact *facts, size_t n);

/* Something that it told is not kept, and what: "a table of more than 10,000 rows" (static).
 * What is above notes that by itself. */
void talk_cut(struct talk *, const char *what);

/* --- the table -------------------------------------------------------------------------- */

extern const struct ask *const asks[]; /* NULL-terminated */
const struct ask *ask_find(const char *name);

#endif
