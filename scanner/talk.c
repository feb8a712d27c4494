/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Both sides of a conversation: what its state machine calls, and what drives it. */
#include "scanner/talk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/foreign.h"
#include "base/sort.h"

/* What is cut is said in words. */
_Static_assert(TALK_SET_MAX == 64 && TALK_FACTS_MAX == 48 && TALK_OTHERS_MAX == 10000 &&
		TALK_MEMORY == 2 << 20,
	"the words of talk_cut() in this file are true");
static const char no_room[] = "more than 2 MiB";

/* --- bytes ------------------------------------------------------------------------------- */

static void
bytes_drop(struct talk_bytes *b, size_t n)
{
	b->from += n;
	if (b->from == b->n)
		b->from = b->n = 0;
}

/* Room for n more behind what is there. */
static bool
bytes_grow(struct talk_bytes *b, size_t n)
{
	size_t left = b->n - b->from, room = b->room ? b->room : 1024;

	if (b->from && b->n + n > b->room) {
		memmove(b->bytes, b->bytes + b->from, left);
		b->from = 0;
		b->n = left;
	}
	while (room < left + n)
		room *= 2;
	if (room == b->room)
		return true;
	uint8_t *more = realloc(b->bytes, room);
	if (!more)
		return false;
	b->bytes = more;
	b->room = room;
	return true;
}

bool
talk_put(struct talk *t, struct talk_bytes *b, const void *data, size_t n, size_t max)
{
	if (n == 0)
		return true;
	if (t->bad || b->n - b->from + n > max || !bytes_grow(b, n)) {
		t->bad = true;
		return false;
	}
	memcpy(b->bytes + b->n, data, n);
	b->n += n;
	return true;
}

/* --- what a conversation sees ---------------------------------------------------------- */

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
	return t->conf->settings;
}

void *
talk_state(struct talk *t)
{
	return t->state;
}

struct arena *
talk_arena(struct talk *t)
{
	return t->mem;
}

const char *
talk_arg(const struct talk *t)
{
	return t->arg;
}

struct rd
talk_unread(struct talk *t)
{
	static const uint8_t nothing;

	return rd_from(t->in.bytes ? t->in.bytes + t->in.from : &nothing,
		t->in.n - t->in.from);
}

void
talk_take(struct talk *t, size_t n)
{
	size_t left = t->in.n - t->in.from;

	bytes_drop(&t->in, n < left ? n : left);
}

bool
talk_has_ended(const struct talk *t)
{
	return t->ended;
}

static bool
is_udp(const struct talk *t)
{
	return t->ask->transport == ASK_UDP;
}

void
talk_say(struct talk *t, const void *data, size_t n)
{
	if (t->tls) {
		talk_tls_say(t, data, n);
		return;
	}
	if (is_udp(t) && t->n_datagrams == TALK_DATAGRAMS_MAX)
		t->bad = true;
	if (talk_put(t, &t->out, data, n, TALK_OUT_MAX) && is_udp(t))
		t->datagrams[t->n_datagrams++] = n;
}

void
talk_start_tls(struct talk *t)
{
	t->wants_tls = true;
}

bool
talk_is_tls(const struct talk *t)
{
	return t->tls && talk_tls_stands(t);
}

enum talk_next
talk_why(struct talk *t, const char *why)
{
	t->why = why;
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
	if (t->n_follow == TALK_FOLLOW_MAX || strlen(arg) >= TALK_ARG_MAX)
		return;
	struct talk_next_one *f = &t->follow[t->n_follow++];
	*f = (struct talk_next_one){ .ask = ask, .port = port };
	memcpy(f->arg, arg, strlen(arg) + 1);
}

void
talk_cut(struct talk *t, const char *what)
{
	if (!t->cut)
		t->cut = what;
}

/* --- facts --------------------------------------------------------------------------------- */

/* The fact of this key, of this type; NULL when there are too many, or no such row. */
static struct talk_fact *
fact_of(struct talk *t, const char *key, enum fact_type type)
{
	const struct fact_def *def = fact_find(key);

	for (size_t i = 0; i < t->n_facts; i++)
		if (strcmp(t->facts[i].fact.key, key) == 0)
			return t->facts[i].fact.type == type ? &t->facts[i] : NULL;
	if (t->n_facts == TALK_FACTS_MAX)
		talk_cut(t, "more than 48 facts");
	if (t->n_facts == TALK_FACTS_MAX || !def || def->type != type)
		return NULL;
	struct talk_fact *f = &t->facts[t->n_facts++];
	*f = (struct talk_fact){ .fact = { .key = def->key, .type = type } };
	return f;
}

