/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * DHCP: who joins says its name, what it runs and what it wants to know, before it has an
 * address.  Which address it will have is sure in three cases only; else it is told by its
 * MAC alone.
 */
#include "base/foreign.h"
#include "scanner/heard.h"

#include <stdio.h>
#include <string.h>

#include "wire/dhcp.h"

extern const struct listener listener_dhcp;

/*
 * RFC 2131 §4.3.2: a REQUEST that names a server takes the address that was offered; one
 * that renews has its address already (ciaddr).  After a reboot it asks for what it had
 * (§4.3.2 INIT-REBOOT), which may be refused.
 */
static const struct addr *
client_address(const struct dhcp *d)
{
	if (d->type == DHCP_REQUEST && addr_is_set(&d->server) &&
		addr_is_set(&d->wanted))
		return &d->wanted;
	return addr_is_set(&d->client) &&
			(d->type == DHCP_REQUEST || d->type == DHCP_INFORM)
		? &d->client
		: NULL;
}

/* "1,3,6,15" */
static void
tell_asked(struct heard_frame *x, struct rd asked)
{
	char text[FOREIGN_TEXT_MAX];
	size_t n = 0;

	while (rd_left(&asked) && n + 5 < sizeof(text))
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%u", n ? "," : "",
			rd_u8(&asked));
	tell_text(x->tell, "dhcp.fingerprint", rd_from(text, n));
}

static int
hear_client(struct heard_frame *x, const struct dhcp *d, struct err *e)
{
	const struct addr *ip = client_address(d);

	if (d->type == DHCP_RELEASE || d->type == DHCP_DECLINE)
		return 0; /* it leaves, or does not take what it was given */
	heard_begin(x, ip && heard_is_near(x, ip) ? ip : NULL);
	heard_mac(x, &d->mac);
	tell_text(x->tell, "dhcp.name", d->name);
	if (rd_left(&d->name) == 0)
		tell_str(x->tell, "dhcp.name", d->fqdn);
	tell_text(x->tell, "dhcp.vendor_class", d->vendor_class);
	tell_hex(x->tell, "dhcp.client_id", d->client_id);
	tell_asked(x, d->asked);
	return heard_end(x, e);
}

/* A server that speaks to everybody: itself, and whom it gives an address. */
static int
hear_server(struct heard_frame *x, const struct dhcp *d, struct err *e)
{
	/* Behind a relay its packets come from the relay. */
	bool itself = addr_is_set(&d->server) && addr_equal(&d->server, &x->p->ip.src);

	if ((d->type == DHCP_OFFER || d->type == DHCP_ACK) && itself &&
		heard_begin_sender(x)) {
		tell_bool(x->tell, "dhcp.server", true);
		if (heard_end(x, e) == -1)
			return -1;
	}
	if (d->type != DHCP_ACK || !heard_is_near(x, &d->yours))
		return 0;
	heard_begin(x, &d->yours);
	heard_mac(x, &d->mac);
	return heard_end(x, e);
}

static int
hear_dhcp(struct heard_frame *x, struct err *e)
{
	struct dhcp d;
	struct err ignored;

	if (dhcp_read(x->data, &d, &ignored) == -1)
		return 0;
	return d.reply ? hear_server(x, &d, e) : hear_client(x, &d, e);
}

const struct listener listener_dhcp = {
	.name = "dhcp",
	.help = "Names, vendor classes, wishes and client ids of those who ask for an address, "
		"and who gives them",
	.kind = HEARD_UDP,
	.ports = { DHCP_SERVER_PORT, DHCP_CLIENT_PORT },
	.filter = "udp and (port 67 or port 68)",
	.hear = hear_dhcp,
};
