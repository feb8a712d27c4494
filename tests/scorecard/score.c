/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Resolves a world, in memory and through the store, and counts pairs. */
#include "tests/scorecard/score.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/store_private.h"
#include "tests/scorecard/cases.h"

#define CASE_ROW(name, what) { #name, what, case_##name },
const struct scorecard_case scorecard_cases[] = { CASES(CASE_ROW) };
const size_t n_scorecard_cases = sizeof(scorecard_cases) / sizeof(scorecard_cases[0]);

/* --- whose is a value ---------------------------------------------------------------------- */

enum { SHARED = UINT32_MAX };

struct owned {
	char *text;
	uint32_t truth; /* or SHARED */
	uint32_t first; /* item */
};

struct owners {
	struct owned *slots;
	size_t n_slots; /* a power of two, large enough */
};

static struct owned *
owner(struct owners *o, struct arena *mem, const char *text)
{
	uint64_t h = 14695981039346656037u;

	for (const char *p = text; *p; p++)
		h = (h ^ (unsigned char)*p) * 1099511628211u;
	size_t at = (size_t)(h ^ h >> 29) & (o->n_slots - 1);
	while (o->slots[at].text && strcmp(o->slots[at].text, text) != 0)
		at = (at + 1) & (o->n_slots - 1);
	if (!o->slots[at].text)
		o->slots[at] = (struct owned){ arena_strdup(mem, text), 0, 0 };
	return &o->slots[at];
}

/* Names are of a site; everything else is of the world. */
static const char *
trait_text(struct world *w, const struct item *it, const struct item_trait *t)
{
	return text(w, "%u %s %s", (unsigned)t->trait,
		trait_strength(t->trait) == STRONG ? "" : it->site, t->value);
}

static void
note_owner(struct owned *o, uint32_t truth)
{
	o->truth = o->truth == 0 || o->truth == truth ? truth : SHARED;
}

/* --- what can be known --------------------------------------------------------------------- */

struct knowing {
	struct world *w;
	struct owners owners;
	uint32_t *parent; /* union-find over items */
	uint32_t *size;
	bool *shows; /* something that in truth is its machine's alone */
	bool *tells; /* enough to be found again by */
	bool *doubt; /* it may as well be of who was there before, or came after */
};

static uint32_t
root_of(const struct knowing *k, uint32_t i)
{
	while (k->parent[i] != i)
		i = k->parent[i] = k->parent[k->parent[i]];
	return i;
}

static void
connect(struct knowing *k, uint32_t a, uint32_t b)
{
	k->parent[root_of(k, a)] = root_of(k, b);
}

/* Items with this text are connected. */
static void
connect_by(struct knowing *k, const char *text, uint32_t item)
{
	struct owned *o = owner(&k->owners, k->w->mem, text);

	if (o->first)
		connect(k, o->first - 1, item);
	o->first = item + 1;
}

static bool
is_own(struct knowing *k, const struct item *it, const struct item_trait *t)
{
	return owner(&k->owners, k->w->mem, trait_text(k->w, it, t))->truth == it->truth;
}

static void
connect_by_traits(struct knowing *k, uint32_t i)
{
	const struct item *it = &k->w->items[i];

	for (uint32_t a = 0; a < it->n_traits; a++) {
		const struct item_trait *ta = &it->traits[a];
		if (!is_own(k, it, ta))
			continue;
		k->shows[i] = true;
		if (trait_strength(ta->trait) == STRONG) {
			k->tells[i] = true;
			connect_by(k, trait_text(k->w, it, ta), i);
		}
		for (uint32_t b = 0; b < a; b++) {
			const struct item_trait *tb = &it->traits[b];
			if (trait_strength(ta->trait) != NAME ||
				trait_strength(tb->trait) != NAME ||
				ta->trait == tb->trait || !is_own(k, it, tb))
				continue;
			k->tells[i] = true;
			connect_by(k,
				text(k->w, "%s + %s", trait_text(k->w, it, ta),
					trait_text(k->w, it, tb)),
				i);
		}
	}
}

