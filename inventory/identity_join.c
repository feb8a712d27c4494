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

/* What forbids joins: values of the kinds with a veto, which are the first in the table, and
 * keys that a NEVER ruling names. */
enum { VETO_KINDS = ID_SERIAL + 1, VETO_RULED = VETO_KINDS, VETOES };

/* Bearers of one key that could not be joined, or the last one: the latest cluster is the
 * likeliest.  A key that more than four devices claim is not worth more tries. */
enum { RECENT = 4 };

struct recent {
	uint32_t epoch; /* of which key this is about */
	uint32_t n;
	uint32_t visit[RECENT]; /* the latest first */
};

struct mark {
	uint32_t key, next; /* ID_NONE ends */
};

struct joiner {
	struct graph *g;
	uint32_t (*marks)[VETOES]; /* of the cluster with this root: first mark */
	struct mark *mark;
	struct recent *by_partner; /* tier 2: the second key of a pair */
	uint32_t epoch;
	const char *rule1[ID_KINDS], *rule2[ID_KINDS][ID_KINDS];
};

/* Why a join is tried. */
struct ground {
	enum { BY_PIN, BY_KEY, BY_NAMES } by;
	uint32_t key, second; /* second: BY_NAMES */
};

/* --- vetoes -------------------------------------------------------------------------------------- */

static bool
holds(const struct joiner *j, uint32_t list, uint32_t key)
{
	for (; list != ID_NONE; list = j->mark[list].next)
		if (j->mark[list].key == key)
			return true;
	return false;
}

static bool
holds_all(const struct joiner *j, uint32_t list, uint32_t of)
{
	for (; of != ID_NONE; of = j->mark[of].next)
		if (!holds(j, list, j->mark[of].key))
			return false;
	return true;
}

/* Joined they would have a value that each of them lacks.  (A pinned device may have two.) */
static bool
clash(const struct joiner *j, uint32_t a, uint32_t b)
{
	return a != ID_NONE && b != ID_NONE && !holds_all(j, a, b) &&
		!holds_all(j, b, a);
}

static bool
is_forbidden(const struct joiner *j, uint32_t a, uint32_t b)
{
	for (; a != ID_NONE; a = j->mark[a].next) {
		size_t n;
		const struct pair *p = graph_never(j->g, j->mark[a].key, &n);
		for (size_t i = 0; i < n; i++)
			if (holds(j, b, p[i].b))
				return true;
	}
	return false;
}

/* The name of what forbids to join two roots, or NULL. */
static const char *
veto(const struct joiner *j, uint32_t a, uint32_t b, const struct ground *why)
{
	const uint32_t *ma = j->marks[a], *mb = j->marks[b];

	if (is_forbidden(j, ma[VETO_RULED], mb[VETO_RULED]))
		return "never";
	for (unsigned kind = 0; kind < VETO_KINDS && why->by != BY_PIN; kind++) {
		bool spares_stronger = id_rules[kind].veto == VETO_WEAKER;
		if (spares_stronger && (unsigned)j->g->keys[why->key].key.kind < kind)
			continue;
		if (clash(j, ma[kind], mb[kind]))
			return id_rules[kind].name;
	}
	return NULL;
}

/* What b has and a has not moves to a. */
static void
merge_marks(struct joiner *j, uint32_t into, uint32_t from)
{
	for (unsigned v = 0; v < VETOES; v++) {
		uint32_t next, *list = &j->marks[into][v];
		for (uint32_t m = j->marks[from][v]; m != ID_NONE; m = next) {
			next = j->mark[m].next;
			if (holds(j, *list, j->mark[m].key))
				continue;
			j->mark[m].next = *list;
			*list = m;
		}
	}
}

/* --- one join ----------------------------------------------------------------------------------- */

