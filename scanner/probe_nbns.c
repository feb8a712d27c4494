/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * NetBIOS node status (RFC 1002 §4.2.17): a machine that speaks it lists its names, its
 * domain or workgroup and often its MAC.
 */
#include "scanner/probe_udp.h"

#include <string.h>

#include "wire/nbname.h"
#include "wire/nbns.h"

extern const struct probe probe_nbns;

static uint16_t
transaction(uint64_t token)
{
	return (uint16_t)token;
}

static void
write_question(struct wr *w, const struct shot *shot)
{
	nbns_write_status_query(w, transaction(shot->token));
}

static bool
proves(struct rd data, struct shot *who)
{
	uint16_t id;

	return nbns_peek_id(data, &id) && id == transaction(who->token);
}

static void
build(struct wr *w, const struct path *path, const struct shot *shot)
{
	probe_udp_build(&probe_nbns, w, path, shot);
}

static enum verdict
match(const struct cookie *c, const struct packet *p, struct shot *who)
{
	return probe_udp_match(&probe_nbns, c, p, who);
}

/* "FILES<20>", "CORP<00>G": sorted, each once. */
static size_t
list_names(const struct nbns_status *s, struct facts *f)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_names && i < FACTS_NAMES_MAX; i++) {
		char full[FACTS_NAME_SIZE];
		size_t at = 0;

		(void)nbname_print(
			s->names[i].name, s->names[i].suffix, s->names[i].group, full);
		while (at < n && strcmp(f->names[at], full) < 0)
			at++;
		if (at < n && strcmp(f->names[at], full) == 0)
			continue;
		memmove(f->names[at + 1], f->names[at], (n - at) * sizeof(f->names[0]));
		memcpy(f->names[at], full, sizeof(full));
		n++;
	}
	for (size_t i = 0; i < n; i++)
		f->name_list[i] = f->names[i];
	return n;
}

static void
observe(const struct packet *p, const struct shot *who, struct facts *facts)
{
	static const char *const keys[2] = { "netbios.name", "netbios.domain" };
	struct nbns_status s;
	struct err ignored;

	/* A refusal or a broken list is an answer still: it came with the right id. */
	facts_add_port(facts, "udp.open", who->port);
	if (nbns_read_status(p->data, &s, &ignored) == -1)
		return;
	const char *names[2] = { nbns_computer(&s), nbns_domain(&s) };
	for (size_t i = 0; i < 2; i++) {
		if (!names[i])
			continue;
		nbname_plain(names[i], facts->text[i]);
		facts_add_text(facts, keys[i], facts->text[i]);
	}
	size_t n = list_names(&s, facts);
	if (n)
		facts_add_texts(facts, "netbios.names", facts->name_list, n);
	if (!mac_is_zero(&s.unit_id))
		facts_add_mac(facts, "netbios.mac", &s.unit_id);
}

const struct probe probe_nbns = {
	.name = "nbns",
	.help = "Ask a Windows or Samba machine for its NetBIOS names",
	.kind = ASK_DATAGRAM,
	.sends = "one NetBIOS node status query to UDP port 137",
	.filter = "udp src port 137",
	.families = PROBE_IP4, /* RFC 1002 knows no other addresses */
	.proto = IP_UDP,
	.port = NBNS_PORT,
	.use = USE_ROUTED | USE_LIVING,
	.build = build,
	.match = match,
	.observe = observe,
	.write = write_question,
	.proves = proves,
};
