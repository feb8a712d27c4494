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
	if (store_do(s, STMT_IDENTIFIER_PUT,
		    BINDS(TEXT(id_kind_name(k->kind)), TEXT(k->value), INT(device)),
		    e) == -1)
		return -1;
	if (asked)
		memo_set_bearer(
			s->memo, k, before == BEARER_NOBODY ? device : BEARER_SEVERAL);
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
