/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A batch of observations becomes devices, in one transaction:
 *
 *	accept   in the order of observations, without those that are there already
 *	know     the device of those that cannot change who is who (known.h)
 *	resolve  whose the others are (inventory/identity.h), with what the store remembers
 *	assign   a device to each; sightings that changed hands are moved
 *	fold     the touched devices anew, and write down what changed
 */
#include <stdlib.h>
#include <string.h>

#include "base/uuid.h"
#include "db/history.h"
#include "db/known.h"
#include "db/store_private.h"
#include "inventory/ndjson.h"

enum { INGEST_ARENA = 768 << 20 }; /* bytes for a batch with its neighbourhood */

/* A device that the batch touches: by a new observation, or by one that moved. */
struct touch {
	int64_t device;
	size_t observation; /* index into accepted; REBUILD: fold everything again */
};

#define REBUILD SIZE_MAX

struct ingest {
	struct store *s;
	struct arena *mem;
	struct observation *accepted; /* in order, seq set */
	const char **facts, **keys;   /* their texts, as stored */
	struct id_key **ids;          /* their identifiers, n_ids of them */
	size_t *n_ids;
	int64_t *device; /* of each; 0: no device */
	bool *known;     /* its device was; it is stored already */
	size_t n;
	uint32_t *given; /* by hash of (point, seq): index into accepted + 1 */
	size_t n_slots;  /* a power of two */
	struct touch *touches;
	size_t n_touches, touches_room;
	struct ingest_result result;
	const char *run; /* of the last observation: for the history */
	int64_t at;
};

/* --- accept -------------------------------------------------------------------------------- */

static int
by_order(const void *pa, const void *pb)
{
	const struct observation *const *a = pa, *const *b = pb;
	int c = observation_cmp(*a, *b);

	/* The same order for any run of the program: by place in the batch at last. */
	return c ? c : (*a > *b) - (*a < *b);
}

static bool
is_twin(struct store *s, struct sql_stmt *st, const struct observation *o,
	const char *facts)
{
	return strcmp(col_text(s, st, 0), o->point) == 0 &&
		strcmp(col_text(s, st, 1), o->site) == 0 &&
		strcmp(col_text(s, st, 2), o->source) == 0 &&
		col_int(s, st, 3) == (int64_t)o->subject &&
		col_int(s, st, 4) == (int64_t)o->evidence &&
		strcmp(col_text(s, st, 5), facts) == 0;
}

static int
is_stored(struct store *s, const struct observation *o, const char *facts, bool *out,
	struct err *e)
{
	char ip[IP_KEY_MAX];
	struct sql_stmt *st = store_query(s, STMT_OBSERVATION_TWINS,
		BINDS(TEXT(o->run), INT(o->at), TEXT(ip_key(&o->ip, ip))), e);
	enum sql_step step;

	*out = false;
	if (!st)
		return -1;
	while ((step = store_next(s, st, e)) == SQL_ROW) {
		if (is_twin(s, st, o, facts)) {
			store_stop(s, st);
			*out = true;
			return 0;
		}
	}
	return step == SQL_FAILED ? -1 : 0;
}

static bool
is_twin_of_accepted(
	const struct ingest *in, const struct observation *o, const char *facts)
{
	for (size_t i = in->n; i-- > 0;) {
		const struct observation *a = &in->accepted[i];
		if (a->at != o->at || strcmp(a->run, o->run) != 0)
			return false;
		if (strcmp(a->point, o->point) == 0 && strcmp(a->site, o->site) == 0 &&
			strcmp(a->source, o->source) == 0 && a->subject == o->subject &&
			addr_equal(&a->ip, &o->ip) && a->evidence == o->evidence &&
			strcmp(in->facts[i], facts) == 0)
			return true;
	}
	return false;
}

static const char *
facts_text(struct ingest *in, const struct observation *o, struct err *e)
{
	struct sb text;
	char *copy = NULL;

	sb_init(&text, NDJSON_LINE_MAX);
	if (ndjson_write_facts(o->facts, o->n_facts, &text, e) == 0 &&
		!(copy = arena_strdup(in->mem, text.text)))
		err_nomem(e);
	sb_done(&text);
	return copy;
}

