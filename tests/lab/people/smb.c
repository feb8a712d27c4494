/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SMB up to the NTLM challenge: SMB2 ([MS-SMB2] 2.2.3 - 2.2.6) from 2.0.2 to 3.1.1, and, where
 * the Windows is old enough, SMB1 ([MS-CIFS], [MS-SMB] 2.2.4.5.2, 2.2.4.6) with a guest that
 * may log on, so that who asks for the old system strings gets them.
 */
#include <string.h>

#include "conn.h"

enum { FRAME = 4, HEAD = 64, FRAME_MAX = 64 << 10 };
enum { NEGOTIATE, SESSION_SETUP, LOGOFF, TREE_CONNECT };
enum { LONG_NAMES = 1, EXTENDED = 0x0800, NT_STATUS = 0x4000, UNICODE = 0x8000 };
enum { SMB1_HEAD = 32, SMB1_NEGOTIATE = 0x72, SMB1_SESSION_SETUP = 0x73 };
enum { NTLM_NEGOTIATE = 1, NTLM_AUTHENTICATE = 3 };
enum { ANY_SMB2 = 0x02ff, SMB311 = 0x0311 };

#define SUCCESS           0u
#define MORE_PROCESSING   0xc0000016u
#define LOGON_FAILURE     0xc000006du
#define INVALID_PARAMETER 0xc000000du
#define NOT_SUPPORTED     0xc00000bbu
#define ACCESS_DENIED     0xc0000022u
#define SESSION           0x0000040000000001u
#define SOME_TIME         0x01dc5a0000000000u

static const uint8_t spnego[] = { 0x2b, 6, 1, 5, 5, 2 };
static const uint8_t ntlmssp[] = { 0x2b, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 0x0a };

/* --- SPNEGO (RFC 4178 §4.2) ------------------------------------------------------- */

static void
put_mechanisms(struct bytes *b)
{
	size_t all = ber_open(b, 0x60), inner, init, list, types;

	ber_octets(b, 0x06, spnego, sizeof(spnego));
	inner = ber_open(b, 0xa0);
	init = ber_open(b, 0x30);
	list = ber_open(b, 0xa0);
	types = ber_open(b, 0x30);
	ber_octets(b, 0x06, ntlmssp, sizeof(ntlmssp));
	ber_close(b, types);
	ber_close(b, list);
	ber_close(b, init);
	ber_close(b, inner);
	ber_close(b, all);
}

/* NegTokenResp: accept-incomplete, with the challenge */
static void
put_challenge(struct bytes *b, const struct person *p)
{
	static const uint8_t incomplete[] = { 0x0a, 1, 1 };
	struct bytes ntlm = { 0 };
	size_t all = ber_open(b, 0xa1), init = ber_open(b, 0x30), part;

	ntlm_put_challenge(&ntlm, p);
	ber_octets(b, 0xa0, incomplete, sizeof(incomplete));
	part = ber_open(b, 0xa1);
	ber_octets(b, 0x06, ntlmssp, sizeof(ntlmssp));
	ber_close(b, part);
	part = ber_open(b, 0xa2);
	ber_octets(b, 0x04, ntlm.p, ntlm.n);
	ber_close(b, part);
	ber_close(b, init);
	ber_close(b, all);
	bytes_free(&ntlm);
}

/* The answer to what is in a security buffer; raw NTLMSSP is answered raw. */
static void
answer_token(struct bytes *b, const struct person *p, const uint8_t *token, size_t n)
{
	if (n && token[0] == 'N')
		ntlm_put_challenge(b, p);
	else
		put_challenge(b, p);
}

static void
put_frame(struct conn *c, const struct bytes *message)
{
	put_be(&c->out, message->n, FRAME);
	put(&c->out, message->p, message->n);
}

/* --- SMB2 ------------------------------------------------------------------------- */

