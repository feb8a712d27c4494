/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All listeners, and the way of a frame to the one it is for.  A new one is a line here. */
#include "scanner/heard.h"

#include <string.h>

#include "wire/cdp.h"
#include "wire/lldp.h"

#define LISTENERS(X) \
	X(arp) \
	X(ndp) X(dhcp) X(mdns) X(llmnr) X(nbns) X(netbios) X(ssdp) X(wsd) X(lldp) X(cdp)

#define DECLARE(l) extern const struct listener listener_##l;
#define ADDRESS(l) &listener_##l,
LISTENERS(DECLARE)
const struct listener *const listeners[] = { LISTENERS(ADDRESS) NULL };

enum { LENGTH_MAX = 1500 }; /* IEEE 802.3 §3.2.6: above it is a type */

/* LLDP and CDP, which are no packets of IP. */
static bool
read_switch(struct packet *p, const uint8_t *frame, size_t n, struct heard_frame *x,
	enum heard_kind *kind)
{
	struct rd r = rd_from(frame, n);

	if (!ether_read(&r, &p->ether))
		return false;
	x->data = r;
	*kind = HEARD_LLDP;
	if (p->ether.type == LLDP_TYPE)
		return true;
	*kind = HEARD_CDP;
	if (p->ether.type > LENGTH_MAX || !mac_equal(&p->ether.dst, &cdp_group))
		return false;
	/* Behind it may be padding. */
	x->data = rd_sub(&r, p->ether.type < rd_left(&r) ? p->ether.type : rd_left(&r));
	return true;
}

static bool
read_kind(struct packet *p, struct heard_frame *x, enum heard_kind *kind)
{
	switch (p->kind) {
	case PACKET_ARP: *kind = HEARD_ARP; return true;
	case PACKET_NDP: *kind = HEARD_NDP; return true;
	case PACKET_UDP:
		*kind = HEARD_UDP;
		x->data = p->data;
		return true;
	case PACKET_ICMP:
	case PACKET_TCP:
	case PACKET_ERROR: break;
	}
	return false;
}

static bool
is_for(const struct listener *l, enum heard_kind kind, const struct udp *u)
{
	bool port = kind != HEARD_UDP;

	for (size_t i = 0; i < 3 && l->ports[i]; i++)
		port |= u->src_port == l->ports[i] || u->dst_port == l->ports[i];
	return l->kind == kind && port;
}

int
heard_take(struct heard_frame *x, const uint8_t *frame, size_t n, struct err *e)
{
	enum heard_kind kind;
	struct packet *p = &x->packet;

	*p = (struct packet){ .kind = PACKET_ARP };
	x->p = p;
	bool known = packet_read(p, frame, n) ? read_kind(p, x, &kind)
					      : read_switch(p, frame, n, x, &kind);
	for (size_t i = 0; known && listeners[i]; i++)
		if (is_for(listeners[i], kind, &p->udp))
			return listeners[i]->hear(x, e);
	return 0;
}

/* --- for listeners --------------------------------------------------------------------- */

/* Of one machine: neither a group nor nobody in particular. */
static bool
is_single(const struct addr *a)
{
	return addr_is_set(a) && addr_number(a) != 0 && !addr_is_multicast(a) &&
		!addr_is_loopback(a);
}

/* RFC 919 §7: the last address of a subnet is everybody, and the first nobody. */
static bool
is_edge(const struct addr *a, unsigned bits)
{
	u128 host = ((u128)1 << (32 - bits)) - 1, n = addr_number(a) & host;

	return a->family == ADDR_IP4 && bits < 31 && (n == 0 || n == host);
}

bool
heard_is_near(const struct heard_frame *x, const struct addr *a)
{
	const struct heard_link *l = x->link;

	if (!is_single(a))
		return false;
	if (l->any || (a->family == ADDR_IP6 && addr_is_link_local(a)))
		return true;
	for (size_t i = 0; i < l->n_nets; i++)
		if (addr_in_prefix(a, &l->nets[i].addr, l->nets[i].bits))
			return !(a->family == ADDR_IP4 && is_edge(a, l->nets[i].bits));
	return false;
}

void
heard_begin(struct heard_frame *x, const struct addr *a)
{
	bool ambiguous = a && a->family == ADDR_IP6 && addr_is_link_local(a);

	tell_begin(x->tell, ambiguous ? NULL : a);
}

void
heard_mac(struct heard_frame *x, const struct mac *mac)
{
	if (mac_is_zero(mac) || mac_is_group(mac))
		return;
	tell_mac(x->tell, "mac", mac);
	/* Another one's MAC in somebody's frame was learnt, not seen. */
	if (mac_equal(mac, &x->p->ether.src))
		tell_bool(x->tell, "mac.onlink", true);
}

/* Does no router forward what goes there?  Groups of the link (RFC 5771 §4, RFC 4291 §2.7),
 * and what is for everybody on it. */
static bool
stays_on_link(const struct packet *p)
{
	static const uint8_t all[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	const struct addr *to = &p->ip.dst;

	if (to->family == ADDR_IP6)
		return to->bytes[0] == 0xff && (to->bytes[1] & 0x0f) <= 2;
	return memcmp(p->ether.dst.bytes, all, sizeof(all)) == 0 ||
		addr_to_ip4(to) >> 8 == 0xe00000; /* 224.0.0.0/24 */
}

bool
heard_begin_sender(struct heard_frame *x)
{
	const struct addr *from = &x->p->ip.src;

	if (!heard_is_near(x, from))
		return false;
	heard_begin(x, from);
	if (!x->link->any || stays_on_link(x->p) ||
		(from->family == ADDR_IP6 && addr_is_link_local(from)))
		heard_mac(x, &x->p->ether.src);
	return true;
}

int
heard_end(struct heard_frame *x, struct err *e)
{
	const struct tell *t = x->tell;

	if (t->n == 0)
		return 0;
	/* Who has no address is known by a MAC that nobody else has. */
	for (size_t i = 0; i < t->n && !addr_is_set(&t->ip); i++)
		if (strcmp(t->facts[i].key, "mac") == 0 &&
			!mac_is_local(&t->facts[i].mac))
			return x->take(x, e);
	return addr_is_set(&t->ip) ? x->take(x, e) : 0;
}
