/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sim.h - a network in memory for tests of the sweep: a port whose other end answers, and
 * a clock that moves only when somebody waits or sends.
 *
 * What answers is a few functions of the test; loss and delay are settings.  Everything
 * that was sent is kept.
 */
#ifndef UNIT_SIM_H
#define UNIT_SIM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scanner/port.h"
#include "wire/checksum.h"
#include "wire/nbns.h"

enum { SIM_WALL = 1795292103, SIM_FRAME = 512, SIM_SEND_COST_US = 1 };

struct sim_sent {
	int64_t at;
	struct addr dst;
	struct mac dst_mac;
	uint16_t port;
	uint8_t proto; /* 0: ARP, NDP */
};

struct sim_frame {
	int64_t due;
	size_t n;
	uint8_t bytes[SIM_FRAME];
};

struct sim {
	struct port port; /* first */
	struct clock clock;
	int64_t now;

	bool (*alive)(const struct addr *);
	/* 1 open, 0 closed and says so, -1 silent; NULL: everything is silent. */
	int (*tcp)(const struct addr *, uint16_t port);
	bool ping, named;       /* do they answer echo, NetBIOS */
	bool times, mdns, snmp; /* ICMP timestamp, mDNS, SNMP */
	int64_t rtt_us;
	/* How much longer than rtt_us this one takes; -1: it is silent now.  NULL: nobody. */
	int64_t (*slower)(const struct sim *, const struct addr *);
	/* Behind proxy ARP: all of these are claimed by one MAC. */
	bool (*proxied)(const struct addr *);
	unsigned loss_percent, copies; /* copies: how often each answer arrives */
	/* Called for each frame sent; may put more frames into the queue. */
	void (*also)(struct sim *, const struct frame *);
	int fail_after; /* frames, then the link breaks; 0: never */

	struct sim_sent *sent;
	size_t n_sent, sent_room;
	struct sim_frame *queue; /* by due time; those before `first` have arrived */
	size_t first, n_queue, queue_room;
	uint64_t random;
};

static inline int64_t
sim_mono(struct clock *c)
{
	return ((struct sim *)(void *)((char *)c - offsetof(struct sim, clock)))->now;
}

static inline int64_t
sim_wall(struct clock *c)
{
	return SIM_WALL * (int64_t)SECOND + sim_mono(c);
}

static inline void
sim_sleep(struct clock *c, int64_t us)
{
	((struct sim *)(void *)((char *)c - offsetof(struct sim, clock)))->now += us;
}

/* MACs are universal and made of the address. */
static inline struct mac
sim_mac(const struct addr *a)
{
	const uint8_t *b = a->bytes + (a->family == ADDR_IP6 ? 12 : 0);

	return (struct mac){ { 0x00, 0x1b, b[0], b[1], b[2], b[3] } };
}

static inline bool
sim_lost(struct sim *s)
{
	/* splitmix64 (Steele, Lea and Flood 2014) */
	uint64_t z = s->random += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return (z ^ z >> 31) % 100 < s->loss_percent;
}

/* Moves those that have not arrived to the front. */
static inline void
sim_forget(struct sim *s)
{
	s->n_queue -= s->first;
	memmove(s->queue, s->queue + s->first, s->n_queue * sizeof(*s->queue));
	s->first = 0;
}

static inline void
sim_queue(struct sim *s, const uint8_t *bytes, size_t n, int64_t due)
{
	assert_in_range(n, 1, SIM_FRAME);
	if (s->n_queue == s->queue_room && s->first > s->queue_room / 2)
		sim_forget(s);
	if (s->n_queue == s->queue_room) {
		s->queue_room = s->queue_room ? s->queue_room * 2 : 256;
		s->queue = reallocarray(s->queue, s->queue_room, sizeof(*s->queue));
		assert_non_null(s->queue);
	}
	size_t at = s->n_queue;
	while (at > s->first && s->queue[at - 1].due > due) {
		s->queue[at] = s->queue[at - 1];
		at--;
	}
	s->queue[at].due = due;
	s->queue[at].n = n;
	memcpy(s->queue[at].bytes, bytes, n);
	s->n_queue++;
}

/* --- answers ------------------------------------------------------------------------------ */

