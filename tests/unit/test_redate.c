/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A store that was fed by a clock that was ahead, and mended, against one that was fed the same by
 * a clock that was always right: it answers the same, now, as of any moment, and to what comes.
 *
 * Worlds come from a seed; a failure prints it.
 */
#include "db/polls.h"
#include "db/redate.h"
#include "db/retention.h"
#include "tests/unit/store_world.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#define DAY  (24 * HOUR)
#define YEAR (365 * DAY)

enum { WORLDS = SLOW ? 10 : 100, MOMENTS = 2 };

/* --- the same answers ------------------------------------------------------------------------- */

static int64_t
end_of_world(const struct world *w)
{
	int64_t end = 0;

	for (size_t i = 0; i < w->n; i++)
		end = w->obs[i].at > end ? w->obs[i].at : end;
	return end;
}

/* Of the same observations those after `jump` as a clock that is ahead would date them. */
static struct observation *
by_wrong_clock(const struct world *w, int64_t jump, int64_t by)
{
	struct observation *obs = calloc(w->n + 1, sizeof(obs[0]));

	assert_non_null(obs);
	for (size_t i = 0; i < w->n; i++) {
		obs[i] = w->obs[i];
		obs[i].at += obs[i].at > jump ? by : 0;
	}
	return obs;
}

static void
ingest_some(const struct world *w, struct store *s, const struct observation *obs,
	size_t from, size_t to, size_t batch)
{
	for (size_t at = from; at < to; at += batch)
		ingest(w, s, obs + at, to - at < batch ? to - at : batch);
}

static int64_t
redate(const struct world *w, struct store *s, int64_t after, int64_t by)
{
	const struct redate how = { .after = after, .by = by };
	struct ahead_look look;
	struct err e;
	int64_t devices;

	if (store_redate(s, &how, &devices, &e) == -1)
		fail_msg("seed %llu: %s", (unsigned long long)w->seed, e.text);
	assert_int_equal(0, store_look_ahead(s, after, &look, &e));
	if (look.newest)
		fail_msg("seed %llu: %lld is still to come",
			(unsigned long long)w->seed, (long long)look.newest);
	return devices;
}

static void
compare_as_of(
	const struct world *w, struct store *right, struct store *mended, int64_t at)
{
	struct picture want, got;

	paint_as_of(&want, right, w->n, at);
	paint_as_of(&got, mended, w->n, at);
	compare(w, &want, &got);
	free_picture(&want);
	free_picture(&got);
}

/* --- what changed ----------------------------------------------------------------------------- */

enum { TOLD_MAX = 500 };

struct told {
	char *lines[TOLD_MAX];
	size_t n;
};

/* Without when: that is told by the history, and batches date some of it.  What the wrong clock
 * parted was joined later. */
