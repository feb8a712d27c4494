/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Visits that bear the same identifier become one device (identity.h, rule 3), unless that
 * would give the device something it can have only once.
 *
 * Pins first, then keys in the graph's order: by kind, then by first appearance; visits in
 * their order.  Joins that a veto forbids depend on those before them, so this order is
 * part of the rule.
 */
#include "inventory/identity_private.h"

#include <stdlib.h>
#include <string.h>

/* Bearers of one key that could not be joined, or the last one: the latest cluster is the
 * likeliest.  A key that more than four devices claim is not worth more tries. */
enum { RECENT = 4 };

struct recent {
	uint32_t epoch; /* of which key this is about */
	uint32_t n;
	uint32_t visit[RECENT]; /* the latest first */
};

struct joiner {
	struct graph *g;
	struct arena *mem; /* scratch */
	struct clusters c;
	struct cards cards;
	uint32_t *list; /* visits that bear what is joined by, thrice as many as a key has */
	size_t widest;             /* bearers of a key */
	struct recent *by_partner; /* tier 2: the second key of a pair, from first_name on */
	uint32_t first_name;
	uint32_t epoch;
	const char *rule1[ID_KINDS], *rule2[ID_KINDS][ID_KINDS];
};

/* Reasons to refuse a join that are no kind. */
#define NEVER  "never"
#define FRONT  "front"
#define PASSED "passed-on"

/* Why a join is tried. */
struct ground {
	enum { BY_PIN, BY_VIP, BY_KEY, BY_NAMES } by;
	uint32_t key, second; /* second: BY_NAMES */
};

/* --- vetoes -------------------------------------------------------------------------------------- */

/* Does a second value of a kind forbid a join on this ground? */
static bool
forbids(const struct graph *g, enum id_kind kind, const struct ground *why)
{
	enum id_kind by = g->keys[why->key].kind;

	switch (id_rules[kind].veto) {
	case VETO_ALWAYS: return true;
	case VETO_WEAKER: return by >= kind;
	case VETO_NAMES: return why->by == BY_NAMES;
	case VETO_NONE: break;
	}
	return false;
}

/* The name of what forbids to join two roots, or NULL. */
static const char *
veto(struct joiner *j, uint32_t a, uint32_t b, const struct ground *why)
{
	if (clusters_forbidden(&j->c, a, b))
		return NEVER;
	for (unsigned k = 0; k < ID_KINDS && why->by != BY_PIN; k++) {
		enum id_kind kind = (enum id_kind)k;
		if (forbids(j->g, kind, why) &&
			(why->by == BY_NAMES ? clusters_disjoint(&j->c, a, b, kind)
					     : clusters_clash(&j->c, a, b, kind)))
			return id_rules[kind].name;
	}
	if (why->by != BY_NAMES)
		return NULL;
	const uint32_t both[] = { a, b };
	uint32_t va, vb;
	enum id_kind differs = j->c.steps > STEPS_MAX
		? ID_SSH_KEY
		: clusters_differ(&j->c, both, 2, &va, &vb);
	if (differs != ID_KINDS)
		return id_rules[differs].name;
	return clusters_took_over(&j->c, why->key, a, b) ? id_rules[ID_MAC].name : NULL;
}

/* --- one join ----------------------------------------------------------------------------------- */

const char identity_joined_by_key[] = "both bear it, and only one device does";

const char *
identity_rule_of_key(enum id_kind kind, struct arena *mem)
{
	static const char *const tiers[] = { "tier0:", "tier1:", "tier2:", "tier3:" };

	return arena_join(mem, tiers[id_rules[kind].tier], id_rules[kind].name, "");
}