static int
take(struct ingest *in, const struct observation *o, struct err *e)
{
	bool twin;

	if (!o->site || !o->point || !o->run || !o->source)
		return err_set(e, ERR_ARG,
			"an observation without its source, site, point or run");
	const char *facts = facts_text(in, o, e);
	if (!facts || is_stored(in->s, o, facts, &twin, e) == -1)
		return -1;
	if (twin || is_twin_of_accepted(in, o, facts)) {
		in->result.duplicates++;
		return 0;
	}
	in->facts[in->n] = facts;
	in->accepted[in->n++] = *o;
	return 0;
}

static int
accept(struct ingest *in, const struct observation *obs, size_t n, struct err *e)
{
	const struct observation **order = arena_new_array(
		in->mem, const struct observation *, n);

	in->accepted = arena_new_array(in->mem, struct observation, n);
	in->facts = arena_new_array(in->mem, const char *, n);
	in->keys = arena_new_array(in->mem, const char *, n);
	in->ids = arena_new_array(in->mem, struct id_key *, n);
	in->n_ids = arena_new_array(in->mem, size_t, n);
	in->device = arena_new_array(in->mem, int64_t, n);
	in->known = arena_new_array(in->mem, bool, n);
	for (in->n_slots = 16; in->n_slots < 2 * n;)
		in->n_slots *= 2;
	in->given = arena_new_array(in->mem, uint32_t, in->n_slots);
	if (!order || !in->accepted || !in->facts || !in->keys || !in->ids ||
		!in->n_ids || !in->device || !in->known || !in->given)
		return err_nomem(e);
	for (size_t i = 0; i < n; i++)
		order[i] = &obs[i];
	qsort(order, n, sizeof(*order), by_order);
	for (size_t i = 0; i < n; i++)
		if (take(in, order[i], e) == -1)
			return -1;
	return 0;
}

/* The last seq of a point is read and written once for a stretch of its observations. */
struct seq_cursor {
	const char *point; /* NULL: none yet */
	int64_t last;
};

static int
save_seq(struct ingest *in, const struct seq_cursor *c, struct err *e)
{
	return c->point ? store_do(in->s, STMT_POINT_PUT,
				  BINDS(TEXT(c->point), INT(c->last)), e)
			: 0;
}

static int
move_cursor(struct ingest *in, struct seq_cursor *c, const char *point, struct err *e)
{
	bool found;

	if (c->point && strcmp(c->point, point) == 0)
		return 0;
	if (save_seq(in, c, e) == -1)
		return -1;
	*c = (struct seq_cursor){ .point = point };
	return store_get(in->s, STMT_POINT_SEQ, BINDS(TEXT(point)), &c->last, &found, e);
}

/* Where (point, seq) is among those that this batch gave; 0 there: it did not. */
static uint32_t *
find_given(const struct ingest *in, const char *point, int64_t seq)
{
	size_t at = (size_t)((uint64_t)seq * 0x9e3779b97f4a7c15u >> 32);

	for (;; at++) {
		uint32_t *slot = &in->given[at & (in->n_slots - 1)];
		const struct observation *o = *slot ? &in->accepted[*slot - 1] : NULL;
		if (!o || (o->seq == seq && strcmp(o->point, point) == 0))
			return slot;
	}
}

/* One record near the end of all numbers (2^53) must not leave none to its point. */
#define SEQ_KEPT_MAX ((int64_t)1 << 52)

static int
is_taken(struct ingest *in, const struct observation *o, int64_t last, bool *out,
	struct err *e)
{
	*out = o->seq <= 0 || o->seq > SEQ_KEPT_MAX ||
		*find_given(in, o->point, o->seq) != 0;
	if (*out || o->seq > last)
		return 0;
	return store_get(in->s, STMT_OBSERVATION_SEQ_TAKEN,
		BINDS(TEXT(o->point), INT(o->seq)), NULL, out, e);
}