static int
tell_change(void *arg, const struct change *c, struct err *e)
{
	struct told *t = arg;

	(void)e;
	if (strcmp(c->what, "merged") == 0)
		return 0;
	assert_true(t->n < TOLD_MAX);
	assert_true(
		asprintf(&t->lines[t->n++], "%s %s %s %s", c->what, c->key, c->before,
			strcmp(c->after, c->device) == 0 ? "its id" : c->after) > 0);
	return 0;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
tell_differences(struct store *s, const struct comparison *q, struct told *t)
{
	struct err e;

	t->n = 0;
	assert_int_equal(0, store_each_difference(s, q, tell_change, t, &e));
	qsort(t->lines, t->n, sizeof(t->lines[0]), by_text);
}

static size_t
compare_differences(struct world *w, struct store *right, struct store *mended)
{
	int64_t a = w->obs[below(&w->state, (uint32_t)w->n)].at,
		b = w->obs[below(&w->state, (uint32_t)w->n)].at;
	const struct comparison q = { .from = a < b ? a : b, .to = a < b ? b : a + 1 };
	struct told want, got;

	tell_differences(right, &q, &want);
	tell_differences(mended, &q, &got);
	for (size_t i = 0; i < want.n || i < got.n; i++)
		if (i >= want.n || i >= got.n ||
			strcmp(want.lines[i], got.lines[i]) != 0)
			fail_msg("seed %llu: from %lld to %lld: '%s', not '%s'",
				(unsigned long long)w->seed, (long long)q.from,
				(long long)q.to, i < got.n ? got.lines[i] : "",
				i < want.n ? want.lines[i] : "");
	for (size_t i = 0; i < want.n; i++)
		free(want.lines[i]);
	for (size_t i = 0; i < got.n; i++)
		free(got.lines[i]);
	return want.n;
}

/* A world that was stored by the right clock alone, and by one that was ahead from `jump` on. */
struct twins {
	struct world w;
	struct observation *wrong;
	struct store *right, *mended;
	int64_t end, by;
	size_t most, batch; /* more comes when it is mended */
};

static bool
make_twins(struct twins *t, uint64_t seed)
{
	struct world *w = &t->w;

	make_world(w, seed);
	if (w->n < 3) {
		free_world(w);
		return false;
	}
	t->end = end_of_world(w);
	t->by = seed % 2 ? 10 * YEAR : 400 * HOUR;
	t->wrong = by_wrong_clock(
		w, w->obs[below(&w->state, (uint32_t)w->n)].at - 1, t->by);
	t->right = new_store();
	t->mended = new_store();
	begin_runs(w, t->right, 0);
	begin_runs(w, t->mended, 0);
	t->most = w->n - w->n / 4;
	t->batch = 1 + below(&w->state, 10);
	ingest_some(w, t->right, w->obs, 0, t->most, t->batch);
	ingest_some(w, t->mended, t->wrong, 0, t->most, t->batch);
	return true;
}

static void
free_twins(struct twins *t)
{
	store_close(t->right);
	store_close(t->mended);
	free(t->wrong);
	free_world(&t->w);
}

/* Both see the rest of the world, by the right clock. */
static void
see_the_rest(struct twins *t)
{
	ingest_some(&t->w, t->right, t->w.obs, t->most, t->w.n, t->batch);
	ingest_some(&t->w, t->mended, t->w.obs, t->most, t->w.n, t->batch);
}

static size_t
compare_twins(struct twins *t)
{
	struct world *w = &t->w;

	check_sound(w, t->mended);
	compare_as_of(w, t->right, t->mended, STORE_NOW);
	for (int i = 0; i < MOMENTS; i++)
		compare_as_of(w, t->right, t->mended,
			w->obs[below(&w->state, (uint32_t)w->n)].at);
	return compare_differences(w, t->right, t->mended);
}

static void
a_mended_store_answers_as_if_the_clock_had_been_right(void **state)
{
	size_t redated = 0, differences = 0;
	struct twins t;

	(void)state;
	for (uint64_t seed = 1; seed <= WORLDS; seed++) {
		if (!make_twins(&t, seed))
			continue;
		redated += (size_t)redate(&t.w, t.mended, t.end, t.by);
		differences += compare_twins(&t);
		see_the_rest(&t);
		differences += compare_twins(&t);
		free_twins(&t);
	}
	print_message("%zu devices made anew, %zu differences\n", redated, differences);
	assert_true(redated > WORLDS && differences > 5 * WORLDS);
}

/* What the right clock saw meanwhile takes its place, too. */
static void
so_does_one_that_is_mended_late(void **state)
{
	struct twins t;

	(void)state;
	for (uint64_t seed = 2 * WORLDS + 1; seed <= 3 * WORLDS; seed++) {
		if (!make_twins(&t, seed))
			continue;
		see_the_rest(&t);
		redate(&t.w, t.mended, t.end, t.by);
		(void)compare_twins(&t);
		free_twins(&t);
	}
}

/* --- every time there is ---------------------------------------------------------------------- */

static const struct time_column {
	const char *table, *column;
	int64_t unit;
} times[] = {
#define ROW(S, NAME, table, column, unit) { table, column, unit[1] ? SECOND : 1 },
	STORE_TIMES(ROW, )
#undef ROW
};

enum { N_COLUMNS = sizeof(times) / sizeof(times[0]) };

/* Numbers that are no moments, or are made anew of those that are. */
static const struct {
	const char *table, *column, *why;
} no_times[] = {
	{ "run", "lifetime", "a duration" },
	{ "reason", "number", "a count" },
	{ "point", "seq", "a cursor" },
	{ "alias", "device", "a row" },
	{ "observation", "seq", "a number" },
	{ "observation", "device", "a row" },
	{ "identifier", "device", "a row" },
	{ "ruling", "decision", "a row" },
	{ "address", "device", "a row" },
	{ "address", "valid_until", "folded from observations" },
	{ "address", "reply_until", "folded from observations" },
	{ "ledger", "device_a", "a row" },
	{ "ledger", "device_b", "a row" },
	{ "change", "device", "a row" },
	{ "edit", "device", "a row" },
	{ "silence", "device", "a row" },
	{ "turn", "device", "a row" },
	{ "poll_run", "observations", "a count" },
	{ "poll_run", "spoilt", "a count" },
};

static bool
is_time(const char *table, const char *column, int64_t *unit)
{
	for (size_t i = 0; i < N_COLUMNS; i++)
		if (strcmp(times[i].table, table) == 0 &&
			strcmp(times[i].column, column) == 0) {
			*unit = times[i].unit;
			return true;
		}
	return false;
}

static bool
is_no_time(const char *table, const char *column)
{
	for (size_t i = 0; i < sizeof(no_times) / sizeof(no_times[0]); i++)
		if (strcmp(no_times[i].table, table) == 0 &&
			strcmp(no_times[i].column, column) == 0)
			return true;
	return false;
}

/* A store on disk, and the same file for an engine of our own. */
struct both {
	char path[64];
	struct store *s;
	sqlite3 *db;
};

static void
open_both(struct both *b)
{
	struct err e;

	*b = (struct both){ .path = "/tmp/test_redate.XXXXXX" };
	assert_non_null(mkdtemp(b->path));
	(void)snprintf(b->path + strlen(b->path), 8, "/db");
	if (store_open(&b->s, b->path, STORE_WRITE, &e) == -1)
		fail_msg("%s", e.text);
	assert_int_equal(SQLITE_OK, sqlite3_open(b->path, &b->db));
}

static void
close_both(struct both *b)
{
	char folder[64];

	sqlite3_close(b->db);
	store_close(b->s);
	assert_int_equal(0, unlink(b->path));
	(void)snprintf(folder, sizeof(folder), "%.*s",
		(int)(strrchr(b->path, '/') - b->path), b->path);
	assert_int_equal(0, rmdir(folder));
}

static sqlite3_stmt *
ask(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *st;

	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	return st;
}

static void
every_column_with_a_time_is_known(void **state)
{
	struct both b;
	size_t found = 0;
	int64_t unit;

	(void)state;
	open_both(&b);
	sqlite3_stmt *st = ask(b.db,
		"SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c "
		"WHERE m.type = 'table' AND c.type = 'BIGINT'");
	while (sqlite3_step(st) == SQLITE_ROW) {
		const char *table = (const char *)sqlite3_column_text(st, 0),
			   *column = (const char *)sqlite3_column_text(st, 1);
		bool time = is_time(table, column, &unit);
		if (time == is_no_time(table, column))
			fail_msg("%s.%s is in both lists, or in none", table, column);
		found += time;
	}
	sqlite3_finalize(st);
	assert_int_equal(N_COLUMNS, found);
	close_both(&b);
}

enum { ROWS = 4 };

#define RIGHT (INT64_C(1800000000) * SECOND)
#define AHEAD (10 * YEAR)
#define TIME(n) \
	(RIGHT + (n)*1000 * (int64_t)SECOND) /* the last ones are by the wrong clock */

/* One row of a table: each time of it is one of the world's, the rest is what it may be. */
static void
put_row(sqlite3 *db, const char *table, int n)
{
	char names[512] = "", values[1024] = "", sql[2048];
	sqlite3_stmt *st = ask(db, "SELECT name, type FROM pragma_table_info($1)");
	int64_t unit, at = TIME(n - ROWS) + (n >= ROWS / 2 ? AHEAD : 0);

	sqlite3_bind_text(st, 1, table, -1, SQLITE_STATIC);
	for (int i = 0; sqlite3_step(st) == SQLITE_ROW; i++) {
		const char *column = (const char *)sqlite3_column_text(st, 0);
		bool text = strcmp((const char *)sqlite3_column_text(st, 1), "TEXT") ==
			0;
		char value[64];
		if (is_time(table, column, &unit))
			(void)snprintf(value, sizeof(value), "%lld",
				(long long)((at + i * (int64_t)SECOND) / unit));
		else
			(void)snprintf(
				value, sizeof(value), text ? "'%d'" : "%d", n + 1);
		(void)snprintf(names + strlen(names), sizeof(names) - strlen(names),
			"%s%s", i ? ", " : "", column);
		(void)snprintf(values + strlen(values), sizeof(values) - strlen(values),
			"%s%s", i ? ", " : "", value);
	}
	sqlite3_finalize(st);
	(void)snprintf(sql, sizeof(sql), "INSERT INTO %s (%s) VALUES (%s)", table,
		names, values);
	char *why = NULL;
	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", sql, why);
}

/* The times of a column, in order. */
static size_t
read_column(sqlite3 *db, const struct time_column *t, int64_t out[static ROWS])
{
	char sql[256];
	size_t n = 0;

	(void)snprintf(sql, sizeof(sql), "SELECT %s FROM %s ORDER BY %s", t->column,
		t->table, t->column);
	sqlite3_stmt *st = ask(db, sql);
	while (sqlite3_step(st) == SQLITE_ROW && n < ROWS)
		out[n++] = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return n;
}

static void
check_column(const struct time_column *t, const int64_t was[static ROWS],
	const int64_t is[static ROWS])
{
	for (int i = 0; i < ROWS; i++) {
		int64_t want = was[i] - (i < ROWS / 2 ? 0 : AHEAD / t->unit);
		if (is[i] != want)
			fail_msg("%s.%s: %lld became %lld, not %lld", t->table,
				t->column, (long long)was[i], (long long)is[i],
				(long long)want);
	}
}

/* Observations of no device, as those of networks are: the times alone. */
static void
every_time_to_come_goes_back_and_none_else(void **state)
{
	int64_t was[N_COLUMNS][ROWS], is[ROWS], devices;
	const struct redate how = { .after = RIGHT, .by = AHEAD };
	struct ahead_look look;
	struct both b;
	struct err e;

	(void)state;
	open_both(&b);
	for (size_t i = 0; i < N_COLUMNS; i++)
		for (int n = 0; n < ROWS; n++)
			if (i == 0 || strcmp(times[i - 1].table, times[i].table) != 0)
				put_row(b.db, times[i].table, n);
	assert_int_equal(SQLITE_OK,
		sqlite3_exec(b.db, "UPDATE observation SET device = 0", 0, 0, 0));
	for (size_t i = 0; i < N_COLUMNS; i++)
		assert_int_equal(ROWS, read_column(b.db, &times[i], was[i]));
	assert_int_equal(0, store_look_ahead(b.s, RIGHT, &look, &e));
	assert_int_equal(2, look.observations);
	assert_int_equal(2, look.runs);
	assert_int_equal(2 * (N_COLUMNS - 2), look.others);
	assert_true(look.newest > RIGHT + AHEAD - 4000 * (int64_t)SECOND);
	if (store_redate(b.s, &how, &devices, &e) == -1)
		fail_msg("%s", e.text);
	for (size_t i = 0; i < N_COLUMNS; i++) {
		assert_int_equal(ROWS, read_column(b.db, &times[i], is));
		check_column(&times[i], was[i], is);
	}
	assert_int_equal(0, store_look_ahead(b.s, RIGHT, &look, &e));
	assert_int_equal(0, look.newest);
	close_both(&b);
}

/* --- what is not a matter of observations alone ----------------------------------------------- */

static void
see_at(struct store *s, const char *run, uint32_t ip, int64_t at)
{
	const struct fact facts[] = {
		{ .key = "icmp.echo", .type = FACT_BOOL, .num = 1 },
		{ .key = "mac",
			.type = FACT_MAC,
			.mac.bytes = { 0, 0x16, 0x3e, 0, 0, (uint8_t)ip } },
		{ .key = "mac.onlink", .type = FACT_BOOL, .num = 1 },
	};
	const struct observation o = { .at = at,
		.source = "sweep",
		.run = run,
		.point = "p",
		.site = "s",
		.ip = addr_ip4(ip),
		.evidence = EVIDENCE_REPLY,
		.facts = facts,
		.n_facts = 3 };
	struct ingest_result r = { 0 };
	struct err e;

	assert_int_equal(0, store_ingest(s, &o, 1, &r, &e));
}

/* A run that asks both addresses, and sees those whose bits are set. */
static void
sweep(struct store *s, const char *id, int64_t at, unsigned sees)
{
	const struct run run = { .id = id,
		.source = "sweep",
		.command = "",
		.site = "s",
		.point = "p",
		.targets = "10.0.0.0/30",
		.started = at };
	const struct coverage c = { .probe = "icmp-echo",
		.targets = "10.0.0.0/30",
		.started = at,
		.finished = at + SECOND,
		.complete = true };
	const struct run_end end = { .ok = true };
	struct err e;

	assert_int_equal(0, store_begin_run(s, &run, &e));
	for (uint32_t i = 0; i < 2; i++)
		if (sees & 1u << i)
			see_at(s, id, 0x0a000001 + i, at + i);
	assert_int_equal(0, store_put_coverage(s, id, &c, &e));
	if (store_end_run(s, id, at + 2 * SECOND, &end, &e) == -1)
		fail_msg("%s", e.text);
}

static int
tell_state(void *arg, const struct device *d, struct err *e)
{
	char ip[ADDR_TEXT_MAX];

	(void)e;
	sb_printf(arg, "%s %s %lld %lld\n", addr_print(&d->addrs[0].ip, ip),
		device_state_names[d->state], (long long)d->last_seen,
		(long long)d->addrs[0].down_at);
	return 0;
}

static int
tell_row(void *arg, const struct change *c, struct err *e)
{
	(void)e;
	sb_printf(arg, "%lld %s %s\n", (long long)c->at, c->what, c->run);
	return 0;
}

/* States and changes, by both. */
static void
compare_states(struct store *right, struct store *mended)
{
	struct sb want, got;
	struct err e;

	sb_init(&want, 1 << 16);
	sb_init(&got, 1 << 16);
	assert_int_equal(0, store_each_device(right, tell_state, &want, &e));
	assert_int_equal(0, store_each_device(mended, tell_state, &got, &e));
	assert_int_equal(0, store_each_change(right, 0, tell_row, &want, &e));
	assert_int_equal(0, store_each_change(mended, 0, tell_row, &got, &e));
	assert_string_equal(want.text, got.text);
	sb_done(&want);
	sb_done(&got);
}

static void
who_is_down_and_what_changed_is_as_by_the_right_clock(void **state)
{
	struct store *right = new_store(), *mended = new_store();
	struct world w = { .seed = 0 };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct store *s = i ? mended : right;
		int64_t ahead = i ? AHEAD : 0;
		sweep(s, "run-1", RIGHT - 6 * HOUR, 3);
		sweep(s, "run-2", RIGHT - 4 * HOUR + ahead, 1); /* the second is down */
		sweep(s, "run-3", RIGHT - 2 * HOUR + ahead, 3); /* and up */
		sweep(s, "run-4", RIGHT - HOUR + ahead, 1);     /* and down again */
	}
	assert_int_equal(2, redate(&w, mended, RIGHT, AHEAD));
	compare_states(right, mended);
	/* The right clock finds down who answered last by the other. */
	sweep(right, "run-5", RIGHT + HOUR, 2);
	sweep(mended, "run-5", RIGHT + HOUR, 2);
	compare_states(right, mended);
	store_close(right);
	store_close(mended);
}