static const char *
rule_name(struct joiner *j, const struct ground *why)
{
	const struct graph_key *a = &j->g->keys[why->key];

	if (why->by == BY_PIN)
		return "same";
	if (why->by == BY_VIP)
		return "vip";
	if (why->by == BY_KEY) {
		if (!j->rule1[a->kind])
			j->rule1[a->kind] = identity_rule_of_key(a->kind, j->g->mem);
		return j->rule1[a->kind];
	}
	enum id_kind second = j->g->keys[why->second].kind;
	if (!j->rule2[a->kind][second])
		j->rule2[a->kind][second] = arena_printf(j->g->mem, "tier2:%s+%s",
			id_rules[a->kind].name, id_rules[second].name);
	return j->rule2[a->kind][second];
}

static int
link_joined(struct joiner *j, uint32_t a, uint32_t b, const struct ground *why,
	struct err *e)
{
	struct graph *g = j->g;
	const struct graph_key *k = &g->keys[why->key];
	struct identity_link l = {
		.outcome = LINK_JOINED,
		.rule = rule_name(j, why),
		.kind = k->kind,
		.value = k->value,
		.a = graph_witness(g, a, why->key),
		.b = graph_witness(g, b, why->key),
		.detail = identity_joined_by_key,
	};

	int64_t device = graph_device(g, a);

	if (device && device == graph_device(g, b))
		return 0; /* no news */
	if (why->by == BY_PIN)
		l.detail = "someone ruled that these are one device";
	if (why->by == BY_VIP)
		l.detail = "both answered at a virtual address";
	if (why->by == BY_NAMES)
		l.detail = arena_printf(g->mem, "both bear it and %s %s",
			id_rules[g->keys[why->second].kind].name,
			g->keys[why->second].value);
	return graph_link(g, &l, e);
}

/* The same agent, directory object or instance on other hardware: the one came after the
 * other. */
static bool
is_successor(const struct graph *g, const struct ground *why, const char *reason)
{
	return why->by == BY_KEY && id_rules[g->keys[why->key].kind].tier == 0 &&
		strcmp(reason, id_rules[ID_SERIAL].name) == 0;
}

static const char *
refusal_text(struct graph *g, const struct ground *why, const char *reason)
{
	if (why->by == BY_PIN)
		return "someone tied these together, but someone also ruled that they are "
		       "never one device";
	if (strcmp(reason, FRONT) == 0)
		return "one run saw this card at two addresses of which only one says what "
		       "the machine with another card says: possibly one machine, "
		       "possibly a load balancer";
	if (strcmp(reason, PASSED) == 0)
		return "both were seen with this card, but the one under a name that "
		       "another machine has: possibly the card went from hand to "
		       "hand, possibly the name did";
	if (why->by == BY_NAMES && strcmp(reason, id_rules[ID_MAC].name) == 0)
		return "both bear these names, each on another card: possibly one machine, "
		       "possibly one that took the other's place";
	if (strcmp(reason, NEVER) == 0)
		return "both bear it, but someone ruled that these are never one device";
	if (is_successor(g, why, reason))
		return "both bear it on hardware with its own serial number: the later "
		       "one took the place of the earlier";
	return arena_printf(g->mem, "both bear it, but they differ in %s", reason);
}

static int
link_refused(struct joiner *j, uint32_t a, uint32_t b, const struct ground *why,
	const char *reason, struct err *e)
{
	struct graph *g = j->g;
	bool successor = is_successor(g, why, reason);
	struct identity_link l = {
		.outcome = successor ? LINK_TIED : LINK_REFUSED,
		.rule = successor ? "successor"
				  : arena_printf(g->mem, "veto:%s", reason),
		.kind = g->keys[why->key].kind,
		.value = g->keys[why->key].value,
		.a = graph_witness(g, a, why->key),
		.b = graph_witness(g, b, why->key),
		.detail = refusal_text(g, why, reason),
	};

	int64_t da = graph_device(g, a), db = graph_device(g, b);

	if (da && db && da != db)
		return 0; /* no news */
	return graph_link(g, &l, e);
}

