/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcp.h - TCP segments without data (RFC 9293 §3.1) and UDP datagrams (RFC 768) */
#ifndef WIRE_TCP_H
#define WIRE_TCP_H

#include "wire/ip.h"

enum { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_PSH = 8, TCP_ACK = 16 };
enum { TCP_HEAD = 20, TCP_SYN_SIZE = 24, UDP_HEAD = 8 };

struct tcp {
	uint16_t src_port, dst_port; /* host order */
	uint32_t seq, ack;
	uint8_t flags;
	uint16_t window;
	uint16_t mss; /* option written with a SYN; 0: none, and 0 when the peer sent none */
};

void tcp_write(struct wr *, const struct ip *, const struct tcp *);
/* false: short or wrong checksum.  A checksum is not asked of a quoted header. */
bool tcp_read(struct rd payload, const struct ip *, struct tcp *);
/* The first eight bytes, all that an ICMP error must quote: ports and seq. */
bool tcp_read_quoted(struct rd payload, struct tcp *);

struct udp {
	uint16_t src_port, dst_port;
};

void udp_write(
	struct wr *, const struct ip *, const struct udp *, const void *data, size_t n);
/* false: short, or wrong checksum.  data: of a packet that is `cut` what is there of it, and
 * no checksum tells whether that is right. */
bool udp_read(struct rd payload, const struct ip *, struct udp *, struct rd *data);
bool udp_read_quoted(struct rd payload, struct udp *);

#endif
