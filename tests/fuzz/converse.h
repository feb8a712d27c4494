/* SPDX-License-Identifier: GPL-3.0-or-later */
/* converse.h - a whole conversation, by the product's own talk.c, with the input as the host */
#ifndef FUZZ_CONVERSE_H
#define FUZZ_CONVERSE_H

#include "frame.h"
#include "scanner/talk.h"

/* The input comes in two pieces, then the host hangs up.  check: what must hold then. */
static inline void
converse(const struct ask *ask, uint16_t port, const uint8_t *data, size_t n,
	void (*check)(const struct talk *))
{
	static const struct ask_settings none;
	struct talk_conf conf = { .settings = &none };
	struct addr peer = addr_ip4(0xc6120312);
	struct talk t;
	struct err e;
	size_t half = n / 2;

	MUST(talk_open(&t, ask, &peer, port, "", &conf, &e) == 0);
	enum talk_next next = talk_connected(&t);
	if (next == TALK_MORE)
		next = talk_heard(&t, data, half);
	if (next == TALK_MORE)
		next = talk_heard(&t, data + half, n - half);
	if (next == TALK_MORE)
		next = talk_heard_end(&t);
	MUST(next != TALK_GARBAGE || t.why);
	if (check)
		check(&t);
	talk_close(&t);
}

#endif
