/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Identifiers that are measured not to be unique (identity.h, rule 2).
 *
 * Each test says "there are sightings such that …" about identifiers as they were seen,
 * demoted or not.  More sightings can only add to what there is, so a key once demoted
 * stays demoted: the result depends neither on the order in which keys are judged nor on
 * the batches, and what was found may be written down.
 */
#include "inventory/identity_private.h"

#include <stdlib.h>

/* Seen with one key, kind by kind: the first value, and whether there were two. */
struct values {
	struct {
		uint32_t key, visit; /* the first; ID_NONE */
		bool two_values, two_visits;
		uint32_t other; /* a visit that makes the difference */
	} of[ID_KINDS];
};

struct judge {
	struct graph *g;
	struct arena *mem; /* of what follows */
	uint64_t *scratch; /* a key's bearers, or sightings, to sort */
	uint32_t *run_mark, *place_mark, *key_mark; /* epoch in which it was met */
	uint32_t epoch;
};

/* What was found against a key, for the ledger. */
struct finding {
	const char *rule, *text;
	uint32_t a, b; /* sightings */
};

static bool
is_marked(uint32_t *marks, uint32_t i, uint32_t epoch)
{
	bool was = marks[i] == epoch;

	marks[i] = epoch;
	return was;
}

static int
cmp_u64(const void *pa, const void *pb)
{
	const uint64_t *a = pa, *b = pb;

	return (*a > *b) - (*a < *b);
}

static void
forget(struct values *v)
{
	for (unsigned k = 0; k < ID_KINDS; k++) {
		v->of[k].key = v->of[k].visit = v->of[k].other = ID_NONE;
		v->of[k].two_values = v->of[k].two_visits = false;
	}
}

static void
note_visit(const struct graph *g, struct values *v, uint32_t visit)
{
	const struct visit *at = &g->visits[visit];

	for (uint32_t i = 0; i < at->n_keys; i++) {
		uint32_t key = g->key_of[at->keys_at + i];
		unsigned kind = g->keys[key].kind;
		if (v->of[kind].key == ID_NONE) {
			v->of[kind].key = key;
			v->of[kind].visit = visit;
			continue;
		}
		v->of[kind].two_values |= v->of[kind].key != key;
		if (v->of[kind].visit != visit) {
			v->of[kind].two_visits = true;
			v->of[kind].other = visit;
		}
	}
}

/* --- in one run --------------------------------------------------------------------------------- */

static bool
is_at_too_many(
	struct judge *j, uint32_t x, const uint64_t *run, size_t n, struct finding *out)
{
	const struct graph *g = j->g;
	const struct id_rule *rule = &id_rules[g->keys[x].kind];
	uint32_t places = 0, macs = 0;

	j->epoch++;
	for (size_t i = 0; i < n; i++) {
		const struct visit *v = &g->visits[(uint32_t)run[i]];
		if (v->place != ID_NONE && !is_marked(j->place_mark, v->place, j->epoch))
			places++;
		for (uint32_t k = 0; k < v->n_keys && v->alive && rule->macs_max; k++) {
			uint32_t key = g->key_of[v->keys_at + k];
			if (g->keys[key].kind == ID_MAC &&
				!is_marked(j->key_mark, key, j->epoch))
				macs++;
		}
	}
	bool by_places = places > rule->places_max;
	if (!by_places && (!rule->macs_max || macs <= rule->macs_max))
		return false;
	out->rule = by_places ? "demoted:places" : "demoted:macs";
	out->text = by_places
		? "one run saw it at more addresses than one device has"
		: "one run saw it behind more network cards than one device has";
	out->a = graph_witness(g, (uint32_t)run[0], x);
	out->b = graph_witness(g, (uint32_t)run[n - 1], x);
	return true;
}

/* The name of a cluster stands beside that of the node that answers for it; both are told by
 * the node's own card and server, which says its own name by NTLM as well. */
static bool
is_second_name(enum id_kind kind, enum id_kind of)
{
	return kind == ID_NETBIOS && (of == ID_MAC || of == ID_SMB_GUID);
}

/* Two visits of a run that bear x show different values of a kind that a device has once:
 * at least two visits show some, and together they show two. */
static bool
differs_at_once(
	struct judge *j, uint32_t x, const uint64_t *run, size_t n, struct finding *out)
{
	const struct graph *g = j->g;
	enum id_kind kind = g->keys[x].kind;
	struct values v;