/* Joins the clusters of two visits, or says why not. */
static int
join(struct joiner *j, uint32_t a, uint32_t b, const struct ground *why, bool *joined,
	struct err *e)
{
	uint32_t ra = graph_find(j->g, a), rb = graph_find(j->g, b);

	*joined = true;
	if (ra == rb)
		return 0;
	if (why->by == BY_NAMES && clusters_make_cards(&j->c, e) == -1)
		return -1;
	const char *reason = veto(j, ra, rb, why);
	if (reason) {
		*joined = false;
		return link_refused(j, a, b, why, reason, e);
	}
	clusters_unite(&j->c, ra, rb);
	return link_joined(j, a, b, why, e);
}

static void
to_front(struct recent *r, uint32_t i, uint32_t visit)
{
	memmove(r->visit + 1, r->visit, i * sizeof(r->visit[0]));
	r->visit[0] = visit;
}

/* One more bearer: to the latest cluster that takes it. */
static int
offer(struct joiner *j, struct recent *r, uint32_t visit, const struct ground *why,
	struct err *e)
{
	bool joined = false;

	for (uint32_t i = 0; i < r->n; i++) {
		if (graph_find(j->g, r->visit[i]) == graph_find(j->g, visit)) {
			to_front(r, i, visit);
			return 0;
		}
	}
	for (uint32_t i = 0; i < r->n; i++) {
		if (join(j, r->visit[i], visit, why, &joined, e) == -1)
			return -1;
		if (joined) {
			to_front(r, i, visit);
			return 0;
		}
	}
	if (r->n < RECENT)
		r->n++;
	to_front(r, r->n - 1, visit);
	return 0;
}

/* --- the kinds of grounds ------------------------------------------------------------------------- */

/* Boundary visits stand where their device says (identity_near.c). */
static bool
takes_part(const struct graph *g, uint32_t visit, uint32_t key)
{
	return g->visits[visit].closure && graph_is_live(g, &g->visits[visit], key);
}

/* The visits that bear either of two keys and take part, in their order: in j->list. */
static size_t
list_bearers(struct joiner *j, struct pair keys)
{
	const struct graph *g = j->g;
	uint32_t at[] = { g->bearers_at[keys.a], g->bearers_at[keys.b] };
	const uint32_t key[] = { keys.a, keys.b };
	const uint32_t end[] = { g->bearers_at[keys.a + 1],
		keys.a == keys.b ? at[1] : g->bearers_at[keys.b + 1] };
	size_t n = 0;

	while (at[0] < end[0] || at[1] < end[1]) {
		int i = at[0] == end[0] ||
			(at[1] < end[1] && g->bearers[at[1]] < g->bearers[at[0]]);
		uint32_t visit = g->bearers[at[i]++];
		if (takes_part(g, visit, key[i]))
			j->list[n++] = visit;
	}
	return n;
}

static int
offer_all(struct joiner *j, const uint32_t *visits, size_t n, const struct ground *why,
	struct err *e)
{
	struct recent r = { .n = 0 };

	for (size_t i = 0; i < n; i++)
		if (offer(j, &r, visits[i], why, e) == -1)
			return -1;
	return 0;
}

static int
join_pinned(struct joiner *j, struct pair pin, struct err *e)
{
	const struct ground why = { BY_PIN, pin.a, ID_NONE };

	return offer_all(j, j->list, list_bearers(j, pin), &why, e);
}

static int
join_vips(struct joiner *j, struct err *e)
{
	struct graph *g = j->g;
	uint32_t *last = arena_new_array(j->mem, uint32_t, g->n_keys); /* + 1 */

	if (!last)
		return err_nomem(e);
	for (uint32_t i = 0; i < g->n_visits; i++) {
		uint32_t key = graph_vip(g, &g->visits[i]);
		const struct ground why = { BY_VIP, key, ID_NONE };
		bool joined;
		if (key == ID_NONE || !g->visits[i].closure)
			continue;
		if (last[key] && join(j, last[key] - 1, i, &why, &joined, e) == -1)
			return -1;
		last[key] = i + 1;
	}
	return 0;
}

