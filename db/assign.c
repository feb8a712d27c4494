/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The second step of an ingest: whose is it.
 *
 *	know     the device of those that cannot change who is who (known.h)
 *	resolve  whose the others are (inventory/identity.h), with what the store remembers
 *	assign   a device to each; sightings that changed hands are moved
 *	absorb   devices that were left without any
 */
#include <stdlib.h>
#include <string.h>

#include "base/sort.h"
#include "base/uuid.h"
#include "db/bearers.h"
#include "db/history.h"
#include "db/ingest.h"
#include "db/known.h"
#include "inventory/ndjson.h"

/* --- keep ---------------------------------------------------------------------------------- */

static int
touch(struct ingest *in, int64_t device, size_t observation, struct err *e)
{
	if (in->n_touches == in->touches_room) {
		size_t room = in->touches_room ? in->touches_room * 2 : 1024;
		struct touch *more = arena_new_array(in->mem, struct touch, room);
		if (!more)
			return err_nomem(e);
		if (in->n_touches)
			memcpy(more, in->touches, in->n_touches * sizeof(*more));
		in->touches = more;
		in->touches_room = room;
	}
	in->touches[in->n_touches++] = (struct touch){ .device = device,
		.observation = observation };
	return 0;
}

static int
put_observation(struct ingest *in, size_t i, struct err *e)
{
	const struct observation *o = &in->accepted[i];
	char ip[IP_KEY_MAX];

	return store_do(in->s, STMT_OBSERVATION_PUT,
		BINDS(TEXT(o->point), INT(o->seq), INT(o->at), TEXT(o->site),
			TEXT(o->run), TEXT(o->source), INT(o->subject),
			TEXT(ip_key(&o->ip, ip)), INT(o->evidence), INT(o->truncated),
			TEXT(in->facts[i]), TEXT(in->keys[i]), INT(in->device[i])),
		e);
}

/* --- know ---------------------------------------------------------------------------------- */

static int
read_keys(struct ingest *in, size_t i, struct err *e)
{
	struct sb *text = store_text(in->s, NDJSON_LINE_MAX);

	in->keys[i] = "";
	if (in->accepted[i].subject != SUBJECT_DEVICE)
		return 0;
	if (identity_keys(&in->accepted[i], in->mem, &in->ids[i], &in->n_ids[i], e) ==
		-1)
		return -1;
	int rc = keys_write(in->ids[i], in->n_ids[i], text);
	in->keys[i] = rc == 0 ? arena_strdup(in->mem, text->text) : NULL;
	return in->keys[i] ? 0 : err_nomem(e);
}

static bool
is_listed(const struct observation *o)
{
	return o->evidence == EVIDENCE_LISTED;
}

static int
by_visit(const void *pa, const void *pb)
{
	const struct observation *const *a = pa, *const *b = pb;
	int c = strcmp((*a)->run, (*b)->run);

	if (c == 0)
		c = strcmp((*a)->site, (*b)->site);
	if (c == 0)
		c = addr_cmp(&(*a)->ip, &(*b)->ip);
	if (c == 0)
		c = is_listed(*a) - is_listed(*b);
	return c ? c : (*a > *b) - (*a < *b); /* they stand in order in accepted */
}

/* What a list says is a visit of its own (inventory/identity.h). */
static bool
is_same_visit(const struct observation *a, const struct observation *b)
{
	return !is_listed(a) && !is_listed(b) && addr_equal(&a->ip, &b->ip) &&
		strcmp(a->run, b->run) == 0 && strcmp(a->site, b->site) == 0;
}

/* Asked for every visit, and these come run by run. */
static int
find_run_since(struct ingest *in, const char *run, int64_t *out, struct err *e)
{
	bool any;

	if (!in->since_run || strcmp(in->since_run, run) != 0) {
		if (store_get(in->s, STMT_RUN_TOLD_SINCE, BINDS(TEXT(run)),
			    &in->told_since, &any, e) == -1)
			return -1;
		in->since_run = run;
		in->told_since = any ? in->told_since : INT64_MAX;
	}
	*out = in->told_since;
	return 0;
}

