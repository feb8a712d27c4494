/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * talk_rig.h - one conversation without a network, for tests and fuzzers
 *
 * Everything of scanner/ask.h that a conversation calls, over memory.  A test is the loop
 * and the host at once:
 *
 *	struct talk *t = rig_new(&ask_ssh);
 *	assert_int_equal(TALK_MORE, rig_begin(t));
 *	... rig_said(t) is what the host got ...
 *	assert_int_equal(TALK_DONE, rig_hear(t, bytes, n));
 *	assert_string_equal("ssh.banner=SSH-2.0-x\n", rig_facts(t));
 *	rig_free(t);
 *
 * What is unread lies in a heap block of its exact size, so that AddressSanitizer sees a
 * read of one byte too many.  A conversation that breaks the rules of ask.h (a fact of
 * another type, words before TLS stands, garbage without a why) ends the program with a
 * message.  To be included by one file of a program: it defines the functions.
 */
#ifndef UNIT_TALK_RIG_H
#define UNIT_TALK_RIG_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/foreign.h"
#include "base/sb.h"
#include "scanner/ask.h"

enum { RIG_ROWS = 512, RIG_SAYS = 64, RIG_ARENA = 2 << 20 };

struct rig_row {
	const char *key;
	char *text; /* owned */
};

struct talk {
	const struct ask *ask;
	struct addr peer;
	uint16_t port;
	char *arg; /* owned */
	void *state;
	struct arena *arena;
	uint8_t *in; /* owned; exactly in_n bytes, of which `taken` are done with */
	size_t in_n, taken;
	uint8_t out[TALK_OUT_MAX];
	size_t out_n;
	size_t says[RIG_SAYS]; /* UDP: where each datagram ends in out */
	size_t n_says;
	uint8_t *said; /* owned: what rig_said() gave last */
	bool has_begun, has_ended, wants_tls, is_tls, is_over;
	const char *cut;
	const char *why;
	struct rig_row rows[RIG_ROWS]; /* facts, in the order they were told */
	size_t n_rows;
	struct sb facts, follows, others;
	struct ask_settings settings; /* none, until a test sets some */
	int64_t wake_after_us;        /* 0: not asked for */
};

/* --- what a test does -------------------------------------------------------------------- */

#define RIG_MUST(condition, ...) \
	do { \
		if (!(condition)) { \
			(void)fprintf(stderr, "talk_rig: " __VA_ARGS__); \
			(void)fputc('\n', stderr); \
			abort(); \
		} \
	} while (0)

/* With the first of its ports; arg: what another conversation gave talk_follow(). */
static inline struct talk *
rig_new_at(const struct ask *ask, uint16_t port, const char *arg)
{
	struct talk *t = calloc(1, sizeof(*t));

	RIG_MUST(t, "no memory");
	t->ask = ask;
	/* TEST-NET-1: RFC 5737 */
	t->peer = (struct addr){ .family = ADDR_IP4, .bytes = { 192, 0, 2, 1 } };
	t->port = port;
	t->arg = strdup(arg);
	t->state = calloc(1, ask->state_size ? ask->state_size : 1);
	t->arena = arena_new(RIG_ARENA);
	t->in = malloc(1);
	RIG_MUST(t->arg && t->state && t->arena && t->in, "no memory");
	sb_init(&t->facts, 1 << 20);
	sb_init(&t->follows, 1 << 16);
	sb_init(&t->others, 4 << 20);
	return t;
}

static inline struct talk *
rig_new(const struct ask *ask)
{
	return rig_new_at(ask, ask->ports[0], "");
}

static inline void
rig_free(struct talk *t)
{
	if (t->ask->end)
		t->ask->end(t);
	for (size_t i = 0; i < t->n_rows; i++)
		free(t->rows[i].text);
	sb_done(&t->facts);
	sb_done(&t->follows);
	sb_done(&t->others);
	arena_free(t->arena);
	free(t->said);
	free(t->in);
	free(t->state);
	free(t->arg);
	free(t);
}

