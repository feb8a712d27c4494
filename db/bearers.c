/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Identifiers and their bearers, one by one. */
#include "db/bearers.h"

int
bearer_find(struct store *s, const struct id_key *k, int64_t *device, struct err *e)
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
bearer_put(struct store *s, const struct id_key *k, int64_t device, struct err *e)
{
	return store_do(s, STMT_IDENTIFIER_PUT,
		BINDS(TEXT(id_kind_name(k->kind)), TEXT(k->value), INT(device)), e);
}
