/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What tells two clusters apart: values of which a device has one at a time, and what one
 * run heard them say at two places.
 *
 * A laptop that took another's dock, a host behind a load balancer, a port that a router
 * forwards: each shares a strong identifier with another machine at some time.  That both
 * are there at once, with other keys, tells them from one machine that was installed anew.
 */
#include "inventory/identity_private.h"

#include <stdlib.h>
#include <string.h>

/* --- before the first join --------------------------------------------------------------- */

static bool
is_marking(const struct graph *g, const struct visit *v, uint32_t key, bool *live)
{
	*live = id_rules[g->keys[key].kind].veto != VETO_NONE &&
		graph_is_live(g, v, key);
	return *live || graph_is_ruled(g, key);
}

/* Counts only, until there is room.  (Keys of a visit ascend.) */
static size_t
mark_visits(struct clusters *c)
{
	const struct graph *g = c->g;
	bool live;
	size_t n = 0;

	for (uint32_t i = 0; i < g->n_visits; i++) {
		const struct visit *v = &g->visits[i];
		for (uint32_t k = v->n_keys; k-- > 0 && v->closure;) {
			uint32_t key = g->key_of[v->keys_at + k];
			if (!is_marking(g, v, key, &live))
				continue;
			if (c->mark) {
				struct mark *m = &c->mark[n];
				m->key = key & NUMBER_MAX;
				m->live = live;
				m->next = c->marks[i];
				c->marks[i] = (uint32_t)n;
				c->speaks[i] |= live && v->alive &&
					id_rules[g->keys[key].kind].at_once;
			}
			n++;
		}
	}
	return n;
}

/* What a run said first, for each kind of which one machine says one at once. */
static int
make_slots(struct clusters *c, struct err *e)
{
	unsigned n = 0;

	for (unsigned k = 0; k < ID_KINDS; k++) {
		if (!id_rules[k].at_once || n == AT_ONCE_MAX)
			continue;
		c->said[n] = arena_new_array(c->mem, struct said_once, c->g->b->texts.n);
		if (!c->said[n])
			return err_nomem(e);
		c->slot_of[k] = n++;
	}
	return 0;
}

int
clusters_new(struct graph *g, struct arena *mem, struct clusters *c, struct err *e)
{
	*c = (struct clusters){
		.g = g,
		.mem = mem,
		.marks = arena_new_array(mem, uint32_t, g->n_visits),
		.next = arena_new_array(mem, uint32_t, g->n_visits),
		.walked = arena_new_array(mem, uint32_t, g->n_visits),
		.speaks = arena_new_array(mem, bool, g->n_visits),
	};
	if (!c->marks || !c->next || !c->walked || !c->speaks || make_slots(c, e) == -1)
		return err_nomem(e);
	for (uint32_t i = 0; i < g->n_visits; i++) {
		c->marks[i] = ID_NONE;
		c->next[i] = i;
	}
	c->mark = arena_new_array(mem, struct mark, mark_visits(c));
	if (!c->mark)
		return err_nomem(e);
	(void)mark_visits(c);
	return 0;
}

/* --- marks ------------------------------------------------------------------------------- */

/* Two ascending lists into one, each key once. */
static uint32_t
merge(struct clusters *c, uint32_t a, uint32_t b)
{
	uint32_t first = ID_NONE, *end = &first;

	while (a != ID_NONE && b != ID_NONE) {
		struct mark *ma = &c->mark[a], *mb = &c->mark[b];
		if (ma->key == mb->key) {
			ma->live |= mb->live;
			b = mb->next;
			continue;
		}
		uint32_t *less = ma->key < mb->key ? &a : &b;
		*end = *less;
		end = &c->mark[*less].next;
		*less = *end;
	}
	*end = a != ID_NONE ? a : b;
	return first;
}

/* Of two clusters together: no card, one, or several. */
static uint32_t
cards_of_both(uint32_t a, uint32_t b)
{
	if (a == b || b == ID_NONE)
		return a;
	return a == ID_NONE ? b : CARDS_SEVERAL;
}

void
clusters_unite(struct clusters *c, uint32_t a, uint32_t b)
{
	uint32_t marks = merge(c, c->marks[a], c->marks[b]), next = c->next[a];
	bool speaks = c->speaks[a] || c->speaks[b];
	uint32_t root = graph_unite(c->g, a, b);

	if (c->cards)
		c->cards[root] = cards_of_both(c->cards[a], c->cards[b]);
	c->marks[root] = marks;
	c->speaks[root] = speaks;
	c->next[a] = c->next[b];
	c->next[b] = next;
}

struct overlap {
	size_t a, b, both; /* values of the kind */
};

