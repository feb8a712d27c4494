/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Devices that leave the list and come back to it. */
#include "db/retention.h"
#include "db/store_private.h"

enum { UNSEEN_ARENA = 4 << 20 };

struct unseen {
	int64_t row;
	const char *uuid, *name;
	struct unseen *next;
};

struct unseen_list {
	struct unseen *first;
	struct arena *mem;
};

/* Collected before anything is changed: a scan must not meet its own updates. */
static int
add_unseen(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct unseen_list *list = arg;
	struct unseen *u = arena_alloc(list->mem, sizeof(*u));

	(void)mem;
	if (!u)
		return err_nomem(e);
	*u = (struct unseen){ .row = col_int(s, st, 0),
		.uuid = arena_strdup(list->mem, col_text(s, st, 1)),
		.name = arena_strdup(list->mem, col_text(s, st, 2)),
		.next = list->first };
	list->first = u;
	return u->uuid && u->name ? 0 : err_nomem(e);
}

static int
move_all(struct store *s, const struct unseen_list *list, bool left, int64_t now,
	int64_t *n, struct err *e)
{
	for (const struct unseen *u = list->first; u; u = u->next) {
		if (store_do(s, STMT_DEVICE_LEFT, BINDS(INT(u->row), INT(left)), e) ==
				-1 ||
			store_do(s, STMT_CHANGE_PUT,
				BINDS(INT(now), TEXT(""), INT(u->row), TEXT(u->uuid),
					TEXT(left ? "left" : "back"), TEXT(""),
					TEXT(left ? u->name : ""),
					TEXT(left ? "" : u->name)),
				e) == -1)
			return -1;
		++*n;
	}
	return 0;
}

static int
find_and_move(struct store *s, enum store_stmt which, const struct sql_bind *binds,
	bool left, int64_t now, int64_t *n, struct err *e)
{
	struct unseen_list list = { NULL, arena_new(UNSEEN_ARENA) };
	int rc = list.mem ? 0 : err_nomem(e);

	if (rc == 0)
		rc = store_each(s, which, binds, 0, add_unseen, &list, e);
	if (rc == 0 && list.first) {
		rc = store_begin(s, e);
		if (rc == 0 &&
			(move_all(s, &list, left, now, n, e) == -1 ||
				store_commit(s, e) == -1)) {
			store_rollback(s);
			rc = -1;
		}
	}
	arena_free(list.mem);
	return rc;
}

int
store_leave_unseen(struct store *s, int64_t before, int64_t now, int64_t max,
	int64_t *left, int64_t *back, struct err *e)
{
	*left = *back = 0;
	if (store_need_writer(s, e) == -1)
		return -1;
	if (find_and_move(s, STMT_DEVICES_BACK, BINDS(INT(max)), false, now, back, e) ==
		-1)
		return -1;
	return find_and_move(s, STMT_DEVICES_UNSEEN, BINDS(INT(before), INT(max)), true,
		now, left, e);
}

int
store_last_run_before(struct store *s, int64_t before, int64_t *out, struct err *e)
{
	bool any;

	*out = 0;
	return store_get(s, STMT_RUN_BEFORE, BINDS(INT(before)), out, &any, e);
}
