/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The batch as a graph of visits and the keys they bear, sorted and numbered.
 *
 * Sightings stand in their order, visits in that of their first sighting, keys by kind and
 * then by first appearance.  All three depend on the set of sightings alone, and leaving
 * out sightings that share no key with the rest changes nothing in the order of the rest.
 */
#include "inventory/identity_private.h"

#include <stdlib.h>
#include <string.h>

/* --- order of sightings --------------------------------------------------------------------- */

struct place_in_order {
	int64_t at;
	uint32_t i;
};

static int
cmp_number(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

static int
cmp_keys(const struct sighting *a, const struct sighting *b)
{
	for (size_t i = 0; i < a->n_keys && i < b->n_keys; i++) {
		int c = id_key_cmp(&a->keys[i], &b->keys[i]);
		if (c)
			return c;
	}
	return cmp_number((int64_t)a->n_keys, (int64_t)b->n_keys);
}

/* (at, point, run, seq); then what they say, so that only twins are told apart by ref. */
static int
cmp_sighting(const struct sighting *a, const struct sighting *b)
{
	int c = cmp_number(a->at, b->at);

	c = c ? c : strcmp(a->point, b->point);
	c = c ? c : strcmp(a->run, b->run);
	c = c ? c : cmp_number(a->seq, b->seq);
	c = c ? c : strcmp(a->site, b->site);
	c = c ? c : addr_cmp(&a->ip, &b->ip);
	c = c ? c : cmp_number(a->evidence, b->evidence);
	c = c ? c : cmp_keys(a, b);
	return c ? c : cmp_number(a->ref, b->ref);
}

static int
by_order(const void *pa, const void *pb, void *sightings)
{
	const struct place_in_order *a = pa, *b = pb;
	const struct sighting *s = sightings;

	return a->at != b->at ? cmp_number(a->at, b->at)
			      : cmp_sighting(&s[a->i], &s[b->i]);
}

/* Moves each sighting to its place, cycle by cycle. */
static void
permute(struct identity_batch *b, struct place_in_order *order)
{
	for (uint32_t start = 0; start < b->n; start++) {
		struct sighting s = b->sightings[start];
		struct seen seen = b->seen[start];
		uint32_t to = start;
		while (order[to].i != ID_NONE && order[to].i != start) {
			uint32_t from = order[to].i;
			b->sightings[to] = b->sightings[from];
			b->seen[to] = b->seen[from];
			order[to].i = ID_NONE;
			to = from;
		}
		if (order[to].i == ID_NONE)
			continue;
		b->sightings[to] = s;
		b->seen[to] = seen;
		order[to].i = ID_NONE;
	}
}

static int
sort_sightings(struct identity_batch *b, struct err *e)
{
	struct arena *scratch = arena_part(b->mem);
	struct place_in_order *order = scratch
		? arena_new_array(scratch, struct place_in_order, b->n)
		: NULL;

	if (!order)
		return err_nomem(e);
	for (uint32_t i = 0; i < b->n; i++)
		order[i] = (struct place_in_order){ b->sightings[i].at, i };
	qsort_r(order, b->n, sizeof(order[0]), by_order, b->sightings);
	permute(b, order);
	arena_free(scratch);
	return 0;
}

/* --- keys ------------------------------------------------------------------------------------- */

/* Which key of the batch is which of the graph; ID_NONE for those nobody bears. */
static int
number_keys(struct graph *g, struct arena *scratch, uint32_t **number_of, struct err *e)
{
	struct identity_batch *b = g->b;
	uint32_t *number = arena_new_array(scratch, uint32_t, b->keys.n);
	uint32_t *appeared = arena_new_array(scratch, uint32_t, b->keys.n);
	uint32_t next[ID_KINDS + 1] = { 0 };

	if (!number || !appeared)
		return err_nomem(e);
	memset(number, 0xff, b->keys.n * sizeof(number[0])); /* ID_NONE */
	for (size_t i = 0; i < b->n; i++) {
		for (size_t k = 0; k < g->sightings[i].n_keys; k++) {
			uint32_t key = b->key_of[b->seen[i].keys_at + k];
			if (number[key] != ID_NONE)
				continue;
			number[key] = 0;
			appeared[g->n_keys++] = key;
			next[b->key[key].key.kind + 1]++;
		}
	}
	for (unsigned kind = 0; kind < ID_KINDS; kind++)
		next[kind + 1] += next[kind];
	g->keys = arena_new_array(g->own, struct graph_key, g->n_keys);
	if (!g->keys)
		return err_nomem(e);
	for (size_t i = 0; i < g->n_keys; i++) {
		const struct batch_key *k = &b->key[appeared[i]];
		uint32_t at = next[k->key.kind]++;
		g->keys[at] = (struct graph_key){
			.value = k->key.value,
			.kind = k->key.kind,
			.demoted = k->demoted,
		};
		number[appeared[i]] = at;
	}
	for (size_t i = 0; i < b->n_key_of; i++)
		b->key_of[i] = number[b->key_of[i]];
	*number_of = number;
	return 0;
}

static int
by_pair(const void *pa, const void *pb)
{
	const struct pair *a = pa, *b = pb;

	return a->a != b->a ? (a->a < b->a ? -1 : 1) : (a->b > b->b) - (a->b < b->b);
}

static int
cmp_text(const void *pa, const void *pb, void *keys)
{
	const struct graph_key *k = keys;

	return strcmp(k[*(const uint32_t *)pa].value, k[*(const uint32_t *)pb].value);
}

static uint32_t
count_kind(const struct graph *g, enum id_kind kind, uint32_t *first)
{
	uint32_t n = 0;

	*first = 0;
	while (*first < g->n_keys && g->keys[*first].kind < kind)
		++*first;
	while (*first + n < g->n_keys && g->keys[*first + n].kind == kind)
		n++;
	return n;
}

/* Cards that were seen on-link here, and listed.  (Few are listed.) */
static int
find_twins(struct graph *g, struct arena *scratch, struct err *e)
{
	uint32_t cards_at, macs_at, n_macs = count_kind(g, ID_MAC, &macs_at);
	size_t n_cards = count_kind(g, ID_CARD, &cards_at);
	uint32_t *cards = arena_new_array(scratch, uint32_t, n_cards);

	g->twins = arena_new_array(g->own, struct pair, n_cards);
	if (!g->twins || !cards)
		return err_nomem(e);
	for (uint32_t i = 0; i < n_cards; i++)
		cards[i] = cards_at + i;
	if (n_cards)
		qsort_r(cards, n_cards, sizeof(cards[0]), cmp_text, g->keys);
	for (uint32_t m = macs_at; m < macs_at + n_macs && n_cards; m++) {
		const uint32_t *found = NULL;
		for (size_t from = 0, to = n_cards; from < to && !found;) {
			size_t mid = from + (to - from) / 2;
			int c = cmp_text(&m, &cards[mid], g->keys);
			found = c == 0 ? &cards[mid] : NULL;
			from = c > 0 ? mid + 1 : from;
			to = c < 0 ? mid : to;
		}
		if (found)
			g->twins[g->n_twins++] = (struct pair){ m, *found };
	}
	return 0;
}

/* Addresses are borne by nobody: what is ruled of them is kept as it is. */
static void
keep_ruled_address(struct graph *g, const struct pair *p, const uint32_t *number)
{
	const uint32_t keys[] = { p->a, p->b };
	struct ruled_address *to = &g->ruled_addresses[g->n_ruled_addresses];

	for (int i = 0; i < 2; i++) {
		const struct id_key *k = &g->b->key[keys[i]].key;
		to->side[i] = (struct ruled_side){
			.address = k->kind == ID_ADDRESS ? k->value : NULL,
			.key = number[keys[i]],
		};
	}
	g->n_ruled_addresses += to->side[0].address || to->side[1].address;
}

/* Rulings in graph numbers.  A key that nobody bears here has nothing to say, except that a
 * pin with it still holds the bearers of the other together. */
static int
number_rulings(struct graph *g, const uint32_t *number, struct err *e)
{
	const struct identity_batch *b = g->b;

	g->same = arena_new_array(g->own, struct pair, b->n_same);
	g->never = arena_new_array(g->own, struct pair, 2 * b->n_never);
	g->ruled_addresses = arena_new_array(g->own, struct ruled_address, b->n_same);
	if (!g->same || !g->never || !g->ruled_addresses)
		return err_nomem(e);
	for (size_t i = 0; i < b->n_same; i++) {
		keep_ruled_address(g, &b->same[i], number);
		struct pair p = { number[b->same[i].a], number[b->same[i].b] };
		if (p.a == ID_NONE && p.b == ID_NONE)
			continue;
		p.a = p.a == ID_NONE ? p.b : p.a;
		p.b = p.b == ID_NONE ? p.a : p.b;
		g->keys[p.a].pinned = g->keys[p.b].pinned = true;
		g->same[g->n_same++] = p.a < p.b ? p : (struct pair){ p.b, p.a };
	}
	for (size_t i = 0; i < b->n_never; i++) {
		struct pair p = { number[b->never[i].a], number[b->never[i].b] };
		if (p.a == ID_NONE || p.b == ID_NONE)
			continue;
		g->never[g->n_never++] = p;
		g->never[g->n_never++] = (struct pair){ p.b, p.a };
	}
	qsort(g->same, g->n_same, sizeof(g->same[0]), by_pair);
	qsort(g->never, g->n_never, sizeof(g->never[0]), by_pair);
	return 0;
}

const struct pair *
graph_never(const struct graph *g, uint32_t key, size_t *n)
{
	size_t from = 0, to = g->n_never;

	while (from < to) {
		size_t mid = from + (to - from) / 2;
		if (g->never[mid].a < key)
			from = mid + 1;
		else
			to = mid;
	}
	for (to = from; to < g->n_never && g->never[to].a == key; to++)
		;
	*n = to - from;
	return g->never + from;
}

bool
graph_is_ruled(const struct graph *g, uint32_t key)
{
	size_t n = 0;

	if (g->n_never > 0)
		(void)graph_never(g, key, &n);
	return n > 0;
}

/* --- visits ----------------------------------------------------------------------------------- */

/* Each group of sightings is a visit, and each without one. */
static size_t
count_visits(const struct identity_batch *b)
{
	size_t n = b->groups.n;

	for (size_t i = 0; i < b->n; i++)
		n += b->seen[i].group == ID_NONE;
	return n;
}

/* Groups sightings into visits; visit_of tells which. */
static int
group_visits(struct graph *g, struct arena *scratch, uint32_t *visit_of, struct err *e)
{
	const struct identity_batch *b = g->b;
	uint32_t *of_group = arena_new_array(scratch, uint32_t, b->groups.n);

	g->visits = arena_new_array(g->own, struct visit, count_visits(b) + 1);
	if (!of_group || !g->visits)
		return err_nomem(e);
	memset(of_group, 0xff, b->groups.n * sizeof(of_group[0])); /* ID_NONE */
	for (size_t i = 0; i < g->n; i++) {
		const struct seen *s = &b->seen[i];
		const struct sighting *from = &g->sightings[i];
		uint32_t at = s->group == ID_NONE ? ID_NONE : of_group[s->group];
		if (at == ID_NONE) {
			at = (uint32_t)g->n_visits++;
			g->visits[at] = (struct visit){
				.run = *from->run ? s->run : ID_NONE,
				.place = s->place,
				.above = -1,
			};
			if (s->group != ID_NONE)
				of_group[s->group] = at;
		}
		g->visits[at].alive |= from->evidence == EVIDENCE_REPLY ||
			from->evidence == EVIDENCE_HEARD;
		g->visits[at].closure |= s->closure;
		visit_of[i] = at;
	}
	return 0;
}

/* Counted one visit on, summed up, and filled in: then each stands at its end, which is
 * where the next one begins. */
static int
list_members(struct graph *g, const uint32_t *visit_of, struct err *e)
{
	uint32_t begin = 0;

	g->members = arena_new_array(g->own, uint32_t, g->n);
	if (!g->members)
		return err_nomem(e);
	for (size_t i = 0; i < g->n; i++)
		g->visits[visit_of[i]].members_at++;
	for (size_t v = 0; v < g->n_visits; v++) {
		uint32_t n = g->visits[v].members_at;
		g->visits[v].members_at = begin;
		begin += n;
	}
	for (uint32_t i = 0; i < g->n; i++)
		g->members[g->visits[visit_of[i]].members_at++] = i;
	for (size_t v = g->n_visits; v > 0; v--)
		g->visits[v].members_at = g->visits[v - 1].members_at;
	g->visits[0].members_at = 0;
	return 0;
}

const uint32_t *
graph_members(const struct graph *g, uint32_t visit, size_t *n)
{
	uint32_t at = g->visits[visit].members_at;

	*n = g->visits[visit + 1].members_at - at;
	return g->members + at;
}

const struct sighting *
graph_first(const struct graph *g, uint32_t visit)
{
	return &g->sightings[g->members[g->visits[visit].members_at]];
}

const struct sighting *
graph_last(const struct graph *g, uint32_t visit)
{
	return &g->sightings[g->members[g->visits[visit + 1].members_at - 1]];
}

int64_t
graph_device(const struct graph *g, uint32_t visit)
{
	size_t n;
	const uint32_t *members = graph_members(g, visit, &n);
	int64_t device = g->sightings[members[0]].device;

	for (size_t m = 1; m < n; m++)
		if (g->sightings[members[m]].device != device)
			return 0;
	return device;
}

static int
by_number(const void *pa, const void *pb)
{
	const uint32_t *a = pa, *b = pb;

	return (*a > *b) - (*a < *b);
}

static bool
are_unique(const uint32_t *sorted, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (sorted[i - 1] == sorted[i])
			return false;
	return true;
}

/* Sorts; the number of those that differ, which come first. */
static uint32_t
sort_unique(uint32_t *keys, size_t n)
{
	uint32_t kept = 0;

	if (n > 1)
		qsort(keys, n, sizeof(keys[0]), by_number);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || keys[kept - 1] != keys[i])
			keys[kept++] = keys[i];
	return kept;
}

