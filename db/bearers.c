/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Identifiers and their bearers, one by one; what was asked lately is not asked again. */
#include "db/bearers.h"

static int
read_bearer(struct store *s, const struct id_key *k, int64_t *device, struct err *e)
{
	struct sql_stmt *st = store_query(s, STMT_DEVICES_BY_KEY,
		BINDS(TEXT(id_kind_name(k->kind)), TEXT(k->value)), e);
	enum sql_step step;

	*device = BEARER_NOBODY;
	if (!st)
		return -1;
	while ((step = store_next(s, st, e)) == SQL_ROW) {
		if (*device != BEARER_NOBODY) {
			store_stop(s, st);
			*device = BEARER_SEVERAL;
			return 0;
		}
		*device = col_int(s, st, 0);
	}
	return step == SQL_FAILED ? -1 : 0;
}

int
bearer_find(struct store *s, const struct id_key *k, int64_t *device, struct err *e)
{
	if (memo_bearer(s->memo, k, device))
		return 0;
	if (read_bearer(s, k, device, e) == -1)
		return -1;
	memo_set_bearer(s->memo, k, *device);
	return 0;
}

int
bearer_put(struct store *s, const struct id_key *k, int64_t device, struct err *e)
{
	int64_t before;
	bool asked = memo_bearer(s->memo, k, &before);

	if (asked && before == device)
		return 0; /* it is there */
	bool is_new = asked && before == BEARER_NOBODY;
	if (store_do(s, is_new ? STMT_IDENTIFIER_NEW : STMT_IDENTIFIER_PUT,
		    BINDS(TEXT(id_kind_name(k->kind)), TEXT(k->value), INT(device)),
		    e) == -1)
		return -1;
	if (asked)
		memo_set_bearer(s->memo, k, is_new ? device : BEARER_SEVERAL);
	return 0;
}

static int
forget_key(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct id_key k = { .value = col_text(s, st, 1) };

	(void)mem, (void)arg, (void)e;
	if (id_kind_find(col_text(s, st, 0), &k.kind))
		memo_forget_bearer(s->memo, &k);
	return 0;
}

int
bearer_forget(struct store *s, int64_t device, struct err *e)
{
	if (store_each(s, STMT_IDENTIFIERS_OF_DEVICE, BINDS(INT(device)), 0, forget_key,
		    NULL, e) == -1)
		return -1;
	return store_do(s, STMT_IDENTIFIERS_FORGET, BINDS(INT(device)), e);
}

int
bearer_is_ruled(struct store *s, const struct id_key *k, bool *out, struct err *e)
{
	const char *kind = id_kind_name(k->kind);

	if (ruled_perhaps(s, kind, k->value, out, e) == -1)
		return -1;
	return *out ? store_get(s, STMT_RULINGS_BY_KEY,
			      BINDS(TEXT(kind), TEXT(k->value)), NULL, out, e)
		    : 0;
}

struct contest {
	int64_t device;
	bool found;
};

/* An identifier of a kind that is not known here may be anything. */
static int
see_contest(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct id_key k = { .value = col_text(s, st, 1) };
	struct contest *c = arg;
	int64_t bearer;

	(void)mem;
	if (c->found)
		return 0;
	c->found = !id_kind_find(col_text(s, st, 0), &k.kind);
	if (c->found)
		return 0;
	if (bearer_find(s, &k, &bearer, e) == -1)
		return -1;
	c->found = bearer != c->device;
	return c->found ? 0 : bearer_is_ruled(s, &k, &c->found, e);
}

int
bearer_is_contested(struct store *s, int64_t device, bool *out, struct err *e)
{
	struct contest c = { .device = device };

	if (store_each(s, STMT_IDENTIFIERS_OF_DEVICE, BINDS(INT(device)), 0,
		    see_contest, &c, e) == -1)
		return -1;
	*out = c.found;
	return 0;
}
