/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads frames again from their bytes; shares nothing with the code that builds them but
 * the decoders. */
#include "scanner/guard.h"

#include "wire/ether.h"
#include "wire/ip.h"
#include "wire/tcp.h"

static int
refuse(struct err *e, const char *why, const struct addr *dst)
{
	char text[ADDR_TEXT_MAX];

	return err_set(e, ERR_ARG, "refused to send %s (to %s)", why,
		dst ? addr_print(dst, text) : "nobody");
}

/* LPD (RFC 1179 §3.1), and the raw ports that print servers listen on. */
static bool
prints(uint16_t port)
{
	return port == 515 || (port >= 9100 && port <= 9107) ||
		(port >= 9112 && port <= 9116);
}

int
guard_message(const struct guard *g, const struct addr *dst, uint8_t proto,
	uint16_t port, size_t payload, struct err *e)
{
	if (!iprange_contains(g->targets, dst))
		return refuse(e, "outside the targets", dst);
	if ((proto == IP_TCP || proto == IP_UDP) && payload > 0 && prints(port))
		return refuse(e, "bytes that a printer would print", dst);
	return 0;
}

static int
check_arp(const struct guard *g, struct rd r, struct err *e)
{
	struct arp arp;

	if (!arp_read(&r, &arp) || rd_left(&r) || arp.op != ARP_REQUEST)
		return refuse(e, "what is no ARP request", NULL);
	for (size_t i = 0; i < g->n_next_hops; i++)
		if (addr_equal(&arp.target, &g->next_hops[i]))
			return 0;
	return guard_message(g, &arp.target, 0, 0, 0, e);
}

/* Where the payload of a TCP segment begins, in bytes (RFC 9293 §3.1, DOffset). */
static size_t
tcp_head(struct rd segment)
{
	rd_skip(&segment, 12);
	return (size_t)(rd_u8(&segment) >> 4) * 4;
}

static int
check_ip(const struct guard *g, const struct ether *ether, struct rd r, struct err *e)
{
	struct rd payload;
	struct ip ip;

	if (!ip_read(&r, &ip, &payload))
		return refuse(e, "a malformed packet", NULL);
	if (rd_left(&r))
		return refuse(e, "bytes behind a packet", &ip.dst);
	if (mac_is_group(&ether->dst))
		return refuse(e, "a packet to everybody on the link", &ip.dst);

	size_t n = rd_left(&payload), head = 0;
	uint16_t port = 0;
	struct rd ports = payload;
	rd_skip(&ports, 2);
	if (ip.proto == IP_TCP) {
		port = rd_be16(&ports);
		head = tcp_head(payload);
		if (head < TCP_HEAD)
			return refuse(e, "a malformed packet", &ip.dst);
	} else if (ip.proto == IP_UDP) {
		port = rd_be16(&ports);
		head = UDP_HEAD;
	} else if (ip.proto != IP_ICMP && ip.proto != IP_ICMP6) {
		return refuse(e, "a protocol that no probe speaks", &ip.dst);
	}
	if (ports.bad || n < head)
		return refuse(e, "a malformed packet", &ip.dst);
	return guard_message(g, &ip.dst, ip.proto, port, n - head, e);
}

int
guard_frame(const struct guard *g, const uint8_t *frame, size_t n, struct err *e)
{
	struct rd r = rd_from(frame, n);
	struct ether ether;

	if (!ether_read(&r, &ether))
		return refuse(e, "a malformed frame", NULL);
	switch (ether.type) {
	case ETHER_ARP: return check_arp(g, r, e);
	case ETHER_IP4:
	case ETHER_IP6: return check_ip(g, &ether, r, e);
	default: return refuse(e, "a protocol that no probe speaks", NULL);
	}
}
