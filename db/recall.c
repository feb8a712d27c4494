/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the store remembers for identity: sightings by identifier and by place, rulings. */
#include "db/store_private.h"

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

	if (keys_read(col_text(s, st, 8), mem, &keys, &g.n_keys, e) == -1)
		return -1;
	g.keys = keys;
	return identity_add(batch, &g, e);
}

static int
add_bearer(struct store *s, struct sql_stmt *st, struct arena *mem, void *batch,
	struct err *e)
{
	int64_t device = col_int(s, st, 0);

	(void)mem;
	return store_each(s, STMT_SIGHTINGS_OF_DEVICE, BINDS(INT(device)), ROW_ARENA,
		add_sighting, batch, e);
}

static int
by_keys(struct identity_recall *r, const struct id_key *keys, size_t n,
	struct identity_batch *b, struct err *e)
{
	struct store *s = ((struct store_recall *)r)->store;

	for (size_t i = 0; i < n; i++)
		if (store_each(s, STMT_DEVICES_BY_KEY,
			    BINDS(TEXT(id_kind_name(keys[i].kind)), TEXT(keys[i].value)),
			    0, add_bearer, b, e) == -1)
			return -1;
	return 0;
}

static int
by_places(struct identity_recall *r, const struct sighting *const *at, size_t n,
	struct identity_batch *b, struct err *e)
{
	struct store *s = ((struct store_recall *)r)->store;
	char ip[IP_KEY_MAX];

	for (size_t i = 0; i < n; i++)
		if (store_each(s, STMT_SIGHTINGS_AT_PLACE,
			    BINDS(TEXT(at[i]->site), TEXT(ip_key(&at[i]->ip, ip))),
			    ROW_ARENA, add_sighting, b, e) == -1)
			return -1;
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

	for (size_t i = 0; i < n; i++)
		if (store_each(s, STMT_RULINGS_BY_KEY,
			    BINDS(TEXT(id_kind_name(keys[i].kind)), TEXT(keys[i].value)),
			    0, add_ruling, b, e) == -1)
			return -1;
	return 0;
}

void
store_recall_init(struct store_recall *r, struct store *s)
{
	*r = (struct store_recall){
		.recall = { .by_keys = by_keys,
			.by_places = by_places,
			.rulings = rulings },
		.store = s,
	};
}

int
store_recall_all(struct store *s, struct identity_batch *b, struct err *e)
{
	static const struct sql_bind none[] = { { .kind = BIND_END } };

	if (store_each(s, STMT_SIGHTINGS_ALL, none, ROW_ARENA, add_sighting, b, e) == -1)
		return -1;
	return store_each(s, STMT_RULINGS_ALL, none, 0, add_ruling, b, e);
}
