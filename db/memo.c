/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two tables of one kind: sets of four entries each, the set by the low bits of the hash.
 * A table doubles when half of it is taken, until it has its size.
 */
#include "db/memo.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { WAYS = 4, FIRST_SLOTS = 1 << 8, WORDS_MAX = 11 };

struct table {
	uint64_t *slots; /* of 1 + n_words: the hash, 0 for an empty one; then the words */
	size_t n_words, n, n_slots, most;
	unsigned turn; /* who of four goes next */
};

struct memo {
	struct table bearers, homes;
	unsigned char key[crypto_shorthash_KEYBYTES];
	/* Of the site that was asked for last; most questions are about one. */
	char site[64];
	uint64_t site_hash; /* 0: none was */
	/* Of the place that was asked for last; a place is asked for again soon. */
	uint64_t place_salt, place_hash; /* 0: none was */
	struct addr place_ip;
};

/* --- tables -------------------------------------------------------------------------------- */

static uint64_t *
slot(const struct table *t, size_t i)
{
	return t->slots + i * (1 + t->n_words);
}

static size_t
set_of(const struct table *t, uint64_t hash)
{
	return (size_t)hash & (t->n_slots - 1) & ~(size_t)(WAYS - 1);
}

/* The entry with this hash, or NULL. */
static uint64_t *
find(const struct table *t, uint64_t hash)
{
	size_t set = t->n_slots ? set_of(t, hash) : 0;

	for (size_t i = set; t->n_slots && i < set + WAYS; i++)
		if (*slot(t, i) == hash)
			return slot(t, i);
	return NULL;
}

/* Where it is, where there is room, or where another has to go. */
static uint64_t *
place(struct table *t, uint64_t hash)
{
	size_t set = set_of(t, hash);
	uint64_t *at = find(t, hash);

	for (size_t i = set; !at && i < set + WAYS; i++)
		if (*slot(t, i) == 0)
			at = slot(t, i);
	return at ? at : slot(t, set + t->turn++ % WAYS);
}

static void
set(struct table *t, uint64_t hash, const void *words)
{
	uint64_t *at = place(t, hash);

	t->n += *at == 0;
	at[0] = hash;
	memcpy(at + 1, words, t->n_words * sizeof(*at));
}

/* Without memory the table stays as it is. */
static void
widen(struct table *t)
{
	struct table more = *t;

	more.n_slots = t->n_slots ? 2 * t->n_slots : FIRST_SLOTS;
	more.n = 0;
	more.slots = calloc(more.n_slots * (1 + t->n_words), sizeof(*more.slots));
	if (!more.slots)
		return;
	for (size_t i = 0; i < t->n_slots; i++)
		if (*slot(t, i))
			set(&more, *slot(t, i), slot(t, i) + 1);
	free(t->slots);
	*t = more;
}

static void
remember(struct table *t, uint64_t hash, const void *words)
{
	if (2 * t->n >= t->n_slots && t->n_slots < t->most)
		widen(t);
	if (t->n_slots)
		set(t, hash, words);
}

static void
forget(struct table *t, uint64_t hash)
{
	uint64_t *at = find(t, hash);

	if (at) {
		*at = 0;
		t->n--;
	}
}

static void
clear(struct table *t)
{
	free(t->slots);
	t->slots = NULL;
	t->n = t->n_slots = 0;
}

/* --- the memo ------------------------------------------------------------------------------ */

struct memo *
memo_new(void)
{
	struct memo *m = sodium_init() == -1 ? NULL : calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	crypto_shorthash_keygen(m->key);
	m->bearers = (struct table){ .n_words = 1, .most = MEMO_BEARERS };
	m->homes = (struct table){ .n_words = WORDS_MAX, .most = MEMO_HOMES };
	return m;
}

void
memo_forget_all(struct memo *m)
{
	if (!m)
		return;
	clear(&m->bearers);
	clear(&m->homes);
}

void
memo_free(struct memo *m)
{
	memo_forget_all(m);
	free(m);
}

/* Never 0.  `salt` makes another function of it. */
static uint64_t
hash_of(const struct memo *m, uint64_t salt, const void *bytes, size_t n)
{
	unsigned char key[crypto_shorthash_KEYBYTES];
	uint64_t half, hash;

	memcpy(key, m->key, sizeof(key));
	memcpy(&half, key, sizeof(half));
	half ^= salt;
	memcpy(key, &half, sizeof(half));
	(void)crypto_shorthash((unsigned char *)&hash, bytes, n, key);
	return hash ? hash : 1;
}

static uint64_t
hash_of_key(const struct memo *m, const struct id_key *k)
{
	return hash_of(m, k->kind, k->value, strlen(k->value));
}

static uint64_t
hash_of_site(struct memo *m, const char *site)
{
	size_t n = strlen(site);

	if (m->site_hash && strcmp(m->site, site) == 0)
		return m->site_hash;
	uint64_t hash = hash_of(m, 0, site, n);
	if (n < sizeof(m->site)) {
		memcpy(m->site, site, n + 1);
		m->site_hash = hash;
	}
	return hash;
}

static uint64_t
hash_of_place(struct memo *m, const char *site, const struct addr *ip)
{
	uint64_t salt = hash_of_site(m, site);
	unsigned char bytes[1 + sizeof(ip->bytes)] = { ip->family };

	if (m->place_hash && m->place_salt == salt && addr_equal(&m->place_ip, ip))
		return m->place_hash;
	memcpy(bytes + 1, ip->bytes, addr_size(ip));
	m->place_salt = salt;
	m->place_ip = *ip;
	m->place_hash = hash_of(m, salt, bytes, 1 + addr_size(ip));
	return m->place_hash;
}

bool
memo_bearer(struct memo *m, const struct id_key *k, int64_t *device)
{
	const uint64_t *at = m ? find(&m->bearers, hash_of_key(m, k)) : NULL;

	if (at)
		memcpy(device, at + 1, sizeof(*device));
	return at != NULL;
}

void
memo_set_bearer(struct memo *m, const struct id_key *k, int64_t device)
{
	if (m)
		remember(&m->bearers, hash_of_key(m, k), &device);
}

void
memo_forget_bearer(struct memo *m, const struct id_key *k)
{
	if (m)
		forget(&m->bearers, hash_of_key(m, k));
}

struct memo_home *
memo_home(struct memo *m, const char *site, const struct addr *ip)
{
	_Static_assert(
		sizeof(struct memo_home) == WORDS_MAX * sizeof(uint64_t), "words");
	uint64_t *at = m ? find(&m->homes, hash_of_place(m, site, ip)) : NULL;

	return at ? (struct memo_home *)(at + 1) : NULL;
}

void
memo_set_home(struct memo *m, const char *site, const struct addr *ip,
	const struct memo_home *home)
{
	if (m)
		remember(&m->homes, hash_of_place(m, site, ip), home);
}

void
memo_forget_home(struct memo *m, const char *site, const struct addr *ip)
{
	if (m)
		forget(&m->homes, hash_of_place(m, site, ip));
}