static const char *
rule_name(struct joiner *j, const struct ground *why)
{
	const struct id_key *a = &j->g->keys[why->key].key;

	if (why->by == BY_PIN)
		return "same";
	if (why->by == BY_KEY) {
		if (!j->rule1[a->kind])
			j->rule1[a->kind] = arena_printf(j->g->mem, "tier%u:%s",
				id_rules[a->kind].tier, id_rules[a->kind].name);
		return j->rule1[a->kind];
	}
	enum id_kind second = j->g->keys[why->second].key.kind;
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
	const struct id_key *k = &g->keys[why->key].key;
	struct identity_link l = {
		.outcome = LINK_JOINED,
		.rule = rule_name(j, why),
		.key = *k,
		.a = graph_witness(g, a, why->key),
		.b = graph_witness(g, b, why->key),
		.detail = "both bear it, and only one device does",
	};

	if (g->visits[a].device && g->visits[a].device == g->visits[b].device)
		return 0; /* no news */
	if (why->by == BY_PIN)
		l.detail = "someone ruled that these are one device";
	if (why->by == BY_NAMES)
		l.detail = arena_printf(g->mem, "both bear it and %s %s",
			id_rules[g->keys[why->second].key.kind].name,
			g->keys[why->second].key.value);
	return graph_link(g, &l, e);
}

static int
link_refused(struct joiner *j, uint32_t a, uint32_t b, const struct ground *why,
	const char *reason, struct err *e)
{
	struct graph *g = j->g;
	bool ruled = strcmp(reason, "never") == 0;
	struct identity_link l = {
		.outcome = LINK_REFUSED,
		.rule = arena_printf(g->mem, "veto:%s", reason),
		.key = g->keys[why->key].key,
		.a = graph_witness(g, a, why->key),
		.b = graph_witness(g, b, why->key),
		.detail = ruled
			? "both bear it, but someone ruled that these are never one device"
			: arena_printf(g->mem, "both bear it, but they differ in %s",
				  reason),
	};

	if (g->visits[a].device && g->visits[b].device &&
		g->visits[a].device != g->visits[b].device)
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
	const char *reason = veto(j, ra, rb, why);
	if (reason) {
		*joined = false;
		return link_refused(j, a, b, why, reason, e);
	}
	uint32_t root = graph_unite(j->g, ra, rb);
	merge_marks(j, root, root == ra ? rb : ra);
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

static int
join_pinned(struct joiner *j, struct pair pin, struct err *e)
{
	const struct graph *g = j->g;
	uint32_t at[] = { g->bearers_at[pin.a], g->bearers_at[pin.b] };
	const uint32_t key[] = { pin.a, pin.b };
	const struct ground why = { BY_PIN, pin.a, ID_NONE };
	struct recent r = { .n = 0 };

	for (;;) { /* the bearers of both, in their order */
		bool left[] = { at[0] < g->bearers_at[pin.a + 1],
			at[1] < g->bearers_at[pin.b + 1] };
		if (!left[0] && !left[1])
			return 0;
		int i = !left[0] || (left[1] && g->bearers[at[1]] < g->bearers[at[0]]);
		uint32_t visit = g->bearers[at[i]++];
		if (takes_part(g, visit, key[i]) && offer(j, &r, visit, &why, e) == -1)
			return -1;
	}
}

static int
join_bearers(struct joiner *j, uint32_t key, struct err *e)
{
	const struct graph *g = j->g;
	const struct ground why = { BY_KEY, key, ID_NONE };
	struct recent r = { .n = 0 };

	for (uint32_t i = g->bearers_at[key]; i < g->bearers_at[key + 1]; i++)
		if (takes_part(g, g->bearers[i], key) &&
			offer(j, &r, g->bearers[i], &why, e) == -1)
			return -1;
	return 0;
}

/* A visit that bears a tier 2 key meets, for each of its names of a later kind, those
 * before it that bear both. */
static int
meet_by_names(struct joiner *j, uint32_t key, uint32_t visit, struct err *e)
{
	const struct graph *g = j->g;
	const struct visit *v = &g->visits[visit];

	for (uint32_t k = 0; k < v->n_keys; k++) {
		uint32_t second = g->visit_keys[v->keys_at + k];
		const struct id_key *s = &g->keys[second].key;
		const struct ground why = { BY_NAMES, key, second };
		if (s->kind <= g->keys[key].key.kind || id_rules[s->kind].tier != 2 ||
			!graph_is_live(g, v, second))
			continue;
		struct recent *r = &j->by_partner[second];
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
	const struct intern_item *texts = g->b->texts.items;
	int c = strcmp(texts[g->visits[*a].site].bytes, texts[g->visits[*b].site].bytes);

	return c ? c : (*a > *b) - (*a < *b);
}

/* Names mean something within a site only: two offices may each have a NAS called "nas". */
static int
join_names(struct joiner *j, uint32_t key, struct err *e)
{
	struct graph *g = j->g;
	size_t n = g->bearers_at[key + 1] - g->bearers_at[key];
	uint32_t *by = g->bearers + g->bearers_at[key], site = ID_NONE;
	bool one_site = true;

	for (size_t i = 1; i < n; i++)
		one_site = one_site && g->visits[by[i]].site == g->visits[by[0]].site;
	if (!one_site) {
		by = arena_dup(g->mem, by, n * sizeof(by[0]));
		if (!by)
			return err_nomem(e);
		qsort_r(by, n, sizeof(by[0]), by_site, g);
	}
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || g->visits[by[i]].site != site)
			j->epoch++;
		site = g->visits[by[i]].site;
		if (takes_part(g, by[i], key) && meet_by_names(j, key, by[i], e) == -1)
			return -1;
	}
	return 0;
}

