/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ARP and neighbour discovery: everybody who speaks IP says its address and MAC by them. */
#include "scanner/heard.h"

extern const struct listener listener_arp, listener_ndp;

/* RFC 826: the sender tells of itself in requests and replies alike.  A probe (RFC 5227
 * §2.1.1) comes from 0.0.0.0: who asks has no address yet. */
static int
hear_arp(struct heard_frame *x, struct err *e)
{
	const struct arp *arp = &x->p->arp;

	if (!heard_is_near(x, &arp->sender))
		return 0;
	heard_begin(x, &arp->sender);
	heard_mac(x, &arp->sender_mac);
	return heard_end(x, e);
}

/* RFC 4861 §4.3: who asks tells its own MAC; §4.4: who answers, that of the target. */
static int
hear_ndp(struct heard_frame *x, struct err *e)
{
	const struct ndp *m = &x->p->ndp;
	const struct addr *who = m->type == NDP_SOLICITATION ? &x->p->ip.src
							     : &m->target;

	if (!heard_is_near(x, who))
		return 0;
	heard_begin(x, who);
	heard_mac(x, &m->mac);
	return heard_end(x, e);
}

const struct listener listener_arp = {
	.name = "arp",
	.help = "Addresses and MACs in ARP requests and replies",
	.kind = HEARD_ARP,
	.filter = "arp",
	.hear = hear_arp,
};

const struct listener listener_ndp = {
	.name = "ndp",
	.help = "Addresses and MACs in neighbour solicitations and advertisements",
	.kind = HEARD_NDP,
	.filter = "icmp6 and (ip6[40] = 135 or ip6[40] = 136)",
	.hear = hear_ndp,
};
