/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads frames again from their bytes; shares nothing with the code that builds them but
 * the decoders. */
#include "scanner/guard.h"

#include "wire/ether.h"
#include "wire/icmp.h"
#include "wire/ndp.h"
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
check_subject(const struct guard *g, const struct addr *a, struct err *e)
{
	for (size_t i = 0; i < g->n_next_hops; i++)
		if (addr_equal(a, &g->next_hops[i]))
			return 0;
	return guard_message(g, a, 0, 0, 0, e);
}

static int
check_arp(const struct guard *g, struct rd r, struct err *e)
{
	struct arp arp;

	if (!arp_read(&r, &arp) || rd_left(&r) || arp.op != ARP_REQUEST)
		return refuse(e, "what is no ARP request", NULL);
	return check_subject(g, &arp.target, e);
}

/* An IP packet in a frame, as far as the checks look. */
struct outgoing {
	uint16_t link;
	struct mac dst_mac;
	struct ip ip;
	struct rd payload;
};

/* A group hears it by the MAC of that group, one host by a MAC of its own. */
static bool
mac_fits(const struct outgoing *o)
{
	struct mac group = ndp_group_mac(&o->ip.dst);

	return addr_is_multicast(&o->ip.dst) ? mac_equal(&o->dst_mac, &group)
					     : !mac_is_group(&o->dst_mac);
}

static int
check_ndp(const struct guard *g, const struct outgoing *o, struct err *e)
{
	struct ndp m;

	if (!ndp_read(o->payload, &o->ip, &m) || m.type != NDP_SOLICITATION)
		return refuse(e, "what is no solicitation", &o->ip.dst);
	struct addr group = ndp_solicited_node(&m.target);
	if (!mac_fits(o) ||
		!(addr_equal(&o->ip.dst, &group) || addr_equal(&o->ip.dst, &m.target)))
		return refuse(
			e, "a solicitation to others than it is about", &o->ip.dst);
	return check_subject(g, &m.target, e);
}

/* ff02::1: all nodes of the link (RFC 4291 §2.7.1). */
static int
check_multicast(const struct guard *g, const struct outgoing *o, struct err *e)
{
	static const struct addr all_nodes = { ADDR_IP6, { 0xff, 2, [15] = 1 } };

	for (size_t i = 0; i < g->n_multicast; i++)
		if (g->multicast[i] == o->link && addr_equal(&o->ip.dst, &all_nodes) &&
			mac_fits(o))
			return 0;
	return refuse(e, "a question to a group", &o->ip.dst);
}

/* 0: it is one of the two that may go to a group; *done.  Else it goes on as others do. */
static int
check_icmp6(const struct guard *g, const struct outgoing *o, bool *done, struct err *e)
{
	struct rd r = o->payload;
	uint8_t type = rd_u8(&r);

	*done = true;
	if (type == NDP_SOLICITATION)
		return check_ndp(g, o, e);
	if (type != ICMP6_ECHO)
		return refuse(e, "an ICMPv6 message that is no question", &o->ip.dst);
	if (addr_is_multicast(&o->ip.dst))
		return check_multicast(g, o, e);
	*done = false;
	return 0;
}

/* Where the payload of a TCP segment begins, in bytes (RFC 9293 §3.1, DOffset). */
static size_t
tcp_head(struct rd segment)
{
	rd_skip(&segment, 12);
	return (size_t)(rd_u8(&segment) >> 4) * 4;
}

/* Ports and what lies behind the head of the transport protocol. */
static int
check_payload(const struct guard *g, const struct outgoing *o, struct err *e)
{
	const struct ip *ip = &o->ip;
	size_t n = rd_left(&o->payload), head = 0;
	uint16_t port = 0;
	struct rd ports = o->payload;

	rd_skip(&ports, 2);
	if (ip->proto == IP_TCP) {
		port = rd_be16(&ports);
		head = tcp_head(o->payload);
		if (head < TCP_HEAD)
			return refuse(e, "a malformed packet", &ip->dst);
	} else if (ip->proto == IP_UDP) {
		port = rd_be16(&ports);
		head = UDP_HEAD;
	} else if (ip->proto != IP_ICMP && ip->proto != IP_ICMP6) {
		return refuse(e, "a protocol that no probe speaks", &ip->dst);
	}
	if (ports.bad || n < head)
		return refuse(e, "a malformed packet", &ip->dst);
	return guard_message(g, &ip->dst, ip->proto, port, n - head, e);
}

static int
check_ip(const struct guard *g, struct outgoing *o, struct rd r, struct err *e)
{
	bool done = false;

	if (!ip_read(&r, &o->ip, &o->payload))
		return refuse(e, "a malformed packet", NULL);
	if (rd_left(&r))
		return refuse(e, "bytes behind a packet", &o->ip.dst);
	if (o->ip.proto == IP_ICMP6 && check_icmp6(g, o, &done, e) == -1)
		return -1;
	if (done)
		return 0;
	if (mac_is_group(&o->dst_mac))
		return refuse(e, "a packet to everybody on the link", &o->ip.dst);
	if (addr_is_multicast(&o->ip.dst))
		return refuse(e, "a question to a group", &o->ip.dst);
	return check_payload(g, o, e);
}

int
guard_frame(const struct guard *g, uint16_t link, const uint8_t *frame, size_t n,
	struct err *e)
{
	struct rd r = rd_from(frame, n);
	struct ether ether;

	if (!ether_read(&r, &ether))
		return refuse(e, "a malformed frame", NULL);
	struct outgoing o = { .link = link, .dst_mac = ether.dst };
	switch (ether.type) {
	case ETHER_ARP: return check_arp(g, r, e);
	case ETHER_IP4:
	case ETHER_IP6: return check_ip(g, &o, r, e);
	default: return refuse(e, "a protocol that no probe speaks", NULL);
	}
}
