/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ether.h - Ethernet II (IEEE 802.3 §3.1) and ARP for IPv4 (RFC 826, RFC 5227) */
#ifndef WIRE_ETHER_H
#define WIRE_ETHER_H

#include "base/addr.h"
#include "base/buf.h"

enum {
	ETHER_HEAD = 14, /* bytes */
	ETHER_MIN = 60,  /* shortest frame, without the checksum */
	ETHER_IP4 = 0x0800,
	ETHER_ARP = 0x0806,
	ETHER_IP6 = 0x86dd,
	ETHER_VLAN = 0x8100, /* IEEE 802.1Q; one tag is skipped when reading */
};

struct ether {
	struct mac dst, src;
	uint16_t type;
};

void ether_write(struct wr *, const struct ether *);
bool ether_read(struct rd *, struct ether *);

enum arp_op { ARP_REQUEST = 1, ARP_REPLY = 2 };
enum { ARP_SIZE = 28 };

struct arp {
	uint16_t op;
	struct mac sender_mac, target_mac;
	struct addr sender, target; /* IPv4 */
};

void arp_write(struct wr *, const struct arp *);
/* false: short, or not Ethernet and IPv4 (hardware type 1, protocol 0x0800, 6, 4). */
bool arp_read(struct rd *, struct arp *);

#endif
