/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * talk.h - one conversation on its way, as whoever drives it sees it
 *
 * Bytes in, bytes out; no socket and no clock: the loop (talks.h) has those, a test or a
 * fuzzer needs none.  What the conversation itself sees is ask.h.
 *
 *	talk_open ─▶ talk_connected ─▶ (talk_out, talk_sent, talk_heard ...)* ─▶ talk_close
 *
 * All that it holds goes with talk_close(): at most TALK_MEMORY bytes (what does not fit is
 * not kept, and `cut` says so) and, inside TLS, what
 * OpenSSL takes for a connection (some 40 KiB).
 */
#ifndef SCANNER_TALK_H
#define SCANNER_TALK_H

#include "base/err.h"
#include "scanner/ask.h"

enum { TALK_MEMORY = 2 << 20, TALK_ARG_MAX = 256, TALK_DATAGRAMS_MAX = 16 };

struct talk_tls;
struct ssl_ctx_st;

/* What all conversations share. */
struct talk_conf {
	const struct ask_settings *settings;
	struct ssl_ctx_st *tls; /* of talk_tls_context() */
};

/* A growing piece of bytes; `from` of them are done with. */
struct talk_bytes {
	uint8_t *bytes;
	size_t from, n, room;
};

struct talk_fact {
	struct fact fact;
	const char **items; /* of a set */
};

struct talk_other {
	struct addr ip;
	const struct fact *facts;
	size_t n_facts;
};

struct talk_next_one {
	const struct ask *ask;
	uint16_t port;
	char arg[TALK_ARG_MAX];
};

struct talk {
	const struct ask *ask;
	struct addr peer;
	uint16_t port;
	char arg[TALK_ARG_MAX];
	struct arena *mem;
	void *state;

	struct talk_bytes in;  /* heard, in plain text; UDP: the datagram just now */
	struct talk_bytes out; /* to be sent, as it goes over the wire */
	size_t datagrams[TALK_DATAGRAMS_MAX]; /* UDP: sizes of what is in out */
	size_t n_datagrams;
	size_t heard_all; /* bytes, in plain text */
	bool ended;       /* the other side says no more */
	bool wants_tls;   /* talk_start_tls() was called */
	bool over;        /* it has said how it ends */
	bool bad;         /* more was said or kept than may be: memory, TALK_OUT_MAX */
	const char *cut; /* not all that was told is kept: the first of that; static, or NULL */
	const struct talk_conf *conf; /* borrowed */
	struct talk_tls *tls;         /* once TLS has begun */
	int64_t wake_after_us;        /* asked for by talk_wake(); -1: not asked for */
	const char *why;              /* static; NULL */

	struct talk_fact facts[TALK_FACTS_MAX];
	size_t n_facts;
	struct talk_other *others; /* in mem */
	size_t n_others, others_room;
	struct talk_next_one follow[TALK_FOLLOW_MAX];
	size_t n_follow;
};

/* arg: "" or what another one followed with. */
int talk_open(struct talk *, const struct ask *, const struct addr *peer, uint16_t port,
	const char *arg, const struct talk_conf *, struct err *);
void talk_close(struct talk *);

/* The way is open: it begins.  The following all tell what is next. */
enum talk_next talk_connected(struct talk *);
/* n bytes came; UDP: one datagram. */
enum talk_next talk_heard(struct talk *, const void *, size_t n);
/* The other side has closed its half. */
enum talk_next talk_heard_end(struct talk *);
enum talk_next talk_woken(struct talk *);
/* It will not come to its end. */
void talk_late(struct talk *);

/* What has to be sent now; UDP: the first datagram.  NULL: nothing. */
const uint8_t *talk_out(const struct talk *, size_t *n);
/* n bytes of that are sent; UDP: the datagram. */
void talk_sent(struct talk *, size_t n);

/* The facts so far, sorted by key, texts of sets sorted; in the arena of the talk. */
const struct fact *talk_facts(struct talk *, size_t *n);

/* --- TLS (talk_tls.c) ------------------------------------------------------------------- */

/* For all conversations: nothing is verified but that the other side has the key of its
 * certificate; old versions and small keys are spoken too, for old devices are to be
 * known.  NULL: no memory. */
struct ssl_ctx_st *talk_tls_context(void);
void talk_tls_free(struct ssl_ctx_st *);

/* For talk.c: the handshake begins; in and out of it; what is said goes through it. */
enum talk_next talk_tls_begin(struct talk *);
enum talk_next talk_tls_heard(struct talk *, const void *, size_t n);
void talk_tls_say(struct talk *, const void *, size_t n);
void talk_tls_close(struct talk *);
bool talk_tls_stands(const struct talk *);

/* For both: appends to in or out; false and t->bad past the limit. */
bool talk_put(struct talk *, struct talk_bytes *, const void *, size_t n, size_t max);
/* Lets the conversation hear what there is. */
enum talk_next talk_let_hear(struct talk *);

#endif