static inline enum talk_next
rig_call(struct talk *t, enum talk_next (*f)(struct talk *))
{
	RIG_MUST(!t->is_over, "%s is over, and is called again", t->ask->name);
	enum talk_next next = f ? f(t) : TALK_MORE;
	t->is_over = next != TALK_MORE;
	RIG_MUST(next != TALK_GARBAGE || (t->why && t->why[0]), "%s: no talk_why()",
		t->ask->name);
	return next;
}

static inline enum talk_next
rig_begin(struct talk *t)
{
	RIG_MUST(!t->has_begun, "%s has begun", t->ask->name);
	t->has_begun = true;
	t->is_tls = t->ask->transport == ASK_TLS;
	return rig_call(t, t->ask->begin);
}

/* Bytes arrive; of UDP they are one datagram, and what was left of the last one is gone. */
static inline enum talk_next
rig_hear(struct talk *t, const void *bytes, size_t n)
{
	size_t left = t->ask->transport == ASK_UDP ? 0 : t->in_n - t->taken;
	uint8_t *in = malloc(left + n ? left + n : 1);

	RIG_MUST(in, "no memory");
	RIG_MUST(left + n <= TALK_IN_MAX, "%s leaves %zu bytes unread", t->ask->name,
		left);
	RIG_MUST(!t->wants_tls, "bytes in plain text while TLS is to come");
	if (left)
		memcpy(in, t->in + t->taken, left);
	if (n)
		memcpy(in + left, bytes, n);
	free(t->in);
	t->in = in;
	t->in_n = left + n;
	t->taken = 0;
	return rig_call(t, t->ask->hear);
}

/* The same, one byte at a time, up to the end of the conversation: what a conversation
 * learns must not depend on how its bytes were cut. */
static inline enum talk_next
rig_hear_slowly(struct talk *t, const void *bytes, size_t n)
{
	enum talk_next next = TALK_MORE;

	for (size_t i = 0; i < n && next == TALK_MORE && !t->wants_tls; i++)
		next = rig_hear(t, (const uint8_t *)bytes + i, 1);
	return next;
}

/* The time of talk_wake() has come. */
static inline enum talk_next
rig_wake(struct talk *t)
{
	RIG_MUST(t->wake_after_us > 0, "%s does not want to be woken", t->ask->name);
	t->wake_after_us = 0;
	return t->ask->transport == ASK_UDP ? rig_hear(t, NULL, 0)
					    : rig_call(t, t->ask->hear);
}

/* The other side closes. */
static inline enum talk_next
rig_close(struct talk *t)
{
	t->has_ended = true;
	return rig_call(t, t->ask->hear);
}

/* Its patience is over. */
static inline void
rig_late(struct talk *t)
{
	RIG_MUST(!t->is_over, "%s is over", t->ask->name);
	t->is_over = true;
	if (t->ask->late)
		t->ask->late(t);
}

/* TLS came to be, as talk_start_tls() wished. */
static inline enum talk_next
rig_tls(struct talk *t)
{
	RIG_MUST(t->wants_tls, "%s did not ask for TLS", t->ask->name);
	t->wants_tls = false;
	t->is_tls = true;
	return rig_call(t, t->ask->hear);
}

static inline bool
rig_wants_tls(const struct talk *t)
{
	return t->wants_tls;
}

/* What was said since the last time; of UDP the next datagram.  Valid until the next call. */
static inline struct rd
rig_said(struct talk *t)
{
	bool udp = t->ask->transport == ASK_UDP;
	size_t n = udp ? (t->n_says ? t->says[0] : 0) : t->out_n;

	free(t->said);
	t->said = malloc(n ? n : 1);
	RIG_MUST(t->said, "no memory");
	if (n)
		memcpy(t->said, t->out, n);
	memmove(t->out, t->out + n, t->out_n - n);
	t->out_n -= n;
	if (udp && t->n_says) {
		t->n_says--;
		for (size_t i = 0; i < t->n_says; i++)
			t->says[i] = t->says[i + 1] - n;
	}
	return rd_from(t->said, n);
}

static inline const char *
rig_why(const struct talk *t)
{
	return t->why ? t->why : "";
}

/* What the conversation said it left out; "": nothing. */
static inline const char *
rig_cut(const struct talk *t)
{
	return t->cut ? t->cut : "";
}

