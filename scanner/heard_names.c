/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names that machines claim or answer for on their link: multicast DNS, LLMNR, NetBIOS. */
#include "scanner/heard.h"

#include <string.h>

#include "wire/llmnr.h"
#include "wire/mdns_told.h"
#include "wire/nbns.h"
#include "wire/netbios.h"

extern const struct listener listener_mdns, listener_llmnr, listener_nbns,
	listener_netbios;

/* Also a question shows that somebody is there. */
static int
hear_mdns(struct heard_frame *x, struct err *e)
{
	struct mdns_told told;
	struct err ignored;

	if (!heard_begin_sender(x))
		return 0;
	/* What came before the place where it is broken is worth telling. */
	(void)mdns_read_told(x->data, &x->p->ip.src, &told, &ignored);
	tell_str(x->tell, "mdns.name", told.name);
	tell_str(x->tell, "mdns.model", told.model);
	for (size_t i = 0; i < told.n_services; i++)
		tell_item(x->tell, "mdns.services",
			rd_from(told.services[i], strlen(told.services[i])));
	for (size_t i = 0; i < told.n_instances; i++)
		tell_item(x->tell, "mdns.instances",
			rd_from(told.instances[i], strlen(told.instances[i])));
	return heard_end(x, e);
}

static int
hear_llmnr(struct heard_frame *x, struct err *e)
{
	char name[DNS_NAME_TEXT];
	struct err ignored;

	if (llmnr_read_name(x->data, &x->p->ip.src, name, &ignored) == -1 ||
		!heard_begin_sender(x))
		return 0;
	tell_str(x->tell, "llmnr.name", name);
	return heard_end(x, e);
}

static void
tell_name(struct tell *t, const char *key, const struct netbios_name *name)
{
	char plain[NBNAME_PLAIN];

	tell_str(t, key, nbname_plain(name->name, plain));
}

/* RFC 1002 §4.2.2: also a name server's or proxy's may come by; the owner has the address. */
static int
hear_nbns(struct heard_frame *x, struct err *e)
{
	struct netbios_claim c;
	struct err ignored;

	if (netbios_read_claim(x->data, &c, &ignored) == -1 ||
		!addr_equal(&c.ip, &x->p->ip.src) || !heard_begin_sender(x))
		return 0;
	if (c.name.suffix == NETBIOS_WORKSTATION)
		tell_name(x->tell, c.group ? "netbios.domain" : "netbios.name", &c.name);
	else if (c.name.suffix == NETBIOS_SERVER && !c.group)
		tell_name(x->tell, "netbios.name", &c.name);
	return heard_end(x, e);
}

/* Browsing: a host announces itself to the group or the master of its workgroup
 * ([MS-BRWS] 3.2.5.1). */
static int
hear_netbios(struct heard_frame *x, struct err *e)
{
	struct netbios_datagram d;
	struct err ignored;

	if (netbios_read_datagram(x->data, &d, &ignored) == -1 ||
		!addr_equal(&d.ip, &x->p->ip.src) || !heard_begin_sender(x))
		return 0;
	if (d.from.suffix == NETBIOS_WORKSTATION || d.from.suffix == NETBIOS_SERVER)
		tell_name(x->tell, "netbios.name", &d.from);
	if (d.to.suffix == NETBIOS_MASTER || d.to.suffix == NETBIOS_ELECTION)
		tell_name(x->tell, "netbios.domain", &d.to);
	return heard_end(x, e);
}

const struct listener listener_mdns = {
	.name = "mdns",
	.help = "Names, services and models that are announced by multicast DNS",
	.kind = HEARD_UDP,
	.ports = { MDNS_PORT },
	.filter = "udp port 5353",
	.hear = hear_mdns,
};

const struct listener listener_llmnr = {
	.name = "llmnr",
	.help = "Names that are claimed or answered for by LLMNR",
	.kind = HEARD_UDP,
	.ports = { LLMNR_PORT },
	.filter = "udp port 5355",
	.hear = hear_llmnr,
};

const struct listener listener_nbns = {
	.name = "nbns",
	.help = "NetBIOS names and workgroups as they are registered",
	.kind = HEARD_UDP,
	.ports = { NBNS_PORT },
	.filter = "udp port 137",
	.hear = hear_nbns,
};

const struct listener listener_netbios = {
	.name = "netbios",
	.help = "NetBIOS names and workgroups in the announcements of browsing",
	.kind = HEARD_UDP,
	.ports = { NETBIOS_DATAGRAM_PORT },
	.filter = "udp port 138",
	.hear = hear_netbios,
};
