/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The neighbourhood of the sightings that were given, from recall.
 *
 * Why resolving the neighbourhood gives what resolving everything gives.  Call a sighting
 * *closure* when it was given, or recall brought it for a key.  At the fixed point
 *
 *  (a) every undemoted tier 0-2 key of a closure sighting was followed: all sightings of
 *      all devices that bear it are closure;
 *  (b) a visit lies wholly inside or wholly outside: a given sighting draws the rest of its
 *      visit in when its place is loaded, and a stored visit is of one device;
 *  (c) all sightings at all places of the closure are here; those that are not closure are
 *      boundary.  At a virtual address, all are closure.
 *
 * Demotion of a key depends on the visits that bear it.  Those that changed hold a given
 * sighting; by (a) and (b) all visits that bear one of their keys are here, whole.  A key
 * that is demoted already stays so, as the measure only grows with sightings.
 *
 * Joins by keys happen along undemoted keys, and RULING_SAME, whose other key is followed
 * too.  By (a) the closure is closed under them, so its part of the partition is decided by
 * closure visits alone, and the others keep theirs: a boundary visit with an identifier
 * stands where its device says.  Vetoes look at the two clusters to be joined only, and
 * numbering keys and visits by first appearance keeps their order when others are left out.
 *
 * The address step works on one place at a time, on the visits there and on which of the
 * anchored ones are one device.  That can only have changed at places with a closure visit;
 * by (c) all their visits are here, whole, and rulings are asked for boundary keys too.
 *
 * Rulings by address are asked for at all places of the closure.  A ruled address counts as a
 * key that all devices at its place bear: there is no boundary there, and its other side is
 * followed like any pin's.
 */
#include "inventory/identity_private.h"

struct key_list {
	struct arena *mem;
	struct id_key *items;
	size_t n, room;
};

static int
list_key(struct key_list *l, const struct id_key *k, struct err *e)
{
	l->items = grow(l->mem, l->items, &l->room, l->n, sizeof(l->items[0]));
	if (!l->items)
		return err_nomem(e);
	l->items[l->n++] = *k;
	return 0;
}

/* Rulings about places.  Their addresses are followed in the next round. */
static int
ask_address_rulings(struct identity_batch *b, struct identity_recall *r,
	const struct sighting *const *at, size_t n, struct err *e)
{
	char value[ID_ADDRESS_MAX];
	const struct id_key k = { ID_ADDRESS, value };

	for (size_t i = 0; i < n && !r->no_addresses; i++) {
		(void)identity_address_value(at[i]->site, &at[i]->ip, value);
		if (r->rulings(r, &k, 1, b, e) == -1)
			return err_add(e, "ask for rulings by address");
	}
	for (size_t i = 0; i < b->n_same; i++) {
		struct batch_key *one = &b->key[b->same[i].a];
		struct batch_key *other = &b->key[b->same[i].b];
		one->borne |= one->key.kind == ID_ADDRESS;
		other->borne |= other->key.kind == ID_ADDRESS;
	}
	return 0;
}

/* Rulings for keys without them.  A pin makes its other key one of ours: it is followed
 * like them, and asked about in the next round. */
static int
ask_rulings(struct identity_batch *b, struct identity_recall *r, bool boundary_too,
	struct arena *mem, struct err *e)
{
	struct key_list ask = { .mem = mem };

	for (size_t i = 0; i < b->keys.n; i++) {
		struct batch_key *k = &b->key[i];
		if (k->ruled || !(k->borne || boundary_too))
			continue;
		k->ruled = true;
		if (list_key(&ask, &k->key, e) == -1)
			return -1;
	}
	if (ask.n > 0 && r->rulings(r, ask.items, ask.n, b, e) == -1)
		return err_add(e, "ask for rulings");
	for (size_t i = 0; i < b->n_same; i++) {
		struct batch_key *one = &b->key[b->same[i].a];
		struct batch_key *other = &b->key[b->same[i].b];
		one->borne = other->borne = one->borne || other->borne;
	}
	return 0;
}

static int
follow_keys(struct identity_batch *b, struct identity_recall *r, struct arena *mem,
	struct err *e)
{
	struct key_list ask = { .mem = mem };

	for (size_t i = 0; i < b->keys.n; i++) {
		struct batch_key *k = &b->key[i];
		bool joins = id_rules[k->key.kind].tier <= 2 || k->pinned;
		if (!k->borne || k->followed || k->demoted || !joins)
			continue;
		k->followed = true;
		struct id_key twin;
		if (list_key(&ask, &k->key, e) == -1 ||
			(id_key_twin(&k->key, &twin) && list_key(&ask, &twin, e) == -1))
			return -1;
	}
	b->taking_closure = true;
	if (ask.n > 0 && r->by_keys(r, ask.items, ask.n, b, e) == -1)
		return err_add(e, "ask for sightings by identifier");
	return 0;
}

/* The places of closure sightings from `from` on.  (They are asked with copies: the array
 * moves while it grows.) */
static int
visit_places(struct identity_batch *b, struct identity_recall *r, size_t from,
	struct arena *mem, struct err *e)
{
	size_t n = 0, to = b->n_closure;
	const struct sighting **ask = arena_new_array(
		mem, const struct sighting *, to - from);

	if (!ask)
		return err_nomem(e);
	for (size_t i = from; i < to; i++) {
		const struct sighting *s = &b->sightings[b->closure[i]];
		uint32_t place = b->seen[b->closure[i]].place;
		if (place == ID_NONE || b->place_asked.set[place])
			continue;
		b->place_asked.set[place] = true;
		ask[n++] = s = arena_dup(mem, s, sizeof(*s));
		if (!s)
			return err_nomem(e);
	}
	b->taking_closure = false;
	if (n > 0 && r->by_places(r, ask, n, b, e) == -1)
		return err_add(e, "ask for sightings by place");
	if (ask_address_rulings(b, r, ask, n, e) == -1)
		return -1;
	return batch_take_vips(b, e);
}

/* The neighbourhood of the closure sightings from `from` on. */
static int
load_round(struct identity_batch *b, struct identity_recall *r, size_t from,
	struct arena *mem, struct err *e)
{
	for (size_t i = from; i < b->n_closure; i++) {
		const struct seen *s = &b->seen[b->closure[i]];
		for (size_t k = 0; k < b->sightings[b->closure[i]].n_keys; k++)
			b->key[b->key_of[s->keys_at + k]].borne = true;
	}
	if (ask_rulings(b, r, false, mem, e) == -1 || follow_keys(b, r, mem, e) == -1)
		return -1;
	return visit_places(b, r, from, mem, e);
}

int
identity_load(struct identity_batch *b, struct identity_recall *r, struct err *e)
{
	size_t done = 0, followed = 0; /* closure sightings, pins */

	while (r && (done < b->n_closure || followed < b->n_same)) {
		size_t from = done;
		struct arena *scratch = arena_part(b->index);
		done = b->n_closure;
		followed = b->n_same;
		if (!scratch)
			return err_nomem(e);
		if (load_round(b, r, from, scratch, e) == -1)
			return -1;
		arena_free(scratch);
	}
	if (r && ask_rulings(b, r, true, b->index, e) == -1)
		return -1;
	arena_free(b->index);
	b->index = NULL;
	return batch_trim(b, e);
}