static inline int
rig_order(const void *a, const void *b)
{
	const struct rig_row *x = a, *y = b;
	int order = strcmp(x->key, y->key);

	return order ? order : strcmp(x->text, y->text);
}

/* All facts, sorted, as lines "key=value"; a set has a line for each of its members. */
static inline const char *
rig_facts(struct talk *t)
{
	sb_clear(&t->facts);
	qsort(t->rows, t->n_rows, sizeof(t->rows[0]), rig_order);
	for (size_t i = 0; i < t->n_rows; i++)
		sb_printf(&t->facts, "%s=%s\n", t->rows[i].key, t->rows[i].text);
	return t->facts.text;
}

/* The value of one fact (of a set: some member); NULL: it was not told. */
static inline const char *
rig_fact(const struct talk *t, const char *key)
{
	for (size_t i = 0; i < t->n_rows; i++)
		if (strcmp(t->rows[i].key, key) == 0)
			return t->rows[i].text;
	return NULL;
}

/* What talk_follow() was asked for, as lines "name port arg". */
static inline const char *
rig_follows(const struct talk *t)
{
	return t->follows.text;
}

/* What was told of other addresses, as lines "198.18.3.7 key=value key=a,b"; an address that
 * is unset is "-". */
static inline const char *
rig_others(const struct talk *t)
{
	return t->others.text;
}

/* --- what a conversation calls: ask.h --------------------------------------------------- */

const struct addr *
talk_peer(const struct talk *t)
{
	return &t->peer;
}

uint16_t
talk_port(const struct talk *t)
{
	return t->port;
}

const struct ask_settings *
talk_settings(const struct talk *t)
{
	return &t->settings;
}

void *
talk_state(struct talk *t)
{
	return t->state;
}

struct arena *
talk_arena(struct talk *t)
{
	return t->arena;
}

struct rd
talk_unread(struct talk *t)
{
	return rd_from(t->in + t->taken, t->in_n - t->taken);
}

void
talk_cut(struct talk *t, const char *what)
{
	if (!t->cut)
		t->cut = what;
}

void
talk_take(struct talk *t, size_t n)
{
	RIG_MUST(n <= t->in_n - t->taken, "%s takes more than there is", t->ask->name);
	t->taken += n;
}

bool
talk_has_ended(const struct talk *t)
{
	return t->has_ended;
}

void
talk_say(struct talk *t, const void *bytes, size_t n)
{
	RIG_MUST(!t->wants_tls, "%s speaks before TLS stands", t->ask->name);
	RIG_MUST(n <= sizeof(t->out) - t->out_n, "%s says too much", t->ask->name);
	if (n)
		memcpy(t->out + t->out_n, bytes, n);
	t->out_n += n;
	if (t->ask->transport == ASK_UDP) {
		RIG_MUST(t->n_says < RIG_SAYS, "%s says too often", t->ask->name);
		t->says[t->n_says++] = t->out_n;
	}
}

void
talk_start_tls(struct talk *t)
{
	RIG_MUST(!t->is_tls && !t->wants_tls, "%s: TLS within TLS", t->ask->name);
	RIG_MUST(t->taken == t->in_n, "%s leaves bytes before TLS", t->ask->name);
	t->wants_tls = true;
}

bool
talk_is_tls(const struct talk *t)
{
	return t->is_tls;
}

enum talk_next
talk_why(struct talk *t, const char *static_text)
{
	t->why = static_text;
	return TALK_GARBAGE;
}

void
talk_wake(struct talk *t, int64_t after_us)
{
	t->wake_after_us = after_us;
}

void
talk_follow(struct talk *t, const struct ask *ask, uint16_t port, const char *arg)
{
	sb_printf(&t->follows, "%s %u %s\n", ask->name, port, arg);
}

const char *
talk_arg(const struct talk *t)
{
	return t->arg;
}

/* --- facts ------------------------------------------------------------------------------- */

