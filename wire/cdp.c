/* SPDX-License-Identifier: GPL-3.0-or-later */
/* LLC, SNAP, four bytes of head, and TLVs whose length counts their own head. */
#include "wire/cdp.h"

#include <string.h>

const struct mac cdp_group = { { 0x01, 0x00, 0x0c, 0xcc, 0xcc, 0xcc } };

enum {
	SNAP_SIZE = 8,
	TLV_HEAD = 4,
	TLVS_MAX = 128,
	TYPE_NAME = 1,
	TYPE_ADDRESSES = 2,
	TYPE_PORT = 3,
	TYPE_CAPABILITIES = 4,
	TYPE_SOFTWARE = 5,
	TYPE_PLATFORM = 6,
	TYPE_MANAGEMENT = 0x16,
	PROTOCOL_NLPID = 1, /* protocol type, and the one byte of IP */
	NLPID_IP = 0xcc,
	ADDRESSES_MAX = 16,
};

/* LLC SNAP, organisation Cisco, protocol CDP. */
static const uint8_t snap[SNAP_SIZE] = { 0xaa, 0xaa, 0x03, 0x00, 0x00, 0x0c, 0x20,
	0x00 };

static void
read_addresses(struct rd r, struct addr *out)
{
	uint32_t n = rd_be32(&r);

	for (uint32_t i = 0; i < n && i < ADDRESSES_MAX && !r.bad; i++) {
		uint8_t type = rd_u8(&r);
		struct rd protocol = rd_sub(&r, rd_u8(&r));
		struct rd address = rd_sub(&r, rd_be16(&r));
		bool ip = type == PROTOCOL_NLPID && rd_left(&protocol) == 1 &&
			rd_u8(&protocol) == NLPID_IP && rd_left(&address) == 4;
		if (ip && !r.bad && !addr_is_set(out))
			*out = addr_ip4(rd_be32(&address));
	}
}

static void
read_tlv(struct cdp *out, uint16_t type, struct rd value)
{
	switch (type) {
	case TYPE_NAME: out->name = value; break;
	case TYPE_PORT: out->port = value; break;
	case TYPE_SOFTWARE: out->software = value; break;
	case TYPE_PLATFORM: out->platform = value; break;
	case TYPE_CAPABILITIES: out->capabilities = rd_be32(&value); break;
	case TYPE_ADDRESSES:
	case TYPE_MANAGEMENT: read_addresses(value, &out->address); break;
	default: break;
	}
}

int
cdp_read(struct rd r, struct cdp *out, struct err *e)
{
	const uint8_t *head = rd_take(&r, SNAP_SIZE);
	const struct rd none = rd_from(NULL, 0);

	*out = (struct cdp){
		.name = none, .port = none, .software = none, .platform = none
	};
	if (!head || memcmp(head, snap, SNAP_SIZE) != 0)
		return err_set(e, ERR_PROTO, "CDP: no SNAP header of Cisco's");
	out->version = rd_u8(&r);
	out->ttl = rd_u8(&r);
	rd_skip(&r, 2); /* checksum: the frame has one of its own */
	if (r.bad || out->version == 0)
		return err_set(e, ERR_PROTO, "CDP: header is cut");
	for (unsigned i = 0; i < TLVS_MAX && rd_left(&r) > 0; i++) {
		uint16_t type = rd_be16(&r), n = rd_be16(&r);
		if (r.bad || n < TLV_HEAD)
			return err_set(e, ERR_PROTO, "CDP: TLV of %u bytes", n);
		struct rd value = rd_sub(&r, n - TLV_HEAD);
		if (r.bad)
			return err_set(
				e, ERR_PROTO, "CDP: TLV %u goes past the end", type);
		read_tlv(out, type, value);
	}
	return 0;
}
