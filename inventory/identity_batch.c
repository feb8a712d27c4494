/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Taking sightings and rulings in.  Everything they say is copied and becomes a number, so
 * that the steps after this one compare and index instead of reading text.
 */
#include "inventory/identity_private.h"

#include <stdlib.h>
#include <string.h>

/* --- byte strings as numbers ----------------------------------------------------------------- */

/* Twice the room while that is little, then an eighth more. */
void *
grow(struct arena *mem, void *items, size_t *room, size_t n, size_t size)
{
	enum { FIRST = 64, LITTLE = 1 << 12 };

	if (n < *room)
		return items;
	size_t more = *room < LITTLE ? *room * 2 : *room + *room / 8;
	if (more == 0)
		more = FIRST;
	if (more > UINT32_MAX || more > SIZE_MAX / size)
		return NULL;
	void *larger = arena_resize(mem, items, more * size);
	if (larger)
		*room = more;
	return larger;
}

/* Eight bytes at a time: multiply, and fold the high half over the low one. */
static uint32_t
hash_of(uint64_t seed, const unsigned char *p, size_t n)
{
	const uint64_t odd = 0x9e3779b97f4a7c15; /* 2^64 / golden ratio: bits well spread */
	uint64_t h = seed ^ n;

	for (; n > 0; p += n < 8 ? n : 8, n -= n < 8 ? n : 8) {
		uint64_t word = 0;
		memcpy(&word, p, n < 8 ? n : 8);
		h = (h ^ word) * odd;
		h ^= h >> 32;
	}
	return (uint32_t)(h * odd >> 32);
}

/* A text that an item stands for. */
struct intern_text {
	const void *bytes;
	uint32_t size, hash;
};

static struct intern_text
text_of(const struct intern *in, uint32_t item)
{
	struct intern_text t;

	memcpy(&t, in->items + item * sizeof(t), sizeof(t));
	return t;
}

static uint32_t
hash_of_item(const struct intern *in, uint32_t item)
{
	return in->texts ? text_of(in, item).hash
			 : hash_of(in->seed, in->items + item * in->size, in->size);
}

static bool
is_item(const struct intern *in, uint32_t item, const struct intern_text *is)
{
	if (!in->texts)
		return memcmp(in->items + item * in->size, is->bytes, in->size) == 0;
	struct intern_text t = text_of(in, item);
	return t.hash == is->hash && t.size == is->size &&
		memcmp(t.bytes, is->bytes, t.size) == 0;
}

/* (At most every second slot is taken, so that an item's number fits into the mask.) */
static uint32_t
mask_of(const struct intern *in)
{
	return (uint32_t)(in->n_slots - 1);
}

static void
put_slot(struct intern *in, uint32_t hash, uint32_t item)
{
	uint32_t mask = mask_of(in), at = hash & mask;

	while (in->slots[at])
		at = (at + 1) & mask;
	in->slots[at] = (hash & ~mask) | (item + 1);
}

/* Twice the slots, in memory of their own so that the old ones go. */
static int
widen(struct intern *in)
{
	enum { FIRST = 256 };
	struct arena *old = in->slots_mem;

	in->n_slots = in->n_slots ? in->n_slots * 2 : FIRST;
	in->slots_mem = arena_part(in->mem);
	in->slots = in->slots_mem
		? arena_new_array(in->slots_mem, uint32_t, in->n_slots)
		: NULL;
	if (!in->slots)
		return -1;
	for (uint32_t i = 0; i < in->n; i++)
		put_slot(in, hash_of_item(in, i), i);
	arena_free(old);
	return 0;
}

/* One behind the other: most are shorter than what an arena rounds up to. */
static const void *
copy_text(struct intern *in, const void *bytes, size_t size)
{
	enum { PIECE = 4096, LONG = 256 };

	if (size > LONG)
		return arena_dup(in->texts, bytes, size);
	if (size > in->text_room) {
		in->text = arena_alloc(in->texts, PIECE);
		in->text_room = in->text ? PIECE : 0;
	}
	if (!in->text)
		return NULL;
	char *copy = memcpy(in->text, bytes, size);
	in->text += size;
	in->text_room -= size;
	return copy;
}

static int
append(struct intern *in, struct intern_text t)
{
	size_t size = in->texts ? sizeof(t) : in->size;
	const void *item = in->texts ? (const void *)&t : t.bytes;

	if (in->texts)
		t.bytes = copy_text(in, t.bytes, t.size);
	in->items = grow(in->mem, in->items, &in->room, in->n, size);
	if (!in->items || !t.bytes || in->n >= NUMBER_MAX)
		return -1;
	memcpy(in->items + in->n++ * size, item, size);
	return 0;
}

