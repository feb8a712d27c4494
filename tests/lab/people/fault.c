/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is wrong with who lives in people-bad.  A fault changes what a sound service wanted to
 * say, so each is tried at each service, and inside TLS where there is TLS.
 */
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "conn.h"

enum { FLOOD_SIZE = 1 << 20, PORTION = 16 << 10 };

static void
end_by_reset(struct conn *c)
{
	const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

	(void)setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	c->out.n = 0;
	c->ends = true;
}

static void
put_noise(struct bytes *b, size_t n)
{
	uint8_t noise[PORTION];

	for (; n; n -= n < PORTION ? n : PORTION) {
		RAND_bytes(noise, sizeof(noise));
		put(b, noise, n < PORTION ? n : PORTION);
	}
}

/* All ones, where the length of the first answer is. */
static void
lie_about_length(struct conn *c)
{
	const struct service *s = c->service;

	for (unsigned i = 0; i < s->length_size && s->length_at + i < c->out.n; i++)
		c->out.p[s->length_at + i] = 0xff;
}

/* Text that comes to no end, behind what makes the other side read it. */
static void
talk_on(struct conn *c)
{
	static const char line[] =
		"and so on, and so on, and so on, and so on, and so on ";

	while (c->out.n < PORTION)
		put_text(&c->out, line);
}

void
fault_go_on(struct conn *c)
{
	if (c->who->fault == ENDLESS && c->is_faulty && !c->ends)
		talk_on(c);
}

/* TLS that never comes to be: what those say who are at odds with their first bytes. */
bool
fault_instead_of_tls(struct conn *c)
{
	switch (c->who->fault) {
	case SILENT: break;
	case RESET: end_by_reset(c); break;
	case GARBAGE: put_noise(&c->out, 300); break;
	case LENGTHS: /* RFC 8446 §5.1: a record of more than there may be, and too little */
		put(&c->out, "\x16\x03\x03\xff\xff", 5);
		put_noise(&c->out, 60);
		break;
	default: return false;
	}
	c->is_faulty = true;
	c->in.n = 0;
	return true;
}

/* The same in one datagram. */
void
fault_datagram(const struct person *p, struct bytes *out)
{
	switch (p->fault) {
	case SILENT:
	case RESET:
	case CLOSES: out->n = 0; break;
	case GARBAGE:
		out->n = 0;
		put_noise(out, 300);
		break;
	case LENGTHS:
		if (out->n > 4)
			memset(out->p + 1, 0xff, 3);
		break;
	case HALF:
	case STALLS: out->n /= 2; break;
	case FLOOD: put_noise(out, 60000); break;
	default: break;
	}
}

void
fault_begin(struct conn *c)
{
	if (c->who->fault == CLOSES)
		c->ends = true;
}

void
fault_speak(struct conn *c)
{
	enum fault f = c->who->fault;
	bool first = !c->is_faulty;

	c->is_faulty = true;
	switch (f) {
	case SILENT: c->out.n = 0; break;
	case RESET: end_by_reset(c); break;
	case GARBAGE:
		c->out.n = 0;
		put_noise(&c->out, 300);
		break;
	case LENGTHS:
		if (first)
			lie_about_length(c);
		break;
	case ENDLESS:
		c->out.n = c->out.n < 12 ? c->out.n : 12;
		c->ends = false;
		talk_on(c);
		break;
	case FLOOD:
		c->out.n = c->out.n < 12 ? c->out.n : 12;
		put_noise(&c->out, FLOOD_SIZE);
		c->ends = true;
		break;
	case HALF:
	case STALLS:
		c->out.n = first ? c->out.n / 2 : 0;
		c->ends = f == HALF;
		c->wants_tls = false;
		break;
	default: break;
	}
}
