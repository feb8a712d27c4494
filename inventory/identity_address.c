/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who was at an address without an identifier, and was ruled to be one with another
 * (identity.h, rule 5).
 *
 * The last step: it unites clusters that are complete, so that a ruling about an address
 * never tells whose a visit there is, only who its tenant is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inventory/identity_private.h"

/* --- what rulings call an address --------------------------------------------------------- */

/* The address first: it has no blank.  (A site may; a longer one is cut in all of them.) */
const char *
identity_address_value(
	const char *site, const struct addr *ip, char buf[static ID_ADDRESS_MAX])
{
	char text[ADDR_TEXT_MAX];

	(void)snprintf(buf, ID_ADDRESS_MAX, "%s %.250s", addr_print(ip, text), site);
	return buf;
}

bool
identity_address_read(const struct id_key *k, struct addr *out, const char **site)
{
	size_t n = strcspn(k->value, " ");
	char text[ADDR_TEXT_MAX];

	if (k->kind != ID_ADDRESS || n >= sizeof(text) || !k->value[n])
		return false;
	memcpy(text, k->value, n);
	text[n] = '\0';
	*site = k->value + n + 1;
	return addr_parse(text, out);
}

/* --- addresses and who was there ---------------------------------------------------------- */

struct at_address {
	const char *value;
	struct addr ip;
	const char *site;
	uint32_t visit; /* of the one whom rulings are about; ID_NONE */
};

struct presence {
	uint32_t address, visit;
};

struct addresses {
	struct graph *g;
	struct at_address *items; /* by address, site; each once */
	size_t n;
	struct presence *there; /* by address, visit */
	size_t n_there, room;
	uint32_t *met, *known; /* of a root: the address + 1 where it was met last, and
				* where it shows identifiers */
	struct arena *mem;
};

static int
by_address(const void *pa, const void *pb)
{
	const struct at_address *a = pa, *b = pb;
	int c = addr_cmp(&a->ip, &b->ip);

	return c ? c : strcmp(a->site, b->site);
}

static int
list_addresses(struct addresses *as, struct err *e)
{
	const struct graph *g = as->g;
	size_t n = 0;

	as->items = arena_new_array(
		as->mem, struct at_address, 2 * g->n_ruled_addresses);
	if (!as->items)
		return err_nomem(e);
	for (size_t i = 0; i < 2 * g->n_ruled_addresses; i++) {
		struct at_address *to = &as->items[n];
		const char *value = g->ruled_addresses[i / 2].side[i % 2].address;
		const struct id_key k = { ID_ADDRESS, value };
		*to = (struct at_address){ .value = value, .visit = ID_NONE };
		n += value && identity_address_read(&k, &to->ip, &to->site);
	}
	if (n > 1)
		qsort(as->items, n, sizeof(as->items[0]), by_address);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || by_address(&as->items[as->n - 1], &as->items[i]) != 0)
			as->items[as->n++] = as->items[i];
	return 0;
}

static struct at_address *
find_address(const struct addresses *as, const struct sighting *s)
{
	const struct at_address wanted = { .ip = s->ip, .site = s->site };

	return as->n ? bsearch(&wanted, as->items, as->n, sizeof(wanted), by_address)
		     : NULL;
}

static int
by_presence(const void *pa, const void *pb)
{
	const struct presence *a = pa, *b = pb;

	if (a->address != b->address)
		return a->address < b->address ? -1 : 1;
	return (a->visit > b->visit) - (a->visit < b->visit);
}

/* (What a list says of a device with an identifier makes it no tenant: rule 4.) */
static int
list_presences(struct addresses *as, struct err *e)
{
	struct graph *g = as->g;

	for (uint32_t i = 0; i < g->n_visits; i++) {
		const struct visit *v = &g->visits[i];
		if (v->place == ID_NONE || !v->closure || (v->anchored && !v->alive))
			continue;
		const struct at_address *a = find_address(as, graph_first(g, i));
		if (!a)
			continue;
		as->there = grow(as->mem, as->there, &as->room, as->n_there,
			sizeof(as->there[0]));
		if (!as->there)
			return err_nomem(e);
		as->there[as->n_there++] = (struct presence){ (uint32_t)(a - as->items),
			i };
	}
	if (as->n_there > 1)
		qsort(as->there, as->n_there, sizeof(as->there[0]), by_presence);
	return 0;
}

/* --- one device ------------------------------------------------------------------------------ */

/* Does a NEVER ruling stand between two roots? */
static bool
is_forbidden(struct graph *g, uint32_t ra, uint32_t rb)
{
	for (size_t i = 0; i < g->n_never; i++) {
		const uint32_t keys[] = { g->never[i].a, g->never[i].b };
		const uint32_t roots[] = { ra, rb };
		bool borne[2] = { false, false };
		for (int k = 0; k < 2; k++)
			for (uint32_t at = g->bearers_at[keys[k]];
				at < g->bearers_at[keys[k] + 1] && !borne[k]; at++)
				borne[k] = graph_find(g, g->bearers[at]) == roots[k];
		if (borne[0] && borne[1])
			return true;
	}
	return false;
}

