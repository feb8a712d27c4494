/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_identity.h - a store in memory for the tests of identity
 *
 * Keeps sightings with their devices and rulings, answers recall as db/ does, and takes a
 * result over as db/ does.  It checks on the way what identity.h promises of every result.
 */
#ifndef UNIT_TEST_IDENTITY_H
#define UNIT_TEST_IDENTITY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "inventory/identity.h"

#define HOUR     ((int64_t)3600 * 1000000)
#define LIFETIME (24 * HOUR)

static inline void *
more(void *items, size_t *room, size_t n, size_t size)
{
	if (n < *room)
		return items;
	*room = *room ? *room * 2 : 16;
	items = realloc(items, *room * size);
	assert_non_null(items);
	return items;
}

/* --- sets of numbers by text ---------------------------------------------------------------- */

struct numbers {
	uint32_t *items;
	size_t n, room;
	uint32_t batch; /* of a device: the last that it was brought into */
};

static inline void
numbers_add(struct numbers *l, uint32_t i)
{
	l->items = more(l->items, &l->room, l->n, sizeof(l->items[0]));
	l->items[l->n++] = i;
}

struct map_entry {
	char *text;
	struct numbers of;
	bool demoted;
};

struct map {
	struct map_entry *entries;
	size_t n, room;
	uint32_t *slots;
	size_t n_slots;
};

static inline size_t
map_slot(const struct map *m, const char *text)
{
	uint64_t h = 14695981039346656037u;

	for (const char *p = text; *p; p++)
		h = (h ^ (unsigned char)*p) * 1099511628211u;
	size_t at = (size_t)(h ^ h >> 29) & (m->n_slots - 1);
	while (m->slots[at] && strcmp(m->entries[m->slots[at] - 1].text, text) != 0)
		at = (at + 1) & (m->n_slots - 1);
	return at;
}

static inline struct map_entry *
map_at(struct map *m, const char *text)
{
	if (m->n * 2 >= m->n_slots) {
		free(m->slots);
		m->n_slots = m->n_slots ? m->n_slots * 2 : 64;
		m->slots = calloc(m->n_slots, sizeof(m->slots[0]));
		assert_non_null(m->slots);
		for (size_t i = 0; i < m->n; i++)
			m->slots[map_slot(m, m->entries[i].text)] = (uint32_t)i + 1;
	}
	size_t at = map_slot(m, text);
	if (!m->slots[at]) {
		m->entries = more(m->entries, &m->room, m->n, sizeof(m->entries[0]));
		m->entries[m->n] = (struct map_entry){ .text = strdup(text) };
		m->slots[at] = (uint32_t)++m->n;
	}
	return &m->entries[m->slots[at] - 1];
}

static inline void
map_free(struct map *m)
{
	for (size_t i = 0; i < m->n; i++) {
		free(m->entries[i].text);
		free(m->entries[i].of.items);
	}
	free(m->entries);
	free(m->slots);
}

/* --- the memory --------------------------------------------------------------------------------- */

/* Sighting i has ref i + 1. */
struct memory {
	struct identity_recall recall; /* first: the callbacks get this */
	const struct sighting *all;    /* borrowed; .ref set */
	size_t n_all;
	int64_t *device;           /* of each of all; 0: not taken yet */
	struct numbers *of_device; /* by id; may list some that moved on */
	size_t n_devices, devices_room;
	struct map keys, places;      /* sightings taken, by key and by place */
	const struct ruling *rulings; /* borrowed; people's */
	size_t n_rulings;
	uint32_t batch; /* the present one */
};

static inline const char *
key_text(const struct id_key *k, char buf[static 256])
{
	(void)snprintf(buf, 256, "%d %s", (int)k->kind, k->value);
	return buf;
}

static inline const char *
place_text(const struct sighting *s, char buf[static 256])
{
	char ip[ADDR_TEXT_MAX];

	(void)snprintf(buf, 256, "%s %s", s->site, addr_print(&s->ip, ip));
	return buf;
}

static inline int
give(struct memory *m, uint32_t i, struct identity_batch *b, struct err *e)
{
	struct sighting s = m->all[i];

	s.device = m->device[i];
	return identity_add(b, &s, e);
}

static inline int
give_device(struct memory *m, int64_t device, struct identity_batch *b, struct err *e)
{
	const struct numbers *of = &m->of_device[device];

	if (of->batch == m->batch)
		return 0;
	m->of_device[device].batch = m->batch;
	for (size_t i = 0; i < of->n; i++)
		if (m->device[of->items[i]] == device &&
			give(m, of->items[i], b, e) == -1)
			return -1;
	return 0;
}

static inline int
memory_by_keys(struct identity_recall *r, const struct id_key *keys, size_t n,
	struct identity_batch *b, struct err *e)
{
	struct memory *m = (struct memory *)r;
	char text[256];

