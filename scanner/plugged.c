/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two arrays; that of places is sorted when all is known. */
#include "scanner/plugged.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

struct place {
	struct mac mac;
	struct addr ip;
};

struct word {
	struct mac mac;
	const struct fact *facts; /* in arena */
	size_t n;
};

struct plugged {
	struct arena *mem;
	struct place *places;
	struct word *words;
	size_t n_places, room_places, n_words, room_words;
};

struct plugged *
plugged_new(void)
{
	struct plugged *p = calloc(1, sizeof(*p));

	if (p && !(p->mem = arena_new(PLUGGED_MEMORY))) {
		free(p);
		return NULL;
	}
	return p;
}

void
plugged_free(struct plugged *p)
{
	if (!p)
		return;
	arena_free(p->mem);
	free(p->places);
	free(p->words);
	free(p);
}

/* Room for one more of this size. */
static bool
grow(void **all, size_t n, size_t *room, size_t size)
{
	size_t more = *room ? 2 * *room : 256;

	if (n < *room)
		return true;
	void *grown = n < PLUGGED_WORDS_MAX ? reallocarray(*all, more, size) : NULL;
	if (!grown)
		return false;
	*all = grown;
	*room = more;
	return true;
}

void
plugged_place(struct plugged *p, const struct mac *mac, const struct addr *ip)
{
	void *all = p->places;

	if (!grow(&all, p->n_places, &p->room_places, sizeof(*p->places)))
		return;
	p->places = all;
	p->places[p->n_places++] = (struct place){ *mac, *ip };
}

static bool
copy_texts(struct arena *mem, struct fact *f)
{
	const char **items = arena_new_array(mem, const char *, f->texts.n);
	bool ok = items != NULL;

	for (size_t i = 0; ok && i < f->texts.n; i++)
		ok = (items[i] = arena_strdup(mem, f->texts.items[i])) != NULL;
	f->texts.items = items;
	return ok;
}

static const struct fact *
copy_facts(struct arena *mem, const struct fact *facts, size_t n)
{
	struct fact *copy = arena_dup(mem, facts, n * sizeof(*facts));
	bool ok = copy != NULL;

	for (size_t i = 0; ok && i < n; i++) {
		if (copy[i].type == FACT_TEXT)
			ok = (copy[i].text = arena_strdup(mem, copy[i].text)) != NULL;
		if (copy[i].type == FACT_TEXTS)
			ok = copy_texts(mem, &copy[i]);
	}
	return ok ? copy : NULL;
}

void
plugged_add(struct plugged *p, const struct fact *facts, size_t n)
{
	const struct fact *mac = fact_get(facts, n, "mac");
	void *all = p->words;

	if (!mac || n > PLUGGED_FACTS_MAX ||
		!grow(&all, p->n_words, &p->room_words, sizeof(*p->words)))
		return;
	p->words = all;
	const struct fact *copy = copy_facts(p->mem, facts, n);
	if (copy)
		p->words[p->n_words++] = (struct word){ mac->mac, copy, n };
}

static int
by_mac(const struct mac *a, const struct mac *b)
{
	return memcmp(a, b, sizeof(*a));
}

static int
by_place(const void *va, const void *vb)
{
	const struct place *a = va, *b = vb;
	int order = by_mac(&a->mac, &b->mac);

	return order ? order : addr_cmp(&a->ip, &b->ip);
}

/* Sorted, each once: several routers know the same. */
static void
tidy(struct plugged *p)
{
	size_t n = 0;

	if (p->n_places == 0)
		return;
	qsort(p->places, p->n_places, sizeof(*p->places), by_place);
	for (size_t i = 0; i < p->n_places; i++)
		if (n == 0 || by_place(&p->places[n - 1], &p->places[i]) != 0)
			p->places[n++] = p->places[i];
	p->n_places = n;
}

/* The first address of a MAC; NULL: none, or too many. */
static const struct addr *
find(const struct plugged *p, const struct mac *mac)
{
	size_t from = 0, to = p->n_places, end;

	while (from < to) {
		size_t mid = from + (to - from) / 2;
		if (by_mac(&p->places[mid].mac, mac) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	for (end = from; end < p->n_places && by_mac(&p->places[end].mac, mac) == 0;)
		end++;
	return end > from && end - from <= PLUGGED_ADDRESSES_MAX ? &p->places[from].ip
								 : NULL;
}

int
plugged_tell(struct plugged *p, plugged_word *tell, void *arg, uint64_t *homeless,
	struct err *e)
{
	*homeless = 0;
	tidy(p);
	for (size_t i = 0; i < p->n_words; i++) {
		const struct word *w = &p->words[i];
		const struct addr *ip = find(p, &w->mac);
		if (!ip)
			++*homeless;
		else if (tell(arg, ip, w->facts, w->n, e) == -1)
			return -1;
	}
	return 0;
}
