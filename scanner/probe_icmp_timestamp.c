/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ICMP timestamp (RFC 792 p. 16): some machines that are told not to answer ping answer
 * this.  Id, seq and the originate timestamp come back as they went: 63 bits of the token.
 * What we originate is no time and says so by its high bit; so how far the other's clock is
 * off cannot be told from the answer alone, and is not.
 */
#include "scanner/probe.h"

enum { TTL = 64 };

static struct icmp_timestamp
question(uint64_t token)
{
	return (struct icmp_timestamp){ .id = cookie_id(token),
		.seq = (uint16_t)(token >> 32),
		.originate = ICMP_TIME_ODD | (uint32_t)token };
}

static void
build(struct wr *w, const struct path *path, const struct shot *shot)
{
	struct ip ip = { .src = path->src,
		.dst = shot->dst,
		.proto = IP_ICMP,
		.ttl = TTL,
		.id = cookie_id(shot->token) };
	struct icmp_timestamp ask = question(shot->token);

	probe_write_ip(w, path, &ip, ICMP_TIMESTAMP_SIZE);
	icmp_write_timestamp(w, &ask);
}

static bool
quotes_us(const struct packet *p, const struct icmp_timestamp *ask)
{
	struct icmp_quoted q;

	return icmp_read_quoted(p->quoted_payload, &q) && q.type == ICMP_TIMESTAMP &&
		q.id == ask->id && q.seq == ask->seq;
}

static bool
answers_us(const struct packet *p, const struct icmp_timestamp *ask)
{
	const struct icmp_timestamp *t = &p->icmp.timestamp;

	return p->icmp.type == ICMP_TIMESTAMP_REPLY && t->id == ask->id &&
		t->seq == ask->seq && t->originate == ask->originate;
}

static enum verdict
match(const struct cookie *c, const struct packet *p, struct shot *who)
{
	bool error = p->kind == PACKET_ERROR;

	if (!(p->kind == PACKET_ICMP && p->ip.proto == IP_ICMP) &&
		!(error && p->quoted.proto == IP_ICMP))
		return NOT_MINE;
	who->dst = *packet_subject(p);
	who->port = 0;
	who->token = cookie_token(c, &who->dst, IP_ICMP, 0);
	struct icmp_timestamp ask = question(who->token);
	if (error)
		return quotes_us(p, &ask) ? REFUSAL : NOT_MINE;
	return answers_us(p, &ask) ? REPLY : NOT_MINE;
}

static bool
asks(const struct packet *p, struct shot *who)
{
	(void)who;
	return p->icmp.type == ICMP_TIMESTAMP;
}

static void
observe(const struct packet *p, const struct shot *who, struct facts *facts)
{
	(void)who;
	facts_add_bool(facts, "icmp.timestamp", true);
	facts_add_int(facts, "ip.ttl", p->ip.ttl);
}

const struct probe probe_icmp_timestamp = {
	.name = "icmp-timestamp",
	.help = "Ask for the time of day by ICMP",
	.kind = ASK_TIMESTAMP,
	.sends = "one ICMP timestamp request",
	.filter = "icmp[icmptype] = icmp-tstampreply",
	.families = PROBE_IP4, /* RFC 4443 knows no such message */
	.proto = IP_ICMP,
	.use = USE_LIVING,
	.use_named = USE_ROUTED,
	.build = build,
	.match = match,
	.observe = observe,
	.asks = asks,
};
