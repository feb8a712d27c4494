/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why observations are one device: what the ledger says of it, as of when, and how much. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/show.h"
#include "db/people.h"
#include "inventory/ndjson.h"

/* Long before what people decide here. */
#define DAY  INT64_C(1577836800000000) /* 2020-01-01T00:00:00Z */
#define HOUR (3600 * (int64_t)SECOND)
#define CARD "\"mac\":\"3c:00:00:00:00:0a\",\"mac.onlink\":true"
#define KEY  "\"ssh.hostkey\":[\"SHA256:AAAAztksCsDhcc0u9e8BrjJXuKmGdA7t5bCbk5dXZ9w\"]"
#define OTHERS \
	"\"ssh.hostkey\":[\"SHA256:BBBBztksCsDhcc0u9e8BrjJXuKmGdA7t5bCbk5dXZ9w\"]"

struct world {
	struct store *s;
	struct arena *mem;
	struct err e;
	char dir[32], path[64];
};

static void
see(struct world *w, int hour, const char *ip, const char *facts)
{
	struct ingest_result sum = { 0 };
	struct observation o;
	char line[640];

	(void)snprintf(line, sizeof(line),
		"{\"v\":1,\"at\":\"2020-01-01T%02d:00:00.000000Z\",\"source\":\"sweep\","
		"\"run\":\"r%d\",\"point\":\"p\",\"site\":\"main\",\"ip\":\"%s\","
		"\"evidence\":\"reply\",\"facts\":{%s}}",
		hour, hour, ip, facts);
	if (ndjson_read(line, strlen(line), w->mem, &o, &w->e) == -1 ||
		store_ingest(w->s, &o, 1, &sum, &w->e) == -1)
		fail_msg("%s", w->e.text);
}

/* A machine that is found again by its card at 2, by its key at 4. */
static int
start(void **state)
{
	static struct world w;

	w = (struct world){ .mem = arena_new(64 << 20),
		.dir = "/tmp/test_ledger.XXXXXX" };
	assert_non_null(w.mem);
	assert_non_null(mkdtemp(w.dir));
	(void)snprintf(w.path, sizeof(w.path), "%s/muster.db", w.dir);
	assert_int_equal(0, store_open(&w.s, w.path, STORE_WRITE, &w.e));
	see(&w, 1, "10.0.0.1", CARD);
	see(&w, 2, "10.0.0.2", CARD "," KEY);
	see(&w, 4, "10.0.0.3", KEY);
	*state = &w;
	return 0;
}

static int
stop(void **state)
{
	static const char *const behind[] = { "", "-wal", "-shm" };
	struct world *w = *state;
	char path[80];

	store_close(w->s);
	arena_free(w->mem);
	for (size_t i = 0; i < sizeof(behind) / sizeof(behind[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", w->path, behind[i]);
		(void)unlink(path);
	}
	return rmdir(w->dir);
}

static struct device
device_at(struct world *w, const char *ip)
{
	struct device d;

	if (store_find_device(w->s, ip, w->mem, &d, &w->e) == -1)
		fail_msg("%s", w->e.text);
	return d;
}

static struct ledger
ledger_of(struct world *w, const char *ip, int64_t as_of)
{
	struct ledger l;

	if (store_device_ledger(w->s, device_at(w, ip).row, as_of, w->mem, &l, &w->e) ==
		-1)
		fail_msg("%s", w->e.text);
	return l;
}

/* "2 tier1:mac": the hour and the rule of each. */
static void
assert_ledger(struct world *w, int64_t as_of, const char *want)
{
	struct ledger l = ledger_of(w, "10.0.0.1", as_of);
	struct sb text;

	sb_init(&text, 1 << 12);
	sb_add(&text, "");
	for (size_t i = 0; i < l.n; i++)
		sb_printf(&text, "%s%d %s", i ? ", " : "",
			(int)((l.rows[i].at - DAY) / HOUR), l.rows[i].rule);
	assert_string_equal(want, text.len ? text.text : "");
	assert_int_equal(0, l.more);
	sb_done(&text);
}

static void
the_ledger_ends_at_the_time_that_is_asked_for(void **state)
{
	struct world *w = *state;

	assert_ledger(w, STORE_NOW, "2 tier1:mac, 4 tier1:ssh");
	assert_ledger(w, DAY + 4 * HOUR, "2 tier1:mac, 4 tier1:ssh");
	assert_ledger(w, DAY + 4 * HOUR - 1, "2 tier1:mac");
	assert_ledger(w, DAY + HOUR, "");
}

/* The row of this rule, of what outcome it may be. */
static struct ledger_row
row_of(const struct ledger *l, const char *rule)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->rows[i].rule, rule) == 0)
			return l->rows[i];
	fail_msg("no row of %s", rule);
	return (struct ledger_row){ 0 };
}

static void
no_join_was_overruled_before_a_person_did(void **state)
{
	struct world *w = *state;
	struct decision d;

	assert_int_equal(0,
		store_split(w->s, device_at(w, "10.0.0.1").row, "10.0.0.1", "anna", &d,
			&w->e));
	struct ledger l = ledger_of(w, "10.0.0.1", STORE_NOW);
	struct ledger_row now = row_of(&l, "tier1:mac");
	assert_string_equal("anna", now.overruled_by);
	l = ledger_of(w, "10.0.0.1", now.overruled_at);
	assert_non_null(row_of(&l, "tier1:mac").overruled_by);
	l = ledger_of(w, "10.0.0.1", now.overruled_at - 1);
	assert_null(row_of(&l, "tier1:mac").overruled_by);
}