/* Those of its sightings, behind all there are. */
static int
gather_keys(struct graph *g, uint32_t visit, struct err *e)
{
	struct identity_batch *b = g->b;
	struct visit *v = &g->visits[visit];
	size_t n_members;
	const uint32_t *members = graph_members(g, visit, &n_members);

	v->keys_at = (uint32_t)b->n_key_of;
	for (size_t m = 0; m < n_members; m++) {
		for (size_t k = 0; k < g->sightings[members[m]].n_keys; k++) {
			b->key_of = grow(b->lists, b->key_of, &b->key_of_room,
				b->n_key_of, sizeof(b->key_of[0]));
			if (!b->key_of)
				return err_nomem(e);
			b->key_of[b->n_key_of++] = b->key_of[g->keys_at[members[m]] + k];
		}
	}
	v->n_keys = sort_unique(b->key_of + v->keys_at, b->n_key_of - v->keys_at);
	b->n_key_of = v->keys_at + v->n_keys;
	return 0;
}

/* The keys of each visit, each once.  A visit of one sighting has that one's. */
static int
list_visit_keys(struct graph *g, struct err *e)
{
	for (uint32_t i = 0; i < g->n_visits; i++) {
		struct visit *v = &g->visits[i];
		size_t n_members;
		uint32_t first = *graph_members(g, i, &n_members);
		uint32_t *keys = g->b->key_of + g->keys_at[first];
		v->keys_at = g->keys_at[first];
		v->n_keys = (uint32_t)g->sightings[first].n_keys;
		if (v->n_keys > 1)
			qsort(keys, v->n_keys, sizeof(keys[0]), by_number);
		if ((n_members > 1 || !are_unique(keys, v->n_keys)) &&
			gather_keys(g, i, e) == -1)
			return -1;
	}
	g->key_of = g->b->key_of;
	return 0;
}

