/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SMB1, as far as knowing that it is there. */
#include "wire/smb1.h"

#include "wire/nbss.h"

enum {
	/* [MS-CIFS] 2.2.3.1 */
	COM_NEGOTIATE = 0x72,
	FLAGS_CASELESS = 0x08,
	FLAGS_CANONICAL = 0x10,
	FLAGS_REPLY = 0x80,
	FLAGS2_LONG_NAMES = 0x0001,
	FLAGS2_NT_STATUS = 0x4000,
	FLAGS2_UNICODE = 0x8000,
	/* 2.2.4.52.1 */
	DIALECT_STRING = 0x02,
	/* 2.2.4.52.2 */
	NO_DIALECT = 0xffff,
};

static const uint8_t protocol[4] = { 0xff, 'S', 'M', 'B' };
static const uint8_t protocol_2[4] = { 0xfe, 'S', 'M', 'B' };
static const char dialect[] = "NT LM 0.12";

void
smb1_write_negotiate(struct wr *w)
{
	nbss_begin(w);
	wr_bytes(w, protocol, sizeof(protocol));
	wr_u8(w, COM_NEGOTIATE);
	wr_le32(w, 0); /* Status */
	wr_u8(w, FLAGS_CASELESS | FLAGS_CANONICAL);
	wr_le16(w, FLAGS2_LONG_NAMES | FLAGS2_NT_STATUS | FLAGS2_UNICODE);
	wr_zero(w, 2 + 8 + 2);           /* PIDHigh, SecurityFeatures, Reserved */
	wr_zero(w, 2 + 2 + 2 + 2);       /* TID, PIDLow, UID, MID */
	wr_u8(w, 0);                     /* WordCount */
	wr_le16(w, 1 + sizeof(dialect)); /* ByteCount */
	wr_u8(w, DIALECT_STRING);
	wr_bytes(w, dialect, sizeof(dialect)); /* with its NUL */
	nbss_end(w);
}

int
smb1_read_negotiate(struct rd r, bool *spoken, struct err *e)
{
	const uint8_t *id = rd_take(&r, sizeof(protocol));

	*spoken = false;
	if (id && memcmp(id, protocol_2, sizeof(protocol_2)) == 0)
		return 0;
	if (!id || memcmp(id, protocol, sizeof(protocol)) != 0)
		return err_set(e, ERR_PROTO, "[MS-CIFS] 2.2.3.1: Protocol is not SMB");
	uint8_t command = rd_u8(&r);
	uint32_t status = rd_le32(&r);
	uint8_t flags = rd_u8(&r);
	rd_skip(&r, 2 + 12 + 8); /* Flags2 to MID */
	uint8_t words = rd_u8(&r);
	if (r.bad)
		return err_set(e, ERR_PROTO, "[MS-CIFS] 2.2.3.1: header is cut");
	if (command != COM_NEGOTIATE || !(flags & FLAGS_REPLY))
		return err_set(
			e, ERR_PROTO, "[MS-CIFS] 2.2.3.1: not an answer to NEGOTIATE");
	if (status != 0)
		return 0;
	uint16_t index = rd_le16(&r); /* DialectIndex: only the first was offered */
	if (words == 0 || r.bad || (index != 0 && index != NO_DIALECT))
		return err_set(e, ERR_PROTO, "[MS-CIFS] 2.2.4.52.2: no DialectIndex");
	*spoken = index == 0;
	return 0;
}
