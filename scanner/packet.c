/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Frames taken apart by wire/.  One leniency of a capture: between virtual machines of one
 * host the checksum of TCP and UDP is left to hardware that never sees the frame, and what
 * stands in its place is the sum of the pseudo-header alone.
 */
#include "scanner/packet.h"

#include <string.h>

#include "wire/checksum.h"

enum { TCP_SUM_AT = 16, UDP_SUM_AT = 6 }; /* RFC 9293 §3.1, RFC 768 */

/* A copy of payload with the checksum that was left out; false when it was not. */
static bool
complete_checksum(struct rd payload, const struct ip *ip, size_t sum_at,
	uint8_t copy[static PACKET_MAX], struct rd *out)
{
	size_t n = rd_left(&payload);
	const uint8_t *bytes = rd_take(&payload, n);

	if (!bytes || n < sum_at + 2 || n > PACKET_MAX)
		return false;
	uint32_t pseudo = checksum_pseudo(&ip->src, &ip->dst, ip->proto, n);
	uint16_t left = (uint16_t)~checksum_end(pseudo);
	if ((bytes[sum_at] << 8 | bytes[sum_at + 1]) != left)
		return false;

	memcpy(copy, bytes, n);
	copy[sum_at] = copy[sum_at + 1] = 0;
	uint16_t sum = checksum_end(checksum_add(pseudo, copy, n));
	copy[sum_at] = (uint8_t)(sum >> 8);
	copy[sum_at + 1] = (uint8_t)sum;
	*out = rd_from(copy, n);
	return true;
}

static bool
read_tcp(struct packet *p, struct rd payload)
{
	uint8_t copy[PACKET_MAX];
	struct rd whole;

	p->kind = PACKET_TCP;
	if (tcp_read(payload, &p->ip, &p->tcp))
		return true;
	return complete_checksum(payload, &p->ip, TCP_SUM_AT, copy, &whole) &&
		tcp_read(whole, &p->ip, &p->tcp);
}

static bool
read_udp(struct packet *p, struct rd payload)
{
	uint8_t copy[PACKET_MAX];
	struct rd whole, ignored;

	p->kind = PACKET_UDP;
	if (udp_read(payload, &p->ip, &p->udp, &p->data))
		return true;
	if (!complete_checksum(payload, &p->ip, UDP_SUM_AT, copy, &whole) ||
		!udp_read(whole, &p->ip, &p->udp, &ignored))
		return false;
	/* The data itself stays in the frame. */
	rd_skip(&payload, UDP_HEAD);
	p->data = rd_sub(&payload, rd_left(&ignored));
	return true;
}

static bool
is_ndp(const struct ip *ip, struct rd payload)
{
	uint8_t type = rd_u8(&payload);

	return ip->proto == IP_ICMP6 &&
		(type == NDP_SOLICITATION || type == NDP_ADVERTISEMENT);
}

static bool
read_icmp(struct packet *p, struct rd payload)
{
	if (is_ndp(&p->ip, payload)) {
		p->kind = PACKET_NDP;
		return ndp_read(payload, &p->ip, &p->ndp);
	}
	if (!icmp_read(payload, &p->ip, &p->icmp))
		return false;
	p->kind = p->icmp.is_error ? PACKET_ERROR : PACKET_ICMP;
	if (!p->icmp.is_error)
		return true;
	struct rd quoted = p->icmp.quoted;
	return ip_read_quoted(&quoted, &p->quoted, &p->quoted_payload);
}

static bool
read_ip(struct packet *p, struct rd *r, bool is_cut)
{
	struct rd payload;

	if (!ip_read(r, &p->ip, &payload))
		return false;
	p->ip.cut |= is_cut;
	switch (p->ip.proto) {
	case IP_TCP: return read_tcp(p, payload);
	case IP_UDP: return read_udp(p, payload);
	case IP_ICMP:
	case IP_ICMP6: return read_icmp(p, payload);
	default: return false;
	}
}

bool
packet_read(struct packet *p, const uint8_t *frame, size_t n)
{
	struct rd r = rd_from(frame, n < PACKET_MAX ? n : PACKET_MAX);

	if (!ether_read(&r, &p->ether))
		return false;
	switch (p->ether.type) {
	case ETHER_ARP: p->kind = PACKET_ARP; return arp_read(&r, &p->arp);
	case ETHER_IP4:
	case ETHER_IP6: return read_ip(p, &r, n >= PACKET_MAX);
	default: return false;
	}
}

const struct addr *
packet_subject(const struct packet *p)
{
	switch (p->kind) {
	case PACKET_ARP: return &p->arp.sender;
	case PACKET_NDP: return &p->ndp.target;
	case PACKET_ERROR: return &p->quoted.dst;
	case PACKET_ICMP:
	case PACKET_TCP:
	case PACKET_UDP: break;
	}
	return &p->ip.src;
}

const struct mac *
packet_mac(const struct packet *p)
{
	switch (p->kind) {
	case PACKET_ARP: return &p->arp.sender_mac;
	case PACKET_NDP: return mac_is_zero(&p->ndp.mac) ? NULL : &p->ndp.mac;
	case PACKET_ICMP:
	case PACKET_TCP:
	case PACKET_UDP:
	case PACKET_ERROR: break;
	}
	return NULL;
}
