/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * TCP SYN (RFC 9293 §3.5): an answer with SYN and ACK says the port is open, one with RST
 * that it is closed; both say that somebody is there.  The connection is never completed
 * and never carries data: our kernel, which knows nothing of it, resets it.
 */
#include "scanner/probe.h"

enum {
	TTL = 64,
	WINDOW = 1024,
	MSS = 1460, /* Ethernet; a SYN without one is taken for a scan by some firewalls */
};

static void
build(struct wr *w, const struct path *path, const struct shot *shot)
{
	struct ip ip = { .src = path->src,
		.dst = shot->dst,
		.proto = IP_TCP,
		.ttl = TTL,
		.id = cookie_id(shot->token) };
	struct tcp tcp = { .src_port = cookie_port(shot->token),
		.dst_port = shot->port,
		.seq = cookie_seq(shot->token),
		.flags = TCP_SYN,
		.window = WINDOW,
		.mss = MSS };

	probe_write_ip(w, path, &ip, TCP_SYN_SIZE);
	tcp_write(w, &ip, &tcp);
}

static bool
is_open(const struct tcp *t)
{
	return (t->flags & (TCP_SYN | TCP_ACK | TCP_RST)) == (TCP_SYN | TCP_ACK);
}

/* RFC 9293 §3.10.7.1: a reset in answer to a SYN acknowledges it. */
static bool
is_closed(const struct tcp *t)
{
	return (t->flags & (TCP_SYN | TCP_ACK | TCP_RST)) == (TCP_RST | TCP_ACK);
}

static enum verdict
match_error(const struct cookie *c, const struct packet *p, struct shot *who)
{
	struct tcp t;

	if (p->quoted.proto != IP_TCP || !tcp_read_quoted(p->quoted_payload, &t))
		return NOT_MINE;
	who->dst = p->quoted.dst;
	who->port = t.dst_port;
	who->token = cookie_token(c, &who->dst, IP_TCP, who->port);
	return t.seq == cookie_seq(who->token) && t.src_port == cookie_port(who->token)
		? REFUSAL
		: NOT_MINE;
}

static enum verdict
match(const struct cookie *c, const struct packet *p, struct shot *who)
{
	const struct tcp *t = &p->tcp;

	if (p->kind == PACKET_ERROR)
		return match_error(c, p, who);
	if (p->kind != PACKET_TCP || !(is_open(t) || is_closed(t)))
		return NOT_MINE;
	who->dst = p->ip.src;
	who->port = t->src_port;
	who->token = cookie_token(c, &who->dst, IP_TCP, who->port);
	return t->ack == cookie_seq(who->token) + 1 &&
			t->dst_port == cookie_port(who->token)
		? REPLY
		: NOT_MINE;
}

static void
observe(const struct packet *p, const struct shot *who, struct facts *facts)
{
	facts_add_port(facts, is_open(&p->tcp) ? "tcp.open" : "tcp.closed", who->port);
	facts_add_int(facts, "ip.ttl", p->ip.ttl);
}

const struct probe probe_tcp_syn = {
	.name = "tcp-syn",
	.help = "Ask TCP ports for a connection, without ever completing one",
	.kind = ASK_SYN,
	.sends = "one TCP SYN for each port; no payload",
	/* Its replies have SYN or RST, and ACK, and go to the ports of cookie_port(). */
	.filter = "(tcp[tcpflags] & (tcp-syn|tcp-rst) != 0 and tcp[tcpflags] & tcp-ack != 0"
		  " and tcp[2:2] >= 0xf000) or (ip6[6] = 6 and ip6[53] & 6 != 0"
		  " and ip6[53] & 16 != 0 and ip6[42:2] >= 0xf000)",
	.proto = IP_TCP,
	.chosen_ports = true,
	.use = USE_ROUTED | USE_LIVING,
	.build = build,
	.match = match,
	.observe = observe,
};