static void
put_head(struct bytes *b, unsigned command, uint32_t status, uint64_t id,
	uint64_t session)
{
	put(b, "\xfeSMB", 4);
	put_le(b, HEAD, 2);
	put_le(b, 1, 2);
	put_le(b, status, 4);
	put_le(b, command, 2);
	put_le(b, 1, 2); /* credits */
	put_le(b, 1, 4); /* it is a response */
	put_le(b, 0, 4);
	put_le(b, id, 8);
	put_le(b, 0xfeff, 4);
	put_le(b, 0, 4);
	put_le(b, session, 8);
	put_zeros(b, 16);
}

static void
put_error(struct bytes *b, unsigned command, uint32_t status, uint64_t id)
{
	put_head(b, command, status, id, 0);
	put_le(b, 9, 2); /* [MS-SMB2] 2.2.2 */
	put_zeros(b, 7);
}

/* Integrity by SHA-512 and AES-128-GCM, [MS-SMB2] 2.2.4.1 */
static void
put_contexts(struct bytes *b, const struct person *p)
{
	put_le(b, 1, 2);
	put_le(b, 38, 2);
	put_le(b, 0, 4);
	put_le(b, 1, 2);
	put_le(b, 32, 2);
	put_le(b, 1, 2);
	put(b, p->guid, 16);
	put_zeros(b, 16 + 2);
	put_le(b, 2, 2);
	put_le(b, 4, 2);
	put_le(b, 0, 4);
	put_le(b, 1, 2);
	put_le(b, 2, 2);
}

static void
put_negotiated(struct bytes *b, const struct person *p, unsigned dialect, uint64_t id)
{
	struct bytes token = { 0 };
	size_t pad;

	put_mechanisms(&token);
	pad = (8 - token.n % 8) % 8;
	put_head(b, NEGOTIATE, SUCCESS, id, 0);
	put_le(b, 65, 2);
	put_le(b, smb_must_sign(p) ? 3 : 1, 2);
	put_le(b, dialect, 2);
	put_le(b, dialect == SMB311 ? 2 : 0, 2);
	put(b, p->guid, 16);
	put_le(b, dialect == 0x0202 ? 1 : 7, 4); /* DFS, leasing, large MTU */
	put_le(b, 1 << 20, 4);
	put_le(b, 1 << 20, 4);
	put_le(b, 1 << 20, 4);
	put_le(b, SOME_TIME, 8);
	put_le(b, 0, 8);
	put_le(b, HEAD + 64, 2);
	put_le(b, token.n, 2);
	put_le(b, dialect == SMB311 ? HEAD + 64 + token.n + pad : 0, 4);
	put(b, token.p, token.n);
	if (dialect == SMB311) {
		put_zeros(b, pad);
		put_contexts(b, p);
	}
	bytes_free(&token);
}

/* The newest of the client's dialects that is ours; 0: none */
static unsigned
choose_dialect(const struct person *p, const uint8_t *m, size_t n)
{
	unsigned best = 0;
	size_t count = n >= HEAD + 36 ? get_le(m + HEAD + 2, 2) : 0;

	for (size_t i = 0; i < count && HEAD + 36 + 2 * i + 2 <= n; i++) {
		unsigned d = (unsigned)get_le(m + HEAD + 36 + 2 * i, 2);

		if (d > best && d <= p->windows->dialect && d != ANY_SMB2)
			best = d;
	}
	return best;
}

static void
set_up_session(struct bytes *b, const struct person *p, const uint8_t *m, size_t n)
{
	uint64_t id = get_le(m + 24, 8);
	struct bytes token = { 0 };

	switch (ntlm_find(m + HEAD, n - HEAD)) {
	case NTLM_NEGOTIATE: {
		size_t at = n >= HEAD + 24 ? get_le(m + HEAD + 12, 2) : n;
		answer_token(&token, p, at < n ? m + at : m, at < n ? n - at : 0);
		put_head(b, SESSION_SETUP, MORE_PROCESSING, id, SESSION);
		put_le(b, 9, 2);
		put_le(b, 0, 2);
		put_le(b, HEAD + 8, 2);
		put_le(b, token.n, 2);
		put(b, token.p, token.n);
		bytes_free(&token);
		return;
	}
	case NTLM_AUTHENTICATE: put_error(b, SESSION_SETUP, LOGON_FAILURE, id); return;
	default: put_error(b, SESSION_SETUP, INVALID_PARAMETER, id);
	}
}