	for (size_t k = 0; k < n; k++) {
		const struct numbers of = map_at(&m->keys, key_text(&keys[k], text))->of;
		for (size_t i = 0; i < of.n; i++)
			if (give_device(m, m->device[of.items[i]], b, e) == -1)
				return -1;
	}
	return 0;
}

static inline int
memory_by_places(struct identity_recall *r, const struct sighting *const *at, size_t n,
	struct identity_batch *b, struct err *e)
{
	struct memory *m = (struct memory *)r;
	char text[256];

	for (size_t p = 0; p < n; p++) {
		const struct numbers here = map_at(&m->places, place_text(at[p], text))
						    ->of;
		for (size_t i = 0; i < here.n; i++)
			if (give(m, here.items[i], b, e) == -1)
				return -1;
	}
	return 0;
}

static inline int
memory_rulings(struct identity_recall *r, const struct id_key *keys, size_t n,
	struct identity_batch *b, struct err *e)
{
	struct memory *m = (struct memory *)r;
	char text[256];

	for (size_t k = 0; k < n; k++) {
		const struct ruling demoted = { RULING_DEMOTED, keys[k], keys[k] };
		if (map_at(&m->keys, key_text(&keys[k], text))->demoted &&
			identity_rule(b, &demoted, e) == -1)
			return -1;
		for (size_t i = 0; i < m->n_rulings; i++) {
			const struct ruling *of = &m->rulings[i];
			if ((id_key_cmp(&of->a, &keys[k]) == 0 ||
				    (of->kind != RULING_DEMOTED &&
					    id_key_cmp(&of->b, &keys[k]) == 0)) &&
				identity_rule(b, of, e) == -1)
				return -1;
		}
	}
	return 0;
}

static inline void
memory_init(struct memory *m, const struct sighting *all, size_t n,
	const struct ruling *rulings, size_t n_rulings)
{
	*m = (struct memory){
		.recall = { memory_by_keys, memory_by_places, memory_rulings },
		.all = all,
		.n_all = n,
		.device = calloc(n + 1, sizeof(int64_t)),
		.rulings = rulings,
		.n_rulings = n_rulings,
		.n_devices = 1, /* ids start at 1 */
	};
	assert_non_null(m->device);
	m->of_device = more(NULL, &m->devices_room, 0, sizeof(m->of_device[0]));
	m->of_device[0] = (struct numbers){ NULL, 0, 0, 0 };
}

static inline void
memory_done(struct memory *m)
{
	for (size_t i = 0; i < m->n_devices; i++)
		free(m->of_device[i].items);
	free(m->of_device);
	free(m->device);
	map_free(&m->keys);
	map_free(&m->places);
}

static inline int64_t
new_device(struct memory *m)
{
	m->of_device = more(
		m->of_device, &m->devices_room, m->n_devices, sizeof(m->of_device[0]));
	m->of_device[m->n_devices] = (struct numbers){ NULL, 0, 0, 0 };
	return (int64_t)m->n_devices++;
}

static inline size_t
device_size(const struct memory *m, int64_t device)
{
	const struct numbers *of = &m->of_device[device];
	size_t n = 0;

	for (size_t i = 0; i < of->n; i++)
		n += m->device[of->items[i]] == device;
	return n;
}

static inline int
cmp_id(const void *pa, const void *pb)
{
	const int64_t *a = pa, *b = pb;

	return (*a > *b) - (*a < *b);
}

/* What holds for every result: order, each ref once, ids given once. */
static inline void
check_result(const struct identity_result *r)
{
	int64_t *ids = calloc(2 * (r->n + r->n_clusters) + 1, sizeof(ids[0]));
	size_t n = 0;

	assert_non_null(ids);
	for (size_t i = 1; i < r->n; i++)
		assert_true(r->sightings[i - 1].at <= r->sightings[i].at);
	for (size_t c = 0; c < r->n_clusters; c++) {
		if (r->clusters[c].device)
			ids[n++] = r->clusters[c].device;
		for (size_t i = 0; i < r->clusters[c].n_merged; i++)
			ids[n++] = r->clusters[c].merged[i];
	}
	qsort(ids, n, sizeof(ids[0]), cmp_id);
	for (size_t i = 1; i < n; i++)
		assert_true(ids[i - 1] < ids[i]);
	n = 0;
	for (size_t i = 0; i < r->n; i++)
		ids[n++] = r->sightings[i].ref;
	qsort(ids, n, sizeof(ids[0]), cmp_id);
	for (size_t i = 1; i < n; i++)
		assert_true(ids[i - 1] < ids[i]);
	for (size_t i = 0; i < r->n_links; i++) {
		assert_true(r->links[i].a < r->n && r->links[i].b < r->n);
		assert_non_null(r->links[i].detail);
	}
	free(ids);
}

