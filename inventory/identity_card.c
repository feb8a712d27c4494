/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cards that are not of the machine that was seen with them.
 *
 * Some stand in front of others: a load balancer's, one that forwards ports.  While such a card leads to one machine only, that machine seems to have it as a second
 * card.  What tells them apart is that the balancer's own address answers without what its
 * other addresses say.  IPv4 only: there a card has one address, and more of them serve a
 * purpose; with IPv6 it has several, some of which live for a day (RFC 7934 §2, RFC 8981).
 *
 * Others go from hand to hand: docks, USB cards.  Nothing is strange about a card and a name
 * that were not seen together before: machines get other names.  But when a machine that
 * is known by more than this card has that name, and the card's own has another and a second
 * card, then two machines may have used the card.
 */
#include "inventory/identity_private.h"

/* (What is needed for few cards is made for the first of them.) */
static int
make_room(struct cards *f, struct err *e)
{
	const struct graph *g = f->g;

	if (f->behind)
		return 0;
	f->here = arena_new_array(f->mem, uint32_t, g->b->places.n);
	f->told = arena_new_array(f->mem, uint32_t, g->b->places.n);
	f->behind = arena_new_array(f->mem, uint32_t, g->n_keys);
	return f->here && f->told && f->behind ? 0 : err_nomem(e);
}

int
cards_new(struct graph *g, struct arena *mem, struct cards *f, struct err *e)
{
	*f = (struct cards){
		.g = g,
		.mem = mem,
		.run = arena_new_array(mem, struct card_run, g->b->texts.n),
	};
	return f->run ? 0 : err_nomem(e);
}

static bool
is_identifier(const struct graph *g, uint32_t key)
{
	enum id_kind kind = g->keys[key].kind;

	return id_rules[kind].tier <= 1 && kind != ID_MAC && kind != ID_CARD;
}

/* Does the visit show an identifier besides cards; one that counts? */
static bool
is_telling(const struct graph *g, uint32_t visit, bool counting)
{
	const struct visit *v = &g->visits[visit];

	for (uint32_t i = 0; i < v->n_keys; i++) {
		uint32_t key = g->key_of[v->keys_at + i];
		if (is_identifier(g, key) && (!counting || graph_is_live(g, v, key)))
			return true;
	}
	return false;
}

size_t
keep_mute(const struct graph *g, uint32_t *visits, size_t n)
{
	size_t mute = 0;

	for (size_t i = 0; i < n; i++)
		if (!is_telling(g, visits[i], true))
			visits[mute++] = visits[i];
	return mute;
}

/* --- in front of others ------------------------------------------------------------------ */

static bool
counts(const struct graph *g, uint32_t visit)
{
	const struct visit *v = &g->visits[visit];

	return v->alive && v->run != ID_NONE && v->place != ID_NONE &&
		graph_first(g, visit)->ip.family == ADDR_IP4;
}

static struct card_run *
run_of(struct cards *f, const struct visit *v)
{
	struct card_run *r = &f->run[v->run];

	if (r->epoch != f->epoch)
		*r = (struct card_run){ f->epoch, v->place, ID_NONE, ID_NONE };
	return r;
}

/* Few cards were, so all else is looked at for these only. */
static bool
was_at_two_places(struct cards *f, const uint32_t *visits, size_t n)
{
	bool twice = false;

	for (size_t i = 0; i < n && !twice; i++) {
		const struct visit *v = &f->g->visits[visits[i]];
		if (!counts(f->g, visits[i]))
			continue;
		twice = run_of(f, v)->place != v->place;
	}
	return twice;
}

/* Where was this identifier, and was it ever beside another card, where ours never was? */
static void
trace(struct cards *f, uint32_t key, uint32_t card)
{
	const struct graph *g = f->g;

	f->behind[key] = 2 * f->epoch;
	for (uint32_t i = g->bearers_at[key]; i < g->bearers_at[key + 1]; i++) {
		const struct visit *v = &g->visits[g->bearers[i]];
		if (v->place == ID_NONE || !v->alive)
			continue;
		f->told[v->place] = f->epoch;
		for (uint32_t k = 0; k < v->n_keys; k++) {
			uint32_t other = g->key_of[v->keys_at + k];
			if (f->here[v->place] != f->epoch && other != card &&
				g->keys[other].kind == ID_MAC &&
				graph_is_live(g, v, other))
				f->behind[key] = 2 * f->epoch + 1;
		}
	}
}

/* Does the visit show an identifier of a machine that has another card? */
static bool
leads_on(struct cards *f, uint32_t visit)
{
	const struct visit *v = &f->g->visits[visit];

	for (uint32_t i = 0; i < v->n_keys; i++) {
		uint32_t key = f->g->key_of[v->keys_at + i];
		if (f->behind[key] == 2 * f->epoch + 1)
			return true;
	}
	return false;
}

static void
trace_all(struct cards *f, uint32_t card, const uint32_t *visits, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (f->g->visits[visits[i]].place != ID_NONE)
			f->here[f->g->visits[visits[i]].place] = f->epoch;
	for (size_t i = 0; i < n; i++) {
		const struct visit *v = &f->g->visits[visits[i]];
		for (uint32_t k = 0; k < v->n_keys; k++) {
			uint32_t key = f->g->key_of[v->keys_at + k];
			if (is_identifier(f->g, key) && graph_is_live(f->g, v, key) &&
				f->behind[key] / 2 != f->epoch)
				trace(f, key, card);
		}
	}
}

