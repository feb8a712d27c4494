/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/link_local.h"

#include <string.h>

bool
link_local_is(const struct observation *o)
{
	return o->subject == SUBJECT_DEVICE && o->ip.family == ADDR_IP6 &&
		addr_is_link_local(&o->ip);
}

bool
link_local_is_named(const struct observation *o)
{
	return o->subject == SUBJECT_DEVICE && o->ip.family == ADDR_IP6 &&
		o->evidence == EVIDENCE_REPLY &&
		(fact_get(o->facts, o->n_facts, "llmnr.name") ||
			fact_get(o->facts, o->n_facts, "mdns.name"));
}

/* That it says is its own; or none. */
static struct addr
lowest_address(const struct observation *o)
{
	static const char *const keys[] = { "llmnr.addresses", "mdns.addresses" };
	struct addr lowest = { .family = ADDR_NONE }, a;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const struct fact *f = fact_get(o->facts, o->n_facts, keys[i]);
		for (size_t k = 0; f && k < f->texts.n; k++)
			if (addr_parse(f->texts.items[k], &a) &&
				(!addr_is_set(&lowest) || addr_cmp(&a, &lowest) < 0))
				lowest = a;
	}
	return lowest;
}

/* NULL: none, or another one on another link. */
static const struct mac *
mac_of(const struct host_net *net, const struct addr *ip)
{
	const struct mac *found = NULL;

	for (size_t i = 0; i < net->n_neighs; i++) {
		const struct host_neigh *n = &net->neighs[i];
		const struct host_link *link = host_link_by_index(net, n->link);
		if (!addr_equal(&n->addr, ip) || mac_is_zero(&n->mac) || !link ||
			link->kind != LINK_ETHER)
			continue;
		if (found && !mac_equal(found, &n->mac))
			return NULL;
		found = &n->mac;
	}
	return found;
}

int
link_local_settle(const struct host_net *net, const struct observation *o,
	struct arena *mem, struct observation *out, bool *mac, struct err *e)
{
	const struct mac *known = mac_of(net, &o->ip);
	size_t n = 0;

	*out = *o;
	if (link_local_is(o))
		out->ip = lowest_address(o);
	*mac = known != NULL;
	if (!known)
		return 0;
	const struct fact more[] = {
		{ .key = "mac", .type = FACT_MAC, .mac = *known },
		{ .key = "mac.onlink", .type = FACT_BOOL, .num = true },
	};
	enum { MORE = sizeof(more) / sizeof(more[0]) };
	struct fact *facts = arena_new_array(mem, struct fact, o->n_facts + MORE);
	if (!facts)
		return err_nomem(e);
	while (n < o->n_facts && strcmp(o->facts[n].key, more[0].key) < 0) {
		facts[n] = o->facts[n];
		n++;
	}
	memcpy(&facts[n], more, sizeof(more));
	memcpy(&facts[n + MORE], &o->facts[n], (o->n_facts - n) * sizeof(*facts));
	out->facts = facts;
	out->n_facts = o->n_facts + MORE;
	return 0;
}

bool
link_local_is_known(const struct observation *o)
{
	return fact_get(o->facts, o->n_facts, "mac") ||
		fact_get(o->facts, o->n_facts, "wsd.uuid");
}