static enum next
hear_smb2(struct conn *c, const uint8_t *m, size_t n)
{
	struct bytes b = { 0 };

	if (n < HEAD + 4)
		return END;
	unsigned command = (unsigned)get_le(m + 12, 2);
	uint64_t id = get_le(m + 24, 8);
	if (command == NEGOTIATE) {
		unsigned dialect = choose_dialect(c->who, m, n);
		if (dialect)
			put_negotiated(&b, c->who, dialect, id);
		else
			put_error(&b, NEGOTIATE, NOT_SUPPORTED, id);
	} else if (command == SESSION_SETUP) {
		set_up_session(&b, c->who, m, n);
	} else {
		put_error(&b, command, ACCESS_DENIED, id);
	}
	put_frame(c, &b);
	bytes_free(&b);
	return MORE;
}

/* --- SMB1 ------------------------------------------------------------------------- */

/* Flags2 as the client's, always with long names, NT status and Unicode (2.2.3.1) */
static void
put_head1(struct bytes *b, unsigned command, uint32_t status, const uint8_t *m)
{
	put(b, "\xffSMB", 4);
	put_8(b, command);
	put_le(b, status, 4);
	put_8(b, 0x88);
	put_le(b, (get_le(m + 10, 2) & (EXTENDED | UNICODE)) | NT_STATUS | LONG_NAMES,
		2);
	put_zeros(b, 12);
	put(b, m + 24, 4); /* tree and process */
	put_le(b, command == SMB1_NEGOTIATE ? 0 : 0x0800, 2);
	put(b, m + 30, 2); /* the number of the request */
}

/* What stands where "dialect" is among the dialects of a request; -1: nowhere */
static int
dialect_at(const uint8_t *m, size_t n, const char *dialect)
{
	const uint8_t *at = m + SMB1_HEAD + 3, *end = m + n;

	for (int i = 0; at < end && *at == 2; i++) {
		const uint8_t *zero = memchr(at, 0, (size_t)(end - at));
		if (!zero)
			return -1;
		if (strcmp((const char *)at + 1, dialect) == 0)
			return i;
		at = zero + 1;
	}
	return -1;
}

/* Without extended security: a challenge, and the names in clear (2.2.4.52.2). */
static void
put_clear_names(struct bytes *b, const struct person *p)
{
	put(b, p->guid, 8);
	put_utf16(b, p->domain ? p->domain->netbios : "WORKGROUP");
	put_le(b, 0, 2);
	put_utf16(b, p->name);
	put_le(b, 0, 2);
}

static void
put_negotiated1(struct bytes *b, const struct person *p, const uint8_t *m, int dialect)
{
	bool extended = get_le(m + 10, 2) & EXTENDED;
	struct bytes data = { 0 };

	if (extended) {
		put(&data, p->guid, 16);
		put_mechanisms(&data);
	} else {
		put_clear_names(&data, p);
	}
	put_head1(b, SMB1_NEGOTIATE, SUCCESS, m);
	put_8(b, 17);
	put_le(b, (unsigned)dialect, 2);
	put_8(b, smb_must_sign(p) ? 15 : 3);
	put_le(b, 50, 2);
	put_le(b, 1, 2);
	put_le(b, p->windows->server ? 16644 : 4356, 4);
	put_le(b, 65536, 4);
	put_le(b, 0, 4);
	put_le(b, extended ? 0x8001e3fc : 0x0001e3fc, 4);
	put_le(b, SOME_TIME, 8);
	put_le(b, 0, 2);
	put_8(b, extended ? 0 : 8);
	put_le(b, data.n, 2);
	put(b, data.p, data.n);
	bytes_free(&data);
}