int
card_front(struct cards *f, uint32_t card, const uint32_t *visits, size_t n,
	struct pair *out, struct err *e)
{
	*out = (struct pair){ ID_NONE, ID_NONE };
	f->epoch++;
	if (!was_at_two_places(f, visits, n))
		return 0;
	if (make_room(f, e) == -1)
		return -1;
	trace_all(f, card, visits, n);
	for (size_t i = 0; i < n && out->a == ID_NONE; i++) {
		const struct visit *v = &f->g->visits[visits[i]];
		if (!counts(f->g, visits[i]))
			continue;
		struct card_run *r = run_of(f, v);
		if (leads_on(f, visits[i]))
			r->other = visits[i];
		else if (f->told[v->place] != f->epoch &&
			!is_telling(f->g, visits[i], false))
			r->mute = visits[i];
		if (r->mute != ID_NONE && r->other != ID_NONE)
			*out = (struct pair){ r->mute, r->other };
	}
	return 0;
}

/* --- from hand to hand ------------------------------------------------------------------- */

/* A name of which a machine has one at once, and says it itself. */
static bool
is_name(const struct graph *g, const struct visit *v, uint32_t key)
{
	const struct id_rule *rule = &id_rules[g->keys[key].kind];

	return rule->tier == 2 && rule->single && rule->at_once &&
		graph_is_live(g, v, key);
}

/* The first such name of a visit; ID_NONE. */
static uint32_t
name_of(const struct graph *g, uint32_t visit)
{
	const struct visit *v = &g->visits[visit];

	for (uint32_t i = 0; i < v->n_keys; i++)
		if (is_name(g, v, g->key_of[v->keys_at + i]))
			return g->key_of[v->keys_at + i];
	return ID_NONE;
}

/* The machines known by more than the card; one that more have had is shared by any measure. */
struct owners {
	uint32_t root[4];
	size_t n;
};

static void
list_owners(struct graph *g, const uint32_t *visits, size_t n, struct owners *out)
{
	size_t most = sizeof(out->root) / sizeof(out->root[0]);

	out->n = 0;
	for (size_t i = 0; i < n && out->n < most; i++) {
		uint32_t root;
		size_t k = 0;
		if (!is_telling(g, visits[i], true))
			continue;
		root = graph_find(g, visits[i]);
		while (k < out->n && out->root[k] != root)
			k++;
		out->root[k] = root;
		out->n += k == out->n;
	}
}

static bool
is_owner(const struct owners *o, uint32_t root)
{
	for (size_t i = 0; i < o->n; i++)
		if (o->root[i] == root)
			return true;
	return false;
}

/* They have names of this kind, and not this one. */
static bool
is_strange(const struct clusters *c, const struct owners *o, uint32_t name)
{
	bool others = false;

	for (size_t i = 0; i < o->n; i++) {
		if (clusters_has(c, o->root[i], name))
			return false;
		others |= clusters_has_kind(c, o->root[i], c->g->keys[name].kind);
	}
	return others;
}

/* A machine that has one card only has not lent it.  (It may have got that name.) */
static bool
have_other_cards(struct clusters *c, const struct owners *o, uint32_t card)
{
	for (size_t i = 0; i < o->n; i++)
		if (!clusters_has_other(c, o->root[i], card))
			return false;
	return true;
}

static bool
is_of_another(struct clusters *c, const struct owners *o, uint32_t name)
{
	struct graph *g = c->g;

	for (uint32_t i = g->bearers_at[name]; i < g->bearers_at[name + 1]; i++) {
		uint32_t visit = g->bearers[i];
		c->steps++;
		if (g->visits[visit].alive && is_telling(g, visit, true) &&
			!is_owner(o, graph_find(g, visit)))
			return true;
	}
	return false;
}

size_t
card_passed_on(struct clusters *c, uint32_t card, uint32_t *visits, size_t *n,
	uint32_t *others)
{
	size_t all = *n, n_others = 0;
	struct owners owners;

	list_owners(c->g, visits, all, &owners);
	*n = 0;
	for (size_t i = 0; i < all; i++) {
		uint32_t name = owners.n == 0 || is_telling(c->g, visits[i], true)
			? ID_NONE
			: name_of(c->g, visits[i]);
		if (name != ID_NONE && is_strange(c, &owners, name) &&
			(c->steps > STEPS_MAX ||
				(have_other_cards(c, &owners, card) &&
					is_of_another(c, &owners, name))))
			others[n_others++] = visits[i];
		else
			visits[(*n)++] = visits[i];
	}
	return n_others;
}

size_t
card_take_group(const struct graph *g, uint32_t *visits, size_t *n, uint32_t *group)
{
	uint32_t name = name_of(g, visits[0]);
	size_t taken = 0, left = 0;

	for (size_t i = 0; i < *n; i++) {
		if (name_of(g, visits[i]) == name)
			group[taken++] = visits[i];
		else
			visits[left++] = visits[i];
	}
	*n = left;
	return taken;
}