/* Counted two keys on, summed up, and filled in one on: that moves each to its begin. */
static int
list_bearers(struct graph *g, struct err *e)
{
	uint32_t *at = arena_new_array(g->own, uint32_t, g->n_keys + 2);

	if (!at)
		return err_nomem(e);
	for (size_t i = 0; i < g->n_visits; i++)
		for (uint32_t k = 0; k < g->visits[i].n_keys; k++)
			at[g->key_of[g->visits[i].keys_at + k] + 2]++;
	for (size_t k = 0; k < g->n_keys; k++)
		at[k + 2] += at[k + 1];
	g->bearers = arena_new_array(g->own, uint32_t, at[g->n_keys + 1]);
	if (!g->bearers)
		return err_nomem(e);
	for (uint32_t v = 0; v < g->n_visits; v++)
		for (uint32_t k = 0; k < g->visits[v].n_keys; k++)
			g->bearers[at[g->key_of[g->visits[v].keys_at + k] + 1]++] = v;
	g->bearers_at = at;
	return 0;
}

/* Where the keys of each sighting stand. */
static int
list_keys_at(struct graph *g, struct err *e)
{
	g->keys_at = arena_new_array(g->own, uint32_t, g->n);
	if (!g->keys_at)
		return err_nomem(e);
	for (size_t i = 0; i < g->n; i++)
		g->keys_at[i] = g->b->seen[i].keys_at;
	return 0;
}