	forget(&v);
	for (size_t i = 0; i < n; i++)
		if (g->visits[(uint32_t)run[i]].alive)
			note_visit(g, &v, (uint32_t)run[i]);
	for (unsigned k = 0; k < ID_KINDS; k++) {
		if (k == (unsigned)kind || !id_rules[k].single || !v.of[k].two_values ||
			!v.of[k].two_visits || is_second_name((enum id_kind)k, kind) ||
			id_rules[k].tier > id_rules[kind].tier + 1)
			continue;
		out->rule = "demoted:at-once";
		out->text = arena_printf(g->mem,
			"one run saw it at two addresses that differ in %s",
			id_rules[k].name);
		out->a = graph_witness(g, v.of[k].visit, x);
		out->b = graph_witness(g, v.of[k].other, x);
		return true;
	}
	return false;
}

static bool
is_shared_in_a_run(struct judge *j, uint32_t x, struct finding *out)
{
	const struct graph *g = j->g;
	const uint32_t *bearers = g->bearers + g->bearers_at[x];
	size_t n_bearers = g->bearers_at[x + 1] - g->bearers_at[x], n = 0, end;
	bool twice = false;

	j->epoch++;
	for (size_t i = 0; i < n_bearers; i++) {
		uint32_t run = g->visits[bearers[i]].run;
		if (run == ID_NONE)
			continue;
		twice |= is_marked(j->run_mark, run, j->epoch);
		j->scratch[n++] = (uint64_t)run << 32 | bearers[i];
	}
	if (!twice)
		return false;
	qsort(j->scratch, n, sizeof(j->scratch[0]), cmp_u64);
	for (size_t from = 0; from < n; from = end) {
		for (end = from;
			end < n && j->scratch[end] >> 32 == j->scratch[from] >> 32;)
			end++;
		if (end - from > 1 &&
			(is_at_too_many(j, x, j->scratch + from, end - from, out) ||
				differs_at_once(
					j, x, j->scratch + from, end - from, out)))
			return true;
	}
	return false;
}

/* --- over time ---------------------------------------------------------------------------------- */

/* The sightings, in alive visits that bear x, that show a value of the kind; at one site, or
 * at all of them (NULL). */
static size_t
list_values(struct judge *j, uint32_t x, unsigned kind, const char *site)
{
	const struct graph *g = j->g;
	size_t n = 0;

	for (uint32_t i = g->bearers_at[x]; i < g->bearers_at[x + 1]; i++) {
		uint32_t visit = g->bearers[i];
		size_t n_members;
		const uint32_t *members = graph_members(g, visit, &n_members);
		bool counts = g->visits[visit].alive &&
			(!site || graph_first(g, visit)->site == site);
		for (size_t m = 0; m < n_members && counts; m++) {
			uint32_t s = members[m];
			for (size_t k = 0; k < g->sightings[s].n_keys; k++) {
				uint32_t key = g->key_of[g->keys_at[s] + k];
				if ((unsigned)g->keys[key].kind == kind)
					j->scratch[n++] = (uint64_t)s << 32 | key;
			}
		}
	}
	qsort(j->scratch, n, sizeof(j->scratch[0]), cmp_u64);
	return n;
}

/* a, b, a in the order of sightings.  A new system on the same hardware gives a, b only. */
static bool
alternates_in(struct judge *j, uint32_t x, unsigned kind, const char *site,
	struct finding *out)
{
	size_t n = list_values(j, x, kind, site);
	uint32_t last = ID_NONE;

	j->epoch++;
	for (size_t i = 0; i < n; i++) {
		uint32_t key = (uint32_t)j->scratch[i];
		if (key == last)
			continue;
		if (is_marked(j->key_mark, key, j->epoch)) {
			out->rule = "demoted:alternates";
			out->text = arena_printf(j->g->mem,
				"it went back and forth between two values of %s",
				id_rules[kind].name);
			out->a = (uint32_t)(j->scratch[i - 1] >> 32);
			out->b = (uint32_t)(j->scratch[i] >> 32);
			return true;
		}
		last = key;
	}
	return false;
}

/* A name means something within a site only. */
static bool
alternates_somewhere(struct judge *j, uint32_t x, unsigned kind, struct finding *out)
{
	enum { SITES_MAX = 16 }; /* of one name; further ones are not looked at */
	const struct graph *g = j->g;
	const char *sites[SITES_MAX]; /* one text is one pointer */
	uint32_t n = 0;

	if (id_rules[g->keys[x].kind].tier < 2)
		return alternates_in(j, x, kind, NULL, out);
	for (uint32_t i = g->bearers_at[x]; i < g->bearers_at[x + 1]; i++) {
		const char *site = graph_first(g, g->bearers[i])->site;
		uint32_t k = 0;
		while (k < n && sites[k] != site)
			k++;
		if (k < n || n == SITES_MAX)
			continue;
		sites[n++] = site;
		if (alternates_in(j, x, kind, site, out))
			return true;
	}
	return false;
}

