/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the store remembers for identity: sightings by identifier and by place, rulings. */
#include "db/bearers.h"

enum { ROW_ARENA = 1 << 20 }; /* the identifiers of one sighting */

/* The texts are borrowed from the row: identity_add copies what it has not yet. */
static int
add_sighting(struct store *s, struct sql_stmt *st, struct arena *mem, void *batch,
	struct err *e)
{
	struct id_key *keys;
	struct sighting g = {
		.ref = col_int(s, st, 0),
		.at = col_int(s, st, 1),
		.seq = col_int(s, st, 2),
		.site = col_text(s, st, 3),
		.point = col_text(s, st, 4),
		.run = col_text(s, st, 5),
		.ip = ip_from_key(col_text(s, st, 6)),
		.evidence = (enum evidence)col_int(s, st, 7),
		.device = col_int(s, st, 9),
	};

	if (keys_read(col_text(s, st, 8), mem, &keys, &g.n_keys, e) == -1 ||
		store_run_lifetime(s, g.run, &g.lifetime, e) == -1)
		return -1;
	g.keys = keys;
	return identity_add(batch, &g, e);
}

/* --- devices that were brought already: several keys lead to one ------------------------------- */

static size_t
slot_of(const struct store_recall *r, int64_t device)
{
	uint64_t h = (uint64_t)device * 0x9e3779b97f4a7c15; /* bits well spread */
	size_t at = (size_t)(h >> 32) & (r->n_slots - 1);

	while (r->brought[at] && r->brought[at] != device)
		at = (at + 1) & (r->n_slots - 1);
	return at;
}

static int
note_brought(struct store_recall *r, int64_t device, bool *is_new, struct err *e)
{
	if (2 * r->n_brought >= r->n_slots) {
		struct store_recall more = *r;
		more.n_slots = r->n_slots ? 2 * r->n_slots : 256;
		more.brought = arena_new_array(r->mem, int64_t, more.n_slots);
		if (!more.brought)
			return err_nomem(e);
		for (size_t i = 0; i < r->n_slots; i++)
			if (r->brought[i])
				more.brought[slot_of(&more, r->brought[i])] =
					r->brought[i];
		*r = more;
	}
	size_t at = slot_of(r, device);
	*is_new = r->brought[at] == 0;
	r->n_brought += *is_new;
	r->brought[at] = device;
	return 0;
}

struct bringing {
	struct store_recall *recall;
	struct identity_batch *batch;
};

static int
bring(struct bringing *b, int64_t device, struct err *e)
{
	bool is_new = false;

	if (note_brought(b->recall, device, &is_new, e) == -1)
		return -1;
	return is_new
		? store_each(b->recall->store, STMT_SIGHTINGS_OF_DEVICE,
			  BINDS(INT(device)), ROW_ARENA, add_sighting, b->batch, e)
		: 0;
}

static int
add_bearer(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	(void)mem;
	return bring(arg, col_int(s, st, 0), e);
}

/* Most are of one device, or of none. */
static int
bring_bearers(struct bringing *b, const struct id_key *k, struct err *e)
{
	struct store *s = b->recall->store;
	int64_t device;

	if (bearer_find(s, k, &device, e) == -1)
		return -1;
	if (device == BEARER_NOBODY)
		return 0;
	if (device != BEARER_SEVERAL)
		return bring(b, device, e);
	return store_each(s, STMT_DEVICES_BY_KEY,
		BINDS(TEXT(id_kind_name(k->kind)), TEXT(k->value)), 0, add_bearer, b, e);
}

static int
add_tenant(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	(void)mem;
	return bring(arg, col_int(s, st, 9), e);
}

/* All who were at an address that is ruled on. */
static int
bring_tenants(struct bringing *b, const struct id_key *k, struct err *e)
{
	char key[IP_KEY_MAX];
	const char *site;
	struct addr ip;

	if (!identity_address_read(k, &ip, &site))
		return 0;
	return store_each(b->recall->store, STMT_SIGHTINGS_AT_PLACE,
		BINDS(TEXT(site), TEXT(ip_key(&ip, key))), 0, add_tenant, b, e);
}