static int
build(struct graph *g, struct arena *scratch, struct err *e)
{
	uint32_t *number_of = NULL,
		 *visit_of = arena_new_array(scratch, uint32_t, g->n);

	if (!visit_of)
		return err_nomem(e);
	if (number_keys(g, scratch, &number_of, e) == -1 ||
		number_rulings(g, number_of, e) == -1 ||
		find_twins(g, scratch, e) == -1 ||
		group_visits(g, scratch, visit_of, e) == -1 ||
		list_members(g, visit_of, e) == -1)
		return -1;
	return list_keys_at(g, e);
}

int
graph_build(struct identity_batch *b, struct graph *g, struct err *e)
{
	struct arena *scratch = arena_part(b->mem), *own = arena_part(b->mem);

	if (!scratch || !own)
		return err_nomem(e);
	if (sort_sightings(b, e) == -1)
		return -1;
	*g = (struct graph){
		.b = b,
		.mem = b->mem,
		.own = own,
		.sightings = b->sightings,
		.n = b->n,
	};
	if (build(g, scratch, e) == -1)
		return -1;
	arena_free(scratch);
	arena_free(b->told);
	b->told = NULL;
	return list_visit_keys(g, e) == -1 ? -1 : list_bearers(g, e);
}

/* --- what counts in a visit -------------------------------------------------------------------- */

