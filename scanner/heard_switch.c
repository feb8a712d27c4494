/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is at the other end of the cable: LLDP and CDP, which no bridge passes on. */
#include "scanner/heard.h"

#include "wire/cdp.h"
#include "wire/lldp.h"

extern const struct listener listener_lldp, listener_cdp;

/* The address by which it is managed may be of another network: it says so itself, and it is
 * its own.  One of no network in particular is left out. */
static void
begin_neighbour(struct heard_frame *x, const struct addr *managed)
{
	bool usable = addr_is_set(managed) && addr_number(managed) != 0 &&
		!addr_is_multicast(managed) && !addr_is_loopback(managed);

	heard_begin(x, usable ? managed : NULL);
	heard_mac(x, &x->p->ether.src);
}

static int
hear_lldp(struct heard_frame *x, struct err *e)
{
	struct lldp l;
	struct err ignored;

	if (lldp_read(x->data, &l, &ignored) == -1 || l.ttl == 0)
		return 0;
	begin_neighbour(x, &l.address);
	tell_str(x->tell, "lldp.chassis", l.chassis);
	tell_str(x->tell, "lldp.port", l.port);
	tell_text(x->tell, "lldp.name", l.name);
	tell_text(x->tell, "lldp.descr", l.descr);
	for (unsigned i = 0; i < LLDP_CAPABILITIES; i++)
		if (l.enabled & 1U << i)
			tell_item(x->tell, "lldp.capabilities",
				rd_from(lldp_capability_names[i],
					strlen(lldp_capability_names[i])));
	return heard_end(x, e);
}

static int
hear_cdp(struct heard_frame *x, struct err *e)
{
	struct cdp c;
	struct err ignored;

	if (cdp_read(x->data, &c, &ignored) == -1 || c.ttl == 0)
		return 0;
	begin_neighbour(x, &c.address);
	tell_text(x->tell, "cdp.name", c.name);
	tell_text(x->tell, "cdp.port", c.port);
	tell_text(x->tell, "cdp.platform", c.platform);
	tell_text(x->tell, "cdp.version", c.software);
	return heard_end(x, e);
}

const struct listener listener_lldp = {
	.name = "lldp",
	.help = "Names, ports and descriptions of neighbours that speak LLDP",
	.kind = HEARD_LLDP,
	.filter = "ether proto 0x88cc",
	.hear = hear_lldp,
};

const struct listener listener_cdp = {
	.name = "cdp",
	.help = "Names, ports and software of neighbours that speak CDP",
	.kind = HEARD_CDP,
	.filter = "ether dst 01:00:0c:cc:cc:cc",
	.hear = hear_cdp,
};
