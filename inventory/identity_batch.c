/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sightings to resolve, and their neighbourhood.
 *
 * Why resolving the neighbourhood gives what resolving everything gives.  Call a sighting
 * *closure* when it was given, or recall brought it for a key.  At the fixed point
 *
 *  (a) every undemoted tier 0-2 key of a closure sighting was followed: all sightings of
 *      all devices that bear it are closure;
 *  (b) a visit lies wholly inside or wholly outside: all sightings at its place are here,
 *      and one closure member makes the others closure too;
 *  (c) all sightings at all places of the closure are here; those that are not closure are
 *      boundary.
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
 */
#include <stdlib.h>
#include <string.h>

#include "inventory/identity_private.h"

/* --- byte strings as numbers ----------------------------------------------------------------- */

void *
grow(struct arena *mem, void *items, size_t *room, size_t n, size_t size)
{
	enum { FIRST = 64 };

	if (n < *room)
		return items;
	size_t more = *room ? *room * 2 : FIRST;
	if (more > UINT32_MAX || more > SIZE_MAX / size)
		return NULL;
	void *larger = arena_alloc(mem, more * size);
	if (!larger)
		return NULL;
	if (n)
		memcpy(larger, items, n * size);
	*room = more;
	return larger;
}

/* FNV-1a over the seed and the bytes, mixed once more for the low bits. */
static uint32_t
hash_of(uint64_t seed, const unsigned char *p, size_t n)
{
	uint64_t h = 0xcbf29ce484222325 ^ seed;

	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * 0x100000001b3;
	h = (h ^ h >> 32) * 0x9e3779b97f4a7c15;
	return (uint32_t)(h >> 32);
}

static int
widen(struct intern *in, struct arena *mem)
{
	enum { FIRST = 256 };
	size_t n_slots = in->n_slots ? in->n_slots * 2 : FIRST;
	uint32_t *slots = arena_new_array(mem, uint32_t, n_slots);

	if (!slots)
		return -1;
	for (size_t i = 0; i < in->n; i++) {
		size_t at = in->items[i].hash & (n_slots - 1);
		while (slots[at])
			at = (at + 1) & (n_slots - 1);
		slots[at] = (uint32_t)i + 1;
	}
	in->slots = slots;
	in->n_slots = n_slots;
	return 0;
}

int
intern_put(struct intern *in, struct arena *mem, const void *bytes, size_t size,
	uint32_t *out, bool *is_new, struct err *e)
{
	if (in->n * 2 >= in->n_slots && widen(in, mem) == -1)
		return err_nomem(e);
	uint32_t hash = hash_of(in->seed, bytes, size);
	size_t at = hash & (in->n_slots - 1);
	for (; in->slots[at]; at = (at + 1) & (in->n_slots - 1)) {
		const struct intern_item *it = &in->items[in->slots[at] - 1];
		if (it->hash == hash && it->size == size &&
			memcmp(it->bytes, bytes, size) == 0) {
			*out = in->slots[at] - 1;
			*is_new = false;
			return 0;
		}
	}
	in->items = grow(mem, in->items, &in->room, in->n, sizeof(in->items[0]));
	const void *copy = arena_dup(mem, bytes, size);
	if (!in->items || !copy || size > UINT32_MAX)
		return err_nomem(e);
	in->items[in->n] = (struct intern_item){ copy, (uint32_t)size, hash };
	*out = (uint32_t)in->n++;
	in->slots[at] = *out + 1;
	*is_new = true;
	return 0;
}

/* --- taking sightings ---------------------------------------------------------------------- */

int
identity_batch_new(struct arena *mem, struct identity_batch **out, struct err *e)
{
	struct identity_batch *b = arena_alloc(mem, sizeof(*b));

	if (!b)
		return err_nomem(e);
	b->mem = mem;
	b->taking_closure = true;
	/* Where memory lies is random (ASLR), and that is all a seed has to be. */
	b->texts.seed = b->places.seed = b->groups.seed = b->refs.seed = b->keys.seed =
		(uint64_t)(uintptr_t)b;
	*out = b;
	return 0;
}

