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

/* RFC 4862 §5.4.2: who is about to take an address asks for it, from no address.  Unlike ARP
 * (RFC 5227 §2.3) nothing has to follow that says it was taken; who has it already says so
 * to all at once (RFC 4861 §7.2.4), which is heard as well, and later. */
static bool
takes_an_address(const struct packet *p)
{
	return p->ndp.type == NDP_SOLICITATION && addr_number(&p->ip.src) == 0;
}

/*
 * RFC 4861 §4.3: who asks tells its own MAC; it need not where it has no address, or asks one
 * that it knows.  Then the frame has it: by the hop limit (ndp_read) no router was in between.
 * §4.4: who answers tells the MAC of the target.
 */
static const struct mac *
mac_of_speaker(const struct packet *p)
{
	bool silent = p->ndp.type == NDP_SOLICITATION && mac_is_zero(&p->ndp.mac) &&
		(takes_an_address(p) || !addr_is_multicast(&p->ip.dst));

	return silent ? &p->ether.src : &p->ndp.mac;
}

static int
hear_ndp(struct heard_frame *x, struct err *e)
{
	const struct ndp *m = &x->p->ndp;
	bool itself = m->type == NDP_SOLICITATION && !takes_an_address(x->p);
	const struct addr *who = itself ? &x->p->ip.src : &m->target;

	if (!heard_is_near(x, who))
		return 0;
	heard_begin(x, who);
	heard_mac(x, mac_of_speaker(x->p));
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