/* A device has one of these at one address; two are two machines, and what else was said
 * there may be of either. */
static bool
is_one_at_an_address(enum id_kind kind)
{
	return id_rules[kind].single || kind == ID_MAC;
}

uint32_t
graph_vip(const struct graph *g, const struct visit *v)
{
	return v->is_vip ? g->vip_of[v->place] - 1 : ID_NONE;
}

bool
graph_is_live(const struct graph *g, const struct visit *v, uint32_t key)
{
	if (v->is_vip)
		return key == graph_vip(g, v);
	return !g->keys[key].demoted && !v->contested;
}

static bool
is_contested(const struct graph *g, const struct visit *v)
{
	unsigned seen = 0;

	for (uint32_t i = 0; i < v->n_keys; i++) {
		const struct graph_key *k = &g->keys[g->key_of[v->keys_at + i]];
		unsigned bit = 1u << k->kind;
		if ((k->demoted && k->kind != ID_MAC) || !is_one_at_an_address(k->kind))
			continue; /* two cards are two, whatever else they are */
		if (seen & bit)
			return true;
		seen |= bit;
	}
	return false;
}

static bool
is_anchored(const struct graph *g, const struct visit *v)
{
	unsigned names = 0; /* tier 2 kinds */

	if (v->is_vip)
		return true;
	for (uint32_t i = 0; i < v->n_keys; i++) {
		uint32_t key = g->key_of[v->keys_at + i];
		const struct graph_key *k = &g->keys[key];
		if (!graph_is_live(g, v, key))
			continue;
		if (id_rules[k->kind].tier <= 1 || k->pinned)
			return true;
		if (id_rules[k->kind].tier == 2)
			names |= 1u << k->kind;
	}
	return (names & (names - 1)) != 0; /* two or more */
}