static struct overlap
compare(const struct clusters *c, uint32_t a, uint32_t b, enum id_kind kind)
{
	const struct graph_key *keys = c->g->keys;
	struct overlap o = { 0, 0, 0 };

	a = c->marks[a];
	b = c->marks[b];
	for (; a != ID_NONE || b != ID_NONE;) {
		uint32_t ka = a != ID_NONE ? c->mark[a].key : ID_NONE;
		uint32_t kb = b != ID_NONE ? c->mark[b].key : ID_NONE;
		uint32_t key = ka < kb ? ka : kb;
		bool in_a = ka == key && c->mark[a].live,
		     in_b = kb == key && c->mark[b].live;
		if (keys[key].kind == kind) {
			o.a += in_a;
			o.b += in_b;
			o.both += in_a && in_b;
		}
		a = ka == key ? c->mark[a].next : a;
		b = kb == key ? c->mark[b].next : b;
	}
	return o;
}

bool
clusters_disjoint(const struct clusters *c, uint32_t a, uint32_t b, enum id_kind kind)
{
	struct overlap o = compare(c, a, b, kind);

	return o.a && o.b && !o.both;
}

/* (A device may have two: somebody pinned it.) */
bool
clusters_clash(const struct clusters *c, uint32_t a, uint32_t b, enum id_kind kind)
{
	struct overlap o = compare(c, a, b, kind);

	return o.both < o.a && o.both < o.b;
}

static bool
holds(const struct clusters *c, uint32_t list, uint32_t key)
{
	for (; list != ID_NONE && c->mark[list].key <= key; list = c->mark[list].next)
		if (c->mark[list].key == key)
			return true;
	return false;
}

bool
clusters_has(const struct clusters *c, uint32_t root, uint32_t key)
{
	uint32_t m = c->marks[root];

	while (m != ID_NONE && c->mark[m].key < key)
		m = c->mark[m].next;
	return m != ID_NONE && c->mark[m].key == key && c->mark[m].live;
}

bool
clusters_has_kind(const struct clusters *c, uint32_t root, enum id_kind kind)
{
	for (uint32_t m = c->marks[root]; m != ID_NONE; m = c->mark[m].next)
		if (c->mark[m].live && c->g->keys[c->mark[m].key].kind == kind)
			return true;
	return false;
}

bool
clusters_forbidden(const struct clusters *c, uint32_t a, uint32_t b)
{
	for (uint32_t m = c->g->n_never ? c->marks[a] : ID_NONE; m != ID_NONE;
		m = c->mark[m].next) {
		size_t n;
		const struct pair *p = graph_never(c->g, c->mark[m].key, &n);
		for (size_t i = 0; i < n; i++)
			if (holds(c, c->marks[b], p[i].b))
				return true;
	}
	return false;
}

/* --- at once ----------------------------------------------------------------------------- */

bool
clusters_speaks(const struct clusters *c, uint32_t root)
{
	return c->speaks[root];
}

/* A machine has several SSH keys, and a lossy run may hear one here and another there: they
 * are others only if the clusters share none.  So it is with a node that is known to answer
 * to a cluster's name, too, beside its own. */
static bool
is_other(const struct clusters *c, const struct said_once *was, uint32_t key,
	uint32_t root)
{
	const struct graph *g = c->g;
	enum id_kind kind = g->keys[key].kind;

	return was->key != key && was->root != root &&
		((id_rules[kind].single && kind != ID_NETBIOS) ||
			clusters_disjoint(c, was->root, root, kind));
}

/* What a visit says, held against what its run said before. */
static enum id_kind
hear(struct clusters *c, uint32_t visit, uint32_t root, uint32_t *other)
{
	const struct graph *g = c->g;
	const struct visit *v = &g->visits[visit];

	for (uint32_t i = 0; i < v->n_keys; i++) {
		uint32_t key = g->key_of[v->keys_at + i];
		enum id_kind kind = g->keys[key].kind;
		if (!id_rules[kind].at_once || !graph_is_live(g, v, key) ||
			(kind == ID_NETBIOS && c->by == ID_SMB_GUID))
			continue; /* the server of a cluster's name is its node's */
		struct said_once *was = &c->said[c->slot_of[kind]][v->run];
		if (was->epoch != c->epoch)
			*was = (struct said_once){ c->epoch, key, root, visit };
		*other = was->visit;
		if (is_other(c, was, key, root))
			return kind;
	}
	return ID_KINDS;
}

