/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * RDP up to the NTLM challenge: X.224 ([MS-RDPBCGR] 2.2.1.1, 2.2.1.2), TLS, and the first
 * answer of CredSSP ([MS-CSSP] 2.2.1).
 */
#include <string.h>

#include "conn.h"

enum stage { WANTS_REQUEST, WANTS_CREDSSP };
enum { TPKT = 4, X224_REQUEST = 0xe0, X224_CONFIRM = 0xd0, NTLM_NEGOTIATE = 1 };
enum {
	NEG_REQUEST = 1,
	NEG_RESPONSE = 2,
	NEG_FAILURE = 3,
	HYBRID = 2,
	HYBRID_REQUIRED = 5
};

/* The protocols of an RDP_NEG_REQ, which is at the end of the request. */
static uint32_t
asked_protocols(const uint8_t *p, size_t n)
{
	const uint8_t *at = p + n - 8;

	return n >= TPKT + 7 + 8 && at[0] == NEG_REQUEST && get_le(at + 2, 2) == 8
		? (uint32_t)get_le(at + 4, 4)
		: 0;
}

/* All here want network level authentication. */
static enum next
confirm(struct conn *c, const uint8_t *p, size_t n)
{
	bool hybrid = asked_protocols(p, n) & HYBRID;
	struct bytes *b = &c->out;

	put_8(b, 3);
	put_8(b, 0);
	put_be(b, TPKT + 7 + 8, 2);
	put_8(b, 6 + 8);
	put_8(b, X224_CONFIRM);
	put_be(b, 0, 2);
	put_be(b, 0x1234, 2);
	put_8(b, 0);
	put_8(b, hybrid ? NEG_RESPONSE : NEG_FAILURE);
	put_8(b, hybrid ? 0x1f : 0);
	put_le(b, 8, 2);
	put_le(b, hybrid ? HYBRID : HYBRID_REQUIRED, 4);
	c->stage = WANTS_CREDSSP;
	return hybrid ? START_TLS : END;
}

static enum next
hear_request(struct conn *c)
{
	if (c->in.n < TPKT)
		return MORE;
	size_t n = get_be(c->in.p + 2, 2);
	if (c->in.p[0] != 3 || n < TPKT + 7)
		return END;
	if (c->in.n < n)
		return MORE;
	enum next next = c->in.p[5] == X224_REQUEST ? confirm(c, c->in.p, n) : END;
	bytes_take(&c->in, n);
	return next;
}

static void
put_ts_request(struct bytes *b, const struct person *p)
{
	struct bytes ntlm = { 0 };
	size_t all = ber_open(b, 0x30), part, tokens, token, inner;

	ntlm_put_challenge(&ntlm, p);
	part = ber_open(b, 0xa0);
	ber_number(b, 0x02, 6);
	ber_close(b, part);
	part = ber_open(b, 0xa1);
	tokens = ber_open(b, 0x30);
	token = ber_open(b, 0x30);
	inner = ber_open(b, 0xa0);
	ber_octets(b, 0x04, ntlm.p, ntlm.n);
	ber_close(b, inner);
	ber_close(b, token);
	ber_close(b, tokens);
	ber_close(b, part);
	ber_close(b, all);
	bytes_free(&ntlm);
}

static enum next
hear_credssp(struct conn *c)
{
	struct ber request;

	if (c->in.n == 0)
		return MORE;
	if (!ber_read(c->in.p, c->in.n, &request))
		return c->in.n > 4096 ? END : MORE;
	unsigned type = ntlm_find(request.p, request.n);
	bytes_take(&c->in, request.all);
	if (type != NTLM_NEGOTIATE)
		return END;
	put_ts_request(&c->out, c->who);
	return MORE;
}

enum next
rdp_hear(struct conn *c)
{
	return c->stage == WANTS_REQUEST ? hear_request(c) : hear_credssp(c);
}