/* A number that an import brings is kept unless something else has it. */
static int
give_seq(struct ingest *in, struct err *e)
{
	struct seq_cursor c = { .point = NULL };

	for (size_t i = 0; i < in->n; i++) {
		struct observation *o = &in->accepted[i];
		bool taken;
		if (move_cursor(in, &c, o->point, e) == -1 ||
			is_taken(in, o, c.last, &taken, e) == -1)
			return -1;
		if (taken)
			o->seq = c.last + 1;
		c.last = o->seq > c.last ? o->seq : c.last;
		*find_given(in, o->point, o->seq) = (uint32_t)i + 1;
	}
	return save_seq(in, &c, e);
}

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

	in->at = o->at;
	in->run = o->run;
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
	struct sb text;

	in->keys[i] = "";
	if (in->accepted[i].subject != SUBJECT_DEVICE)
		return 0;
	if (identity_keys(&in->accepted[i], in->mem, &in->ids[i], &in->n_ids[i], e) ==
		-1)
		return -1;
	sb_init(&text, NDJSON_LINE_MAX);
	int rc = keys_write(in->ids[i], in->n_ids[i], &text);
	in->keys[i] = rc == 0 ? arena_strdup(in->mem, text.text) : NULL;
	sb_done(&text);
	return in->keys[i] ? 0 : err_nomem(e);
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
	return c ? c : (*a > *b) - (*a < *b); /* they stand in order in accepted */
}

static bool
is_same_visit(const struct observation *a, const struct observation *b)
{
	return addr_equal(&a->ip, &b->ip) && strcmp(a->run, b->run) == 0 &&
		strcmp(a->site, b->site) == 0;
}

static void
visit_add(struct visit *v, const struct observation *o, const struct id_key *ids,
	size_t n)
{
	v->replied |= o->evidence == EVIDENCE_REPLY;
	for (size_t i = 0, k; i < n; i++) {
		for (k = 0; k < v->n_keys && id_key_cmp(&v->keys[k], &ids[i]) != 0; k++)
			;
		if (k == v->n_keys)
			v->keys[v->n_keys++] = ids[i];
	}
}

/* One visit: o[0..n) point into accepted. */
static int
know_visit(
	struct ingest *in, const struct observation *const *o, size_t n, struct err *e)
{
	struct visit v = { .site = o[0]->site,
		.run = o[0]->run,
		.ip = o[0]->ip,
		.first_at = o[0]->at };
	size_t room = 0;
	int64_t device;

	for (size_t i = 0; i < n; i++)
		room += in->n_ids[o[i] - in->accepted];
	if (!(v.keys = arena_new_array(in->mem, struct id_key, room)))
		return err_nomem(e);
	for (size_t i = 0; i < n; i++) {
		size_t at = (size_t)(o[i] - in->accepted);
		visit_add(&v, o[i], in->ids[at], in->n_ids[at]);
	}
	if (known_device(in->s, &v, &device, e) == -1)
		return -1;
	for (size_t i = 0; device && i < n; i++) {
		size_t at = (size_t)(o[i] - in->accepted);
		in->device[at] = device;
		in->known[at] = true;
		if (touch(in, device, at, e) == -1 || put_observation(in, at, e) == -1)
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
	for (size_t i = 0; i < in->n; i++) {
		const struct observation *o = &in->accepted[i];
		if (read_keys(in, i, e) == -1)
			return -1;
		if (o->subject == SUBJECT_DEVICE && addr_is_set(&o->ip))
			order[n++] = o;
	}
	if (n)
		qsort(order, n, sizeof(*order), by_visit);
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
	store_recall_init(&recall, in->s, in->mem);
	return identity_resolve(b, &recall.recall, STORE_ADDRESS_LIFETIME, out, e);
}

/* --- assign -------------------------------------------------------------------------------- */

static int
new_device(struct ingest *in, const struct sighting *first, int64_t *out, struct err *e)
{
	char uuid[UUID_TEXT_MAX];
	bool found;

	uuid_new(clock_wall(&clock_system), uuid);
	in->result.devices_new++;
	return store_get(in->s, STMT_DEVICE_NEW, BINDS(TEXT(uuid), TEXT(first->site)),
		out, &found, e);
}

/* A sighting that another device had: both are folded again.  That its address was found
 * silent is in no observation, so it goes along. */
static int
move_sighting(struct ingest *in, const struct sighting *g, int64_t to, struct err *e)
{
	char ip[IP_KEY_MAX];

	if (store_do(in->s, STMT_OBSERVATION_MOVE, BINDS(INT(g->ref), INT(to)), e) ==
			-1 ||
		store_do(in->s, STMT_ADDRESS_DOWN_CARRY,
			BINDS(INT(g->device), INT(to), TEXT(g->site),
				TEXT(ip_key(&g->ip, ip))),
			e) == -1)
		return -1;
	return touch(in, to, REBUILD, e) == -1 ? -1 : touch(in, g->device, REBUILD, e);
}

static int
assign(struct ingest *in, const struct identity_result *r, struct err *e)
{
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

static int
absorb(struct ingest *in, int64_t gone, int64_t into, struct err *e)
{
	static const enum store_stmt moves[] = { STMT_ALIASES_MOVE, STMT_LEDGER_MOVE_A,
		STMT_LEDGER_MOVE_B, STMT_CHANGES_MOVE };
	static const enum store_stmt forgets[] = { STMT_EVIDENCE_FORGET,
		STMT_ADDRESSES_FORGET, STMT_IDENTIFIERS_FORGET, STMT_DEVICE_DROP };
	struct store *s = in->s;
	struct fold old, kept;

	if (fold_load(s, gone, in->mem, &old, e) == -1 ||
		fold_load(s, into, in->mem, &kept, e) == -1)
		return -1;
	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++)
		if (store_do(s, moves[i], BINDS(INT(gone), INT(into)), e) == -1)
			return -1;
	for (size_t i = 0; i < sizeof(forgets) / sizeof(forgets[0]); i++)
		if (store_do(s, forgets[i], BINDS(INT(gone)), e) == -1)
			return -1;
	in->result.devices_merged++;
	if (store_do(s, STMT_ALIAS_PUT, BINDS(TEXT(old.uuid), INT(into)), e) == -1)
		return -1;
	return store_do(s, STMT_CHANGE_PUT,
		BINDS(INT(in->at), TEXT(in->run), INT(into), TEXT(kept.uuid),
			TEXT("merged"), TEXT(""), TEXT(old.uuid), TEXT(kept.uuid)),
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
		if (there && !left && absorb(in, g->device, now, e) == -1)
			return -1;
	}
	return 0;
}

/* --- fold ---------------------------------------------------------------------------------- */

static int
put_identifiers(struct store *s, int64_t device, const char *keys_text,
	struct arena *mem, struct err *e)
{
	struct id_key *keys;
	size_t n;

