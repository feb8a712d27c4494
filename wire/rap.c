/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two questions, and entries of level 1. */
#include "wire/rap.h"

#include <string.h>

#include "wire/smb1_ipc.h"

enum {
	/* 2.5.1 */
	NET_SERVER_ENUM2 = 0x0068,
	NET_SERVER_ENUM3 = 0x00d7,
	LEVEL = 1,
	/* 2.5.5.2.2 NetServerInfo1 */
	NAME_SIZE = 16,
	ENTRY_SIZE = 26,
	COMMENT_MAX = 256, /* 2.5.5.2.2 has 48 */
	MAJOR_MASK = 0x0f, /* the upper half is of the kind of software */
};

static void
write_text(struct wr *w, const char *text)
{
	wr_bytes(w, text, strlen(text) + 1);
}

void
rap_write_server_enum(
	struct wr *w, uint32_t types, const char *domain, const char *after)
{
	wr_le16(w, after ? NET_SERVER_ENUM3 : NET_SERVER_ENUM2);
	write_text(w, after ? "WrLehDzz" : "WrLehDz"); /* ParamDesc */
	write_text(w, "B16BBDz");                      /* DataDesc */
	wr_le16(w, LEVEL);
	wr_le16(w, SMB1_TRANS_DATA_MAX); /* ReceiveBufferSize */
	wr_le32(w, types);
	write_text(w, domain);
	if (after)
		write_text(w, after); /* FirstNameToReturn */
}

int
rap_read_list(struct rd params, struct rd data, struct rap_list *out, struct err *e)
{
	*out = (struct rap_list){ .entries = data, .all = data };
	out->status = rd_le16(&params);
	out->converter = rd_le16(&params);
	if (params.bad)
		return err_set(e, ERR_PROTO, "[MS-RAP] 2.5.1.2: answer is cut");
	if (out->status != RAP_OK && out->status != RAP_MORE_DATA) {
		out->entries = rd_from("", 0);
		return 0;
	}
	out->returned = rd_le16(&params);
	out->available = rd_le16(&params);
	if (params.bad)
		return err_set(e, ERR_PROTO, "[MS-RAP] 2.5.5.2.2: counts are cut");
	if ((size_t)out->returned * ENTRY_SIZE > rd_left(&data))
		return err_set(e, ERR_PROTO,
			"[MS-RAP] 2.5.5.2.2: %u entries in %zu bytes", out->returned,
			rd_left(&data));
	out->entries = rd_sub(&data, (size_t)out->returned * ENTRY_SIZE);
	return 0;
}

/* A pointer of 16 bits, less the Converter, is an offset in the data (2.5.1.2); one that
 * leads nowhere gives no text. */
static struct rd
comment_at(const struct rap_list *l, uint16_t pointer)
{
	struct rd r = l->all, ahead;
	size_t n = 0;

	rd_skip(&r, (uint16_t)(pointer - l->converter));
	for (ahead = r; n < COMMENT_MAX && rd_left(&ahead) && rd_u8(&ahead);)
		n++;
	return rd_left(&r) ? rd_sub(&r, n) : rd_from("", 0);
}

bool
rap_next(struct rap_list *l, struct rap_entry *out)
{
	if (rd_left(&l->entries) < ENTRY_SIZE)
		return false;
	*out = (struct rap_entry){ .name = "" };
	rd_copy(&l->entries, out->name, NAME_SIZE);
	for (size_t n = strlen(out->name); n && out->name[n - 1] == ' ';)
		out->name[--n] = '\0';
	out->major = rd_u8(&l->entries) & MAJOR_MASK;
	out->minor = rd_u8(&l->entries);
	out->types = rd_le32(&l->entries);
	out->comment = comment_at(l, rd_le16(&l->entries));
	rd_skip(&l->entries, 2); /* ServerCommentHigh */
	return true;
}
