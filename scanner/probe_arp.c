/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ARP (RFC 826): who has this address on the link?  The reply names the MAC.  It echoes
 * nothing of the question, so the hearing accepts it only from who was asked.
 */
#include "scanner/probe.h"

static void
build(struct wr *w, const struct path *path, const struct shot *shot)
{
	static const struct mac all = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } };
	struct ether ether = { all, path->src_mac, ETHER_ARP };
	struct arp arp = { .op = ARP_REQUEST,
		.sender_mac = path->src_mac,
		.sender = path->src,
		.target = shot->dst };

	ether_write(w, &ether);
	arp_write(w, &arp);
}

static enum verdict
match(const struct cookie *c, const struct packet *p, struct shot *who)
{
	(void)c; /* ARP brings no cookie back */
	if (p->kind != PACKET_ARP || p->arp.op != ARP_REPLY)
		return NOT_MINE;
	if (mac_is_zero(&p->arp.sender_mac) || mac_is_group(&p->arp.sender_mac))
		return NOT_MINE;
	who->dst = p->arp.sender;
	who->port = 0;
	return REPLY;
}

static void
observe(const struct packet *p, const struct shot *who, struct facts *facts)
{
	(void)who;
	facts_add_mac(facts, "mac", &p->arp.sender_mac);
	facts_add_bool(facts, "mac.onlink", true);
}

const struct probe probe_arp = {
	.name = "arp",
	.help = "Ask who has the address on the link",
	.kind = ASK_LINK,
	.sends = "one ARP request, broadcast on the link",
	.filter = "arp[6:2] = 2",
	.families = PROBE_IP4,
	.use = USE_ONLINK,
	.build = build,
	.match = match,
	.observe = observe,
};
