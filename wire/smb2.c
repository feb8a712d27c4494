/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SMB 2 and 3, up to the server's security token.  Dialects are offered all at once; SMB1
 * is not, so that a server is never tempted to fall back to it.
 */
#include "wire/smb2.h"

#include <stdio.h>
#include <string.h>

#include "wire/nbss.h"

enum {
	/* 2.2.1.2 */
	HEAD_SIZE = 64,
	FLAG_RESPONSE = 0x00000001,
	/* 2.2.3 */
	NEGOTIATE_SIZE = 36,
	SIGNING_ENABLED = 0x0001,
	SIGNING_REQUIRED = 0x0002,
	DIALECT_3_0 = 0x0300,
	DIALECT_3_1_1 = 0x0311,
	/* Servers that insist on encryption talk no further with who has none (3.3.5.5). */
	CAPABILITY_ENCRYPTION = 0x00000040,
	/* 2.2.3.1 */
	CONTEXT_PREAUTH = 0x0001,
	CONTEXT_ENCRYPTION = 0x0002,
	SHA_512 = 0x0001,
	AES_128_CCM = 0x0001,
	AES_128_GCM = 0x0002,
	SALT_SIZE = 32,
	CONTEXT_HEAD_SIZE = 8,
	PREAUTH_SIZE = 2 + 2 + 2 + SALT_SIZE,
	ENCRYPTION_SIZE = 2 + 2 + 2,
	/* 2.2.4, 2.2.5, 2.2.6 */
	NEGOTIATED_SIZE = 65,
	SETUP_SIZE = 25,
	SETUP_FIXED = 24, /* of these, before the buffer */
	SETUP_ANSWER_SIZE = 9,
};

static const uint8_t protocol[4] = { 0xfe, 'S', 'M', 'B' };

/* 2.2.3, Dialects: what is offered, and how it is called. */
static const struct dialect {
	uint16_t revision;
	const char *name;
} dialects[] = {
	{ 0x0202, "2.0.2" },
	{ 0x0210, "2.1" },
	{ 0x0300, "3.0" },
	{ 0x0302, "3.0.2" },
	{ 0x0311, "3.1.1" },
};
enum { N_DIALECTS = sizeof(dialects) / sizeof(dialects[0]) };

/* --- questions -------------------------------------------------------------------------- */

/* 2.2.1.2, SYNC */
static void
write_head(struct wr *w, enum smb2_command command, uint64_t message_id)
{
	wr_bytes(w, protocol, sizeof(protocol));
	wr_le16(w, HEAD_SIZE);
	wr_le16(w, 0); /* CreditCharge: one credit, in every dialect */
	wr_le32(w, 0); /* Status */
	wr_le16(w, (uint16_t)command);
	wr_le16(w, 1); /* CreditRequest: one question at a time */
	wr_le32(w, 0); /* Flags */
	wr_le32(w, 0); /* NextCommand */
	wr_le64(w, message_id);
	wr_le32(w, 0);  /* Reserved */
	wr_le32(w, 0);  /* TreeId */
	wr_le64(w, 0);  /* SessionId */
	wr_zero(w, 16); /* Signature */
}

static void
align_to_8(struct wr *w)
{
	size_t used = wr_used(w) - NBSS_HEAD_SIZE;

	wr_zero(w, (8 - used % 8) % 8);
}

/* 2.2.3.1: what 3.1.1 wants to be told. */
static void
write_contexts(struct wr *w)
{
	wr_le16(w, CONTEXT_PREAUTH);
	wr_le16(w, PREAUTH_SIZE);
	wr_le32(w, 0);
	wr_le16(w, 1); /* HashAlgorithmCount */
	wr_le16(w, SALT_SIZE);
	wr_le16(w, SHA_512);
	/* A salt protects a session; there will be none. */
	wr_zero(w, SALT_SIZE);
	align_to_8(w);
	wr_le16(w, CONTEXT_ENCRYPTION);
	wr_le16(w, ENCRYPTION_SIZE);
	wr_le32(w, 0);
	wr_le16(w, 2); /* CipherCount */
	wr_le16(w, AES_128_GCM);
	wr_le16(w, AES_128_CCM);
}

size_t
smb2_older_dialects(const char *name)
{
	size_t i = 0;

	while (i < N_DIALECTS && (!name || strcmp(dialects[i].name, name) != 0))
		i++;
	return i;
}

void
smb2_write_negotiate(struct wr *w, const char *below)
{
	const size_t n = smb2_older_dialects(below);
	const size_t dialects_end = HEAD_SIZE + NEGOTIATE_SIZE + 2 * n;
	bool speaks_3 = false, has_contexts = false;

	for (size_t i = 0; i < n; i++) {
		speaks_3 |= dialects[i].revision >= DIALECT_3_0;
		has_contexts |= dialects[i].revision == DIALECT_3_1_1;
	}
	nbss_begin(w);
	write_head(w, SMB2_NEGOTIATE, 0);
	wr_le16(w, NEGOTIATE_SIZE);
	wr_le16(w, (uint16_t)n);
	wr_le16(w, SIGNING_ENABLED);
	wr_le16(w, 0); /* Reserved */
	wr_le32(w, speaks_3 ? CAPABILITY_ENCRYPTION : 0);
	/* ClientGuid: that of clients without one (3.2.4.2.2.2).  It binds channels and
	 * leases of one client together, and must not do so here. */
	wr_zero(w, 16);
	/* NegotiateContextOffset, NegotiateContextCount; else ClientStartTime */
	wr_le32(w, has_contexts ? (uint32_t)((dialects_end + 7) / 8 * 8) : 0);
	wr_le16(w, has_contexts ? 2 : 0);
	wr_le16(w, 0);
	for (size_t i = 0; i < n; i++)
		wr_le16(w, dialects[i].revision);
	if (has_contexts) {
		align_to_8(w);
		write_contexts(w);
	}
	nbss_end(w);
}