/* --- before the first join --------------------------------------------------------------------------- */

/* Counts only, until there is room. */
static void
add_mark(struct joiner *j, size_t *n, uint32_t visit, unsigned veto_at, uint32_t key)
{
	if (j->mark) {
		j->mark[*n] = (struct mark){ key, j->marks[visit][veto_at] };
		j->marks[visit][veto_at] = (uint32_t)*n;
	}
	++*n;
}

static size_t
mark_visits(struct joiner *j)
{
	const struct graph *g = j->g;
	size_t n = 0;

	for (uint32_t i = 0; i < g->n_visits; i++) {
		const struct visit *v = &g->visits[i];
		for (uint32_t k = 0; k < v->n_keys && v->closure; k++) {
			uint32_t key = g->visit_keys[v->keys_at + k];
			unsigned kind = g->keys[key].key.kind;
			if (kind < VETO_KINDS && graph_is_live(g, v, key))
				add_mark(j, &n, i, kind, key);
			if (graph_is_ruled(g, key))
				add_mark(j, &n, i, VETO_RULED, key);
		}
	}
	return n;
}

static int
make_marks(struct joiner *j, struct err *e)
{
	const struct graph *g = j->g;

	j->marks = arena_alloc(g->mem, (g->n_visits + 1) * sizeof(j->marks[0]));
	if (!j->marks)
		return err_nomem(e);
	memset(j->marks, 0xff, g->n_visits * sizeof(j->marks[0])); /* ID_NONE */
	j->mark = arena_new_array(g->mem, struct mark, mark_visits(j));
	if (!j->mark)
		return err_nomem(e);
	(void)mark_visits(j);
	return 0;
}

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
join_boundary(struct graph *g, struct err *e)
{
	struct old_home *homes = arena_new_array(g->mem, struct old_home, g->n_visits);
	size_t n = 0;

	if (!homes)
		return err_nomem(e);
	for (uint32_t i = 0; i < g->n_visits; i++) {
		const struct visit *v = &g->visits[i];
		if (!v->closure && v->anchored && v->device)
			homes[n++] = (struct old_home){ v->device, i };
	}
	qsort(homes, n, sizeof(homes[0]), by_device);
	for (size_t i = 1; i < n; i++)
		if (homes[i].device == homes[i - 1].device)
			graph_unite(g, homes[i - 1].visit, homes[i].visit);
	return 0;
}

int
identity_join(struct graph *g, struct err *e)
{
	struct joiner j = {
		.g = g,
		.by_partner = arena_new_array(g->mem, struct recent, g->n_keys),
	};

	if (!j.by_partner)
		return err_nomem(e);
	if (make_marks(&j, e) == -1 || join_boundary(g, e) == -1)
		return -1;
	for (size_t i = 0; i < g->n_same; i++)
		if (join_pinned(&j, g->same[i], e) == -1)
			return -1;
	for (uint32_t key = 0; key < g->n_keys; key++) {
		const struct graph_key *k = &g->keys[key];
		unsigned tier = id_rules[k->key.kind].tier;
		if (k->demoted || tier > 2)
			continue;
		if ((tier <= 1 ? join_bearers(&j, key, e) : join_names(&j, key, e)) ==
			-1)
			return -1;
	}
	return 0;
}