/* What answers at a virtual address answers for it, unless it shows a card of its own: the
 * address is no longer virtual, or not yet. */
static int
find_vips(struct graph *g, struct err *e)
{
	uint32_t from, n = count_kind(g, ID_VIP, &from);

	if (n == 0)
		return 0;
	g->vip_of = arena_new_array(g->own, uint32_t, g->b->places.n); /* + 1 */
	if (!g->vip_of)
		return err_nomem(e);
	for (uint32_t k = from; k < from + n; k++)
		for (uint32_t i = g->bearers_at[k]; i < g->bearers_at[k + 1]; i++)
			if (g->visits[g->bearers[i]].place != ID_NONE)
				g->vip_of[g->visits[g->bearers[i]].place] = k + 1;
	for (size_t i = 0; i < g->n_visits; i++) {
		struct visit *v = &g->visits[i];
		bool own_card = false;
		if (!v->alive || v->place == ID_NONE || !g->vip_of[v->place])
			continue;
		for (uint32_t k = 0; k < v->n_keys; k++)
			own_card |= g->keys[g->key_of[v->keys_at + k]].kind == ID_MAC;
		v->is_vip = !own_card;
	}
	return 0;
}

int
graph_settle(struct graph *g, struct err *e)
{
	if (find_vips(g, e) == -1)
		return -1;
	for (size_t i = 0; i < g->n_visits; i++) {
		struct visit *v = &g->visits[i];
		v->contested = is_contested(g, v);
		v->anchored = is_anchored(g, v);
	}
	return 0;
}

/* --- union-find, links -------------------------------------------------------------------------- */

uint32_t
graph_find(struct graph *g, uint32_t v)
{
	for (int32_t up = g->visits[v].above; up >= 0; up = g->visits[v].above) {
		int32_t next = g->visits[up].above;
		if (next < 0)
			return (uint32_t)up;
		g->visits[v].above = next; /* paths get shorter */
		v = (uint32_t)next;
	}
	return v;
}

uint32_t
graph_unite(struct graph *g, uint32_t a, uint32_t b)
{
	a = graph_find(g, a);
	b = graph_find(g, b);
	if (a == b)
		return a;
	if (g->visits[a].above > g->visits[b].above) { /* the lighter one */
		uint32_t t = a;
		a = b;
		b = t;
	}
	g->visits[a].above += g->visits[b].above;
	g->visits[b].above = (int32_t)a;
	return a;
}

uint32_t
graph_witness(const struct graph *g, uint32_t visit, uint32_t key)
{
	size_t n;
	const uint32_t *members = graph_members(g, visit, &n);

	for (size_t m = 0; m < n && key != ID_NONE; m++)
		for (size_t k = 0; k < g->sightings[members[m]].n_keys; k++)
			if (g->key_of[g->keys_at[members[m]] + k] == key)
				return members[m];
	return members[0];
}

int
graph_link(struct graph *g, const struct identity_link *l, struct err *e)
{
	g->links = grow(g->b->lists, g->links, &g->links_room, g->n_links, sizeof(*l));
	if (!g->links || !l->detail || !l->rule)
		return err_nomem(e);
	g->links[g->n_links++] = *l;
	return 0;
}