static void
no_merge_was_undone_before_a_person_did(void **state)
{
	struct world *w = *state;
	struct decision d;

	see(w, 5, "10.0.0.9", OTHERS);
	assert_int_equal(0,
		store_merge(w->s, device_at(w, "10.0.0.1").row,
			device_at(w, "10.0.0.9").row, "anna", &d, &w->e));
	assert_int_equal(0, store_undo(w->s, d.id, "bert", &d, &w->e));
	struct ledger l = ledger_of(w, "10.0.0.1", STORE_NOW);
	struct ledger_row now = row_of(&l, "merge");
	assert_string_equal("bert", now.overruled_by);
	size_t n = l.n;
	l = ledger_of(w, "10.0.0.1", now.overruled_at - 1);
	assert_int_equal(n - 1, l.n);
	assert_null(row_of(&l, "merge").overruled_by);
}

/* --- what is left out ---------------------------------------------------------------------- */

enum { KEPT = 10000, MORE = 7 };

/* A row for each microsecond, from the last ones back; two share each of them. */
static void
fill_ledger(struct world *w, int64_t device, int n)
{
	char *sql = arena_printf(w->mem,
		"WITH RECURSIVE c(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM c WHERE "
		"i < %d) INSERT INTO ledger (at, run, rule, key, detail, outcome, actor, "
		"device_a, device_b) SELECT %lld + i / 2, 'r', 'filler', 'k ' || i, '', 1, "
		"'muster', %lld, %lld FROM c",
		n - 1, (long long)(DAY + 9 * HOUR), (long long)device,
		(long long)device);
	sqlite3 *db;

	assert_non_null(sql);
	assert_int_equal(SQLITE_OK, sqlite3_open(w->path, &db));
	assert_int_equal(SQLITE_OK, sqlite3_exec(db, sql, NULL, NULL, NULL));
	assert_int_equal(SQLITE_OK, sqlite3_close(db));
}

static void
the_latest_rows_are_kept_and_the_others_counted(void **state)
{
	struct world *w = *state;

	fill_ledger(w, device_at(w, "10.0.0.1").row, KEPT + MORE - 2);
	struct ledger l = ledger_of(w, "10.0.0.1", STORE_NOW);
	assert_int_equal(KEPT, l.n);
	assert_int_equal(MORE, l.more);
	for (size_t i = 0; i < l.n; i++)
		assert_string_equal(
			arena_printf(w->mem, "k %zu", i + MORE - 2), l.rows[i].key);
	l = ledger_of(w, "10.0.0.1", DAY + 9 * HOUR);
	assert_int_equal(4, l.n);
	assert_int_equal(0, l.more);
}

static const char *
shown_by(struct world *w, const char *ip,
	int (*write)(const struct show_report *, const struct out_info *,
		struct arena *, struct err *))
{
	struct show_report r = { .device = device_at(w, ip), .why = true };
	struct out_info info = { .to = tmpfile(), .now = DAY + 24 * HOUR };
	static char text[4 << 20];

	assert_non_null(info.to);
	r.ledger = ledger_of(w, ip, STORE_NOW);
	assert_int_equal(0, write(&r, &info, w->mem, &w->e));
	rewind(info.to);
	text[fread(text, 1, sizeof(text) - 1, info.to)] = '\0';
	assert_int_equal(0, fclose(info.to));
	return text;
}

static void
show_tells_what_is_left_out(void **state)
{
	struct world *w = *state;

	assert_null(strstr(shown_by(w, "10.0.0.1", show_people), "earlier"));
	assert_null(strstr(shown_by(w, "10.0.0.1", show_json), "ledger_left_out"));
	fill_ledger(w, device_at(w, "10.0.0.1").row, KEPT + MORE - 2);
	assert_non_null(strstr(shown_by(w, "10.0.0.1", show_people),
		"Why this is one device:\n7 earlier reasons are left out.\n"
		"2020-01-01T09:00:00.000002Z kept apart over k 5: "));
	assert_non_null(
		strstr(shown_by(w, "10.0.0.1", show_json), "],\"ledger_left_out\":7}"));
}

static void
programs_are_told_what_a_person_overruled(void **state)
{
	struct world *w = *state;
	char at[TIME_TEXT_MAX];
	struct decision d;

	assert_null(strstr(shown_by(w, "10.0.0.1", show_json), "overruled"));
	assert_int_equal(0,
		store_split(w->s, device_at(w, "10.0.0.1").row, "10.0.0.1", "anna", &d,
			&w->e));
	struct ledger l = ledger_of(w, "10.0.0.1", STORE_NOW);
	const char *want = arena_printf(w->mem,
		"\"key\":\"mac 3c:00:00:00:00:0a\",\"detail\":\"both bear it, and only one "
		"device does\",\"actor\":\"muster\",\"run\":\"r2\","
		"\"overruled_by\":\"anna\",\"overruled_at\":\"%s\"}",
		time_print(row_of(&l, "tier1:mac").overruled_at, at));
	assert_non_null(want);
	assert_non_null(strstr(shown_by(w, "10.0.0.1", show_json), want));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			the_ledger_ends_at_the_time_that_is_asked_for, start, stop),
		cmocka_unit_test_setup_teardown(
			no_join_was_overruled_before_a_person_did, start, stop),
		cmocka_unit_test_setup_teardown(
			no_merge_was_undone_before_a_person_did, start, stop),
		cmocka_unit_test_setup_teardown(
			the_latest_rows_are_kept_and_the_others_counted, start, stop),
		cmocka_unit_test_setup_teardown(
			show_tells_what_is_left_out, start, stop),
		cmocka_unit_test_setup_teardown(
			programs_are_told_what_a_person_overruled, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
