/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Neighbour solicitation (RFC 4861 §7.2): ARP for IPv6.  The question goes to the few who
 * share the last three bytes of the address; the advertisement names the MAC.  It echoes
 * nothing, so the hearing accepts it only from who was asked.
 */
#include "scanner/probe.h"

static void
build(struct wr *w, const struct path *path, const struct shot *shot)
{
	struct ip ip = { .src = path->src,
		.dst = ndp_solicited_node(&shot->dst),
		.proto = IP_ICMP6,
		.ttl = NDP_HOP_LIMIT };
	struct path group = *path;

	group.dst_mac = ndp_group_mac(&ip.dst);
	probe_write_ip(w, &group, &ip, NDP_SOLICITATION_SIZE);
	ndp_write_solicitation(w, &ip, &shot->dst, &path->src_mac);
}

/* Only an answer to a question: one without the flag is told to all, asked by nobody. */
static enum verdict
match(const struct cookie *c, const struct packet *p, struct shot *who)
{
	(void)c; /* NDP brings no cookie back */
	if (p->kind != PACKET_NDP || p->ndp.type != NDP_ADVERTISEMENT ||
		!p->ndp.solicited)
		return NOT_MINE;
	/* §7.2.4: an answer to a question to a group tells the MAC. */
	if (mac_is_zero(&p->ndp.mac) || mac_is_group(&p->ndp.mac))
		return NOT_MINE;
	who->dst = p->ndp.target;
	who->port = 0;
	return REPLY;
}

static void
observe(const struct packet *p, const struct shot *who, struct facts *facts)
{
	(void)who;
	facts_add_mac(facts, "mac", &p->ndp.mac);
	facts_add_bool(facts, "mac.onlink", true);
}

const struct probe probe_ndp = {
	.name = "ndp",
	.help = "Ask who has the IPv6 address on the link",
	.kind = ASK_LINK,
	.sends = "one neighbour solicitation, to the solicited-node group on the link",
	.filter = "ip6[6] = 58 and ip6[40] = 136",
	.families = PROBE_IP6,
	.use = USE_ONLINK,
	.build = build,
	.match = match,
	.observe = observe,
};
