/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Both heads are longer than that of Ethernet, which is written over their end. */
#include "scanner/cooked.h"

#include <string.h>

#include "base/buf.h"
#include "wire/cdp.h"
#include "wire/ether.h"

enum {
	HEAD = 16,
	HEAD_2 = 20,
	ARPHRD_ETHERNET = 1, /* IANA: ARP hardware types */
	TO_EVERYBODY = 1,    /* packet type */
	TO_GROUP = 2,
	PROTOCOL_LLC = 4, /* protocol: IEEE 802.2 follows, as in frames with a length */
	LENGTH_MAX = 1500, /* IEEE 802.3 §3.2.6: above it is a type */
};

struct cooked {
	uint16_t to, hardware, n_sender, protocol;
	struct mac sender;
};

bool
cooked_is(uint32_t link)
{
	return link == LINK_COOKED || link == LINK_COOKED_2;
}

static bool
read_head(uint32_t link, struct rd *r, struct cooked *c)
{
	if (link == LINK_COOKED) {
		c->to = rd_be16(r);
		c->hardware = rd_be16(r);
		c->n_sender = rd_be16(r);
	} else {
		c->protocol = rd_be16(r);
		rd_skip(r, 2 + 4); /* reserved, number of the interface */
		c->hardware = rd_be16(r);
		c->to = rd_u8(r);
		c->n_sender = rd_u8(r);
	}
	rd_copy(r, c->sender.bytes, sizeof(c->sender.bytes));
	rd_skip(r, 2); /* room for longer addresses */
	if (link == LINK_COOKED)
		c->protocol = rd_be16(r);
	return !r->bad;
}

bool
cooked_to_ether(uint32_t link, uint8_t *frame, size_t *at, size_t *n)
{
	struct rd r = rd_from(frame, *n);
	size_t head = link == LINK_COOKED ? HEAD : HEAD_2;
	struct cooked c = { 0 };
	struct ether ether = { 0 };

	if (!read_head(link, &r, &c) || c.hardware != ARPHRD_ETHERNET ||
		c.n_sender != sizeof(ether.src.bytes))
		return false;
	ether.src = c.sender;
	ether.type = c.protocol;
	if (c.to == TO_EVERYBODY)
		memset(ether.dst.bytes, 0xff, sizeof(ether.dst.bytes));
	if (c.protocol == PROTOCOL_LLC) {
		if (*n - head > LENGTH_MAX)
			return false;
		ether.type = (uint16_t)(*n - head);
		/* CDP or not, its own head says. */
		if (c.to == TO_GROUP)
			ether.dst = cdp_group;
	}
	*at = head - ETHER_HEAD;
	*n -= *at;
	struct wr w = wr_to(frame + *at, ETHER_HEAD);
	ether_write(&w, &ether);
	return true;
}
