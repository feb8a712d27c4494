/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ethernet II frames (IEEE 802.3 §3.1) and ARP for IPv4 over them (RFC 826).  No padding to
 * the shortest frame: only who sends a frame knows where it ends.
 */
#include "wire/ether.h"

enum {
	ARP_HARDWARE_ETHER = 1, /* RFC 826, "ares_hrd$Ethernet" */
	MAC_SIZE = 6,
	IP4_SIZE = 4,
	VLAN_TCI_SIZE = 2, /* IEEE 802.1Q §9.6 */
};

void
ether_write(struct wr *w, const struct ether *e)
{
	wr_bytes(w, e->dst.bytes, MAC_SIZE);
	wr_bytes(w, e->src.bytes, MAC_SIZE);
	wr_be16(w, e->type);
}

bool
ether_read(struct rd *r, struct ether *e)
{
	rd_copy(r, e->dst.bytes, MAC_SIZE);
	rd_copy(r, e->src.bytes, MAC_SIZE);
	e->type = rd_be16(r);
	if (e->type == ETHER_VLAN) {
		rd_skip(r, VLAN_TCI_SIZE);
		e->type = rd_be16(r);
	}
	return !r->bad;
}

void
arp_write(struct wr *w, const struct arp *a)
{
	if (a->sender.family != ADDR_IP4 || a->target.family != ADDR_IP4)
		w->bad = true;
	wr_be16(w, ARP_HARDWARE_ETHER);
	wr_be16(w, ETHER_IP4);
	wr_u8(w, MAC_SIZE);
	wr_u8(w, IP4_SIZE);
	wr_be16(w, a->op);
	wr_bytes(w, a->sender_mac.bytes, MAC_SIZE);
	wr_bytes(w, a->sender.bytes, IP4_SIZE);
	wr_bytes(w, a->target_mac.bytes, MAC_SIZE);
	wr_bytes(w, a->target.bytes, IP4_SIZE);
}

bool
arp_read(struct rd *r, struct arp *a)
{
	if (rd_be16(r) != ARP_HARDWARE_ETHER || rd_be16(r) != ETHER_IP4 ||
		rd_u8(r) != MAC_SIZE || rd_u8(r) != IP4_SIZE)
		return false;
	a->op = rd_be16(r);
	rd_copy(r, a->sender_mac.bytes, MAC_SIZE);
	a->sender = addr_ip4(rd_be32(r));
	rd_copy(r, a->target_mac.bytes, MAC_SIZE);
	a->target = addr_ip4(rd_be32(r));
	return !r->bad;
}
