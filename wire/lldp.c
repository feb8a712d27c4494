/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TLVs of seven bits of type and nine of length, of which the first three are mandatory. */
#include "wire/lldp.h"

#include <stdio.h>
#include <string.h>

enum {
	/* §8.4.1, table 8-1 */
	TLV_END,
	TLV_CHASSIS,
	TLV_PORT,
	TLV_TTL,
	TLV_PORT_DESCR,
	TLV_NAME,
	TLV_DESCR,
	TLV_CAPABILITIES,
	TLV_ADDRESS,
	/* §8.5.2.2 and §8.5.3.2: the same words have other numbers */
	CHASSIS_MAC = 4,
	CHASSIS_NETWORK = 5,
	PORT_MAC = 3,
	PORT_NETWORK = 4,
	/* IANA address family numbers */
	FAMILY_IP4 = 1,
	FAMILY_IP6 = 2,
	TLVS_MAX = 128,
};

const char *const lldp_capability_names[LLDP_CAPABILITIES] = { "other", "repeater",
	"bridge", "wlan", "router", "phone", "docsis", "station", "cvlan", "svlan",
	"relay" };

/* Text of the id's own bytes; other bytes than text of some kind as hexadecimal. */
static void
print_plain(struct rd r, char out[static LLDP_ID_TEXT])
{
	size_t n = rd_left(&r) < LLDP_ID_TEXT ? rd_left(&r) : LLDP_ID_TEXT - 1;
	const uint8_t *bytes = rd_take(&r, n);
	bool text = true;

	for (size_t i = 0; bytes && i < n; i++)
		text &= bytes[i] >= 0x20 && bytes[i] != 0x7f;
	out[0] = '\0';
	for (size_t i = 0; bytes && !text && i < n && 2 * i + 3 < LLDP_ID_TEXT; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", bytes[i]);
	if (!bytes || !text)
		return;
	memcpy(out, bytes, n);
	out[n] = '\0';
}

static struct addr
read_network(struct rd r)
{
	uint8_t family = rd_u8(&r), bytes[16];

	if (family == FAMILY_IP4 && rd_left(&r) == 4)
		return addr_ip4(rd_be32(&r));
	if (family != FAMILY_IP6 || rd_left(&r) != 16)
		return (struct addr){ .family = ADDR_NONE };
	rd_copy(&r, bytes, sizeof(bytes));
	return addr_ip6(bytes);
}

/* §8.5.2, §8.5.3: a subtype and the id. */
static bool
read_id(struct rd r, uint8_t mac_type, uint8_t network_type, struct mac *mac,
	char out[static LLDP_ID_TEXT])
{
	uint8_t type = rd_u8(&r);

	if (r.bad || rd_left(&r) == 0)
		return false;
	if (type == mac_type && rd_left(&r) == sizeof(mac->bytes)) {
		rd_copy(&r, mac->bytes, sizeof(mac->bytes));
		mac_print(mac, out);
		return true;
	}
	struct addr a = { .family = ADDR_NONE };
	if (type == network_type)
		a = read_network(r);
	if (addr_is_set(&a))
		addr_print(&a, out);
	else
		print_plain(r, out);
	return true;
}

/* §8.5.9: the first that is an IP address. */
static void
read_address(struct rd r, struct addr *out)
{
	struct rd a = rd_sub(&r, rd_u8(&r));

	if (!addr_is_set(out))
		*out = read_network(a);
}

/* The mandatory TLVs, which come in this order (§8.4.1). */
static int
read_mandatory(struct lldp *out, unsigned type, struct rd value, struct err *e)
{
	struct mac ignored;

	if (type == TLV_CHASSIS &&
		!read_id(value, CHASSIS_MAC, CHASSIS_NETWORK, &out->chassis_mac,
			out->chassis))
		return err_set(e, ERR_PROTO, "IEEE 802.1AB §8.5.2: no chassis id");
	if (type == TLV_PORT &&
		!read_id(value, PORT_MAC, PORT_NETWORK, &ignored, out->port))
		return err_set(e, ERR_PROTO, "IEEE 802.1AB §8.5.3: no port id");
	if (type == TLV_TTL) {
		out->ttl = rd_be16(&value);
		if (value.bad)
			return err_set(e, ERR_PROTO, "IEEE 802.1AB §8.5.4: no TTL");
	}
	return 0;
}

static void
read_optional(struct lldp *out, unsigned type, struct rd value)
{
	switch (type) {
	case TLV_PORT_DESCR: out->port_descr = value; break;
	case TLV_NAME: out->name = value; break;
	case TLV_DESCR: out->descr = value; break;
	case TLV_CAPABILITIES:
		rd_skip(&value, 2); /* what it could do */
		out->enabled = rd_be16(&value);
		break;
	case TLV_ADDRESS: read_address(value, &out->address); break;
	default: break; /* of organisations, or later than this document */
	}
}

int
lldp_read(struct rd r, struct lldp *out, struct err *e)
{
	const struct rd none = rd_from(NULL, 0);

	*out = (struct lldp){ .port_descr = none, .name = none, .descr = none };
	for (unsigned i = 0; i < TLVS_MAX; i++) {
		uint16_t head = rd_be16(&r);
		unsigned type = head >> 9;
		struct rd value = rd_sub(&r, head & 0x1ff);
		if (r.bad && i < TLV_TTL)
			return err_set(e, ERR_PROTO, "IEEE 802.1AB §8.4: it is cut");
		if (r.bad || (type == TLV_END && i >= TLV_TTL))
			return 0; /* a missing end is §9.2.7.7.1's: what came counts */
		if (i < TLV_TTL && type != i + 1)
			return err_set(e, ERR_PROTO,
				"IEEE 802.1AB §8.4.1: TLV %u is of type %u", i + 1,
				type);
		if (i < TLV_TTL && read_mandatory(out, type, value, e) == -1)
			return -1;
		if (i >= TLV_TTL)
			read_optional(out, type, value);
	}
	return 0;
}