/* Sightings get the devices of the result, as db/ gives them. */
static inline void
memory_apply(struct memory *m, const struct identity_result *r)
{
	int64_t *of = calloc(r->n_clusters + 1, sizeof(of[0]));
	char text[256];

	assert_non_null(of);
	for (size_t i = 0; i < r->n; i++) {
		const struct sighting *s = &r->sightings[i];
		uint32_t at = (uint32_t)(s->ref - 1);
		if (!of[s->cluster])
			of[s->cluster] = r->clusters[s->cluster].device
				? r->clusters[s->cluster].device
				: new_device(m);
		if (m->device[at] == 0) {
			for (size_t k = 0; k < s->n_keys; k++)
				numbers_add(
					&map_at(&m->keys, key_text(&s->keys[k], text))->of,
					at);
			numbers_add(&map_at(&m->places, place_text(s, text))->of, at);
		}
		if (m->device[at] == of[s->cluster])
			continue;
		m->device[at] = of[s->cluster];
		numbers_add(&m->of_device[m->device[at]], at);
	}
	for (size_t c = 0; c < r->n_clusters; c++)
		for (size_t i = 0; i < r->clusters[c].n_merged; i++)
			assert_int_equal(0, device_size(m, r->clusters[c].merged[i]));
	for (size_t i = 0; i < r->n_demoted; i++) {
		struct map_entry *k = map_at(&m->keys, key_text(&r->demoted[i], text));
		assert_false(k->demoted); /* reported once */
		k->demoted = true;
	}
	free(of);
}

/* Resolves these of all as one batch, with what the memory holds, and keeps the result. */
static inline void
memory_ingest(struct memory *m, const uint32_t *which, size_t n)
{
	struct arena *mem = arena_new((size_t)2 << 30);
	struct identity_batch *b;
	struct identity_result r;
	struct err e = { 0 };

	assert_non_null(mem);
	m->batch++;
	assert_int_equal(0, identity_batch_new(mem, &b, &e));
	for (size_t i = 0; i < n; i++)
		assert_int_equal(0, give(m, which[i], b, &e));
	assert_int_equal(0, identity_resolve(b, &m->recall, LIFETIME, &r, &e));
	check_result(&r);
	memory_apply(m, &r);
	arena_free(mem);
}

/* --- everything at once ----------------------------------------------------------------------------- */

/* In mem: the result; `order` (NULL: as they are) says in which order they are added. */
static inline void
resolve_all(const struct sighting *all, size_t n, const uint32_t *order,
	const struct ruling *rulings, size_t n_rulings, struct arena *mem,
	struct identity_result *r)
{
	struct identity_batch *b;
	struct err e = { 0 };

	assert_int_equal(0, identity_batch_new(mem, &b, &e));
	for (size_t i = 0; i < n; i++)
		assert_int_equal(0, identity_add(b, &all[order ? order[i] : i], &e));
	for (size_t i = 0; i < n_rulings; i++)
		assert_int_equal(0, identity_rule(b, &rulings[i], &e));
	assert_int_equal(0, identity_resolve(b, NULL, LIFETIME, r, &e));
	check_result(r);
}

/* --- partitions --------------------------------------------------------------------------------------- */

/* of[i]: the smallest sighting that is of one device with sighting i. */
static inline void
partition_of_result(const struct identity_result *r, uint32_t *of)
{
	uint32_t *least = malloc((r->n_clusters + 1) * sizeof(least[0]));

	assert_non_null(least);
	memset(least, 0xff, r->n_clusters * sizeof(least[0]));
	for (size_t i = 0; i < r->n; i++)
		if (r->sightings[i].ref - 1 < least[r->sightings[i].cluster])
			least[r->sightings[i].cluster] = (uint32_t)(r->sightings[i].ref -
				1);
	for (size_t i = 0; i < r->n; i++)
		of[r->sightings[i].ref - 1] = least[r->sightings[i].cluster];
	free(least);
}

static inline void
partition_of_memory(const struct memory *m, uint32_t *of)
{
	uint32_t *least = malloc((m->n_devices + 1) * sizeof(least[0]));

	assert_non_null(least);
	memset(least, 0xff, m->n_devices * sizeof(least[0]));
	for (uint32_t i = 0; i < m->n_all; i++)
		if (i < least[m->device[i]])
			least[m->device[i]] = i;
	for (uint32_t i = 0; i < m->n_all; i++)
		of[i] = least[m->device[i]];
	free(least);
}

/* --- chance -------------------------------------------------------------------------------------------- */

/* splitmix64: the same sequence everywhere. */
static inline uint64_t
next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static inline uint32_t
below(uint64_t *state, uint32_t n)
{
	return (uint32_t)(next_random(state) % n);
}

static inline void
shuffle(uint64_t *state, uint32_t *items, size_t n)
{
	for (size_t i = n; i > 1; i--) {
		size_t j = below(state, (uint32_t)i);
		uint32_t t = items[i - 1];
		items[i - 1] = items[j];
		items[j] = t;
	}
}

#endif