static int
count_device(void *arg, const struct device *d, struct err *e)
{
	(void)d, (void)e;
	++*(int *)arg;
	return 0;
}

static int
count_listed(struct store *s)
{
	const struct device_query q = { .as_of = STORE_NOW, .listed = true };
	struct err e;
	int n = 0;

	assert_int_equal(0, store_each_device_of(s, &q, count_device, &n, &e));
	return n;
}

static void
who_left_the_list_by_that_clock_is_on_it_again(void **state)
{
	struct store *s = new_store();
	struct world w = { .seed = 0 };
	int64_t left, back;
	struct err e;

	(void)state;
	sweep(s, "run-0", RIGHT - 300 * DAY, 1);
	sweep(s, "run-1", RIGHT - DAY, 2);
	assert_int_equal(0,
		store_leave_unseen(
			s, RIGHT - 100 * DAY, RIGHT - DAY, 10, &left, &back, &e));
	assert_int_equal(1, left);
	assert_int_equal(0,
		store_leave_unseen(s, RIGHT + AHEAD - 100 * DAY, RIGHT + AHEAD - DAY,
			10, &left, &back, &e));
	assert_int_equal(1, left);
	assert_int_equal(0, count_listed(s));
	assert_int_equal(0, redate(&w, s, RIGHT, AHEAD));
	assert_int_equal(1, count_listed(s)); /* but not who left by the right one */
	store_close(s);
}