/* A key that two machines had, at once or by turns, joins only those who say nothing else:
 * what answers for a load balancer itself, a dock that nobody talked through. */
static int
join_mute(struct joiner *j, uint32_t *visits, size_t n, const struct ground *why,
	struct err *e)
{
	size_t mute = 0;

	for (size_t i = 0; i < n; i++)
		if (!clusters_speaks(&j->c, graph_find(j->g, visits[i])))
			visits[mute++] = visits[i];
	return offer_all(j, visits, mute, why, e);
}

/* Those who used a card of another machine: each name by itself. */
static int
join_users(struct joiner *j, uint32_t *visits, size_t n, uint32_t owner,
	const struct ground *why, struct err *e)
{
	while (n > 0) {
		uint32_t *group = j->list + 2 * j->widest;
		size_t n_group = card_take_group(j->g, visits, &n, group);
		if (link_refused(j, group[0], owner, why, PASSED, e) == -1 ||
			offer_all(j, group, n_group, why, e) == -1)
			return -1;
	}
	return 0;
}

/* A card that stands in front of others is of none of them: it joins what shows nothing else.
 * One that went from hand to hand does not join who is known to be another.  (A card that its
 * machine lists itself is its own, wherever it answers.) */
static int
join_card(struct joiner *j, uint32_t *visits, size_t n, const struct ground *why,
	struct err *e)
{
	uint32_t *others = j->list + j->widest;
	struct pair front;

	if (card_front(&j->cards, why->key, visits, n, &front, e) == -1)
		return -1;
	j->g->keys[why->key].shared = front.a != ID_NONE;
	if (front.a != ID_NONE)
		return link_refused(j, front.a, front.b, why, FRONT, e) == -1
			? -1
			: offer_all(j, visits, keep_mute(j->g, visits, n), why, e);
	size_t n_others = card_passed_on(&j->c, why->key, visits, &n, others);
	if (offer_all(j, visits, n, why, e) == -1)
		return -1;
	return join_users(j, others, n_others, visits[0], why, e);
}

static int
join_bearers(struct joiner *j, struct pair keys, struct err *e)
{
	const struct ground why = { BY_KEY, keys.a, ID_NONE };
	enum id_kind kind = j->g->keys[keys.a].kind, differs = ID_KINDS;
	uint32_t *visits = j->list, a, b;
	size_t n = list_bearers(j, keys);

	if (n < 2)
		return 0;
	if (id_rules[kind].tier == 1)
		differs = clusters_differ(&j->c, visits, n, &a, &b);
	if (differs == ID_KINDS)
		return kind == ID_MAC && keys.a == keys.b
			? join_card(j, visits, n, &why, e)
			: offer_all(j, visits, n, &why, e);
	j->g->keys[keys.a].shared = true;
	if (link_refused(j, a, b, &why, id_rules[differs].name, e) == -1)
		return -1;
	return join_mute(j, visits, n, &why, e);
}

/* A visit that bears a tier 2 key meets, for each of its names of a later kind, those
 * before it that bear both. */
static int
meet_by_names(struct joiner *j, uint32_t key, uint32_t visit, struct err *e)
{
	const struct graph *g = j->g;
	const struct visit *v = &g->visits[visit];

	for (uint32_t k = 0; k < v->n_keys; k++) {
		uint32_t second = g->key_of[v->keys_at + k];
		const struct graph_key *s = &g->keys[second];
		const struct ground why = { BY_NAMES, key, second };
		if (s->kind <= g->keys[key].kind || id_rules[s->kind].tier != 2 ||
			!graph_is_live(g, v, second))
			continue;
		struct recent *r = &j->by_partner[second - j->first_name];
		if (r->epoch != j->epoch)
			*r = (struct recent){ .epoch = j->epoch };
		if (offer(j, r, visit, &why, e) == -1)
			return -1;
	}
	return 0;
}