int
intern_put(struct intern *in, const void *bytes, size_t size, uint32_t *out,
	bool *is_new, struct err *e)
{
	const struct intern_text t = { bytes, (uint32_t)size,
		hash_of(in->seed, bytes, size) };

	if ((in->n * 2 >= in->n_slots && widen(in) == -1) || size > UINT32_MAX)
		return err_nomem(e);
	uint32_t mask = mask_of(in);
	*is_new = false;
	for (uint32_t at = t.hash & mask; in->slots[at]; at = (at + 1) & mask) {
		*out = (in->slots[at] & mask) - 1;
		if (((in->slots[at] ^ t.hash) & ~mask) == 0 && is_item(in, *out, &t))
			return 0;
	}
	*is_new = true;
	*out = (uint32_t)in->n;
	if (append(in, t) == -1)
		return err_nomem(e);
	put_slot(in, t.hash, *out);
	return 0;
}

/* --- taking sightings ---------------------------------------------------------------------- */

/* What a place and a visit are known by. */
struct place_id {
	uint32_t site;
	struct addr ip; /* no padding: all of it is compared */
	unsigned char zero[3];
};

struct group_id {
	uint32_t place, run;
};

int
identity_batch_new(struct arena *mem, struct identity_batch **out, struct err *e)
{
	struct identity_batch *b = arena_alloc(mem, sizeof(*b));
	struct arena *index = arena_part(mem);

	if (!b || !index)
		return err_nomem(e);
	/* Where memory lies is random (ASLR), and that is all a seed has to be. */
	uint64_t seed = (uint64_t)(uintptr_t)b;
	*b = (struct identity_batch){
		.mem = mem,
		.lists = arena_part(mem),
		.told = arena_part(mem),
		.index = index,
		.texts = { .mem = index, .texts = mem, .seed = seed },
		.keys = { .mem = index, .texts = mem, .seed = seed },
		.refs = { .mem = index, .size = sizeof(int64_t), .seed = seed },
		.places = { .mem = index, .size = sizeof(struct place_id), .seed = seed },
		.groups = { .mem = index, .size = sizeof(struct group_id), .seed = seed },
		.taking_closure = true,
	};
	*out = b;
	return b->lists && b->told ? 0 : err_nomem(e);
}

static int
put_text(struct identity_batch *b, const char *text, uint32_t *out, const char **copy,
	struct err *e)
{
	bool is_new;

	if (!text)
		text = "";
	if (intern_put(&b->texts, text, strlen(text) + 1, out, &is_new, e) == -1)
		return -1;
	*copy = text_of(&b->texts, *out).bytes;
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
	if (intern_put(&b->keys, bytes, n + 1, out, &is_new, e) == -1)
		return -1;
	if (!is_new)
		return 0;
	b->key = grow(b->told, b->key, &b->key_room, *out, sizeof(b->key[0]));
	if (!b->key)
		return err_nomem(e);
	b->key[*out] = (struct batch_key){
		.key = { k->kind, (const char *)text_of(&b->keys, *out).bytes + 1 },
	};
	return 0;
}

static int
by_key(const void *a, const void *b)
{
	return id_key_cmp(a, b);
}

static bool
are_sorted(const struct id_key *keys, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (id_key_cmp(&keys[i - 1], &keys[i]) > 0)
			return false;
	return true;
}

/* The latest sighting with these keys, if none that begins like it came between; + 1. */
static uint32_t
find_alike(const struct identity_batch *b, uint32_t keys_at, size_t n)
{
	const uint32_t *keys = b->key_of + keys_at;
	uint32_t like = n ? b->key[keys[0]].first_of : 0;

	if (!like || b->sightings[like - 1].n_keys != n ||
		memcmp(keys, b->key_of + b->seen[like - 1].keys_at,
			n * sizeof(keys[0])) != 0)
		return 0;
	return like;
}

/* Machines say the same again and again: that is kept once. */
static int
put_keys(struct identity_batch *b, struct sighting *s, struct seen *seen, struct err *e)
{
	const struct id_key *given = s->keys;
	struct id_key *keys = NULL;
	size_t n = s->n_keys;

	if (!are_sorted(given, n)) {
		given = keys = arena_dup(b->mem, given, n * sizeof(given[0]));
		if (!keys)
			return err_nomem(e);
		qsort(keys, n, sizeof(keys[0]), by_key);
	}
	seen->keys_at = (uint32_t)b->n_key_of;
	for (size_t i = 0; i < n; i++) {
		uint32_t number;
		if (put_key(b, &given[i], &number, e) == -1)
			return -1;
		b->key_of = grow(b->lists, b->key_of, &b->key_of_room, b->n_key_of,
			sizeof(b->key_of[0]));
		if (!b->key_of)
			return err_nomem(e);
		b->key_of[b->n_key_of++] = number;
	}
	uint32_t like = find_alike(b, seen->keys_at, n);
	if (like) {
		b->n_key_of = seen->keys_at;
		seen->keys_at = b->seen[like - 1].keys_at;
		s->keys = b->sightings[like - 1].keys;
		return 0;
	}
	keys = keys ? keys : arena_new_array(b->mem, struct id_key, n);
	if (!keys)
		return err_nomem(e);
	for (size_t i = 0; i < n; i++)
		keys[i] = b->key[b->key_of[seen->keys_at + i]].key;
	if (n)
		b->key[b->key_of[seen->keys_at]].first_of = (uint32_t)b->n + 1;
	s->keys = keys;
	return 0;
}