static bool
alternates(struct judge *j, uint32_t x, struct finding *out)
{
	const struct graph *g = j->g;
	enum id_kind kind = g->keys[x].kind;
	struct values v;

	forget(&v);
	for (uint32_t i = g->bearers_at[x]; i < g->bearers_at[x + 1]; i++)
		if (g->visits[g->bearers[i]].alive)
			note_visit(g, &v, g->bearers[i]);
	for (unsigned k = 0; k < ID_KINDS; k++)
		if (k != (unsigned)kind && id_rules[k].single && v.of[k].two_values &&
			id_rules[k].tier <= id_rules[kind].tier &&
			alternates_somewhere(j, x, k, out))
			return true;
	return false;
}

/* --- all keys ----------------------------------------------------------------------------------- */

static int
demote(struct judge *j, uint32_t x, const struct finding *f, struct err *e)
{
	struct graph_key *k = &j->g->keys[x];
	struct identity_link l = {
		.outcome = LINK_DEMOTED,
		.rule = f->rule,
		.kind = k->kind,
		.value = k->value,
		.a = f->a,
		.b = f->b,
		.detail = f->text,
	};

	k->demoted = k->newly = true;
	return graph_link(j->g, &l, e);
}

/* The most that a key asks to sort: its bearers, or what their sightings say. */
static size_t
most_to_sort(const struct graph *g)
{
	size_t most = 0;

	for (size_t x = 0; x < g->n_keys; x++) {
		size_t said = 0, n_members;
		for (uint32_t i = g->bearers_at[x]; i < g->bearers_at[x + 1]; i++) {
			const uint32_t *members = graph_members(
				g, g->bearers[i], &n_members);
			for (size_t m = 0; m < n_members; m++)
				said += g->sightings[members[m]].n_keys;
		}
		most = said > most ? said : most;
	}
	return most;
}

static int
make_judge(struct graph *g, struct judge *j, struct err *e)
{
	struct arena *mem = arena_part(g->mem);

	if (!mem)
		return err_nomem(e);
	*j = (struct judge){
		.g = g,
		.mem = mem,
		.scratch = arena_new_array(mem, uint64_t, most_to_sort(g)),
		.run_mark = arena_new_array(mem, uint32_t, g->b->texts.n),
		.place_mark = arena_new_array(mem, uint32_t, g->b->places.n),
		.key_mark = arena_new_array(mem, uint32_t, g->n_keys),
	};
	return j->scratch && j->run_mark && j->place_mark && j->key_mark ? 0
									 : err_nomem(e);
}

/* No host shows more of a kind at one address; a forger could, without end. */
enum { SHOWN_MAX = 64 };

/* Demotes what one visit shows in a flood.  (Its keys stand by kind.) */
static int
judge_floods(struct judge *j, uint32_t visit, struct err *e)
{
	const struct graph *g = j->g;
	const struct visit *v = &g->visits[visit];
	const uint32_t *keys = g->key_of + v->keys_at;
	const struct finding flood = {
		.rule = "demoted:flood",
		.text = "one address showed more of this kind than one device has",
		.a = g->members[v->members_at],
		.b = g->members[v->members_at],
	};
	uint32_t end;

	for (uint32_t from = 0; from < v->n_keys; from = end) {
		enum id_kind kind = g->keys[keys[from]].kind;
		for (end = from; end < v->n_keys && g->keys[keys[end]].kind == kind;)
			end++;
		for (uint32_t k = from; k < end && end - from > SHOWN_MAX; k++)
			if (!g->keys[keys[k]].demoted &&
				demote(j, keys[k], &flood, e) == -1)
				return -1;
	}
	return 0;
}

int
identity_demote(struct graph *g, struct err *e)
{
	struct judge j;
	struct finding f;

	if (make_judge(g, &j, e) == -1)
		return -1;
	for (uint32_t v = 0; v < g->n_visits; v++)
		if (g->visits[v].n_keys > SHOWN_MAX && judge_floods(&j, v, e) == -1)
			return -1;
	for (uint32_t x = 0; x < g->n_keys; x++) {
		bool alone = g->bearers_at[x + 1] - g->bearers_at[x] < 2;
		if (alone || g->keys[x].demoted || g->keys[x].kind == ID_VIP ||
			id_rules[g->keys[x].kind].tier > 2)
			continue;
		if ((is_shared_in_a_run(&j, x, &f) || alternates(&j, x, &f)) &&
			demote(&j, x, &f, e) == -1)
			return -1;
	}
	arena_free(j.mem);
	return 0;
}