void
talk_text(struct talk *t, const char *key, const void *text, size_t n)
{
	char clean[FOREIGN_TEXT_MAX];
	const char *copy;

	if (foreign_text(clean, rd_from(text, n)) == 0)
		return;
	if (!(copy = arena_strdup(t->mem, clean))) {
		talk_cut(t, no_room);
		return;
	}
	struct talk_fact *f = fact_of(t, key, FACT_TEXT);
	if (f)
		f->fact.text = copy;
}

void
talk_str(struct talk *t, const char *key, const char *text)
{
	talk_text(t, key, text, strlen(text));
}

static void
tell_number(struct talk *t, const char *key, enum fact_type type, int64_t n)
{
	struct talk_fact *f = fact_of(t, key, type);

	if (f)
		f->fact.num = n;
}

void
talk_int(struct talk *t, const char *key, int64_t n)
{
	tell_number(t, key, FACT_INT, n);
}

void
talk_bool(struct talk *t, const char *key, bool yes)
{
	tell_number(t, key, FACT_BOOL, yes);
}

void
talk_mac(struct talk *t, const char *key, const struct mac *mac)
{
	struct talk_fact *f = fact_of(t, key, FACT_MAC);

	if (f)
		f->fact.mac = *mac;
}

static bool
has_item(const struct talk_fact *f, const char *text)
{
	for (size_t i = 0; i < f->fact.texts.n; i++)
		if (strcmp(f->items[i], text) == 0)
			return true;
	return false;
}

static void
add_clean(struct talk *t, const char *key, const char *clean)
{
	struct talk_fact *f = fact_of(t, key, FACT_TEXTS);

	if (!f)
		return;
	if (!f->items) {
		f->items = arena_new_array(t->mem, const char *, TALK_SET_MAX);
		f->fact.texts.items = f->items;
	}
	if (f->items && has_item(f, clean))
		return;
	if (f->fact.texts.n == TALK_SET_MAX) {
		talk_cut(t, "more than 64 of one kind");
		return;
	}
	const char *copy = f->items ? arena_strdup(t->mem, clean) : NULL;
	if (copy)
		f->items[f->fact.texts.n++] = copy;
	else
		talk_cut(t, no_room);
}

void
talk_add(struct talk *t, const char *key, const void *text, size_t n)
{
	char clean[FOREIGN_TEXT_MAX];

	if (foreign_text(clean, rd_from(text, n)))
		add_clean(t, key, clean);
}

void
talk_add_of_port(struct talk *t, const char *key, const void *text, size_t n)
{
	char clean[FOREIGN_TEXT_MAX], whole[FOREIGN_TEXT_MAX + 8];

	if (foreign_text(clean, rd_from(text, n)) == 0)
		return;
	(void)snprintf(whole, sizeof(whole), "%u %s", t->port, clean);
	add_clean(t, key, whole);
}

static int
by_key(const void *a, const void *b)
{
	return strcmp(((const struct fact *)a)->key, ((const struct fact *)b)->key);
}

const struct fact *
talk_facts(struct talk *t, size_t *n)
{
	struct fact *all = arena_new_array(t->mem, struct fact, t->n_facts + 1);
	size_t used = 0;

	*n = 0;
	if (!all)
		return NULL;
	for (size_t i = 0; i < t->n_facts; i++) {
		struct talk_fact *f = &t->facts[i];
		if (f->fact.type == FACT_TEXT && !f->fact.text)
			continue;
		if (f->fact.type == FACT_TEXTS && f->fact.texts.n == 0)
			continue;
		if (f->items)
			f->fact.texts.n = sort_texts(f->items, f->fact.texts.n);
		all[used++] = f->fact;
	}
	qsort(all, used, sizeof(*all), by_key);
	*n = used;
	return all;
}

/* --- others ------------------------------------------------------------------------------- */

static bool
room_for_other(struct talk *t)
{
	if (t->n_others < t->others_room)
		return true;
	/* In few steps: what an arena gave it does not take back. */
	size_t room = t->others_room ? 4 * t->others_room : 64;
	room = room < TALK_OTHERS_MAX ? room : TALK_OTHERS_MAX;
	struct talk_other *more = t->n_others < TALK_OTHERS_MAX
		? arena_new_array(t->mem, struct talk_other, room)
		: NULL;
	if (!more)
		return false;
	if (t->n_others)
		memcpy(more, t->others, t->n_others * sizeof(*more));
	t->others = more;
	t->others_room = room;
	return true;
}

/* One level deep: what facts of conversations point to. */
static bool
copy_fact(struct arena *mem, struct fact *f)
{
	if (f->type == FACT_TEXT)
		return (f->text = arena_strdup(mem, f->text)) != NULL;
	if (f->type != FACT_TEXTS)
		return f->type != FACT_PORTS && f->type != FACT_OTHER;
	const char **items = arena_new_array(mem, const char *, f->texts.n);
	bool ok = items != NULL;
	for (size_t i = 0; ok && i < f->texts.n; i++)
		ok = (items[i] = arena_strdup(mem, f->texts.items[i])) != NULL;
	f->texts.items = items;
	return ok;
}