static int
by_site(const void *pa, const void *pb, void *graph)
{
	const uint32_t *a = pa, *b = pb;
	const struct graph *g = graph;
	int c = strcmp(graph_first(g, *a)->site, graph_first(g, *b)->site);

	return c ? c : (*a > *b) - (*a < *b);
}

/* A name that two machines had which are not one (a cluster's, one that was exchanged) joins
 * nobody. */
static int
join_names_of_site(
	struct joiner *j, uint32_t key, const uint32_t *visits, size_t n, struct err *e)
{
	const struct ground why = { BY_NAMES, key, key };
	uint32_t a, b, *live = j->list + j->widest;
	size_t n_live = 0;

	for (size_t i = 0; i < n; i++)
		if (takes_part(j->g, visits[i], key))
			live[n_live++] = visits[i];
	enum id_kind differs = n_live > 1 ? clusters_differ(&j->c, live, n_live, &a, &b)
					  : ID_KINDS;
	j->epoch++;
	if (differs != ID_KINDS)
		return link_refused(j, a, b, &why, id_rules[differs].name, e);
	for (size_t i = 0; i < n_live; i++)
		if (meet_by_names(j, key, live[i], e) == -1)
			return -1;
	return 0;
}

/* (One text is one pointer.) */
static bool
is_one_site(const struct graph *g, uint32_t a, uint32_t b)
{
	return graph_first(g, a)->site == graph_first(g, b)->site;
}

/* Names mean something within a site only: two offices may each have a NAS called "nas". */
static int
join_names(struct joiner *j, uint32_t key, struct err *e)
{
	struct graph *g = j->g;
	size_t n = g->bearers_at[key + 1] - g->bearers_at[key];
	uint32_t *by = g->bearers + g->bearers_at[key];
	bool one_site = true;

	for (size_t i = 1; i < n; i++)
		one_site = one_site && is_one_site(g, by[i], by[0]);
	if (!one_site) {
		by = memcpy(j->list, by, n * sizeof(by[0]));
		qsort_r(by, n, sizeof(by[0]), by_site, g);
	}
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && is_one_site(g, by[end], by[i]);)
			end++;
		if (join_names_of_site(j, key, by + i, end - i, e) == -1)
			return -1;
	}
	return 0;
}

/* --- before the first join --------------------------------------------------------------------------- */

struct old_home {
	int64_t device;
	uint32_t visit;
};

static int
by_device(const void *pa, const void *pb)
{
	const struct old_home *a = pa, *b = pb;

	if (a->device != b->device)
		return a->device < b->device ? -1 : 1;
	return (a->visit > b->visit) - (a->visit < b->visit);
}

static int
join_boundary(struct graph *g, struct arena *mem, struct err *e)
{
	struct old_home *homes;
	size_t n = 0;

	for (size_t i = 0; i < g->n_visits; i++)
		n += !g->visits[i].closure && g->visits[i].anchored;
	homes = arena_new_array(mem, struct old_home, n);
	if (!homes)
		return err_nomem(e);
	n = 0;
	for (uint32_t i = 0; i < g->n_visits; i++) {
		const struct visit *v = &g->visits[i];
		int64_t device = v->closure || !v->anchored ? 0 : graph_device(g, i);
		if (device)
			homes[n++] = (struct old_home){ device, i };
	}
	qsort(homes, n, sizeof(homes[0]), by_device);
	for (size_t i = 1; i < n; i++)
		if (homes[i].device == homes[i - 1].device)
			graph_unite(g, homes[i - 1].visit, homes[i].visit);
	return 0;
}

/* --- ties -------------------------------------------------------------------------------------------- */