static int
put_text(struct identity_batch *b, const char *text, uint32_t *out, const char **copy,
	struct err *e)
{
	bool is_new;

	if (!text)
		text = "";
	if (intern_put(&b->texts, b->mem, text, strlen(text) + 1, out, &is_new, e) == -1)
		return -1;
	*copy = b->texts.items[*out].bytes;
	return 0;
}

static int
put_key(struct identity_batch *b, const struct id_key *k, uint32_t *out, struct err *e)
{
	unsigned char bytes[1 + 4 * FACT_TEXT_LIMIT];
	size_t n = strlen(k->value) + 1;
	bool is_new;

	if (n > sizeof(bytes) - 1 || k->kind >= ID_KINDS)
		return err_set(
			e, ERR_ARG, "an identifier is too long, or of no known kind");
	bytes[0] = (unsigned char)k->kind;
	memcpy(bytes + 1, k->value, n);
	if (intern_put(&b->keys, b->mem, bytes, n + 1, out, &is_new, e) == -1)
		return -1;
	if (!is_new)
		return 0;
	b->key = grow(b->mem, b->key, &b->key_room, *out, sizeof(b->key[0]));
	if (!b->key)
		return err_nomem(e);
	b->key[*out] = (struct batch_key){
		.key = { k->kind, (const char *)b->keys.items[*out].bytes + 1 },
	};
	return 0;
}

static int
by_key(const void *a, const void *b)
{
	return id_key_cmp(a, b);
}

static int
put_keys(struct identity_batch *b, struct sighting *s, struct seen *seen, struct err *e)
{
	struct id_key *keys = arena_dup(b->mem, s->keys, s->n_keys * sizeof(s->keys[0]));

	if (!keys || s->n_keys > UINT32_MAX)
		return err_nomem(e);
	for (size_t i = 1; i < s->n_keys; i++) {
		if (id_key_cmp(&keys[i - 1], &keys[i]) > 0) {
			qsort(keys, s->n_keys, sizeof(keys[0]), by_key);
			break;
		}
	}
	seen->keys_at = (uint32_t)b->n_key_of;
	seen->n_keys = (uint32_t)s->n_keys;
	for (size_t i = 0; i < s->n_keys; i++) {
		uint32_t number;
		if (put_key(b, &keys[i], &number, e) == -1)
			return -1;
		b->key_of = grow(b->mem, b->key_of, &b->key_of_room, b->n_key_of,
			sizeof(b->key_of[0]));
		if (!b->key_of)
			return err_nomem(e);
		b->key_of[b->n_key_of++] = number;
		keys[i].value = b->key[number].key.value;
	}
	s->keys = keys;
	return 0;
}

static int
put_place(struct identity_batch *b, const struct sighting *s, struct seen *seen,
	struct err *e)
{
	unsigned char bytes[sizeof(seen->site) + 1 + sizeof(s->ip.bytes)] = { 0 };
	bool is_new;

	seen->place = seen->group = seen->next = ID_NONE;
	if (!addr_is_set(&s->ip))
		return 0;
	memcpy(bytes, &seen->site, sizeof(seen->site));
	bytes[sizeof(seen->site)] = s->ip.family;
	memcpy(bytes + sizeof(seen->site) + 1, s->ip.bytes, addr_size(&s->ip));
	if (intern_put(&b->places, b->mem, bytes, sizeof(bytes), &seen->place, &is_new,
		    e) == -1)
		return -1;
	if (is_new &&
		!(b->place_asked = grow(b->mem, b->place_asked, &b->place_room,
			  seen->place, sizeof(b->place_asked[0]))))
		return err_nomem(e);
	if (is_new)
		b->place_asked[seen->place] = false;
	if (s->evidence == EVIDENCE_LISTED || !*s->run)
		return 0;
	const uint32_t visit[] = { seen->place, seen->run };
	if (intern_put(&b->groups, b->mem, visit, sizeof(visit), &seen->group, &is_new,
		    e) == -1)
		return -1;
	if (is_new &&
		!(b->group = grow(b->mem, b->group, &b->group_room, seen->group,
			  sizeof(b->group[0]))))
		return err_nomem(e);
	if (is_new)
		b->group[seen->group] = (struct batch_group){ false, ID_NONE };
	return 0;
}

