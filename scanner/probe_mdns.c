/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Multicast DNS asked by unicast (RFC 6762 §5.5): printers, Macs, phones and Linux desktops
 * say what they are called and what they offer.  From a port that is not 5353 it is a legacy
 * query (§6.7), whose answer repeats our id.
 */
#include "scanner/probe_udp.h"
#include "wire/mdns.h"

#include <string.h>

extern const struct probe probe_mdns;

_Static_assert((int)MDNS_QUERY_MAX <= (int)PROBE_UDP_MAX, "an IPv6 question fits");
_Static_assert((int)MDNS_SERVICES_MAX <= (int)FACTS_NAMES_MAX, "all services fit");
_Static_assert((int)MDNS_SERVICE_SIZE <= (int)FACTS_NAME_SIZE, "each service fits");

static uint16_t
query_id(uint64_t token)
{
	return (uint16_t)token;
}

static void
write_question(struct wr *w, const struct shot *shot)
{
	mdns_write_query(w, query_id(shot->token), &shot->dst);
}

static bool
proves(struct rd data, struct shot *who)
{
	uint16_t id;

	return mdns_peek_id(data, &id) && id == query_id(who->token);
}

static void
build(struct wr *w, const struct path *path, const struct shot *shot)
{
	probe_udp_build(&probe_mdns, w, path, shot);
}

static enum verdict
match(const struct cookie *c, const struct packet *p, struct shot *who)
{
	return probe_udp_match(&probe_mdns, c, p, who);
}

static void
observe(const struct packet *p, const struct shot *who, struct facts *facts)
{
	struct mdns_answer a;
	struct err ignored;

	facts_add_port(facts, "udp.open", who->port);
	/* What came before the place where it is broken is worth telling. */
	(void)mdns_read_answer(p->data, &who->dst, &a, &ignored);
	facts_add_foreign(facts, "mdns.name", rd_from(a.name, strlen(a.name)));
	for (size_t i = 0; i < a.n_services; i++) {
		memcpy(facts->names[i], a.services[i], sizeof(a.services[i]));
		facts->name_list[i] = facts->names[i];
	}
	if (a.n_services)
		facts_add_texts(facts, "mdns.services", facts->name_list, a.n_services);
}

const struct probe probe_mdns = {
	.name = "mdns",
	.help = "Ask a machine for its mDNS name and services",
	.kind = ASK_DATAGRAM,
	.sends = "one mDNS query with two questions to UDP port 5353",
	/* Not what others say to the group, which goes to the same port. */
	.filter = "udp src port 5353 and not dst port 5353",
	.proto = IP_UDP,
	.port = MDNS_PORT,
	.use = USE_LIVING,
	.use_named = USE_ROUTED,
	.build = build,
	.match = match,
	.observe = observe,
	.write = write_question,
	.proves = proves,
};