/* Does b show another name, or another link address, than a? */
static bool
changed(const struct item *a, const struct item *b)
{
	for (uint32_t i = 0; i < a->n_traits; i++) {
		enum trait t = a->traits[i].trait;
		if (t < T_MAC || t > T_PRIVATE_MAC)
			continue;
		for (uint32_t k = 0; k < b->n_traits; k++)
			if (b->traits[k].trait == t &&
				strcmp(a->traits[i].value, b->traits[k].value) != 0)
				return true;
	}
	return false;
}

static int
by_place(const void *pa, const void *pb, void *items)
{
	const struct item *a = (const struct item *)items + *(const uint32_t *)pa;
	const struct item *b = (const struct item *)items + *(const uint32_t *)pb;
	int c = strcmp(a->site, b->site);

	c = c ? c : addr_cmp(&a->ip, &b->ip);
	c = c ? c : (a->at > b->at) - (a->at < b->at);
	return c ? c : (a > b) - (a < b);
}

static bool
share(const struct item *a, const struct item *b)
{
	for (uint32_t i = 0; i < a->n_traits; i++)
		for (uint32_t k = 0; k < b->n_traits; k++)
			if (a->traits[i].trait == b->traits[k].trait &&
				strcmp(a->traits[i].value, b->traits[k].value) == 0)
				return true;
	return false;
}

/* b comes after a at one place.  Could the one that shows nothing be of the other's machine,
 * for all that anybody sees? */
static bool
may_be_one(const struct item *a, const struct item *b)
{
	return strcmp(a->site, b->site) == 0 && addr_equal(&a->ip, &b->ip) &&
		!changed(a, b) && (b->at - a->at <= 25 * HOUR || share(a, b));
}

static void
doubt(struct knowing *k, uint32_t mute, uint32_t other)
{
	const struct item *m = &k->w->items[mute], *o = &k->w->items[other];

	k->doubt[mute] |= !k->tells[mute] &&
		(m->truth != o->truth || o->mixed || k->doubt[other]);
}

static bool
connects(const struct knowing *k, uint32_t ia, uint32_t ib)
{
	const struct item *a = &k->w->items[ia], *b = &k->w->items[ib];

	return a->truth == b->truth && b->at - a->at <= 23 * HOUR && !a->mixed &&
		!b->mixed && !a->foreign && !b->foreign &&
		!(k->tells[ia] && k->tells[ib]) && !k->doubt[ia] && !k->doubt[ib];
}

static void
connect_by_places(struct knowing *k)
{
	struct world *w = k->w;
	uint32_t *order = arena_new_array(w->mem, uint32_t, w->n_items), n = 0;

	for (uint32_t i = 0; i < w->n_items && order; i++)
		if (w->items[i].alive)
			order[n++] = i;
	if (n)
		qsort_r(order, n, sizeof(order[0]), by_place, w->items);
	for (uint32_t i = 1; i < n; i++)
		if (may_be_one(&w->items[order[i - 1]], &w->items[order[i]]))
			doubt(k, order[i], order[i - 1]);
	for (uint32_t i = n; i-- > 1;)
		if (may_be_one(&w->items[order[i - 1]], &w->items[order[i]]))
			doubt(k, order[i - 1], order[i]);
	for (uint32_t i = 1; i < n; i++)
		if (may_be_one(&w->items[order[i - 1]], &w->items[order[i]]) &&
			connects(k, order[i - 1], order[i]))
			connect(k, order[i - 1], order[i]);
}

static bool
know(struct world *w, struct knowing *k)
{
	*k = (struct knowing){ .w = w, .owners = { NULL, 1 << 16 } };
	k->owners.slots = arena_new_array(w->mem, struct owned, k->owners.n_slots);
	k->parent = arena_new_array(w->mem, uint32_t, w->n_items);
	k->size = arena_new_array(w->mem, uint32_t, w->n_items);
	k->shows = arena_new_array(w->mem, bool, w->n_items);
	k->tells = arena_new_array(w->mem, bool, w->n_items);
	k->doubt = arena_new_array(w->mem, bool, w->n_items);
	if (!k->owners.slots || !k->parent || !k->size || !k->shows || !k->tells ||
		!k->doubt)
		return false;
	for (uint32_t i = 0; i < w->n_items; i++) {
		const struct item *it = &w->items[i];
		k->parent[i] = i;
		for (uint32_t t = 0; t < it->n_traits; t++)
			note_owner(owner(&k->owners, w->mem,
					   trait_text(w, it, &it->traits[t])),
				it->truth);
	}
	for (uint32_t i = 0; i < w->n_items; i++)
		if (!w->items[i].mixed)
			connect_by_traits(k, i);
	connect_by_places(k);
	for (uint32_t i = 0; i < w->n_items; i++)
		k->size[root_of(k, i)]++;
	return true;
}