static int
put_closure(struct identity_batch *b, uint32_t i, struct err *e)
{
	b->closure = grow(b->mem, b->closure, &b->closure_room, b->n_closure,
		sizeof(b->closure[0]));
	if (!b->closure)
		return err_nomem(e);
	b->closure[b->n_closure++] = i;
	b->seen[i].closure = true;
	return 0;
}

/* A sighting becomes closure, and with it its whole visit. */
static int
reach(struct identity_batch *b, uint32_t i, struct err *e)
{
	uint32_t group = b->seen[i].group;

	if (b->seen[i].closure)
		return 0;
	if (group == ID_NONE || b->group[group].closure)
		return put_closure(b, i, e);
	b->group[group].closure = true;
	for (uint32_t m = b->group[group].boundary; m != ID_NONE; m = b->seen[m].next)
		if (m != i && put_closure(b, m, e) == -1)
			return -1;
	return put_closure(b, i, e);
}

/* A new sighting takes its side: closure, or boundary until its visit is reached. */
static int
take_side(struct identity_batch *b, uint32_t i, struct err *e)
{
	uint32_t group = b->seen[i].group;

	if (b->taking_closure || (group != ID_NONE && b->group[group].closure))
		return reach(b, i, e);
	if (group != ID_NONE) {
		b->seen[i].next = b->group[group].boundary;
		b->group[group].boundary = i;
	}
	return 0;
}

int
identity_add(struct identity_batch *b, const struct sighting *given, struct err *e)
{
	struct sighting s = *given;
	struct seen seen = { .closure = false };
	uint32_t number, point;
	bool is_new;

	if (intern_put(&b->refs, b->mem, &s.ref, sizeof(s.ref), &number, &is_new, e) ==
		-1)
		return -1;
	if (!is_new) {
		if (b->sightings[number].device == 0)
			b->sightings[number].device = s.device;
		return b->taking_closure ? reach(b, number, e) : 0;
	}
	if (put_text(b, s.site, &seen.site, &s.site, e) == -1 ||
		put_text(b, s.point, &point, &s.point, e) == -1 ||
		put_text(b, s.run, &seen.run, &s.run, e) == -1 ||
		put_keys(b, &s, &seen, e) == -1 || put_place(b, &s, &seen, e) == -1)
		return -1;
	b->sightings = grow(b->mem, b->sightings, &b->room, number, sizeof(s));
	b->seen = grow(b->mem, b->seen, &b->seen_room, number, sizeof(seen));
	if (!b->sightings || !b->seen)
		return err_nomem(e);
	b->sightings[number] = s;
	b->seen[number] = seen;
	b->n = (size_t)number + 1;
	return take_side(b, number, e);
}

static int
put_pair(struct identity_batch *b, struct pair **pairs, size_t *n, size_t *room,
	struct pair p, struct err *e)
{
	for (size_t i = 0; i < *n; i++) /* few: people lay them down one by one */
		if ((*pairs)[i].a == p.a && (*pairs)[i].b == p.b)
			return 0;
	*pairs = grow(b->mem, *pairs, room, *n, sizeof(p));
	if (!*pairs)
		return err_nomem(e);
	(*pairs)[(*n)++] = p;
	return 0;
}

int
identity_rule(struct identity_batch *b, const struct ruling *r, struct err *e)
{
	struct pair p;

	if (put_key(b, &r->a, &p.a, e) == -1)
		return -1;
	if (r->kind == RULING_DEMOTED) {
		b->key[p.a].demoted = true;
		return 0;
	}
	if (put_key(b, &r->b, &p.b, e) == -1)
		return -1;
	if (r->kind == RULING_NEVER)
		return put_pair(b, &b->never, &b->n_never, &b->never_room, p, e);
	b->key[p.a].pinned = b->key[p.b].pinned = true;
	return put_pair(b, &b->same, &b->n_same, &b->same_room, p, e);
}