void
smb2_write_session_setup(struct wr *w, const void *token, size_t n)
{
	if (n > UINT16_MAX)
		w->bad = true;
	nbss_begin(w);
	write_head(w, SMB2_SESSION_SETUP, 1);
	wr_le16(w, SETUP_SIZE);
	wr_u8(w, 0); /* Flags: no binding */
	wr_u8(w, SIGNING_ENABLED);
	wr_le32(w, 0);                       /* Capabilities */
	wr_le32(w, 0);                       /* Channel */
	wr_le16(w, HEAD_SIZE + SETUP_FIXED); /* SecurityBufferOffset */
	wr_le16(w, (uint16_t)n);
	wr_le64(w, 0); /* PreviousSessionId */
	wr_bytes(w, token, n);
	nbss_end(w);
}

/* --- answers ---------------------------------------------------------------------------- */

int
smb2_read_head(struct rd *r, struct smb2_head *h, struct err *e)
{
	const uint8_t *id = rd_take(r, sizeof(protocol));

	if (!id || memcmp(id, protocol, sizeof(protocol)) != 0)
		return err_set(
			e, ERR_PROTO, "[MS-SMB2] 2.2.1.2: ProtocolId is not SMB2");
	uint16_t size = rd_le16(r);
	rd_skip(r, 2); /* CreditCharge */
	h->status = rd_le32(r);
	h->command = rd_le16(r);
	rd_skip(r, 2); /* CreditResponse */
	uint32_t flags = rd_le32(r);
	rd_skip(r, HEAD_SIZE - 20); /* of one question at a time, all else is known */
	if (r->bad || size != HEAD_SIZE)
		return err_set(e, ERR_PROTO, "[MS-SMB2] 2.2.1.2: header is cut");
	if (!(flags & FLAG_RESPONSE))
		return err_set(e, ERR_PROTO, "[MS-SMB2] 2.2.1.2: not a response");
	return 0;
}

static const char *
dialect_name(uint16_t revision)
{
	for (size_t i = 0; i < N_DIALECTS; i++)
		if (dialects[i].revision == revision)
			return dialects[i].name;
	return NULL;
}

static enum smb2_signing
signing_of(uint16_t mode)
{
	return mode & SIGNING_REQUIRED   ? SMB2_SIGNS_ALWAYS
		: mode & SIGNING_ENABLED ? SMB2_SIGNS_IF_ASKED
					 : SMB2_SIGNS_NEVER;
}

int
smb2_read_negotiate(struct rd r, struct smb2_negotiated *n, struct err *e)
{
	*n = (struct smb2_negotiated){ .dialect = NULL };
	rd_skip(&r, HEAD_SIZE);
	uint16_t size = rd_le16(&r), mode = rd_le16(&r), revision = rd_le16(&r);
	rd_skip(&r, 2); /* NegotiateContextCount */
	rd_copy(&r, n->guid, sizeof(n->guid));
	if (r.bad || size != NEGOTIATED_SIZE)
		return err_set(e, ERR_PROTO, "[MS-SMB2] 2.2.4: response is cut");
	n->dialect = dialect_name(revision);
	if (!n->dialect)
		return err_set(e, ERR_PROTO,
			"[MS-SMB2] 2.2.4: DialectRevision %04x was not offered",
			revision);
	n->signing = signing_of(mode);
	return 0;
}

int
smb2_read_session_setup(struct rd message, struct rd *token, struct err *e)
{
	struct rd r = message;

	rd_skip(&r, HEAD_SIZE);
	uint16_t size = rd_le16(&r);
	rd_skip(&r, 2); /* SessionFlags */
	uint16_t at = rd_le16(&r), n = rd_le16(&r);
	if (r.bad || size != SETUP_ANSWER_SIZE)
		return err_set(e, ERR_PROTO, "[MS-SMB2] 2.2.6: response is cut");
	rd_skip(&message, at);
	*token = rd_sub(&message, n);
	if (token->bad)
		return err_set(
			e, ERR_PROTO, "[MS-SMB2] 2.2.6: buffer goes past the end");
	return 0;
}

const char *
smb2_signing_word(enum smb2_signing s)
{
	static const char *const words[] = {
		[SMB2_SIGNS_NEVER] = "disabled",
		[SMB2_SIGNS_IF_ASKED] = "enabled",
		[SMB2_SIGNS_ALWAYS] = "required",
	};

	return words[s];
}

const char *
smb2_guid_print(const uint8_t guid[static 16], char text[static SMB2_GUID_TEXT])
{
	struct rd r = rd_from(guid, 16);
	uint32_t first = rd_le32(&r);
	uint16_t second = rd_le16(&r), third = rd_le16(&r), fourth = rd_be16(&r);
	uint16_t node = rd_be16(&r);

	(void)snprintf(text, SMB2_GUID_TEXT, "%08x-%04x-%04x-%04x-%04x%08x",
		(unsigned)first, second, third, fourth, node, (unsigned)rd_be32(&r));
	return text;
}