/* To the microsecond when one is there already: it is one. */
static void
a_silence_that_is_there_already_is_one(void **state)
{
	const struct redate how = { .after = RIGHT, .by = AHEAD };
	struct both b;
	int64_t devices;
	struct err e;
	char sql[256];

	(void)state;
	open_both(&b);
	for (int i = 0; i < 2; i++) {
		(void)snprintf(sql, sizeof(sql),
			"INSERT INTO silence (device, site, ip, at) VALUES (1, 's', 'ip', %lld)",
			(long long)(RIGHT - HOUR + (i ? AHEAD : 0)));
		assert_int_equal(SQLITE_OK, sqlite3_exec(b.db, sql, NULL, NULL, NULL));
	}
	if (store_redate(b.s, &how, &devices, &e) == -1)
		fail_msg("%s", e.text);
	sqlite3_stmt *st = ask(b.db, "SELECT count(*), max(at) FROM silence");
	assert_int_equal(SQLITE_ROW, sqlite3_step(st));
	assert_int_equal(1, sqlite3_column_int(st, 0));
	assert_true(sqlite3_column_int64(st, 1) == RIGHT - HOUR);
	sqlite3_finalize(st);
	close_both(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_column_with_a_time_is_known),
		cmocka_unit_test(every_time_to_come_goes_back_and_none_else),
		cmocka_unit_test(a_mended_store_answers_as_if_the_clock_had_been_right),
		cmocka_unit_test(so_does_one_that_is_mended_late),
		cmocka_unit_test(who_is_down_and_what_changed_is_as_by_the_right_clock),
		cmocka_unit_test(who_left_the_list_by_that_clock_is_on_it_again),
		cmocka_unit_test(a_silence_that_is_there_already_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