	if (keys_read(keys_text, mem, &keys, &n, e) == -1)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (store_do(s, STMT_IDENTIFIER_PUT,
			    BINDS(TEXT(id_kind_name(keys[i].kind)), TEXT(keys[i].value),
				    INT(device)),
			    e) == -1)
			return -1;
	return 0;
}

/* From its observations alone, as if nothing had been there. */
static int
fold_again(struct store *s, struct fold *f, struct arena *mem, struct err *e)
{
	static const enum store_stmt forgets[] = { STMT_EVIDENCE_FORGET,
		STMT_ADDRESSES_FORGET, STMT_IDENTIFIERS_FORGET };
	struct fold fresh = {
		.device = f->device, .site = f->site, .vendors = f->vendors, .mem = mem
	};
	enum sql_step step;

	memcpy(fresh.uuid, f->uuid, sizeof(fresh.uuid));
	for (size_t i = 0; i < sizeof(forgets) / sizeof(forgets[0]); i++)
		if (store_do(s, forgets[i], BINDS(INT(f->device)), e) == -1)
			return -1;
	struct sql_stmt *st = store_query(
		s, STMT_OBSERVATIONS_OF_DEVICE, BINDS(INT(f->device)), e);
	if (!st)
		return -1;
	while ((step = store_next(s, st, e)) == SQL_ROW) {
		struct observation o;
		if (read_observation(s, st, mem, &o, e) == -1 ||
			put_identifiers(s, f->device, col_text(s, st, 11), mem, e) ==
				-1 ||
			fold_take(&fresh, &o, e) == -1) {
			store_stop(s, st);
			return -1;
		}
	}
	/* A complete coverage that found an address silent stays true. */
	for (size_t i = 0; i < fresh.n_addrs; i++)
		for (size_t k = 0; k < f->n_addrs; k++)
			if (strcmp(fresh.addrs[i].site, f->addrs[k].site) == 0 &&
				addr_equal(&fresh.addrs[i].a.ip, &f->addrs[k].a.ip) &&
				f->addrs[k].a.down_at > fresh.addrs[i].a.last_reply)
				fresh.addrs[i].a.down_at = f->addrs[k].a.down_at;
	fresh.is_new = f->is_new;
	*f = fresh;
	return step == SQL_FAILED ? -1 : 0;
}

static int
fold_new(struct ingest *in, struct fold *f, const struct touch *t, size_t n,
	struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		size_t o = t[i].observation;
		if (fold_take(f, &in->accepted[o], e) == -1 ||
			put_identifiers(in->s, f->device, in->keys[o], f->mem, e) == -1)
			return -1;
	}
	return 0;
}

