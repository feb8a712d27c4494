/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Three questions of [MS-CIFS] and the answers to them; nothing in them is a secret. */
#include "wire/smb1_ipc.h"

#include <string.h>

#include "wire/nbss.h"

enum {
	HEAD_SIZE = 32,
	/* 2.2.3.1 */
	FLAGS_CASELESS = 0x08,
	FLAGS_CANONICAL = 0x10,
	FLAGS_REPLY = 0x80,
	FLAGS2_LONG_NAMES = 0x0001,
	FLAGS2_NT_STATUS = 0x4000,
	PID = 1,
	/* 2.2.3.4 */
	NO_ANDX = 0xff,
	/* 2.2.4.53.1 */
	MAX_BUFFER = 16644,
	CAP_NT_SMBS = 0x10,
	CAP_STATUS32 = 0x40,
	/* 2.2.4.33.1 */
	TRANS_WORDS = 14,
	TRANS_ANSWER_WORDS = 10,
};

static const uint8_t protocol[4] = { 0xff, 'S', 'M', 'B' };
static const char pipe_name[] = "\\PIPE\\LANMAN";

static void
begin(struct wr *w, enum smb1_command command, const struct smb1_ids *ids)
{
	nbss_begin(w);
	wr_bytes(w, protocol, sizeof(protocol));
	wr_u8(w, (uint8_t)command);
	wr_le32(w, 0); /* Status */
	wr_u8(w, FLAGS_CASELESS | FLAGS_CANONICAL);
	wr_le16(w, FLAGS2_LONG_NAMES | FLAGS2_NT_STATUS);
	wr_zero(w, 2 + 8 + 2); /* PIDHigh, SecurityFeatures, Reserved */
	wr_le16(w, ids->tid);
	wr_le16(w, PID);
	wr_le16(w, ids->uid);
	wr_le16(w, ids->mid);
}

static void
write_andx(struct wr *w)
{
	wr_u8(w, NO_ANDX);
	wr_u8(w, 0);   /* AndXReserved */
	wr_le16(w, 0); /* AndXOffset */
}

/* [MS-CIFS] 3.2.4.2.4: nobody has an empty name and a password of one NUL. */
void
smb1_write_session_setup(struct wr *w, const struct smb1_ids *ids)
{
	static const char texts[] = "\0"        /* OEMPassword */
				    "\0"        /* AccountName */
				    "\0"        /* PrimaryDomain */
				    "Unix\0"    /* NativeOS */
				    "muster\0"; /* NativeLanMan */

	begin(w, SMB1_SESSION_SETUP, ids);
	wr_u8(w, 13); /* WordCount */
	write_andx(w);
	wr_le16(w, MAX_BUFFER);
	wr_le16(w, 1); /* MaxMpxCount */
	wr_le16(w, 0); /* VcNumber: other sessions of ours may stay */
	wr_le32(w, 0); /* SessionKey */
	wr_le16(w, 1); /* OEMPasswordLen */
	wr_le16(w, 0); /* UnicodePasswordLen */
	wr_le32(w, 0); /* Reserved */
	wr_le32(w, CAP_NT_SMBS | CAP_STATUS32);
	wr_le16(w, sizeof(texts) - 1); /* ByteCount */
	wr_bytes(w, texts, sizeof(texts) - 1);
	nbss_end(w);
}

void
smb1_write_tree_connect(struct wr *w, const struct smb1_ids *ids, const char *host)
{
	static const char share[] = "\\IPC$", service[] = "IPC";
	size_t n = strlen(host);

	begin(w, SMB1_TREE_CONNECT, ids);
	wr_u8(w, 4); /* WordCount */
	write_andx(w);
	wr_le16(w, 0); /* Flags */
	wr_le16(w, 1); /* PasswordLength */
	/* Password, "\\", host, share, service; the last two with their NULs */
	wr_le16(w, (uint16_t)(1 + 2 + n + sizeof(share) + sizeof(service)));
	wr_u8(w, 0);
	wr_bytes(w, "\\\\", 2);
	wr_bytes(w, host, n);
	wr_bytes(w, share, sizeof(share));
	wr_bytes(w, service, sizeof(service));
	nbss_end(w);
}