static int
by_keys(struct identity_recall *r, const struct id_key *keys, size_t n,
	struct identity_batch *b, struct err *e)
{
	struct bringing bringing = { (struct store_recall *)r, b };

	for (size_t i = 0; i < n; i++) {
		if (keys[i].kind == ID_CARD && !bringing.recall->has_cards)
			continue;
		if ((keys[i].kind == ID_ADDRESS
				    ? bring_tenants(&bringing, &keys[i], e)
				    : bring_bearers(&bringing, &keys[i], e)) == -1)
			return -1;
	}
	return 0;
}

int
store_recall_device(
	struct store_recall *r, int64_t device, struct identity_batch *b, struct err *e)
{
	struct bringing bringing = { r, b };

	return bring(&bringing, device, e);
}

static int
by_places(struct identity_recall *r, const struct sighting *const *at, size_t n,
	struct identity_batch *b, struct err *e)
{
	struct store *s = ((struct store_recall *)r)->store;
	char ip[IP_KEY_MAX];

	for (size_t i = 0; i < n; i++) {
		const struct memo_home *m = memo_home(s->memo, at[i]->site, &at[i]->ip);
		if (m && m->device == 0)
			continue; /* nobody was ever seen there */
		if (store_each(s, STMT_SIGHTINGS_AT_PLACE,
			    BINDS(TEXT(at[i]->site), TEXT(ip_key(&at[i]->ip, ip))),
			    ROW_ARENA, add_sighting, b, e) == -1)
			return -1;
	}
	return 0;
}

/* A ruling about a kind that this program does not know is not for it. */
static int
add_ruling(struct store *s, struct sql_stmt *st, struct arena *mem, void *batch,
	struct err *e)
{
	struct ruling r = {
		.kind = (enum ruling_kind)col_int(s, st, 0),
		.a.value = col_text(s, st, 2),
		.b.value = col_text(s, st, 4),
	};

	(void)mem;
	if (!id_kind_find(col_text(s, st, 1), &r.a.kind) ||
		(r.kind != RULING_DEMOTED &&
			!id_kind_find(col_text(s, st, 3), &r.b.kind)))
		return 0;
	return identity_rule(batch, &r, e);
}

static int
rulings(struct identity_recall *r, const struct id_key *keys, size_t n,
	struct identity_batch *b, struct err *e)
{
	struct store *s = ((struct store_recall *)r)->store;

	bool perhaps;

	for (size_t i = 0; i < n; i++) {
		const char *kind = id_kind_name(keys[i].kind);
		if (ruled_perhaps(s, kind, keys[i].value, &perhaps, e) == -1)
			return -1;
		if (perhaps &&
			store_each(s, STMT_RULINGS_BY_KEY,
				BINDS(TEXT(kind), TEXT(keys[i].value)), 0, add_ruling,
				b, e) == -1)
			return -1;
	}
	return 0;
}

int
store_has_cards(struct store *s, bool *out, struct err *e)
{
	return store_get(s, STMT_IDENTIFIER_OF_KIND, BINDS(TEXT(id_kind_name(ID_CARD))),
		NULL, out, e);
}

int
store_recall_init(
	struct store_recall *r, struct store *s, struct arena *mem, struct err *e)
{
	*r = (struct store_recall){
		.recall = { .by_keys = by_keys,
			.by_places = by_places,
			.rulings = rulings },
		.store = s,
		.mem = mem,
	};
	bool perhaps;
	if (ruled_perhaps(s, id_kind_name(ID_ADDRESS), "", &perhaps, e) == -1)
		return -1;
	r->recall.no_addresses = !perhaps;
	return store_has_cards(s, &r->has_cards, e);
}

int
store_recall_all(struct store *s, struct identity_batch *b, struct err *e)
{
	if (store_each(s, STMT_SIGHTINGS_ALL, NO_BINDS, ROW_ARENA, add_sighting, b,
		    e) == -1)
		return -1;
	return store_each(s, STMT_RULINGS_ALL, NO_BINDS, 0, add_ruling, b, e);
}