static void
put_string1(struct bytes *b, const char *text, bool unicode)
{
	if (unicode)
		put_utf16(b, text);
	else
		put_text(b, text);
	put_zeros(b, unicode ? 2 : 1);
}

/* The system and the server, as Windows names itself: "Windows 7 Professional 7601 ...". */
static void
put_systems(struct bytes *b, const struct windows *w, bool unicode)
{
	char text[80];

	if (w->build == 7601)
		(void)snprintf(text, sizeof(text), "%s 7601 Service Pack 1", w->product);
	else
		(void)snprintf(text, sizeof(text), "%s %u", w->product, w->build);
	put_string1(b, text, unicode);
	(void)snprintf(text, sizeof(text), "%s %u.%u", w->product, w->major, w->minor);
	put_string1(b, text, unicode);
}

static void
put_session1(struct bytes *b, const struct person *p, const uint8_t *m, size_t n)
{
	bool asks = ntlm_find(m + SMB1_HEAD, n - SMB1_HEAD) == NTLM_NEGOTIATE;
	bool unicode = get_le(m + 10, 2) & UNICODE;
	struct bytes token = { 0 }, text = { 0 };

	if (asks)
		answer_token(&token, p, m + SMB1_HEAD + 27, n - SMB1_HEAD - 27);
	put_systems(&text, p->windows, unicode);
	put_head1(b, SMB1_SESSION_SETUP, asks ? MORE_PROCESSING : SUCCESS, m);
	put_8(b, 4);
	put_le(b, 0xff, 2);
	put_le(b, 0, 2);
	put_le(b, asks ? 0 : 1, 2); /* as a guest */
	put_le(b, token.n, 2);
	size_t pad = unicode && token.n % 2 == 0; /* UTF-16 begins at an even place */
	put_le(b, token.n + pad + text.n, 2);
	put(b, token.p, token.n);
	put_zeros(b, pad);
	put(b, text.p, text.n);
	bytes_free(&text);
	bytes_free(&token);
}

/* A client that offers SMB2 beside SMB1 gets SMB2 ([MS-SMB2] 3.3.5.3). */
static enum next
hear_smb1(struct conn *c, const uint8_t *m, size_t n)
{
	const struct person *p = c->who;
	struct bytes b = { 0 };

	if (n < SMB1_HEAD + 3)
		return END;
	int lanman = dialect_at(m, n, "NT LM 0.12");
	if (m[4] == SMB1_NEGOTIATE && dialect_at(m, n, "SMB 2.???") >= 0)
		put_negotiated(&b, p, ANY_SMB2, 0);
	else if (m[4] == SMB1_NEGOTIATE && dialect_at(m, n, "SMB 2.002") >= 0)
		put_negotiated(&b, p, 0x0202, 0);
	else if (m[4] == SMB1_NEGOTIATE && p->windows->smb1 && lanman >= 0)
		put_negotiated1(&b, p, m, lanman);
	else if (m[4] == SMB1_SESSION_SETUP && p->windows->smb1 && n > SMB1_HEAD + 27)
		put_session1(&b, p, m, n);
	else
		return END;
	put_frame(c, &b);
	bytes_free(&b);
	return MORE;
}

enum next
smb_hear(struct conn *c)
{
	enum next next = END;

	if (c->in.n < FRAME)
		return MORE;
	size_t n = get_be(c->in.p, 4);
	if (n > FRAME_MAX ||
		n < 4) /* also what is no session message (RFC 1002 §4.3.1) */
		return END;
	if (c->in.n < FRAME + n)
		return MORE;
	if (memcmp(c->in.p + FRAME, "\xfeSMB", 4) == 0)
		next = hear_smb2(c, c->in.p + FRAME, n);
	else if (memcmp(c->in.p + FRAME, "\xffSMB", 4) == 0)
		next = hear_smb1(c, c->in.p + FRAME, n);
	bytes_take(&c->in, FRAME + n);
	return next;
}