/* A number of its own for these bytes, with a flag that starts false. */
static int
put_flagged(struct identity_batch *b, struct intern *in, const void *bytes, size_t size,
	struct flags *f, uint32_t *out, struct err *e)
{
	bool is_new;

	if (intern_put(in, bytes, size, out, &is_new, e) == -1)
		return -1;
	if (!is_new)
		return 0;
	f->set = grow(b->index, f->set, &f->room, *out, sizeof(f->set[0]));
	if (!f->set)
		return err_nomem(e);
	f->set[*out] = false;
	return 0;
}

/* Is there a virtual address here? */
static int
put_vip(struct identity_batch *b, uint32_t place, const struct sighting *s,
	struct err *e)
{
	while (place >= b->place_vip.room) {
		size_t room = b->place_vip.room;
		bool *set = grow(b->index, b->place_vip.set, &b->place_vip.room, room,
			sizeof(*set));
		if (!set)
			return err_nomem(e);
		b->place_vip.set = set;
	}
	for (size_t i = 0; i < s->n_keys; i++) {
		if (s->keys[i].kind != ID_VIP || b->place_vip.set[place])
			continue;
		b->place_vip.set[place] = true;
		b->vip_found = true;
	}
	return 0;
}

static int
put_place(struct identity_batch *b, const struct sighting *s, uint32_t site,
	struct seen *seen, struct err *e)
{
	struct place_id place = { .site = site, .ip = { .family = s->ip.family } };

	seen->place = seen->group = ID_NONE;
	if (!addr_is_set(&s->ip))
		return 0;
	memcpy(place.ip.bytes, s->ip.bytes, addr_size(&s->ip));
	if (put_flagged(b, &b->places, &place, sizeof(place), &b->place_asked,
		    &seen->place, e) == -1 ||
		put_vip(b, seen->place, s, e) == -1)
		return -1;
	if (s->evidence == EVIDENCE_LISTED || !*s->run)
		return 0;
	const struct group_id group = { seen->place, seen->run };
	return put_flagged(b, &b->groups, &group, sizeof(group), &b->group_reached,
		&seen->group, e);
}

/* Closure: it was given, recall brought it for a key, or its visit is. */
static int
take_side(struct identity_batch *b, uint32_t i, struct err *e)
{
	uint32_t group = b->seen[i].group, place = b->seen[i].place;

	if (b->seen[i].closure ||
		!(b->taking_closure ||
			(group != ID_NONE && b->group_reached.set[group]) ||
			(place != ID_NONE && b->place_vip.set[place])))
		return 0;
	b->closure = grow(b->index, b->closure, &b->closure_room, b->n_closure,
		sizeof(b->closure[0]));
	if (!b->closure)
		return err_nomem(e);
	b->closure[b->n_closure++] = i;
	b->seen[i].closure = true;
	if (group != ID_NONE)
		b->group_reached.set[group] = true;
	return 0;
}

int
batch_take_vips(struct identity_batch *b, struct err *e)
{
	for (uint32_t i = 0; b->vip_found && i < b->n; i++)
		if (take_side(b, i, e) == -1)
			return -1;
	b->vip_found = false;
	return 0;
}

int
identity_add(struct identity_batch *b, const struct sighting *given, struct err *e)
{
	struct sighting s = *given;
	struct seen seen = { .closure = false };
	uint32_t number, site, point;
	bool is_new;

	if (intern_put(&b->refs, &s.ref, sizeof(s.ref), &number, &is_new, e) == -1)
		return -1;
	if (!is_new) {
		if (b->sightings[number].device == 0)
			b->sightings[number].device = s.device;
		return take_side(b, number, e);
	}
	if (put_text(b, s.site, &site, &s.site, e) == -1 ||
		put_text(b, s.point, &point, &s.point, e) == -1 ||
		put_text(b, s.run, &seen.run, &s.run, e) == -1 ||
		put_keys(b, &s, &seen, e) == -1 ||
		put_place(b, &s, site, &seen, e) == -1)
		return -1;
	b->sightings = grow(b->lists, b->sightings, &b->room, number, sizeof(s));
	b->seen = grow(b->told, b->seen, &b->seen_room, number, sizeof(seen));
	if (!b->sightings || !b->seen)
		return err_nomem(e);
	b->sightings[number] = s;
	b->seen[number] = seen;
	b->n = (size_t)number + 1;
	return take_side(b, number, e);
}

int
batch_trim(struct identity_batch *b, struct err *e)
{
	size_t size = b->n * sizeof(b->sightings[0]);

	if (b->n == 0)
		return 0;
	b->sightings = arena_resize(b->lists, b->sightings, size);
	b->room = b->n;
	return b->sightings ? 0 : err_nomem(e);
}

static int
put_pair(struct identity_batch *b, struct pair **pairs, size_t *n, size_t *room,
	struct pair p, struct err *e)
{
	for (size_t i = 0; i < *n; i++) /* few: people lay them down one by one */
		if ((*pairs)[i].a == p.a && (*pairs)[i].b == p.b)
			return 0;
	*pairs = grow(b->told, *pairs, room, *n, sizeof(p));
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