/* --- the neighbourhood --------------------------------------------------------------------- */

struct key_list {
	struct id_key *items;
	size_t n, room;
};

static int
list_key(struct identity_batch *b, struct key_list *l, const struct id_key *k,
	struct err *e)
{
	l->items = grow(b->mem, l->items, &l->room, l->n, sizeof(l->items[0]));
	if (!l->items)
		return err_nomem(e);
	l->items[l->n++] = *k;
	return 0;
}

/* Rulings for keys without them.  A pin makes its other key one of ours: ask again. */
static int
ask_rulings(struct identity_batch *b, struct identity_recall *r, bool boundary_too,
	struct err *e)
{
	for (;;) {
		struct key_list ask = { .n = 0 };
		for (size_t i = 0; i < b->keys.n; i++) {
			struct batch_key *k = &b->key[i];
			if (k->ruled || !(k->borne || boundary_too))
				continue;
			k->ruled = true;
			if (list_key(b, &ask, &k->key, e) == -1)
				return -1;
		}
		if (ask.n == 0)
			return 0;
		if (r->rulings(r, ask.items, ask.n, b, e) == -1)
			return err_add(e, "ask for rulings");
		for (size_t i = 0; i < b->n_same; i++)
			if (b->key[b->same[i].a].borne || b->key[b->same[i].b].borne)
				b->key[b->same[i].a].borne = b->key[b->same[i].b]
								     .borne = true;
	}
}

static int
follow_keys(struct identity_batch *b, struct identity_recall *r, struct err *e)
{
	struct key_list ask = { .n = 0 };

	for (size_t i = 0; i < b->keys.n; i++) {
		struct batch_key *k = &b->key[i];
		bool joins = id_rules[k->key.kind].tier <= 2 || k->pinned;
		if (!k->borne || k->followed || k->demoted || !joins)
			continue;
		k->followed = true;
		if (list_key(b, &ask, &k->key, e) == -1)
			return -1;
	}
	b->taking_closure = true;
	if (ask.n > 0 && r->by_keys(r, ask.items, ask.n, b, e) == -1)
		return err_add(e, "ask for sightings by identifier");
	return 0;
}

/* The places of closure sightings from `from` on. */
static int
visit_places(
	struct identity_batch *b, struct identity_recall *r, size_t from, struct err *e)
{
	size_t n = 0, to = b->n_closure;
	const struct sighting **ask = arena_new_array(
		b->mem, const struct sighting *, to - from);

	if (!ask)
		return err_nomem(e);
	for (size_t i = from; i < to; i++) {
		uint32_t place = b->seen[b->closure[i]].place;
		if (place == ID_NONE || b->place_asked[place])
			continue;
		b->place_asked[place] = true;
		ask[n++] = &b->sightings[b->closure[i]]; /* stays, also when the array grows */
	}
	b->taking_closure = false;
	if (n > 0 && r->by_places(r, ask, n, b, e) == -1)
		return err_add(e, "ask for sightings by place");
	return 0;
}

int
identity_load(struct identity_batch *b, struct identity_recall *r, struct err *e)
{
	size_t done = 0;

	while (r && done < b->n_closure) {
		size_t from = done;
		done = b->n_closure;
		for (size_t i = from; i < done; i++) {
			const struct seen *s = &b->seen[b->closure[i]];
			for (uint32_t k = 0; k < s->n_keys; k++)
				b->key[b->key_of[s->keys_at + k]].borne = true;
		}
		if (ask_rulings(b, r, false, e) == -1 || follow_keys(b, r, e) == -1 ||
			visit_places(b, r, from, e) == -1)
			return -1;
	}
	return r ? ask_rulings(b, r, true, e) : 0;
}