/* One visit: o[0..n) point into accepted. */
static int
know_visit(
	struct ingest *in, const struct observation *const *o, size_t n, struct err *e)
{
	struct visit v = { .site = o[0]->site,
		.run = o[0]->run,
		.ip = o[0]->ip,
		.first_at = o[0]->at,
		.listed = is_listed(o[0]) };
	struct known *k = arena_alloc(in->mem, sizeof(*k));
	size_t room = 0;

	for (size_t i = 0; i < n; i++)
		room += in->n_ids[o[i] - in->accepted];
	if (!k)
		return err_nomem(e);
	if (visit_reserve(&v, room, in->mem, e) == -1 ||
		find_run_since(in, v.run, &v.run_since, e) == -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		size_t at = (size_t)(o[i] - in->accepted);
		visit_add(&v, o[i]->evidence, in->ids[at], in->n_ids[at]);
	}
	if (known_device(in->s, &v, in->has_cards, in->mem, k, e) == -1)
		return -1;
	if (k->device && known_learn(in->s, &v, k, in->mem, e) == -1)
		return -1;
	for (size_t i = 0; k->device && i < n; i++) {
		size_t at = (size_t)(o[i] - in->accepted);
		in->device[at] = k->device;
		in->known[at] = true;
		in->home[at] = k->alone ? &k->home : NULL;
		if (touch(in, k->device, at, e) == -1 ||
			put_observation(in, at, e) == -1)
			return -1;
	}
	return 0;
}

static int
know(struct ingest *in, struct err *e)
{
	const struct observation **order = arena_new_array(
		in->mem, const struct observation *, in->n);
	size_t n = 0;

	if (!order)
		return err_nomem(e);
	if (store_has_cards(in->s, &in->has_cards, e) == -1)
		return -1;
	for (size_t i = 0; i < in->n; i++) {
		const struct observation *o = &in->accepted[i];
		if (read_keys(in, i, e) == -1)
			return -1;
		if (o->subject == SUBJECT_DEVICE && addr_is_set(&o->ip))
			order[n++] = o;
	}
	sort_mostly_sorted(order, n, sizeof(*order), by_visit);
	for (size_t i = 0, k; i < n; i = k) {
		for (k = i + 1; k < n && is_same_visit(order[i], order[k]); k++)
			;
		if (know_visit(in, order + i, k - i, e) == -1)
			return -1;
	}
	return 0;
}

/* --- resolve ------------------------------------------------------------------------------- */

static int
add_sighting(struct ingest *in, size_t i, struct identity_batch *b, struct err *e)
{
	const struct observation *o = &in->accepted[i];
	struct sighting g = { .at = o->at,
		.seq = o->seq,
		.site = o->site,
		.point = o->point,
		.run = o->run,
		.ip = o->ip,
		.evidence = o->evidence,
		.keys = in->ids[i],
		.n_keys = in->n_ids[i],
		.ref = -(int64_t)i - 1 }; /* not a row yet */

	if (store_run_lifetime(in->s, o->run, &g.lifetime, e) == -1)
		return -1;
	return identity_add(b, &g, e);
}

static int
resolve(struct ingest *in, struct identity_result *out, struct err *e)
{
	struct store_recall recall;
	struct identity_batch *b;

	if (identity_batch_new(in->mem, &b, e) == -1)
		return -1;
	for (size_t i = 0; i < in->n; i++)
		if (in->accepted[i].subject == SUBJECT_DEVICE && in->device[i] == 0 &&
			add_sighting(in, i, b, e) == -1)
			return -1;
	if (store_recall_init(&recall, in->s, in->mem, e) == -1)
		return -1;
	return identity_resolve(b, &recall.recall, STORE_ADDRESS_LIFETIME, out, e);
}

/* --- assign -------------------------------------------------------------------------------- */

