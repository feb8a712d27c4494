/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two messages in which machines claim names by broadcast. */
#include "wire/netbios.h"

enum {
	LABEL_POINTER = 0xc0,
	/* §4.2.1.1 */
	FLAG_RESPONSE = 0x8000,
	MASK_OPCODE = 0x7800,
	OPCODE_REGISTRATION = 0x2800,
	OPCODE_REFRESH = 0x4000,
	OPCODE_REFRESH_TOO = 0x4800, /* §4.2.1.1 and §4.2.4 have it differently */
	OPCODE_MULTIHOMED = 0x7800,  /* [MS-NBTE] 2.2.2 */
	TYPE_NB = 0x0020,
	CLASS_IN = 1,
	NB_GROUP = 0x8000, /* §4.2.2 NB_FLAGS */
	/* §4.4.1 */
	DIRECT_UNIQUE = 0x10,
	BROADCAST = 0x12,
};

/* The owner's name is that of the question, most often by a pointer (§4.2.2). */
static bool
skip_owner(struct rd *r)
{
	struct netbios_name again;
	struct rd ahead = *r;

	if ((rd_u8(&ahead) & LABEL_POINTER) == LABEL_POINTER) {
		rd_skip(r, 2);
		return !r->bad;
	}
	return nbname_read(r, &again);
}

int
netbios_read_claim(struct rd r, struct netbios_claim *out, struct err *e)
{
	*out = (struct netbios_claim){ .group = false };
	rd_skip(&r, 2); /* NAME_TRN_ID */
	uint16_t flags = rd_be16(&r), questions = rd_be16(&r);
	rd_skip(&r, 4); /* ANCOUNT, NSCOUNT */
	uint16_t additional = rd_be16(&r), opcode = flags & MASK_OPCODE;
	if (r.bad)
		return err_set(e, ERR_PROTO, "RFC 1002 §4.2.1.1: header is cut");
	if (flags & FLAG_RESPONSE || questions != 1 || additional != 1 ||
		(opcode != OPCODE_REGISTRATION && opcode != OPCODE_REFRESH &&
			opcode != OPCODE_REFRESH_TOO && opcode != OPCODE_MULTIHOMED))
		return err_set(e, ERR_PROTO, "RFC 1002 §4.2.2: no registration");
	if (!nbname_read(&r, &out->name))
		return err_set(e, ERR_PROTO, "RFC 1002 §4.2.2: bad QUESTION_NAME");
	rd_skip(&r, 4); /* QUESTION_TYPE, QUESTION_CLASS */
	if (!skip_owner(&r))
		return err_set(e, ERR_PROTO, "RFC 1002 §4.2.2: bad RR_NAME");
	uint16_t type = rd_be16(&r), class = rd_be16(&r);
	rd_skip(&r, 6); /* TTL, RDLENGTH */
	uint16_t name_flags = rd_be16(&r);
	uint32_t ip = rd_be32(&r);
	if (r.bad || type != TYPE_NB || class != CLASS_IN)
		return err_set(e, ERR_PROTO, "RFC 1002 §4.2.2: bad record");
	out->group = name_flags & NB_GROUP;
	out->ip = addr_ip4(ip);
	return 0;
}

int
netbios_read_datagram(struct rd r, struct netbios_datagram *out, struct err *e)
{
	uint8_t type = rd_u8(&r);

	*out = (struct netbios_datagram){ .ip.family = ADDR_NONE };
	rd_skip(&r, 3); /* FLAGS, DGM_ID */
	out->ip = addr_ip4(rd_be32(&r));
	rd_skip(&r, 6); /* SOURCE_PORT, DGM_LENGTH, PACKET_OFFSET */
	if (r.bad || type < DIRECT_UNIQUE || type > BROADCAST)
		return err_set(e, ERR_PROTO, "RFC 1002 §4.4.1: no datagram with names");
	if (!nbname_read(&r, &out->from))
		return err_set(e, ERR_PROTO, "RFC 1002 §4.4.2: bad SOURCE_NAME");
	if (!nbname_read(&r, &out->to))
		return err_set(e, ERR_PROTO, "RFC 1002 §4.4.2: bad DESTINATION_NAME");
	return 0;
}