void
smb1_write_rap(struct wr *w, const struct smb1_ids *ids, const uint8_t *params, size_t n)
{
	/* Behind the header: WordCount, the words, ByteCount, the name. */
	const size_t at = HEAD_SIZE + 1 + 2 * TRANS_WORDS + 2 + sizeof(pipe_name);

	begin(w, SMB1_TRANSACTION, ids);
	wr_u8(w, TRANS_WORDS);
	wr_le16(w, (uint16_t)n); /* TotalParameterCount */
	wr_le16(w, 0);           /* TotalDataCount */
	wr_le16(w, SMB1_TRANS_PARAMS_MAX);
	wr_le16(w, SMB1_TRANS_DATA_MAX);
	wr_le16(w, 0);                                 /* MaxSetupCount, Reserved1 */
	wr_le16(w, 0);                                 /* Flags */
	wr_le32(w, 5000);                              /* Timeout: milliseconds */
	wr_le16(w, 0);                                 /* Reserved2 */
	wr_le16(w, (uint16_t)n);                       /* ParameterCount */
	wr_le16(w, (uint16_t)at);                      /* ParameterOffset */
	wr_le16(w, 0);                                 /* DataCount */
	wr_le16(w, (uint16_t)(at + n));                /* DataOffset */
	wr_le16(w, 0);                                 /* SetupCount, Reserved3 */
	wr_le16(w, (uint16_t)(sizeof(pipe_name) + n)); /* ByteCount */
	wr_bytes(w, pipe_name, sizeof(pipe_name));
	wr_bytes(w, params, n);
	nbss_end(w);
}

int
smb1_read_head(struct rd *r, struct smb1_head *out, struct err *e)
{
	const uint8_t *id = rd_take(r, sizeof(protocol));

	if (!id || memcmp(id, protocol, sizeof(protocol)) != 0)
		return err_set(e, ERR_PROTO, "[MS-CIFS] 2.2.3.1: Protocol is not SMB");
	out->command = rd_u8(r);
	out->status = rd_le32(r);
	uint8_t flags = rd_u8(r);
	rd_skip(r, 2 + 2 + 8 + 2); /* Flags2 to Reserved */
	out->ids.tid = rd_le16(r);
	rd_skip(r, 2); /* PIDLow */
	out->ids.uid = rd_le16(r);
	out->ids.mid = rd_le16(r);
	if (r->bad)
		return err_set(e, ERR_PROTO, "[MS-CIFS] 2.2.3.1: header is cut");
	if (!(flags & FLAGS_REPLY))
		return err_set(e, ERR_PROTO, "[MS-CIFS] 2.2.3.1: no answer");
	return 0;
}

/* One of the two that a part brings: bytes at an offset from the header on, that belong at a
 * displacement of the whole. */
struct piece {
	size_t total, count, offset, displacement;
};

static int
take_piece(struct rd message, const struct piece *p, uint8_t *out, size_t max,
	size_t *total, size_t *got, struct err *e)
{
	if (p->total > max || p->displacement > p->total ||
		p->count > p->total - p->displacement)
		return err_set(e, ERR_PROTO,
			"[MS-CIFS] 2.2.4.33.2: %zu bytes at %zu of %zu", p->count,
			p->displacement, p->total);
	/* A server may find out that there is less than it said (3.2.5.1.4). */
	*total = p->total;
	if (p->count == 0)
		return 0;
	rd_skip(&message, p->offset);
	rd_copy(&message, out + p->displacement, p->count);
	if (message.bad)
		return err_set(e, ERR_PROTO,
			"[MS-CIFS] 2.2.4.33.2: bytes past the end of the message");
	*got += p->count;
	return 0;
}

int
smb1_read_trans(struct rd message, struct smb1_trans *t, bool *whole, struct err *e)
{
	struct rd r = message;
	struct smb1_head head;
	struct piece params, data;

	*whole = false;
	if (smb1_read_head(&r, &head, e) == -1)
		return -1;
	uint8_t words = rd_u8(&r);
	if (words == 0 && !r.bad) /* an interim answer: the real ones follow */
		return 0;
	params.total = rd_le16(&r);
	data.total = rd_le16(&r);
	rd_skip(&r, 2);
	params.count = rd_le16(&r);
	params.offset = rd_le16(&r);
	params.displacement = rd_le16(&r);
	data.count = rd_le16(&r);
	data.offset = rd_le16(&r);
	data.displacement = rd_le16(&r);
	if (r.bad || words < TRANS_ANSWER_WORDS)
		return err_set(e, ERR_PROTO, "[MS-CIFS] 2.2.4.33.2: words are cut");
	if (t->begun && params.count + data.count == 0)
		return err_set(e, ERR_PROTO, "[MS-CIFS] 2.2.4.33.2: an empty part");
	t->begun = true;
	if (take_piece(message, &params, t->params, sizeof(t->params), &t->n_params,
		    &t->got_params, e) == -1 ||
		take_piece(message, &data, t->data, sizeof(t->data), &t->n_data,
			&t->got_data, e) == -1)
		return -1;
	*whole = t->got_params >= t->n_params && t->got_data >= t->n_data;
	return 0;
}