static int
unite(struct graph *g, uint32_t a, uint32_t b, const char *address, struct err *e)
{
	uint32_t ra = graph_find(g, a), rb = graph_find(g, b);
	struct identity_link l = {
		.outcome = LINK_JOINED,
		.rule = "same",
		.kind = ID_ADDRESS,
		.value = address,
		.a = graph_witness(g, a, ID_NONE),
		.b = graph_witness(g, b, ID_NONE),
		.detail = "someone ruled that these are one device",
	};

	if (ra == rb || is_forbidden(g, ra, rb))
		return 0;
	graph_unite(g, ra, rb);
	int64_t device = graph_device(g, a);
	bool news = device == 0 || device != graph_device(g, b);
	return news ? graph_link(g, &l, e) : 0;
}

/* How many machines show identifiers at an address: there[0..n). */
static size_t
count_known(struct addresses *as, const struct presence *there, size_t n)
{
	size_t known = 0;

	for (size_t i = 0; i < n; i++) {
		uint32_t root = graph_find(as->g, there[i].visit);
		if (!as->g->visits[there[i].visit].anchored ||
			as->known[root] == there[i].address + 1)
			continue;
		as->known[root] = there[i].address + 1;
		known++;
	}
	return known;
}

/* Those who came without an identifier are one; who adopted such is, if nobody else is
 * known there. */
static int
find_tenants(struct addresses *as, const struct presence *there, size_t n, struct err *e)
{
	uint32_t mark = there[0].address + 1;
	struct at_address *a = &as->items[there[0].address];
	size_t known = count_known(as, there, n), n_taken = 0;
	uint32_t *taken = arena_new_array(as->mem, uint32_t, n);

	if (!taken)
		return err_nomem(e);
	for (size_t i = 0; i < n; i++) {
		uint32_t visit = there[i].visit, root = graph_find(as->g, visit);
		if (as->met[root] == mark)
			continue;
		as->met[root] = mark;
		if (!as->g->visits[visit].anchored &&
			(known <= 1 || as->known[root] != mark))
			taken[n_taken++] = visit;
	}
	for (size_t i = 1; i < n_taken; i++)
		if (unite(as->g, taken[0], taken[i], a->value, e) == -1)
			return -1;
	a->visit = n_taken ? taken[0] : ID_NONE;
	return 0;
}

static uint32_t
visit_of_key(const struct graph *g, uint32_t key)
{
	if (key == ID_NONE)
		return ID_NONE;
	for (uint32_t at = g->bearers_at[key]; at < g->bearers_at[key + 1]; at++) {
		const struct visit *v = &g->visits[g->bearers[at]];
		if (v->closure && graph_is_live(g, v, key))
			return g->bearers[at];
	}
	return ID_NONE;
}

static uint32_t
visit_of_side(const struct addresses *as, const struct ruled_side *side)
{
	const struct id_key k = { ID_ADDRESS, side->address };
	struct sighting there = { .device = 0 };

	if (!side->address)
		return visit_of_key(as->g, side->key);
	if (!identity_address_read(&k, &there.ip, &there.site))
		return ID_NONE;
	return find_address(as, &there)->visit;
}

static int
follow_rulings(struct addresses *as, struct err *e)
{
	struct graph *g = as->g;

	for (size_t i = 0; i < g->n_ruled_addresses; i++) {
		const struct ruled_side *side = g->ruled_addresses[i].side;
		uint32_t a = visit_of_side(as, &side[0]),
			 b = visit_of_side(as, &side[1]);
		if (a != ID_NONE && b != ID_NONE &&
			unite(g, a, b,
				side[0].address ? side[0].address : side[1].address,
				e) == -1)
			return -1;
	}
	return 0;
}

int
identity_join_addresses(struct graph *g, struct err *e)
{
	struct addresses as = { .g = g };

	if (g->n_ruled_addresses == 0)
		return 0;
	as.mem = arena_part(g->mem);
	if (!as.mem)
		return err_nomem(e);
	as.met = arena_new_array(as.mem, uint32_t, g->n_visits);
	as.known = arena_new_array(as.mem, uint32_t, g->n_visits);
	if (!as.met || !as.known)
		return err_nomem(e);
	if (list_addresses(&as, e) == -1 || list_presences(&as, e) == -1)
		return -1;
	for (size_t i = 0, end; i < as.n_there; i = end) {
		for (end = i + 1; end < as.n_there &&
			as.there[end].address == as.there[i].address;
			end++)
			;
		if (find_tenants(&as, as.there + i, end - i, e) == -1)
			return -1;
	}
	if (follow_rulings(&as, e) == -1)
		return -1;
	arena_free(as.mem);
	return 0;
}