static bool
is_judged(const struct knowing *k, uint32_t i)
{
	const struct item *it = &k->w->items[i];

	return !it->mixed && !k->doubt[i] && !(it->foreign && !k->tells[i]) &&
		(k->shows[i] || k->size[root_of(k, i)] > 1);
}

/* --- what identity says -------------------------------------------------------------------- */

static uint32_t *
any_order(struct world *w)
{
	uint32_t *order = arena_new_array(w->mem, uint32_t, w->n_seen);

	for (uint32_t i = 0; i < w->n_seen && order; i++) {
		uint32_t k = below(w, i + 1);
		order[i] = order[k];
		order[k] = i;
	}
	return order;
}

/* A device of each observation. */
static int
resolve(struct world *w, const uint32_t *order, int64_t *device, struct err *e)
{
	struct arena *mem = arena_new((size_t)1 << 30);
	struct identity_batch *b;
	struct identity_result r;
	int rc = mem ? identity_batch_new(mem, &b, e) : err_nomem(e);

	for (size_t i = 0; rc == 0 && i < w->n_seen; i++) {
		const struct observation *o = &w->seen[order[i]];
		struct sighting s = { .at = o->at,
			.seq = o->seq,
			.site = o->site,
			.point = o->point,
			.run = o->run,
			.ip = o->ip,
			.evidence = o->evidence,
			.ref = (int64_t)order[i] + 1 };
		struct id_key *keys;
		rc = identity_keys(o, mem, &keys, &s.n_keys, e);
		s.keys = keys;
		rc = rc == 0 ? identity_add(b, &s, e) : rc;
	}
	if (rc == 0)
		rc = identity_resolve(b, NULL, STORE_ADDRESS_LIFETIME, &r, e);
	for (size_t i = 0; rc == 0 && i < r.n; i++)
		device[r.sightings[i].ref - 1] = (int64_t)r.sightings[i].cluster;
	arena_free(mem);
	return rc;
}

static int
read_devices(struct world *w, struct store *s, int64_t *device, struct err *e)
{
	static const struct sql_bind none[] = { { .kind = BIND_END } };
	struct sql_stmt *st = store_query(s, STMT_SIGHTINGS_ALL, none, e);
	enum sql_step step = st ? SQL_ROW : SQL_FAILED;

	while (st && (step = store_next(s, st, e)) == SQL_ROW) {
		int64_t seq = col_int(s, st, 2);
		if (seq > 0 && (size_t)seq <= w->n_seen)
			device[seq - 1] = col_int(s, st, 9);
	}
	return step == SQL_FAILED ? -1 : 0;
}

/* Through the store, in batches of any size, in any order. */
static int
ingest(struct world *w, const uint32_t *order, int64_t *device, struct err *e)
{
	struct observation *batch = arena_new_array(
		w->mem, struct observation, w->n_seen);
	struct ingest_result sum = { 0 };
	uint32_t most = 1 + below(w, 200);
	struct store *s;
	int rc = 0;

	if (!batch)
		return err_nomem(e);
	if (store_open(&s, ":memory:", STORE_WRITE, e) == -1)
		return -1;
	for (size_t i = 0, n; rc == 0 && i < w->n_seen; i += n) {
		n = 1 + below(w, most);
		n = n < w->n_seen - i ? n : w->n_seen - i;
		for (size_t k = 0; k < n; k++)
			batch[k] = w->seen[order[i + k]];
		rc = store_ingest(s, batch, n, &sum, e);
	}
	rc = rc == 0 ? read_devices(w, s, device, e) : rc;
	store_close(s);
	return rc;
}