/* Who answers for a virtual address: the last other bearer of what was shown there. */
static int
tie(struct joiner *j, uint32_t vip, uint32_t key, struct err *e)
{
	struct graph *g = j->g;
	struct identity_link l = {
		.outcome = LINK_TIED,
		.rule = "vip",
		.kind = g->keys[key].kind,
		.value = g->keys[key].value,
		.detail = "the one answered for the other, a virtual address",
	};

	for (uint32_t i = g->bearers_at[key + 1]; i-- > g->bearers_at[key];) {
		const struct visit *v = &g->visits[g->bearers[i]];
		if (v->is_vip || !graph_is_live(g, v, key))
			continue;
		if (graph_device(g, g->bearers[i]) && graph_device(g, vip))
			return 0; /* no news */
		l.a = graph_witness(g, vip, key);
		l.b = graph_witness(g, g->bearers[i], key);
		return graph_link(g, &l, e);
	}
	return 0;
}

static int
tie_vips(struct joiner *j, struct err *e)
{
	const struct graph *g = j->g;

	for (uint32_t i = 0; i < g->n_visits; i++) {
		const struct visit *v = &g->visits[i];
		for (uint32_t k = 0; k < v->n_keys && v->is_vip; k++) {
			uint32_t key = g->key_of[v->keys_at + k];
			if (key != graph_vip(g, v) && !g->keys[key].demoted &&
				id_rules[g->keys[key].kind].tier <= 1 &&
				tie(j, i, key, e) == -1)
				return -1;
		}
	}
	return 0;
}

/* --- all -------------------------------------------------------------------------------------------- */

/* The key and the other way to say it, when both are there and count. */
static struct pair
with_twin(const struct graph *g, uint32_t key, size_t *at)
{
	while (*at < g->n_twins && g->twins[*at].a < key)
		++*at;
	if (*at == g->n_twins || g->twins[*at].a != key ||
		g->keys[g->twins[*at].b].demoted)
		return (struct pair){ key, key };
	return g->twins[*at];
}

static int
make_joiner(struct graph *g, struct joiner *j, struct err *e)
{
	enum id_kind first = ID_KINDS;
	size_t n_names = 0;

	*j = (struct joiner){ .g = g, .mem = arena_part(g->mem) };
	if (!j->mem)
		return err_nomem(e);
	for (uint32_t k = 0; k < g->n_keys; k++) {
		size_t n = g->bearers_at[k + 1] - g->bearers_at[k];
		j->widest = n > j->widest ? n : j->widest;
		if (id_rules[g->keys[k].kind].tier != 2)
			continue;
		first = first == ID_KINDS ? g->keys[k].kind : first;
		if (g->keys[k].kind == first)
			continue; /* no other is before it */
		j->first_name = n_names ? j->first_name : k;
		n_names = k - j->first_name + 1;
	}
	j->list = arena_new_array(j->mem, uint32_t, 3 * j->widest);
	j->by_partner = arena_new_array(j->mem, struct recent, n_names);
	if (!j->list || !j->by_partner)
		return err_nomem(e);
	return clusters_new(g, j->mem, &j->c, e) == -1
		? -1
		: cards_new(g, j->mem, &j->cards, e);
}

int
identity_join(struct graph *g, struct err *e)
{
	struct joiner j;
	size_t twin = 0;

	if (make_joiner(g, &j, e) == -1 || join_boundary(g, j.mem, e) == -1)
		return -1;
	for (size_t i = 0; i < g->n_same; i++)
		if (join_pinned(&j, g->same[i], e) == -1)
			return -1;
	if (join_vips(&j, e) == -1)
		return -1;
	for (uint32_t key = 0; key < g->n_keys; key++) {
		const struct graph_key *k = &g->keys[key];
		unsigned tier = id_rules[k->kind].tier;
		j.c.steps = 0;
		j.c.by = k->kind;
		if (k->demoted || tier > 2)
			continue;
		if ((tier <= 1 ? join_bearers(&j, with_twin(g, key, &twin), e)
			       : join_names(&j, key, e)) == -1)
			return -1;
	}
	if (tie_vips(&j, e) == -1)
		return -1;
	arena_free(j.mem);
	return 0;
}