void
talk_tell_other(
	struct talk *t, const struct addr *ip, const struct fact *facts, size_t n)
{
	struct fact *copy;
	bool ok = room_for_other(t) &&
		(copy = arena_dup(t->mem, facts, n * sizeof(*facts)));

	for (size_t i = 0; ok && i < n; i++)
		ok = copy_fact(t->mem, &copy[i]);
	if (ok)
		t->others[t->n_others++] = (struct talk_other){
			.ip = *ip, .facts = copy, .n_facts = n
		};
	if (!ok)
		talk_cut(t,
			t->n_others == TALK_OTHERS_MAX ? "more than 10,000 others"
						       : no_room);
}

/* --- what drives it --------------------------------------------------------------------- */

int
talk_open(struct talk *t, const struct ask *ask, const struct addr *peer, uint16_t port,
	const char *arg, const struct talk_conf *conf, struct err *e)
{
	*t = (struct talk){ .ask = ask,
		.peer = *peer,
		.port = port,
		.conf = conf,
		.wake_after_us = -1 };
	memcpy(t->arg, arg, strnlen(arg, TALK_ARG_MAX - 1));
	t->mem = arena_new(TALK_MEMORY);
	if (!t->mem)
		return err_nomem(e);
	t->state = ask->state_size ? arena_alloc(t->mem, ask->state_size) : NULL;
	if (ask->state_size && !t->state) {
		talk_close(t);
		return err_nomem(e);
	}
	return 0;
}

void
talk_close(struct talk *t)
{
	if (t->ask && t->ask->end && t->state)
		t->ask->end(t);
	talk_tls_close(t);
	free(t->in.bytes);
	free(t->out.bytes);
	arena_free(t->mem);
	*t = (struct talk){ .ask = NULL };
}

/* Once it has said how it ends it is asked no more. */
static enum talk_next
settle(struct talk *t, enum talk_next next)
{
	if (t->bad) {
		t->why = "it makes us say or keep too much";
		next = TALK_GARBAGE;
	}
	if (next == TALK_MORE && t->wants_tls && !t->tls)
		next = talk_tls_begin(t);
	t->over = next != TALK_MORE;
	return next;
}

enum talk_next
talk_let_hear(struct talk *t)
{
	return settle(t, t->ask->hear(t));
}

enum talk_next
talk_connected(struct talk *t)
{
	if (t->ask->transport == ASK_TLS && !t->tls)
		return settle(t, talk_tls_begin(t));
	return settle(t, t->ask->begin ? t->ask->begin(t) : TALK_MORE);
}

enum talk_next
talk_heard(struct talk *t, const void *bytes, size_t n)
{
	if (t->over)
		return TALK_DONE;
	if (is_udp(t))
		t->in.from = t->in.n = 0; /* what was left of the last is nothing */
	if (t->tls)
		return settle(t, talk_tls_heard(t, bytes, n));
	t->heard_all += n;
	if (t->heard_all > TALK_ALL_MAX && !is_udp(t))
		return settle(t, talk_why(t, "it says more than anybody needs"));
	if (!talk_put(t, &t->in, bytes, n, TALK_IN_MAX))
		return settle(t, TALK_GARBAGE);
	return talk_let_hear(t);
}

enum talk_next
talk_heard_end(struct talk *t)
{
	if (t->over)
		return TALK_DONE;
	t->ended = true;
	if (t->tls && !talk_tls_stands(t))
		return settle(t, talk_why(t, "it hung up during the TLS handshake"));
	return talk_let_hear(t);
}

enum talk_next
talk_woken(struct talk *t)
{
	if (t->over)
		return TALK_DONE;
	if (is_udp(t))
		t->in.from = t->in.n = 0;
	return talk_let_hear(t);
}

void
talk_late(struct talk *t)
{
	if (!t->over && t->ask->late)
		t->ask->late(t);
	t->over = true;
}

const uint8_t *
talk_out(const struct talk *t, size_t *n)
{
	*n = is_udp(t) ? t->n_datagrams ? t->datagrams[0] : 0 : t->out.n - t->out.from;
	return *n ? t->out.bytes + t->out.from : NULL;
}

void
talk_sent(struct talk *t, size_t n)
{
	bytes_drop(&t->out, n);
	if (!is_udp(t))
		return;
	t->n_datagrams--;
	memmove(t->datagrams, t->datagrams + 1,
		t->n_datagrams * sizeof(t->datagrams[0]));
}
