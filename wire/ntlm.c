/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * NTLM, its first two messages.  The challenge itself and the clock of the server are
 * skipped: they say nothing about who it is.
 */
#include "wire/ntlm.h"

#include <stdio.h>

#include "wire/utf16.h"

enum {
	/* 2.2.1.1, 2.2.1.2 */
	NEGOTIATE_MESSAGE = 1,
	CHALLENGE_MESSAGE = 2,
	/* 2.2.2.1 */
	AV_EOL = 0,
	AV_NB_COMPUTER = 1,
	AV_NB_DOMAIN = 2,
	AV_DNS_COMPUTER = 3,
	AV_DNS_DOMAIN = 4,
	AV_DNS_TREE = 5,
	/* 2.2.2.10 */
	REVISION_W2K3 = 0x0f,
};

/* 2.2.2.5 */
#define FLAG_UNICODE     UINT32_C(0x00000001)
#define FLAG_TARGET      UINT32_C(0x00000004) /* NTLMSSP_REQUEST_TARGET */
#define FLAG_NTLM        UINT32_C(0x00000200)
#define FLAG_ALWAYS_SIGN UINT32_C(0x00008000)
#define FLAG_DOMAIN      UINT32_C(0x00010000) /* NTLMSSP_TARGET_TYPE_DOMAIN */
#define FLAG_SERVER      UINT32_C(0x00020000) /* NTLMSSP_TARGET_TYPE_SERVER */
#define FLAG_EXTENDED    UINT32_C(0x00080000) /* EXTENDED_SESSIONSECURITY */
#define FLAG_TARGET_INFO UINT32_C(0x00800000)
#define FLAG_VERSION     UINT32_C(0x02000000)
#define FLAG_128         UINT32_C(0x20000000)
#define FLAG_56          UINT32_C(0x80000000)

static const uint8_t signature[8] = "NTLMSSP";

void
ntlm_write_negotiate(struct wr *w)
{
	wr_bytes(w, signature, sizeof(signature));
	wr_le32(w, NEGOTIATE_MESSAGE);
	/* A server tells its version only to whom tells one: FLAG_VERSION. */
	wr_le32(w,
		FLAG_UNICODE | FLAG_TARGET | FLAG_NTLM | FLAG_ALWAYS_SIGN |
			FLAG_EXTENDED | FLAG_VERSION | FLAG_128 | FLAG_56);
	wr_zero(w, 8 + 8); /* DomainNameFields, WorkstationFields */
	wr_zero(w, 7);     /* VERSION: not a Windows */
	wr_u8(w, REVISION_W2K3);
}

bool
ntlm_is_message(struct rd r)
{
	const uint8_t *p = rd_take(&r, sizeof(signature));

	return p && memcmp(p, signature, sizeof(signature)) == 0;
}

/* Len, MaxLen, BufferOffset: where in the message something lies.  Both are 0 to 2^32. */
struct field {
	uint32_t at, n;
};

static struct field
read_field(struct rd *r)
{
	struct field f;

	f.n = rd_le16(r);
	rd_skip(r, 2); /* MaxLen: to be ignored */
	f.at = rd_le32(r);
	return f;
}

static struct rd
open_field(struct rd message, struct field f)
{
	rd_skip(&message, f.at);
	return rd_sub(&message, f.n);
}

/* Which of the names an AvId is; NULL: none that is kept. */
static char *
name_of(struct ntlm_challenge *c, uint16_t id)
{
	switch (id) {
	case AV_NB_COMPUTER: return c->computer;
	case AV_NB_DOMAIN: return c->domain;
	case AV_DNS_COMPUTER: return c->dns_name;
	case AV_DNS_DOMAIN: return c->dns_domain;
	case AV_DNS_TREE: return c->forest;
	default: return NULL;
	}
}

/* Names are Unicode whatever was negotiated.  The end may be missing: what is there is. */
static void
read_pairs(struct rd r, struct ntlm_challenge *c)
{
	while (rd_left(&r) > 0) {
		uint16_t id = rd_le16(&r);
		struct rd value = rd_sub(&r, rd_le16(&r));
		char *name = name_of(c, id);
		if (r.bad || id == AV_EOL)
			return;
		if (name)
			(void)utf16_text(value, name, NTLM_TEXT_MAX);
	}
}

/* TargetName is the domain, or the computer when it is in none.  It counts where the
 * pairs do not tell: they came later, with NTLMv2. */
static void
read_target(struct rd r, struct ntlm_challenge *c)
{
	char *name = c->flags & FLAG_DOMAIN ? c->domain
		: c->flags & FLAG_SERVER    ? c->computer
					    : NULL;

	/* Of the OEM charset only this is known: it is no UTF-16. */
	if (name && !name[0] && c->flags & FLAG_UNICODE)
		(void)utf16_text(r, name, NTLM_TEXT_MAX);
}

int
ntlm_read_challenge(struct rd message, struct ntlm_challenge *c, struct err *e)
{
	struct rd r = message;

	*c = (struct ntlm_challenge){ .flags = 0 };
	if (!ntlm_is_message(r))
		return err_set(e, ERR_PROTO, "[MS-NLMP] 2.2.1.2: no NTLMSSP");
	rd_skip(&r, sizeof(signature));
	uint32_t type = rd_le32(&r);
	if (r.bad || type != CHALLENGE_MESSAGE)
		return err_set(e, ERR_PROTO, "[MS-NLMP] 2.2.1.2: MessageType is %u",
			(unsigned)type);
	struct field target = read_field(&r);
	c->flags = rd_le32(&r);
	rd_skip(&r, 8); /* ServerChallenge */
	if (r.bad)
		return err_set(e, ERR_PROTO, "[MS-NLMP] 2.2.1.2: message is cut");
	/* What follows came with later versions of Windows, each behind a flag. */
	rd_skip(&r, 8); /* Reserved */
	struct field info = read_field(&r);
	if (!r.bad && c->flags & FLAG_TARGET_INFO) {
		struct rd pairs = open_field(message, info);
		if (pairs.bad)
			return err_set(e, ERR_PROTO,
				"[MS-NLMP] 2.2.1.2: TargetInfo goes past the end");
		read_pairs(pairs, c);
	}
	if (c->flags & FLAG_TARGET)
		read_target(open_field(message, target), c);
	if (c->flags & FLAG_VERSION) {
		c->major = rd_u8(&r);
		c->minor = rd_u8(&r);
		c->build = rd_le16(&r);
	}
	return 0;
}

const char *
ntlm_build(const struct ntlm_challenge *c, char text[static NTLM_BUILD_TEXT])
{
	text[0] = '\0';
	if (c->build)
		(void)snprintf(text, NTLM_BUILD_TEXT, "%u.%u.%u", c->major, c->minor,
			c->build);
	return text;
}
