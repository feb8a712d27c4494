/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any conversation with a stranger who says anything, in pieces of any size, hangs up or
 * falls silent: it goes through what the loop does with it, TLS included.
 *
 *	1 byte		which conversation (ask_table.c); those that need secrets have a
 *			harness of their own
 *	then pieces	1 byte how many follow; 0: it is woken; 255: the end; else the bytes
 */
#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "scanner/talk.h"

static const char community[] = "public";
static const char *communities[] = { community };
static const struct ask_settings settings = { .communities = {
						      .items = communities, .n = 1 } };

static size_t
count_asks(void)
{
	size_t n = 0;

	while (asks[n])
		n++;
	return n;
}

static void
take_what_is_said(struct talk *t)
{
	size_t n;

	while (talk_out(t, &n)) {
		MUST(n > 0 && n <= TALK_OUT_MAX);
		talk_sent(t, n);
	}
}

static enum talk_next
piece(struct talk *t, struct rd *r)
{
	size_t n = rd_u8(r);

	if (n == 0)
		return talk_woken(t);
	if (n == 255)
		return talk_heard_end(t);
	if (n > rd_left(r))
		n = rd_left(r);
	if (n == 0)
		return TALK_MORE;
	/* A block of its own, so that one byte too many is seen. */
	uint8_t *copy = malloc(n);
	MUST(copy);
	memcpy(copy, rd_take(r, n), n);
	enum talk_next next = talk_heard(t, copy, n);
	free(copy);
	return next;
}

static void
check_facts(struct talk *t)
{
	size_t n;
	const struct fact *facts = talk_facts(t, &n);

	for (size_t i = 0; i < n; i++) {
		MUST(fact_find(facts[i].key) &&
			fact_find(facts[i].key)->type == facts[i].type);
		MUST(i == 0 || strcmp(facts[i - 1].key, facts[i].key) < 0);
		MUST(facts[i].type != FACT_TEXT || facts[i].text[0]);
	}
	for (size_t i = 0; i < t->n_follow; i++)
		MUST(t->follow[i].ask && t->follow[i].port);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ssl_ctx_st *tls; /* costly to make, never changed */
	struct rd r = rd_from(data, size);
	struct addr peer = addr_ip4(0xc6120301);
	struct talk t;
	struct err e;

	if (!tls)
		tls = talk_tls_context();
	struct talk_conf conf = { &settings, tls };
	const struct ask *ask = asks[rd_u8(&r) % count_asks()];
	if (ask->wanted && !ask->wanted(&settings))
		return 0;
	uint16_t port = ask->ports[0] ? ask->ports[0] : 80;
	if (talk_open(&t, ask, &peer, port, "", &conf, &e) == -1)
		return 0;
	enum talk_next next = talk_connected(&t);
	take_what_is_said(&t);
	while (next == TALK_MORE && rd_left(&r)) {
		next = piece(&t, &r);
		take_what_is_said(&t);
	}
	MUST(next != TALK_GARBAGE || t.why);
	check_facts(&t);
	talk_close(&t);
	return 0;
}
