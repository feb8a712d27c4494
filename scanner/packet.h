/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * packet.h - a received frame, taken apart once for all probes
 *
 * Everything in it points into the frame.  A frame that is malformed, has a wrong checksum
 * or carries something no probe asks for is no packet.
 */
#ifndef SCANNER_PACKET_H
#define SCANNER_PACKET_H

#include "wire/ether.h"
#include "wire/icmp.h"
#include "wire/ndp.h"
#include "wire/tcp.h"

enum packet_kind {
	PACKET_ARP,
	PACKET_NDP,
	PACKET_ICMP,
	PACKET_TCP,
	PACKET_UDP,
	PACKET_ERROR
};

enum { PACKET_MAX = 2048 }; /* bytes of a frame that are looked at */

struct packet {
	enum packet_kind kind;
	struct ether ether;
	struct arp arp;   /* ARP */
	struct ip ip;     /* all others */
	struct ndp ndp;   /* NDP */
	struct icmp icmp; /* ICMP, ERROR */
	struct tcp tcp;   /* TCP */
	struct udp udp;   /* UDP */
	struct rd data;   /* UDP */

	/* ERROR: an ICMP error, and the packet of ours that it quotes. */
	struct ip quoted;
	struct rd quoted_payload;
};

/* frame: n bytes from the Ethernet header on; PACKET_MAX of them: there may have been more. */
bool packet_read(struct packet *, const uint8_t *frame, size_t n);

/* Who answered: the address asked.  For an error: the address whose packet is quoted. */
const struct addr *packet_subject(const struct packet *);

/* ARP, NDP: the MAC that the subject claims on the link; NULL: the packet tells none. */
const struct mac *packet_mac(const struct packet *);

#endif