static inline void
sim_ip_head(struct wr *w, const struct ether *e, const struct ip *ip, size_t payload)
{
	struct ether back = { e->src, e->dst, e->type };

	ether_write(w, &back);
	ip_write(w, ip, payload);
}

static inline size_t
sim_answer_arp(const struct sim *s, const struct ether *e, struct rd r, uint8_t *out)
{
	struct wr w = wr_to(out, SIM_FRAME);
	struct arp ask, answer;

	assert_true(arp_read(&r, &ask));
	answer = (struct arp){ .op = ARP_REPLY,
		.sender_mac = sim_mac(&ask.target),
		.sender = ask.target,
		.target_mac = ask.sender_mac,
		.target = ask.sender };
	if (s->proxied && s->proxied(&ask.target))
		answer.sender_mac = (struct mac){ { 0x00, 0x1b, 0xee, 0, 0, 1 } };
	struct ether back = { e->src, answer.sender_mac, ETHER_ARP };
	ether_write(&w, &back);
	arp_write(&w, &answer);
	return wr_used(&w);
}

static inline size_t
sim_answer_echo(
	const struct ether *e, const struct ip *ip, struct rd payload, uint8_t *out)
{
	struct wr w = wr_to(out, SIM_FRAME);
	bool ip6 = ip->src.family == ADDR_IP6;
	struct ip back = { ip->dst, ip->src, ip->proto, 57, 0, false };
	size_t n = rd_left(&payload);
	const uint8_t *bytes = rd_take(&payload, n);

	sim_ip_head(&w, e, &back, n);
	size_t at = wr_used(&w);
	wr_u8(&w, ip6 ? ICMP6_ECHO_REPLY : ICMP_ECHO_REPLY);
	wr_zero(&w, 3);
	wr_bytes(&w, bytes + 4, n - 4);
	uint32_t sum = ip6 ? checksum_pseudo(&back.src, &back.dst, IP_ICMP6, n) : 0;
	wr_patch_be16(&w, at + 2, checksum_end(checksum_add(sum, out + at, n)));
	return wr_used(&w);
}

static inline size_t
sim_answer_tcp(const struct ether *e, const struct ip *ip, const struct tcp *t,
	bool open, uint8_t *out)
{
	struct wr w = wr_to(out, SIM_FRAME);
	struct ip back = { ip->dst, ip->src, IP_TCP, 57, 0, false };
	struct tcp answer = { .src_port = t->dst_port,
		.dst_port = t->src_port,
		.seq = open ? 4711 : 0,
		.ack = t->seq + 1,
		.flags = open ? TCP_SYN | TCP_ACK : TCP_RST | TCP_ACK };

	sim_ip_head(&w, e, &back, TCP_HEAD);
	tcp_write(&w, &back, &answer);
	return wr_used(&w);
}

/* RFC 4861 §7.2.4: a solicited answer from the target itself, with its MAC. */
static inline size_t
sim_answer_ndp(
	const struct ether *e, const struct ip *ip, const struct ndp *ask, uint8_t *out)
{
	struct wr w = wr_to(out, SIM_FRAME);
	struct ip back = { ask->target, ip->src, IP_ICMP6, NDP_HOP_LIMIT, 0, false };
	struct mac mac = sim_mac(&ask->target);
	struct ether head = { e->src, mac, ETHER_IP6 };

	ether_write(&w, &head);
	ip_write(&w, &back, NDP_SOLICITATION_SIZE);
	size_t at = wr_used(&w);
	wr_be32(&w, UINT32_C(136) << 24);
	wr_be32(&w, 0x60000000); /* solicited, override */
	wr_bytes(&w, ask->target.bytes, 16);
	wr_be16(&w, 0x0201);
	wr_bytes(&w, mac.bytes, 6);
	uint32_t sum = checksum_pseudo(
		&back.src, &back.dst, IP_ICMP6, NDP_SOLICITATION_SIZE);
	wr_patch_be16(&w, at + 2,
		checksum_end(checksum_add(sum, out + at, NDP_SOLICITATION_SIZE)));
	return wr_used(&w);
}