enum id_kind
clusters_differ(
	struct clusters *c, const uint32_t *visits, size_t n, uint32_t *a, uint32_t *b)
{
	c->epoch++;
	for (size_t i = 0; i < n; i++) {
		uint32_t root = graph_find(c->g, visits[i]), at = root;
		if (c->walked[root] == c->epoch || !c->speaks[root])
			continue;
		c->walked[root] = c->epoch;
		do {
			const struct visit *v = &c->g->visits[at];
			enum id_kind differs = v->alive && v->run != ID_NONE
				? hear(c, at, root, a)
				: ID_KINDS;
			*b = at;
			if (differs != ID_KINDS)
				return differs;
			c->steps++;
			at = c->next[at];
		} while (at != root);
	}
	return ID_KINDS;
}

/* --- names that went over ---------------------------------------------------------------- */

static bool
is_card(const struct graph *g, const struct visit *v, uint32_t key)
{
	return g->keys[key].kind == ID_MAC && !g->keys[key].shared &&
		graph_is_live(g, v, key);
}

static uint32_t
cards_of_visit(const struct graph *g, const struct visit *v)
{
	uint32_t cards = ID_NONE;

	for (uint32_t i = 0; i < v->n_keys; i++)
		if (is_card(g, v, g->key_of[v->keys_at + i]))
			cards = cards_of_both(cards, g->key_of[v->keys_at + i]);
	return cards;
}

bool
clusters_has_other(struct clusters *c, uint32_t root, uint32_t card)
{
	const struct graph *g = c->g;
	uint32_t at = root;

	do {
		const struct visit *v = &g->visits[at];
		for (uint32_t i = 0; i < v->n_keys; i++) {
			uint32_t key = g->key_of[v->keys_at + i];
			if (key != card && is_card(g, v, key))
				return true;
		}
		c->steps++;
		at = c->next[at];
	} while (at != root);
	return false;
}

/* Marks the cards of a cluster; were some marked as `other`? */
static bool
mark_cards(struct clusters *c, uint32_t root, uint32_t other)
{
	const struct graph *g = c->g;
	uint32_t at = root;
	bool common = false;

	do {
		const struct visit *v = &g->visits[at];
		for (uint32_t i = 0; i < v->n_keys; i++) {
			uint32_t key = g->key_of[v->keys_at + i];
			if (!is_card(g, v, key))
				continue;
			common |= c->met[key] == other;
			c->met[key] = c->epoch;
		}
		c->steps++;
		at = c->next[at];
	} while (at != root);
	return common;
}

static bool
have_other_cards(struct clusters *c, uint32_t a, uint32_t b)
{
	uint32_t of_a = c->cards[a], of_b = c->cards[b];

	if (of_a == ID_NONE || of_b == ID_NONE)
		return false;
	if (of_a != CARDS_SEVERAL && of_b != CARDS_SEVERAL)
		return of_a != of_b;
	uint32_t met_in_a = ++c->epoch;
	(void)mark_cards(c, a, met_in_a);
	c->epoch++;
	return !mark_cards(c, b, met_in_a);
}

/* Did each show its card under this name before the other did for the last time?  (Visits
 * stand in the order of time.) */
static bool
took_turns(struct clusters *c, uint32_t name, uint32_t a, uint32_t b)
{
	struct graph *g = c->g;
	uint32_t first[2] = { ID_NONE, ID_NONE }, last[2] = { 0, 0 };

	for (uint32_t i = g->bearers_at[name]; i < g->bearers_at[name + 1]; i++) {
		uint32_t visit = g->bearers[i], root = graph_find(g, visit);
		c->steps++;
		if ((root != a && root != b) || !g->visits[visit].alive ||
			cards_of_visit(g, &g->visits[visit]) == ID_NONE)
			continue;
		bool of = root == b;
		first[of] = first[of] == ID_NONE ? visit : first[of];
		last[of] = visit;
	}
	return first[0] < last[1] && first[1] < last[0];
}

int
clusters_make_cards(struct clusters *c, struct err *e)
{
	struct graph *g = c->g;

	if (c->cards)
		return 0;
	c->met = arena_new_array(c->mem, uint32_t, g->n_keys);
	c->cards = arena_new_array(c->mem, uint32_t, g->n_visits);
	if (!c->met || !c->cards)
		return err_nomem(e);
	memset(c->cards, 0xff, g->n_visits * sizeof(c->cards[0])); /* ID_NONE */
	for (uint32_t v = 0; v < g->n_visits; v++) {
		uint32_t *of = &c->cards[graph_find(g, v)];
		*of = cards_of_both(*of, cards_of_visit(g, &g->visits[v]));
	}
	return 0;
}

bool
clusters_took_over(struct clusters *c, uint32_t name, uint32_t a, uint32_t b)
{
	return have_other_cards(c, a, b) && !took_turns(c, name, a, b);
}
