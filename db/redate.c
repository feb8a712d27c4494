/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All moments of the store go back by one row of times.h each; then the devices that were seen then
 * are thought over and folded anew, some hundred at a time.
 */
#include "db/redate.h"

#include <stdlib.h>

#include "db/history.h"
#include "db/ingest.h"

enum { DEVICES_AT_ONCE = 500 };

#define TIME_ROW(S, NAME, table, column, unit) \
	{ STMT_REDATE_##NAME, STMT_AHEAD_##NAME },
static const struct {
	enum store_stmt redate, ahead;
} times[] = { STORE_TIMES(TIME_ROW, ) };
#undef TIME_ROW

#define N_TIMES (sizeof(times) / sizeof(times[0]))

/* --- looking -------------------------------------------------------------------------------- */

static int
get_one(struct store *s, enum store_stmt which, const struct sql_bind *binds,
	int64_t *out, struct err *e)
{
	bool found;

	*out = 0;
	return store_get(s, which, binds, out, &found, e);
}

int
store_newest_moment(struct store *s, int64_t *out, struct err *e)
{
	return get_one(s, STMT_NEWEST_MOMENT, NO_BINDS, out, e);
}

struct column_look {
	int64_t rows, newest;
};

static int
take_look(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct column_look *l = arg;

	(void)mem, (void)e;
	l->rows = col_int(s, st, 0);
	l->newest = col_int(s, st, 1);
	return 0;
}

/* A row with two such columns counts twice among the others, but a run is one. */
static int64_t *
count_of(struct ahead_look *l, enum store_stmt ahead)
{
	return ahead == STMT_AHEAD_OBSERVATION_AT ? &l->observations
		: ahead == STMT_AHEAD_RUN_STARTED ? &l->runs
						  : &l->others;
}

int
store_look_ahead(struct store *s, int64_t now, struct ahead_look *out, struct err *e)
{
	*out = (struct ahead_look){ .belongs = now };
	for (size_t i = 0; i < N_TIMES; i++) {
		struct column_look l = { 0 };
		if (store_each(s, times[i].ahead, BINDS(INT(now)), 0, take_look, &l,
			    e) == -1)
			return -1;
		*count_of(out, times[i].ahead) += l.rows;
		if (l.rows && l.newest > out->newest)
			out->newest = l.newest;
	}
	int64_t began;
	if (get_one(s, STMT_AHEAD_BELONGS, BINDS(INT(now)), &began, e) == -1)
		return -1;
	if (began)
		out->belongs = began;
	return 0;
}

/* --- devices -------------------------------------------------------------------------------- */

struct redating {
	struct store *s;
	const struct redate *how;
	int64_t *devices; /* that have an observation of then */
	size_t n, room;
	int64_t since; /* the first of these, as it is dated now */
};

static int
add_device(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct redating *r = arg;
	int64_t first = col_int(s, st, 1) - r->how->by;

	(void)mem;
	if (r->n == r->room) {
		size_t room = r->room ? 2 * r->room : DEVICES_AT_ONCE;
		int64_t *more = realloc(r->devices, room * sizeof(*more));
		if (!more)
			return err_nomem(e);
		r->devices = more;
		r->room = room;
	}
	r->devices[r->n++] = col_int(s, st, 0);
	if (first < r->since)
		r->since = first;
	return 0;
}

static int
rethink_some(const struct redating *r, size_t from, size_t n, struct err *e)
{
	struct ingest in = { .s = r->s,
		.mem = arena_new(INGEST_ARENA),
		.run = "",
		.at = r->how->after,
		.redated_from = r->since };
	struct identity_result found;
	int rc = in.mem ? 0 : err_nomem(e);

	if (rc == 0)
		rc = ingest_rethink(&in, r->devices + from, n, &found, e);
	if (rc == 0)
		rc = ingest_refold(&in, e);
	if (rc == 0)
		rc = history_links(r->s, &found, 0, in.mem, e);
	arena_free(in.mem);
	return rc;
}

/* --- all ------------------------------------------------------------------------------------ */

static int
redate(struct redating *r, struct err *e)
{
	static const enum store_stmt first[] = { STMT_LEFT_AHEAD_NOTE,
		STMT_LEFT_AHEAD_BACK, STMT_SILENCE_TWINS_DROP, STMT_DEMOTED_AHEAD_DROP,
		STMT_DEMOTED_AHEAD_UNSAY };
	const struct sql_bind *binds = BINDS(INT(r->how->after), INT(r->how->by));
	struct store *s = r->s;

	if (store_each(s, STMT_DEVICES_AHEAD, binds, 0, add_device, r, e) == -1)
		return -1;
	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++)
		if (store_do(s, first[i], binds, e) == -1)
			return -1;
	ruled_forget(s);
	for (size_t i = 0; i < N_TIMES; i++)
		if (store_do(s, times[i].redate, binds, e) == -1)
			return -1;
	for (size_t i = 0; i < r->n; i += DEVICES_AT_ONCE) {
		size_t n = r->n - i < DEVICES_AT_ONCE ? r->n - i : DEVICES_AT_ONCE;
		if (rethink_some(r, i, n, e) == -1)
			return -1;
	}
	return 0;
}

int
store_redate(struct store *s, const struct redate *how, int64_t *devices, struct err *e)
{
	struct redating r = { .s = s, .how = how, .since = how->after };

	if (how->by <= 0)
		return err_set(e, ERR_ARG, "times go back by more than nothing");
	if (store_need_writer(s, e) == -1 || store_begin(s, e) == -1)
		return -1;
	s->sql->watch(s->conn, how->tick, how->arg);
	int rc = redate(&r, e);
	s->sql->watch(s->conn, NULL, NULL);
	if (rc == 0)
		rc = store_commit(s, e);
	if (rc == -1) {
		store_rollback(s);
		ruled_forget(s);
		err_add(e, "date anew what is of a time to come");
	}
	*devices = (int64_t)r.n;
	free(r.devices);
	return rc;
}
