/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * talk_drive.h - a conversation with a host that a test plays
 *
 * The real talk.c without its loop: what it says is looked at, what it hears is given, in
 * one piece or byte by byte.
 */
#ifndef UNIT_TALK_DRIVE_H
#define UNIT_TALK_DRIVE_H

#include "packet.h"

#include "base/sb.h"
#include "scanner/talk.h"

struct drive {
	struct talk talk;
	struct talk_conf conf;
	struct sb facts;
};

static inline struct drive *
drive_new(const struct ask *ask, const char *peer, uint16_t port, const char *arg)
{
	static const struct ask_settings none;
	struct drive *d = calloc(1, sizeof(*d));
	struct addr a;
	struct err e;

	assert_non_null(d);
	assert_true(addr_parse(peer, &a));
	d->conf = (struct talk_conf){ .settings = &none };
	sb_init(&d->facts, 1 << 16);
	assert_int_equal(0, talk_open(&d->talk, ask, &a, port, arg, &d->conf, &e));
	return d;
}

static inline void
drive_free(struct drive *d)
{
	talk_close(&d->talk);
	sb_done(&d->facts);
	free(d);
}

/* All that it has said since the last time, as text that ends with a NUL too. */
static inline const uint8_t *
drive_said(struct drive *d, size_t *n)
{
	static uint8_t room[TALK_OUT_MAX + 1];
	const uint8_t *out = talk_out(&d->talk, n);

	if (*n)
		memcpy(room, out, *n);
	room[*n] = '\0';
	talk_sent(&d->talk, *n);
	return room;
}

static inline enum talk_next
drive_hear(struct drive *d, const void *bytes, size_t n)
{
	return talk_heard(&d->talk, bytes, n);
}

/* What is learnt must not depend on how the bytes are cut. */
static inline enum talk_next
drive_hear_slowly(struct drive *d, const void *bytes, size_t n)
{
	enum talk_next next = TALK_MORE;

	for (size_t i = 0; i < n && next == TALK_MORE; i++)
		next = talk_heard(&d->talk, (const uint8_t *)bytes + i, 1);
	return next;
}

/* Lines "key=value", sorted; a set has a line for each member. */
static inline const char *
drive_facts(struct drive *d)
{
	size_t n;
	const struct fact *facts = talk_facts(&d->talk, &n);

	sb_clear(&d->facts);
	for (size_t i = 0; i < n; i++) {
		const struct fact *f = &facts[i];
		for (size_t k = 0; f->type == FACT_TEXTS && k < f->texts.n; k++)
			sb_printf(&d->facts, "%s=%s\n", f->key, f->texts.items[k]);
		if (f->type == FACT_TEXT)
			sb_printf(&d->facts, "%s=%s\n", f->key, f->text);
		if (f->type == FACT_BOOL)
			sb_printf(&d->facts, "%s=%s\n", f->key,
				f->num ? "true" : "false");
	}
	return d->facts.text;
}

/* "name port arg" of what it leads to; "" when it leads nowhere. */
static inline const char *
drive_follows(struct drive *d)
{
	const struct talk *t = &d->talk;

	sb_clear(&d->facts);
	for (size_t i = 0; i < t->n_follow; i++)
		sb_printf(&d->facts, "%s%s %u %s", i ? "\n" : "",
			t->follow[i].ask->name, t->follow[i].port, t->follow[i].arg);
	return d->facts.text;
}

#endif
