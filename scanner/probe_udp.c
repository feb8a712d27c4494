/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Headers, ports and refusals of questions by UDP. */
#include "scanner/probe_udp.h"

enum { TTL = 64 };

void
probe_udp_build(const struct probe *probe, struct wr *w, const struct path *path,
	const struct shot *shot)
{
	struct ip ip = { .src = path->src,
		.dst = shot->dst,
		.proto = IP_UDP,
		.ttl = TTL,
		.id = cookie_id(shot->token) };
	struct udp udp = { path->udp_port, shot->port };
	uint8_t data[PROBE_UDP_MAX];
	struct wr d = wr_to(data, sizeof(data));

	probe->write(&d, shot);
	probe_write_ip(w, path, &ip, UDP_HEAD + wr_used(&d));
	udp_write(w, &ip, &udp, data, wr_used(&d));
	w->bad |= d.bad;
}

static enum verdict
match_error(const struct probe *probe, const struct cookie *c, const struct packet *p,
	struct shot *who)
{
	struct udp u;

	if (p->quoted.proto != IP_UDP || !udp_read_quoted(p->quoted_payload, &u))
		return NOT_MINE;
	if (u.src_port != c->udp_port || u.dst_port != probe->port)
		return NOT_MINE;
	who->dst = p->quoted.dst;
	who->port = probe->port;
	who->variant = 0;
	return REFUSAL;
}

enum verdict
probe_udp_match(const struct probe *probe, const struct cookie *c,
	const struct packet *p, struct shot *who)
{
	if (p->kind == PACKET_ERROR)
		return match_error(probe, c, p, who);
	if (p->kind != PACKET_UDP || p->udp.src_port != probe->port ||
		p->udp.dst_port != c->udp_port)
		return NOT_MINE;
	who->dst = p->ip.src;
	who->port = probe->port;
	who->variant = 0;
	who->token = cookie_token(c, &who->dst, IP_UDP, probe->port);
	return probe->proves(p->data, who) ? REPLY : NOT_MINE;
}
