/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the store remembers for identity: sightings by identifier and by place, rulings. */
#include "db/store_private.h"

enum { ROW_ARENA = 1 << 20 }; /* the identifiers of one sighting */

/* The texts are borrowed from the row: identity_add copies what it has not yet. */
static int
add_row(struct store *s, struct sql_stmt *st, struct arena *mem,
	struct identity_batch *b, struct err *e)
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
	return identity_add(b, &g, e);
}

static int
add_sightings(struct store *s, enum store_stmt which, const struct sql_bind *binds,
	struct identity_batch *b, struct err *e)
{
	struct arena *row = arena_new(ROW_ARENA);
	struct sql_stmt *st = row ? store_query(s, which, binds, e) : NULL;
	enum sql_step step = SQL_FAILED;

	if (!row)
		return err_nomem(e);
	while (st && (step = store_next(s, st, e)) == SQL_ROW) {
		arena_reset(row);
		if (add_row(s, st, row, b, e) == -1) {
			store_stop(s, st);
			step = SQL_FAILED;
			break;
		}
	}
	arena_free(row);
	return step == SQL_FAILED ? -1 : 0;
}

static int
by_keys(struct identity_recall *r, const struct id_key *keys, size_t n,
	struct identity_batch *b, struct err *e)
{
	struct store_recall *me = (struct store_recall *)r;
	struct store *s = me->store;

	for (size_t i = 0; i < n; i++) {
		enum sql_step step;
		struct sql_stmt *st = store_query(s, STMT_DEVICES_BY_KEY,
			BINDS(TEXT(id_kind_name(keys[i].kind)), TEXT(keys[i].value)), e);
		if (!st)
			return -1;
		while ((step = store_next(s, st, e)) == SQL_ROW) {
			int64_t device = col_int(s, st, 0);
			if (add_sightings(s, STMT_SIGHTINGS_OF_DEVICE,
				    BINDS(INT(device)), b, e) == -1) {
				store_stop(s, st);
				return -1;
			}
		}
		if (step == SQL_FAILED)
			return -1;
	}
	return 0;
}

static int
by_places(struct identity_recall *r, const struct sighting *const *at, size_t n,
	struct identity_batch *b, struct err *e)
{
	struct store_recall *me = (struct store_recall *)r;
	char ip[IP_KEY_MAX];

	for (size_t i = 0; i < n; i++)
		if (add_sightings(me->store, STMT_SIGHTINGS_AT_PLACE,
			    BINDS(TEXT(at[i]->site), TEXT(ip_key(&at[i]->ip, ip))), b,
			    e) == -1)
			return -1;
	return 0;
}

static int
add_rulings(struct store *s, enum store_stmt which, const struct sql_bind *binds,
	struct arena *mem, struct identity_batch *b, struct err *e)
{
	struct sql_stmt *st = store_query(s, which, binds, e);
	enum sql_step step;

	if (!st)
		return -1;
	while ((step = store_next(s, st, e)) == SQL_ROW) {
		struct ruling r = {
			.kind = (enum ruling_kind)col_int(s, st, 0),
			.a.value = arena_strdup(mem, col_text(s, st, 2)),
			.b.value = arena_strdup(mem, col_text(s, st, 4)),
		};
		bool known = id_kind_find(col_text(s, st, 1), &r.a.kind) &&
			(r.kind == RULING_DEMOTED ||
				id_kind_find(col_text(s, st, 3), &r.b.kind));
		if (!r.a.value || !r.b.value ||
			(known && identity_rule(b, &r, e) == -1)) {
			store_stop(s, st);
			return r.a.value && r.b.value ? -1 : err_nomem(e);
		}
	}
	return step == SQL_FAILED ? -1 : 0;
}

static int
rulings(struct identity_recall *r, const struct id_key *keys, size_t n,
	struct identity_batch *b, struct err *e)
{
	struct store_recall *me = (struct store_recall *)r;

	for (size_t i = 0; i < n; i++)
		if (add_rulings(me->store, STMT_RULINGS_BY_KEY,
			    BINDS(TEXT(id_kind_name(keys[i].kind)), TEXT(keys[i].value)),
			    me->mem, b, e) == -1)
			return -1;
	return 0;
}

void
store_recall_init(struct store_recall *r, struct store *s, struct arena *mem)
{
	*r = (struct store_recall){
		.recall = { .by_keys = by_keys,
			.by_places = by_places,
			.rulings = rulings },
		.store = s,
		.mem = mem,
	};
}

int
store_recall_all(
	struct store *s, struct arena *mem, struct identity_batch *b, struct err *e)
{
	static const struct sql_bind none[] = { { .kind = BIND_END } };

	if (add_sightings(s, STMT_SIGHTINGS_ALL, none, b, e) == -1)
		return -1;
	return add_rulings(s, STMT_RULINGS_ALL, none, mem, b, e);
}