/* A device that takes sightings from others is there before it is folded. */
static int
new_device(struct ingest *in, const struct sighting *first, int64_t *out, struct err *e)
{
	static const struct sql_bind none[] = { { .kind = BIND_END } };
	struct born b = { .site = first->site };
	bool found;

	_Static_assert(sizeof(b.uuid) == UUID_TEXT_MAX, "its text");
	*out = in->newest + 1;
	if (in->newest == 0 &&
		store_get(in->s, STMT_DEVICE_NEXT, none, out, &found, e) == -1)
		return -1;
	b.device = in->newest = *out;
	uuid_new(clock_wall(&clock_system), b.uuid);
	in->result.devices_new++;
	if (in->born) {
		in->born[in->n_born++] = b;
		return 0;
	}
	return store_do(in->s, STMT_DEVICE_NEW,
		BINDS(INT(*out), TEXT(b.uuid), TEXT(first->site), TEXT(""), INT(0),
			INT(0)),
		e);
}

static bool
some_move(const struct identity_result *r)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct sighting *g = &r->sightings[i];
		if (g->ref >= 0 && g->device != r->clusters[g->cluster].device)
			return true;
	}
	return false;
}

/* A sighting that another device had: both are folded again.  That its address was found
 * silent is in no observation, so it goes along. */
static int
move_sighting(struct ingest *in, const struct sighting *g, int64_t to, struct err *e)
{
	char ip[IP_KEY_MAX];

	memo_forget_home(in->s->memo, g->site, &g->ip);
	if (store_do(in->s, STMT_OBSERVATION_MOVE, BINDS(INT(g->ref), INT(to)), e) ==
			-1 ||
		store_do(in->s, STMT_ADDRESS_DOWN_CARRY,
			BINDS(INT(g->device), INT(to), TEXT(g->site),
				TEXT(ip_key(&g->ip, ip))),
			e) == -1 ||
		store_do(in->s, STMT_SILENCE_CARRY,
			BINDS(INT(g->device), INT(to), TEXT(g->site), TEXT(ip)),
			e) == -1)
		return -1;
	return touch(in, to, REBUILD, e) == -1 ? -1 : touch(in, g->device, REBUILD, e);
}

static int
assign(struct ingest *in, const struct identity_result *r, struct err *e)
{
	if (!some_move(r)) {
		in->born = arena_new_array(in->mem, struct born, r->n_clusters);
		if (!in->born)
			return err_nomem(e);
	}
	for (size_t i = 0; i < r->n; i++) {
		const struct sighting *g = &r->sightings[i];
		struct identity_cluster *c = &r->clusters[g->cluster];
		if (c->device == 0 && new_device(in, g, &c->device, e) == -1)
			return -1;
		if (g->ref < 0) {
			in->device[-g->ref - 1] = c->device;
			if (touch(in, c->device, (size_t)(-g->ref - 1), e) == -1)
				return -1;
		} else if (g->device != c->device &&
			move_sighting(in, g, c->device, e) == -1) {
			return -1;
		}
	}
	for (size_t i = 0; i < in->n; i++)
		if (!in->known[i] && put_observation(in, i, e) == -1)
			return -1;
	return 0;
}

/* --- absorb: a device that lost its last sighting lives on as an alias ---------------------- */

/* What brought them together: the first link to the other that the batch showed. */
static void
find_merger(const struct ingest *in, const struct identity_result *r, int64_t gone,
	int64_t *at, const char **run)
{
	*at = in->at;
	*run = in->run;
	for (size_t i = 0; in->n && i < r->n_links; i++) {
		const struct identity_link *l = &r->links[i];
		bool a = r->sightings[l->a].device == gone,
		     b = r->sightings[l->b].device == gone;
		const struct sighting *by = history_shown_by(r, l);
		if (l->outcome != LINK_JOINED || a == b || by->at < in->accepted->at ||
			by->at >= *at)
			continue;
		*at = by->at;
		*run = by->run;
	}
}

