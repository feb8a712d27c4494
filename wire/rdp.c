/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a connection of Remote Desktop begins. */
#include "wire/rdp.h"

enum {
	/* RFC 1006 §6 */
	TPKT_VERSION = 3,
	TPKT_SIZE = 4,
	/* ITU-T X.224 §13.3, §13.4; the low bits are CREDIT, 0 in class 0 */
	CONNECTION_REQUEST = 0xe0,
	CONNECTION_CONFIRM = 0xd0,
	FIXED_SIZE = 6, /* behind the length indicator */
	/* [MS-RDPBCGR] 2.2.1.1.1, 2.2.1.2.1, 2.2.1.2.2 */
	TYPE_REQUEST = 0x01,
	TYPE_RESPONSE = 0x02,
	TYPE_FAILURE = 0x03,
	NEGOTIATION_SIZE = 8,
};

void
rdp_write_request(struct wr *w)
{
	wr_u8(w, TPKT_VERSION);
	wr_u8(w, 0);
	wr_be16(w, RDP_REQUEST_SIZE);
	wr_u8(w, FIXED_SIZE + NEGOTIATION_SIZE); /* length indicator */
	wr_u8(w, CONNECTION_REQUEST);
	wr_be16(w, 0); /* destination */
	wr_be16(w, 0); /* source */
	wr_u8(w, 0);   /* class 0 */
	wr_u8(w, TYPE_REQUEST);
	wr_u8(w, 0); /* flags */
	wr_le16(w, NEGOTIATION_SIZE);
	/* 2.2.1.1.1: who offers CredSSP offers TLS too */
	wr_le32(w, RDP_PROTOCOL_TLS | RDP_PROTOCOL_HYBRID);
}

enum frame
rdp_frame(struct rd stream, struct rd *message, size_t *size)
{
	uint8_t version = rd_u8(&stream);

	if (!stream.bad && version != TPKT_VERSION)
		return FRAME_BROKEN;
	rd_skip(&stream, 1);
	size_t all = rd_be16(&stream);
	if (stream.bad)
		return FRAME_MORE;
	if (all < TPKT_SIZE || all > RDP_MESSAGE_MAX)
		return FRAME_BROKEN;
	if (all - TPKT_SIZE > rd_left(&stream))
		return FRAME_MORE;
	*message = rd_sub(&stream, all - TPKT_SIZE);
	*size = all;
	return FRAME_WHOLE;
}

int
rdp_read_confirm(struct rd r, struct rdp_confirm *c, struct err *e)
{
	struct rd tpdu = rd_sub(&r, rd_u8(&r));
	uint8_t code = rd_u8(&tpdu);

	*c = (struct rdp_confirm){ .answer = RDP_SILENT };
	rd_skip(&tpdu, FIXED_SIZE - 1);
	if (tpdu.bad || code != CONNECTION_CONFIRM)
		return err_set(e, ERR_PROTO, "X.224 §13.4: no connection confirm");
	if (rd_left(&tpdu) == 0)
		return 0;
	uint8_t type = rd_u8(&tpdu);
	rd_skip(&tpdu, 1); /* flags */
	uint16_t size = rd_le16(&tpdu);
	c->code = rd_le32(&tpdu);
	if (tpdu.bad || size != NEGOTIATION_SIZE ||
		(type != TYPE_RESPONSE && type != TYPE_FAILURE))
		return err_set(e, ERR_PROTO,
			"[MS-RDPBCGR] 2.2.1.2: neither response nor failure");
	c->answer = type == TYPE_RESPONSE ? RDP_SELECTED : RDP_REFUSED;
	return 0;
}

/* Codes of 2.2.1.2.1 and 2.2.1.2.2. */
static const struct security {
	enum rdp_answer answer;
	uint32_t code;
	const char *name;
} securities[] = {
	{ RDP_SILENT, 0, "rdp" }, { RDP_SELECTED, RDP_PROTOCOL_RDP, "rdp" },
	{ RDP_SELECTED, RDP_PROTOCOL_TLS, "tls" },
	{ RDP_SELECTED, RDP_PROTOCOL_HYBRID, "nla" },
	{ RDP_SELECTED, RDP_PROTOCOL_HYBRID_EX, "nla" },
	{ RDP_REFUSED, 1, "tls" }, /* SSL_REQUIRED_BY_SERVER */
	{ RDP_REFUSED, 2, "rdp" }, /* SSL_NOT_ALLOWED_BY_SERVER */
	{ RDP_REFUSED, 5, "nla" }, /* HYBRID_REQUIRED_BY_SERVER */
	{ RDP_REFUSED, 6, "tls" }, /* SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER */
};

const char *
rdp_security(const struct rdp_confirm *c)
{
	for (size_t i = 0; i < sizeof(securities) / sizeof(securities[0]); i++)
		if (securities[i].answer == c->answer && securities[i].code == c->code)
			return securities[i].name;
	return NULL;
}
