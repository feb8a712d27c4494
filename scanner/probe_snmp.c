/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SNMP: a machine that knows one of the configured communities says what it is and what its
 * administrator calls it.  Each community is a question of its own; its number stands in
 * the last bits of the request id, so that an answer is matched without the community.
 */
#include "scanner/probe_udp.h"
#include "wire/snmp.h"

#include <string.h>

extern const struct probe probe_snmp;

_Static_assert((int)SNMP_SYSTEM_SIZE <= (int)PROBE_UDP_MAX, "every community fits");
_Static_assert(
	(int)SNMP_COMMUNITY_MAX == (int)PROBE_SECRET_MAX, "and may be configured");

/* The token without the bits that hold the variant. */
static uint32_t
request_id(uint64_t token, unsigned variant)
{
	uint32_t bits = (uint32_t)token / PROBE_VARIANTS_MAX * PROBE_VARIANTS_MAX;

	return snmp_request_id(bits + variant);
}

static void
write_question(struct wr *w, const struct shot *shot)
{
	snmp_write_get_system(w, shot->secret ? shot->secret : "",
		request_id(shot->token, shot->variant));
}

static bool
proves(struct rd data, struct shot *who)
{
	uint32_t id;

	if (!snmp_peek_id(data, &id))
		return false;
	who->variant = id % PROBE_VARIANTS_MAX;
	return id == request_id(who->token, who->variant);
}

static void
build(struct wr *w, const struct path *path, const struct shot *shot)
{
	probe_udp_build(&probe_snmp, w, path, shot);
}

static enum verdict
match(const struct cookie *c, const struct packet *p, struct shot *who)
{
	return probe_udp_match(&probe_snmp, c, p, who);
}

static bool
asks(const struct packet *p, struct shot *who)
{
	uint32_t id;

	if (!snmp_peek_question(p->data, &id))
		return false;
	who->variant = id % PROBE_VARIANTS_MAX;
	return true;
}

static void
observe(const struct packet *p, const struct shot *who, struct facts *facts)
{
	struct snmp_system s;
	struct err ignored;

	/* A broken list of values is an answer still: it came with the right id. */
	facts_add_port(facts, "udp.open", who->port);
	if (snmp_read_system(p->data, &s, &ignored) == -1)
		return;
	facts_add_foreign(facts, "snmp.sysdescr", s.descr);
	facts_add_foreign(facts, "snmp.sysname", s.name);
	facts_add_foreign(
		facts, "snmp.sysobjectid", rd_from(s.object_id, strlen(s.object_id)));
}

const struct probe probe_snmp = {
	.name = "snmp",
	.help = "Ask for name and kind by SNMP v2c, with the communities configured",
	.kind = ASK_DATAGRAM,
	.sends = "one SNMP v2c GetRequest to UDP port 161 for each community",
	.filter = "udp src port 161",
	.proto = IP_UDP,
	.port = SNMP_PORT,
	.secrets = true,
	.use = USE_ROUTED | USE_LIVING,
	.build = build,
	.match = match,
	.observe = observe,
	.asks = asks,
	.write = write_question,
	.proves = proves,
};