static inline void
rig_tell(struct talk *t, const char *key, enum fact_type type, char *text)
{
	const struct fact_def *def = fact_find(key);
	bool is_set = type == FACT_TEXTS;

	RIG_MUST(text, "no memory");
	RIG_MUST(def, "%s: %s is not in the table of facts", t->ask->name, key);
	RIG_MUST(def->type == type, "%s: %s is of another type", t->ask->name, key);
	for (size_t i = 0; i < t->n_rows; i++) {
		struct rig_row *row = &t->rows[i];
		bool same = strcmp(row->key, def->key) == 0;
		if (same && (!is_set || strcmp(row->text, text) == 0)) {
			free(row->text); /* the later value counts */
			row->text = text;
			return;
		}
	}
	RIG_MUST(t->n_rows < RIG_ROWS, "%s tells too much", t->ask->name);
	t->rows[t->n_rows++] = (struct rig_row){ def->key, text };
}

/* NULL: nothing is left of it. */
static inline char *
rig_clean(const void *text, size_t n)
{
	char clean[FOREIGN_TEXT_MAX];

	if (foreign_text(clean, rd_from(text, n)) == 0)
		return NULL;
	char *copy = strdup(clean);
	RIG_MUST(copy, "no memory");
	return copy;
}

void
talk_text(struct talk *t, const char *key, const void *text, size_t n)
{
	char *clean = rig_clean(text, n);

	if (clean)
		rig_tell(t, key, FACT_TEXT, clean);
}

void
talk_str(struct talk *t, const char *key, const char *text)
{
	talk_text(t, key, text, strlen(text));
}

void
talk_int(struct talk *t, const char *key, int64_t v)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%lld", (long long)v);
	rig_tell(t, key, FACT_INT, strdup(text));
}

void
talk_bool(struct talk *t, const char *key, bool v)
{
	rig_tell(t, key, FACT_BOOL, strdup(v ? "true" : "false"));
}

void
talk_mac(struct talk *t, const char *key, const struct mac *mac)
{
	char text[MAC_TEXT_MAX];

	rig_tell(t, key, FACT_MAC, strdup(mac_print(mac, text)));
}

void
talk_add(struct talk *t, const char *key, const void *text, size_t n)
{
	char *clean = rig_clean(text, n);

	if (clean)
		rig_tell(t, key, FACT_TEXTS, clean);
}

void
talk_add_of_port(struct talk *t, const char *key, const void *text, size_t n)
{
	char whole[FOREIGN_TEXT_MAX + 8], *clean = rig_clean(text, n);

	if (!clean)
		return;
	(void)snprintf(whole, sizeof(whole), "%u %s", t->port, clean);
	free(clean);
	rig_tell(t, key, FACT_TEXTS, strdup(whole));
}

/* --- others ------------------------------------------------------------------------------ */

static inline void
rig_add_fact(struct sb *s, const struct fact *f)
{
	char mac[MAC_TEXT_MAX], ip[ADDR_TEXT_MAX];

	sb_printf(s, " %s=", f->key);
	switch (f->type) {
	case FACT_TEXT: sb_add(s, f->text); break;
	case FACT_INT: sb_printf(s, "%lld", (long long)f->num); break;
	case FACT_BOOL: sb_add(s, f->num ? "true" : "false"); break;
	case FACT_MAC: sb_add(s, mac_print(&f->mac, mac)); break;
	case FACT_IP: sb_add(s, addr_print(&f->ip, ip)); break;
	case FACT_TEXTS:
		for (size_t i = 0; i < f->texts.n; i++)
			sb_printf(s, "%s%s", i ? "," : "", f->texts.items[i]);
		break;
	case FACT_PORTS:
	case FACT_OTHER: RIG_MUST(false, "%s: talk_tell_other() takes none", f->key);
	}
}

void
talk_tell_other(
	struct talk *t, const struct addr *ip, const struct fact *facts, size_t n)
{
	char text[ADDR_TEXT_MAX];

	sb_add(&t->others, addr_is_set(ip) ? addr_print(ip, text) : "-");
	for (size_t i = 0; i < n; i++) {
		const struct fact_def *def = fact_find(facts[i].key);
		RIG_MUST(def && def->type == facts[i].type, "%s: %s is of another type",
			t->ask->name, facts[i].key);
		RIG_MUST(i == 0 || strcmp(facts[i - 1].key, facts[i].key) < 0,
			"%s: %s is not in order", t->ask->name, facts[i].key);
		rig_add_fact(&t->others, &facts[i]);
	}
	sb_add(&t->others, "\n");
}

#endif