/* Do two lists of devices part the observations alike? */
static bool
same_partition(struct world *w, const int64_t *a, const int64_t *b)
{
	struct owners ab = { NULL, 1 << 16 };

	ab.slots = arena_new_array(w->mem, struct owned, ab.n_slots);
	for (size_t i = 0; i < w->n_seen && ab.slots; i++) {
		struct owned *to = owner(&ab, w->mem, text(w, "a %" PRId64, a[i]));
		struct owned *from = owner(&ab, w->mem, text(w, "b %" PRId64, b[i]));
		note_owner(to, (uint32_t)b[i] + 1);
		note_owner(from, (uint32_t)a[i] + 1);
		if (to->truth == SHARED || from->truth == SHARED)
			return false;
	}
	return ab.slots != NULL;
}

/* --- counting ------------------------------------------------------------------------------ */

static void
print_item(const struct world *w, uint32_t i)
{
	const struct item *it = &w->items[i];
	char ip[ADDR_TEXT_MAX];

	printf("    machine %u %s %s %s +%" PRId64 "h", it->truth, it->run, it->site,
		addr_print(&it->ip, ip), (it->at - 500000 * HOUR) / HOUR);
	for (uint32_t t = 0; t < it->n_traits; t++)
		printf(" %u=%s", (unsigned)it->traits[t].trait, it->traits[t].value);
	printf("\n");
}

enum { PRINTED = 4 };

static void
count_pair(struct knowing *k, const int64_t *cluster, uint32_t a, uint32_t b,
	bool verbose, struct score *out)
{
	const struct world *w = k->w;
	bool together = cluster[a] == cluster[b];
	bool wrong = together && w->items[a].truth != w->items[b].truth;
	bool knowable = root_of(k, a) == root_of(k, b);

	out->together += together;
	out->wrong += wrong;
	out->knowable += knowable;
	out->found += knowable && together;
	bool missed = knowable && !together;
	if (!verbose || (!wrong && !missed) ||
		(wrong ? out->wrong : out->knowable - out->found) > PRINTED)
		return;
	printf("  %s\n", wrong ? "wrong:" : "missed:");
	print_item(w, a);
	print_item(w, b);
}

static bool
count(struct world *w, const int64_t *device, bool verbose, struct score *out)
{
	int64_t *cluster = arena_new_array(w->mem, int64_t, w->n_items);
	struct knowing k;

	if (!cluster || !know(w, &k))
		return false;
	for (size_t i = w->n_seen; i-- > 0;)
		cluster[w->item_of[i]] = device[i];
	for (uint32_t i = 0; i < w->n_items; i++) {
		if (!is_judged(&k, i)) {
			out->unjudged++;
			continue;
		}
		for (uint32_t b = 0; b < i; b++)
			if (is_judged(&k, b))
				count_pair(&k, cluster, b, i, verbose, out);
	}
	return true;
}

static int
judge(struct world *w, unsigned how, struct score *out, struct err *e)
{
	uint32_t *order = arena_new_array(w->mem, uint32_t, w->n_seen), *shuffled;
	int64_t *once = arena_new_array(w->mem, int64_t, w->n_seen);
	int64_t *again = arena_new_array(w->mem, int64_t, w->n_seen);
	int64_t *stored = arena_new_array(w->mem, int64_t, w->n_seen);

	if (!order || !once || !again || !stored || !(shuffled = any_order(w)))
		return err_nomem(e);
	for (uint32_t i = 0; i < w->n_seen; i++)
		order[i] = i;
	if (resolve(w, order, once, e) == -1 || resolve(w, shuffled, again, e) == -1 ||
		(!(how & SCORE_NO_STORE) && ingest(w, shuffled, stored, e) == -1))
		return -1;
	bool verbose = how & SCORE_VERBOSE;
	out->stable = same_partition(w, once, again) &&
		((how & SCORE_NO_STORE) || same_partition(w, once, stored));
	if (verbose && !out->stable)
		printf("  other devices in another order: %s\n",
			same_partition(w, once, again) ? "by batches" : "at once");
	return count(w, once, verbose, out) ? 0 : err_nomem(e);
}

int
score_case(const struct scorecard_case *c, uint64_t seed, unsigned how,
	struct score *out, struct err *e)
{
	struct world w;

	world_init(&w, seed * 1000003 + (uint64_t)(c - scorecard_cases));
	c->build(&w);
	*out = (struct score){
		.machines = w.n_truths, .visits = w.n_items, .observations = w.n_seen
	};
	int rc = judge(&w, how, out, e);
	world_free(&w);
	return rc;
}