static int
absorb(struct ingest *in, const struct identity_result *r, int64_t gone, int64_t into,
	struct err *e)
{
	static const enum store_stmt moves[] = { STMT_ALIASES_MOVE, STMT_LEDGER_MOVE_A,
		STMT_LEDGER_MOVE_B, STMT_EDITS_MOVE, STMT_CHANGES_MOVE,
		STMT_TURNS_MOVE };
	static const enum store_stmt forgets[] = { STMT_SHEET_FORGET,
		STMT_ADDRESSES_FORGET, STMT_EDITS_FORGET, STMT_SILENCE_FORGET,
		STMT_TURNS_FORGET, STMT_CARD_FORGET, STMT_DEVICE_DROP };
	struct store *s = in->s;
	struct fold old, kept;
	const char *run;
	int64_t at;

	if (fold_load(s, gone, in->mem, &old, e) == -1 ||
		fold_load(s, into, in->mem, &kept, e) == -1 ||
		bearer_forget(s, gone, e) == -1)
		return -1;
	fold_forget_homes(s, &old);
	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++)
		if (store_do(s, moves[i], BINDS(INT(gone), INT(into)), e) == -1)
			return -1;
	for (size_t i = 0; i < sizeof(forgets) / sizeof(forgets[0]); i++)
		if (store_do(s, forgets[i], BINDS(INT(gone)), e) == -1)
			return -1;
	in->result.devices_merged++;
	find_merger(in, r, gone, &at, &run);
	if (store_do(s, STMT_ALIAS_PUT, BINDS(TEXT(old.uuid), INT(into)), e) == -1)
		return -1;
	return store_do(s, STMT_CHANGE_PUT,
		BINDS(INT(at), TEXT(run), INT(into), TEXT(kept.uuid), TEXT("merged"),
			TEXT(""), TEXT(old.uuid), TEXT(kept.uuid)),
		e);
}

/* Where the sightings of an emptied device went: the first that moved tells. */
static int
absorb_emptied(struct ingest *in, const struct identity_result *r, struct err *e)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct sighting *g = &r->sightings[i];
		int64_t now = r->clusters[g->cluster].device;
		bool there, left;
		if (g->ref < 0 || g->device == now)
			continue;
		if (store_get(in->s, STMT_DEVICE_GET, BINDS(INT(g->device)), NULL,
			    &there, e) == -1 ||
			store_get(in->s, STMT_OBSERVATION_OF_DEVICE,
				BINDS(INT(g->device)), NULL, &left, e) == -1)
			return -1;
		if (there && !left && absorb(in, r, g->device, now, e) == -1)
			return -1;
	}
	return 0;
}

int
ingest_assign(struct ingest *in, struct identity_result *r, struct err *e)
{
	if (know(in, e) == -1 || resolve(in, r, e) == -1 || assign(in, r, e) == -1)
		return -1;
	return absorb_emptied(in, r, e);
}

int
ingest_reassign(struct ingest *in, const struct id_key *keys, size_t n,
	struct identity_result *r, struct err *e)
{
	struct store_recall recall;
	struct identity_batch *b;

	if (store_recall_init(&recall, in->s, in->mem, e) == -1 ||
		identity_batch_new(in->mem, &b, e) == -1 ||
		recall.recall.by_keys(&recall.recall, keys, n, b, e) == -1 ||
		identity_resolve(b, &recall.recall, STORE_ADDRESS_LIFETIME, r, e) ==
			-1 ||
		assign(in, r, e) == -1)
		return -1;
	return absorb_emptied(in, r, e);
}

int
ingest_rethink(struct ingest *in, const int64_t *devices, size_t n,
	struct identity_result *r, struct err *e)
{
	struct store_recall recall;
	struct identity_batch *b;

	if (store_recall_init(&recall, in->s, in->mem, e) == -1 ||
		identity_batch_new(in->mem, &b, e) == -1)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (store_recall_device(&recall, devices[i], b, e) == -1 ||
			touch(in, devices[i], REDATED, e) == -1)
			return -1;
	if (identity_resolve(b, &recall.recall, STORE_ADDRESS_LIFETIME, r, e) == -1 ||
		assign(in, r, e) == -1)
		return -1;
	return absorb_emptied(in, r, e);
}
