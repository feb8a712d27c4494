/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ICMP echo (RFC 792 p. 14, RFC 4443 §4.1).  Id, seq and eight bytes of payload come back as they went:
 * together 96 bits of the token, of which 64 are its own.
 */
#include "scanner/probe.h"

enum { PAYLOAD = 8, TTL = 64 };

static uint16_t
seq_of(uint64_t token)
{
	return (uint16_t)(token >> 32);
}

/* The token is the same for both families: the address is in it. */
static uint8_t
proto_of(enum addr_family family)
{
	return family == ADDR_IP6 ? IP_ICMP6 : IP_ICMP;
}

static void
build(struct wr *w, const struct path *path, const struct shot *shot)
{
	struct ip ip = { .src = path->src,
		.dst = shot->dst,
		.proto = proto_of(shot->dst.family),
		.ttl = TTL,
		.id = cookie_id(shot->token) };
	uint8_t payload[PAYLOAD];
	struct wr data = wr_to(payload, sizeof(payload));
	struct icmp_echo echo = { .id = cookie_id(shot->token),
		.seq = seq_of(shot->token),
		.data = payload,
		.size = sizeof(payload) };

	wr_be64(&data, shot->token);
	probe_write_ip(w, path, &ip, ICMP_HEAD + PAYLOAD);
	icmp_write_echo(w, &ip, &echo);
}

static bool
is_ip6(const struct packet *p)
{
	return p->ip.src.family == ADDR_IP6;
}

/* An error quotes at least the eight bytes of our ICMP header (RFC 792, RFC 4443 §2.4). */
static bool
quotes_us(const struct packet *p, uint64_t token)
{
	struct rd r = p->quoted_payload;
	uint8_t type = rd_u8(&r);

	rd_skip(&r, 3); /* code, checksum */
	uint16_t id = rd_be16(&r), seq = rd_be16(&r);
	return !r.bad && type == (is_ip6(p) ? ICMP6_ECHO : ICMP_ECHO) &&
		id == cookie_id(token) && seq == seq_of(token);
}

static bool
echoes_us(const struct packet *p, uint64_t token)
{
	struct rd data = rd_from(p->icmp.echo.data, p->icmp.echo.size);

	return p->icmp.type == (is_ip6(p) ? ICMP6_ECHO_REPLY : ICMP_ECHO_REPLY) &&
		p->icmp.echo.id == cookie_id(token) &&
		p->icmp.echo.seq == seq_of(token) && rd_be64(&data) == token;
}

static enum verdict
match(const struct cookie *c, const struct packet *p, struct shot *who)
{
	bool error = p->kind == PACKET_ERROR;

	if (p->kind != PACKET_ICMP &&
		!(error && p->quoted.proto == proto_of(p->quoted.dst.family)))
		return NOT_MINE;
	who->dst = *packet_subject(p);
	who->port = 0;
	who->token = cookie_token(c, &who->dst, IP_ICMP, 0);
	if (error)
		return quotes_us(p, who->token) ? REFUSAL : NOT_MINE;
	return echoes_us(p, who->token) ? REPLY : NOT_MINE;
}

static bool
asks(const struct packet *p, struct shot *who)
{
	(void)who;
	return p->icmp.type == (is_ip6(p) ? ICMP6_ECHO : ICMP_ECHO);
}

static void
observe(const struct packet *p, const struct shot *who, struct facts *facts)
{
	(void)who;
	facts_add_bool(facts, "icmp.echo", true);
	facts_add_int(facts, "ip.ttl", p->ip.ttl);
}

const struct probe probe_icmp_echo = {
	.name = "icmp-echo",
	.help = "Ping",
	.kind = ASK_ECHO,
	.sends = "one ICMP echo request with 8 bytes of payload",
	/* Protocol 58 and type 129 behind a header without extensions. */
	.filter = "icmp[icmptype] = icmp-echoreply or (ip6[6] = 58 and ip6[40] = 129)",
	.proto = IP_ICMP,
	.use = USE_ROUTED | USE_LIVING,
	.build = build,
	.match = match,
	.observe = observe,
	.asks = asks,
};