/* A node status by RFC 1002 §4.2.18 with two names, and the MAC of sim_mac(). */
static inline size_t
sim_write_status(uint8_t *out, size_t room, uint16_t id, const struct addr *who)
{
	struct wr w = wr_to(out, room);
	struct mac mac = sim_mac(who);
	char name[16];

	(void)snprintf(
		name, sizeof(name), "H-%02X%02X%-9s", who->bytes[2], who->bytes[3], "");
	wr_be16(&w, id);
	wr_be16(&w, 0x8400); /* response, authoritative */
	wr_be16(&w, 0);
	wr_be16(&w, 1);
	wr_zero(&w, 4);
	wr_u8(&w, 32);
	wr_bytes(&w, "CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 32);
	wr_u8(&w, 0);
	wr_be16(&w, 0x0021);
	wr_be16(&w, 1);
	wr_zero(&w, 4);
	wr_be16(&w, 1 + 2 * 18 + 46);
	wr_u8(&w, 2);
	wr_bytes(&w, name, 15);
	wr_u8(&w, 0x00);
	wr_be16(&w, 0x0400); /* unique, active */
	wr_bytes(&w, "CORP           ", 15);
	wr_u8(&w, 0x00);
	wr_be16(&w, 0x8400); /* group, active */
	wr_bytes(&w, mac.bytes, 6);
	wr_zero(&w, 40);
	assert_false(w.bad);
	return wr_used(&w);
}

static inline size_t
sim_answer_nbns(const struct ether *e, const struct ip *ip, const struct udp *u,
	struct rd query, uint8_t *out)
{
	struct wr w = wr_to(out, SIM_FRAME);
	struct ip back = { ip->dst, ip->src, IP_UDP, 57, 0, false };
	struct udp ports = { u->dst_port, u->src_port };
	uint8_t status[256];
	size_t n = sim_write_status(status, sizeof(status), rd_be16(&query), &ip->dst);

	sim_ip_head(&w, e, &back, UDP_HEAD + n);
	udp_write(&w, &back, &ports, status, n);
	return wr_used(&w);
}

/* What is asked of a group, the test itself answers by `also`. */
static inline size_t
sim_answer_icmp6(struct sim *s, const struct ether *e, const struct ip *ip,
	struct rd payload, struct sim_sent *sent, uint8_t *out)
{
	struct ndp ask;

	if (ndp_read(payload, ip, &ask)) {
		assert_int_equal(ask.type, NDP_SOLICITATION);
		sent->dst = ask.target;
		sent->proto = 0;
		return s->alive(&ask.target) ? sim_answer_ndp(e, ip, &ask, out) : 0;
	}
	return s->ping && !addr_is_multicast(&ip->dst) && s->alive(&ip->dst)
		? sim_answer_echo(e, ip, payload, out)
		: 0;
}

/* By RFC 792 p. 16: the originate timestamp comes back, two others are added. */
static inline size_t
sim_answer_timestamp(
	const struct ether *e, const struct ip *ip, struct rd payload, uint8_t *out)
{
	struct wr w = wr_to(out, SIM_FRAME);
	struct ip back = { ip->dst, ip->src, IP_ICMP, 57, 0, false };

	rd_skip(&payload, 4);
	sim_ip_head(&w, e, &back, 20);
	size_t at = wr_used(&w);
	wr_u8(&w, ICMP_TIMESTAMP_REPLY);
	wr_zero(&w, 3);
	wr_bytes(&w, rd_take(&payload, 8), 8); /* id, seq, originate */
	wr_be32(&w, 3600000);
	wr_be32(&w, 3600001);
	wr_patch_be16(&w, at + 2, checksum_end(checksum_add(0, out + at, 20)));
	return wr_used(&w);
}

/* The records of RFC 6762 §6.7: the questions again, "host.local" for the first, and two
 * kinds of services for the second. */
static inline size_t
sim_write_mdns(struct rd query, uint8_t *out, size_t room)
{
	static const uint8_t records[] =
		"\xc0\x0c\0\x0c\0\1\0\0\0\x0a\0\x0c\4host\5local\0"
		"\xc0\x00\0\x0c\0\1\0\0\0\x0a\0\x11\4_ipp\4_tcp\5local\0"
		"\xc0\x00\0\x0c\0\1\0\0\0\x0a\0\x11\4_ftp\4_tcp\5local";
	struct wr w = wr_to(out, room);
	size_t n = rd_left(&query) - 12, second;
	uint16_t id = rd_be16(&query);

	rd_skip(&query, 10);
	const uint8_t *questions = rd_take(&query, n);
	for (second = 0; questions[second]; second += questions[second] + 1u)
		;
	second += 12 + 5; /* behind the header, the root and type and class */
	wr_be16(&w, id);
	wr_be16(&w, 0x8400); /* response, authoritative */
	wr_be16(&w, 2);
	wr_be16(&w, 3);
	wr_zero(&w, 4);
	wr_bytes(&w, questions, n);
	size_t at = wr_used(&w);
	wr_bytes(&w, records, sizeof(records));
	out[at + 25] = out[at + 54] = (uint8_t)second;
	assert_false(w.bad);
	return wr_used(&w);
}

/* A Response of RFC 3416 §3 to whatever was asked: two of three values are there. */
static inline size_t
sim_write_snmp(struct rd query, uint8_t *out, size_t room)
{
	static const uint8_t head[] = "\x30\x57\2\1\1\4\3lab\xa2\x4d\2\4";
	static const uint8_t tail[] =
		"\2\1\0\2\1\0\x30\x3f"
		"\x30\x14\6\x08\x2b\6\1\2\1\1\1\0\4\x08Lab\r\n2.1"
		"\x30\x16\6\x08\x2b\6\1\2\1\1\2\0\6\x0a\x2b\6\1\4\1\xbf\x08\3\2\x0a"
		"\x30\x0f\6\x08\x2b\6\1\2\1\1\5\0\4\3lab";
	struct wr w = wr_to(out, room);

	rd_skip(&query, 4);     /* message, version's head */
	rd_skip(&query, 1 + 1); /* version, community's tag */
	rd_skip(&query,
		rd_u8(&query) + 2u + 2); /* community, PDU and request id heads */
	wr_bytes(&w, head, sizeof(head) - 1);
	wr_be32(&w, rd_be32(&query));
	wr_bytes(&w, tail, sizeof(tail) - 1);
	assert_false(w.bad || query.bad);
	return wr_used(&w);
}

static inline size_t
sim_answer_udp(const struct ether *e, const struct ip *ip, const struct udp *u,
	struct rd query, uint8_t *out)
{
	struct wr w = wr_to(out, SIM_FRAME);
	struct ip back = { ip->dst, ip->src, IP_UDP, 57, 0, false };
	struct udp ports = { u->dst_port, u->src_port };
	uint8_t data[256];
	size_t n = u->dst_port == 5353 ? sim_write_mdns(query, data, sizeof(data))
				       : sim_write_snmp(query, data, sizeof(data));

	sim_ip_head(&w, e, &back, UDP_HEAD + n);
	udp_write(&w, &back, &ports, data, n);
	return wr_used(&w);
}

/* What the one who was asked says; 0: nothing.  *sent is what was asked. */
static inline size_t
sim_answer(struct sim *s, const struct frame *f, struct sim_sent *sent, uint8_t *out)
{
	struct rd r = rd_from(f->bytes, f->size), payload, data;
	struct ether e;
	struct ip ip;
	struct tcp t;
	struct udp u;

	assert_true(ether_read(&r, &e));
	*sent = (struct sim_sent){ .at = s->now, .dst_mac = e.dst };
	if (e.type == ETHER_ARP) {
		struct rd again = r;
		struct arp a;
		assert_true(arp_read(&again, &a));
		sent->dst = a.target;
		bool answers = s->alive(&a.target) ||
			(s->proxied && s->proxied(&a.target));
		return answers ? sim_answer_arp(s, &e, r, out) : 0;
	}
	assert_int_equal(
		e.type, r.p[0] >> 4 == 6 ? ETHER_IP6 : ETHER_IP4); /* the IP version */
	assert_true(ip_read(&r, &ip, &payload));
	sent->dst = ip.dst;
	sent->proto = ip.proto;
	switch (ip.proto) {
	case IP_ICMP6: return sim_answer_icmp6(s, &e, &ip, payload, sent, out);
	case IP_ICMP:
		if (*payload.p == ICMP_TIMESTAMP)
			return s->times && s->alive(&ip.dst)
				? sim_answer_timestamp(&e, &ip, payload, out)
				: 0;
		return s->ping && s->alive(&ip.dst)
			? sim_answer_echo(&e, &ip, payload, out)
			: 0;
	case IP_TCP:
		assert_true(tcp_read(payload, &ip, &t));
		sent->port = t.dst_port;
		int says = s->tcp && s->alive(&ip.dst) ? s->tcp(&ip.dst, t.dst_port)
						       : -1;
		return says < 0 ? 0 : sim_answer_tcp(&e, &ip, &t, says, out);
	case IP_UDP:
		assert_true(udp_read(payload, &ip, &u, &data));
		sent->port = u.dst_port;
		if (((s->mdns && u.dst_port == 5353) ||
			    (s->snmp && u.dst_port == 161)) &&
			s->alive(&ip.dst))
			return sim_answer_udp(&e, &ip, &u, data, out);
		return s->named && u.dst_port == NBNS_PORT && s->alive(&ip.dst)
			? sim_answer_nbns(&e, &ip, &u, data, out)
			: 0;
	default: fail_msg("protocol %u", ip.proto);
	}
	return 0;
}

/* --- the port ----------------------------------------------------------------------------- */

static inline int
sim_send(struct port *p, const struct frame *frames, size_t n, size_t *sent,
	struct err *e)
{
	struct sim *s = (struct sim *)p;

	for (size_t i = 0; i < n; i++) {
		uint8_t answer[SIM_FRAME];
		if (s->fail_after && s->n_sent >= (size_t)s->fail_after)
			return err_set(e, ERR_SYS, "send on sim0: Network is down");
		if (s->n_sent == s->sent_room) {
			s->sent_room = s->sent_room ? s->sent_room * 2 : 256;
			s->sent = reallocarray(s->sent, s->sent_room, sizeof(*s->sent));
			assert_non_null(s->sent);
		}
		s->now += SIM_SEND_COST_US;
		size_t size = sim_answer(s, &frames[i], &s->sent[s->n_sent++], answer);
		(*sent)++;
		const struct addr *who = &s->sent[s->n_sent - 1].dst;
		int64_t rtt = s->rtt_us, more = s->slower ? s->slower(s, who) : 0;
		for (unsigned k = 0;
			size && more >= 0 && k < (s->copies ? s->copies : 1); k++)
			if (!sim_lost(s) && !sim_lost(s))
				sim_queue(s, answer, size, s->now + rtt + more + k);
		if (s->also)
			s->also(s, &frames[i]);
	}
	return 0;
}

static inline int
sim_receive(struct port *p, int64_t wait_us, port_heard *heard, void *arg, struct err *e)
{
	struct sim *s = (struct sim *)p;

	if (s->first == s->n_queue)
		s->first = s->n_queue = 0;
	if (s->n_queue == 0 || s->queue[s->first].due > s->now) {
		int64_t until = s->now + wait_us;
		s->now = s->n_queue && s->queue[s->first].due < until
			? s->queue[s->first].due
			: until;
	}
	for (int64_t now = s->now;
		s->first < s->n_queue && s->queue[s->first].due <= now;) {
		const struct sim_frame *f = &s->queue[s->first++];
		/* A block of the exact size, so that a read past it is seen. */
		uint8_t *exact = malloc(f->n);
		assert_non_null(exact);
		memcpy(exact, f->bytes, f->n);
		int rc = heard(arg, exact, f->n, SIM_WALL * (int64_t)SECOND + f->due, e);
		free(exact);
		if (rc == -1)
			return -1;
	}
	return 0;
}

static inline uint64_t
sim_dropped(struct port *p)
{
	(void)p;
	return 0;
}

static inline void
sim_close(struct port *p)
{
	struct sim *s = (struct sim *)p;

	free(s->sent);
	free(s->queue);
}

static inline void
sim_init(struct sim *s, bool (*alive)(const struct addr *))
{
	static const struct port_driver driver = { sim_send, sim_receive, sim_dropped,
		sim_close };

	*s = (struct sim){ .alive = alive,
		.ping = true,
		.rtt_us = 500,
		.random = 1,
		.now = 1000 * (int64_t)SECOND };
	s->clock = (struct clock){ sim_mono, sim_wall, sim_sleep };
	s->port = (struct port){ .driver = &driver, .clock = &s->clock };
}

#endif