/* The last of the touches that is a new observation; NULL: none is. */
static const struct observation *
newest_of(const struct ingest *in, const struct touch *t, size_t n)
{
	while (n > 0 && t[n - 1].observation == REBUILD)
		n--;
	return n ? &in->accepted[t[n - 1].observation] : NULL;
}

/* All touches of one device, in the order of observations; a REBUILD comes last. */
static int
fold_touched(struct ingest *in, const struct touch *t, size_t n, struct arena *mem,
	struct err *e)
{
	bool rebuild = t[n - 1].observation == REBUILD;
	struct device before, after;
	struct fold f;

	if (fold_load(in->s, t->device, mem, &f, e) == -1)
		return e->code == ERR_NOTFOUND ? 0 : -1; /* absorbed meanwhile */
	if (fold_device(&f, mem, &before, e) == -1)
		return -1;
	if ((rebuild ? fold_again(in->s, &f, mem, e) : fold_new(in, &f, t, n, e)) == -1)
		return -1;
	if (fold_save_rows(in->s, &f, e) == -1 || fold_device(&f, mem, &after, e) == -1)
		return -1;
	/* A device that only moved sightings to or from others has no news of its own. */
	const struct observation *news = newest_of(in, t, n);
	struct history h = { .s = in->s,
		.run = news ? news->run : in->run,
		.at = news ? news->at : in->at,
		.mem = mem };
	bool changed;
	if (history_note(&h, f.is_new ? NULL : &before, &after, &changed, e) == -1)
		return -1;
	in->result.devices_changed += changed && !f.is_new;
	return history_save_device(&h, &after, e);
}

static int
by_device(const void *pa, const void *pb)
{
	const struct touch *a = pa, *b = pb;

	if (a->device != b->device)
		return a->device < b->device ? -1 : 1;
	return (a->observation > b->observation) - (a->observation < b->observation);
}

static int
fold_all(struct ingest *in, struct err *e)
{
	struct arena *mem = arena_new(INGEST_ARENA);
	int rc = mem ? 0 : err_nomem(e);

	if (in->n_touches)
		qsort(in->touches, in->n_touches, sizeof(*in->touches), by_device);
	for (size_t i = 0, n; rc == 0 && i < in->n_touches; i += n) {
		n = 1;
		while (i + n < in->n_touches &&
			in->touches[i + n].device == in->touches[i].device)
			n++;
		arena_reset(mem);
		rc = fold_touched(in, in->touches + i, n, mem, e);
	}
	arena_free(mem);
	return rc;
}

/* --- the whole ----------------------------------------------------------------------------- */

static int
ingest(struct ingest *in, const struct observation *obs, size_t n, struct err *e)
{
	struct identity_result r;

	if (accept(in, obs, n, e) == -1)
		return -1;
	if (in->n == 0)
		return 0;
	if (give_seq(in, e) == -1 || know(in, e) == -1 || resolve(in, &r, e) == -1 ||
		assign(in, &r, e) == -1 || absorb_emptied(in, &r, e) == -1 ||
		fold_all(in, e) == -1)
		return -1;
	return history_links(in->s, &r, in->run, in->at, in->mem, e);
}

int
store_ingest(struct store *s, const struct observation *obs, size_t n,
	struct ingest_result *add_to, struct err *e)
{
	struct ingest in = { .s = s };
	int rc = -1;

	if (store_need_writer(s, e) == -1)
		return -1;
	if (n == 0)
		return 0;
	if (!(in.mem = arena_new(INGEST_ARENA)))
		return err_nomem(e);
	if (store_begin(s, e) == -1)
		goto out;
	if (ingest(&in, obs, n, e) == -1 || store_commit(s, e) == -1) {
		store_rollback(s);
		err_add(e, "store %zu observations", n);
		goto out;
	}
	add_to->observations += in.n;
	add_to->duplicates += in.result.duplicates;
	add_to->devices_new += in.result.devices_new;
	add_to->devices_changed += in.result.devices_changed;
	add_to->devices_merged += in.result.devices_merged;
	rc = 0;
out:
	arena_free(in.mem);
	return rc;
}
