/* SPDX-License-Identifier: GPL-3.0-or-later */
/* datagram.h - packets for tests whose frames hold a datagram */
#ifndef UNIT_DATAGRAM_H
#define UNIT_DATAGRAM_H

#include "packet.h"

#include "wire/ether.h"
#include "wire/tcp.h"

/* What is inside Ethernet, IP and UDP; port: one of its two, 0: any. */
static inline struct rd
open_frame(const struct packet *p, uint16_t port)
{
	struct rd r = packet_rd(p), payload, data;
	struct ether e;
	struct udp u;
	struct ip ip;

	assert_true(ether_read(&r, &e) && ip_read(&r, &ip, &payload));
	assert_true(udp_read(payload, &ip, &u, &data));
	assert_true(port == 0 || u.src_port == port || u.dst_port == port);
	return data;
}

#endif
