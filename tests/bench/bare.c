/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A log is a row of records in the machine's own byte order: what was done, the table, then
 * the values that were written, each with its number of column, then those that say where.
 */
#include "tests/bench/bare.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Debian builds it with this hook. */
#define SQLITE_ENABLE_PREUPDATE_HOOK 1
#include <sqlite3.h>

#include "db/store.h"

enum {
	TABLES = 18,
	COLUMNS = 16,
	COPY_BATCH = 8000, /* rows of a transaction: a batch of the store writes about as many */
};

static const char *const tables[TABLES] = { "run", "state", "coverage", "reason",
	"point", "device", "alias", "observation", "identifier", "ruling", "sheet",
	"address", "ledger", "change", "turn", "card", "silence", "edit" };

static double
seconds_of(clockid_t clock)
{
	struct timespec t;

	(void)clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

struct bench_time
bench_now(void)
{
	return (struct bench_time){ .wall = seconds_of(CLOCK_MONOTONIC),
		.cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID) };
}

void
bench_add_since(struct bench_time *sum, const struct bench_time *from)
{
	struct bench_time now = bench_now();

	sum->wall += now.wall - from->wall;
	sum->cpu += now.cpu - from->cpu;
}

void
bench_fail(const char *what, const char *why)
{
	(void)fprintf(stderr, "identity: %s: %s\n", what, why);
	exit(1);
}

static void
sql(sqlite3 *db, const char *text)
{
	char *why = NULL;

	if (sqlite3_exec(db, text, NULL, NULL, &why) != SQLITE_OK)
		bench_fail(text, why);
}

/* --- tables -------------------------------------------------------------------------------- */

struct table {
	const char *name;
	int n;
	char column[COLUMNS][32];
	bool is_key[COLUMNS];
};

static void
read_table(sqlite3 *db, const char *name, struct table *t)
{
	sqlite3_stmt *st;
	char text[64];

	*t = (struct table){ .name = name };
	(void)snprintf(text, sizeof(text), "PRAGMA table_info(%s)", name);
	if (sqlite3_prepare_v2(db, text, -1, &st, NULL) != SQLITE_OK)
		bench_fail(name, sqlite3_errmsg(db));
	for (; sqlite3_step(st) == SQLITE_ROW && t->n < COLUMNS; t->n++) {
		(void)snprintf(t->column[t->n], sizeof(t->column[0]), "%s",
			(const char *)sqlite3_column_text(st, 1));
		t->is_key[t->n] = sqlite3_column_int(st, 5) != 0;
	}
	(void)sqlite3_finalize(st);
}

static int
table_number(const char *name)
{
	for (int i = 0; i < TABLES; i++)
		if (strcmp(tables[i], name) == 0)
			return i;
	return -1;
}

/* --- recording ----------------------------------------------------------------------------- */

struct record {
	int32_t what; /* SQLITE_INSERT, SQLITE_UPDATE, SQLITE_DELETE; 0: a commit */
	int32_t table;
	uint32_t written, where; /* columns, a bit each; their values follow */
};

static struct {
	FILE *log;
	struct table tables[TABLES];
	bool known[TABLES];
} recorder;

static void
put(const void *bytes, size_t n)
{
	if (fwrite(bytes, 1, n, recorder.log) != n)
		bench_fail("the log", "cannot be written");
}

/* An integer, or a text with its length and a NUL: the store has no others. */
static void
put_value(sqlite3_value *v)
{
	int64_t n = sqlite3_value_type(v) == SQLITE_TEXT ? sqlite3_value_bytes(v) : -1;

	put(&n, sizeof(n));
	if (n >= 0) {
		put(sqlite3_value_text(v), (size_t)n + 1);
	} else {
		int64_t number = sqlite3_value_int64(v);
		put(&number, sizeof(number));
	}
}

static bool
same_value(sqlite3_value *a, sqlite3_value *b)
{
	int type = sqlite3_value_type(a);

	if (type != sqlite3_value_type(b))
		return false;
	if (type != SQLITE_TEXT)
		return sqlite3_value_int64(a) == sqlite3_value_int64(b);
	return strcmp((const char *)sqlite3_value_text(a),
		       (const char *)sqlite3_value_text(b)) == 0;
}

static struct record
describe(sqlite3 *db, int what, int table, const struct table *t)
{
	struct record r = { what, table, 0, 0 };
	sqlite3_value *old, *new;

	for (int i = 0; i < t->n; i++) {
		if (what != SQLITE_INSERT && t->is_key[i])
			r.where |= 1u << i;
		if (what == SQLITE_INSERT)
			r.written |= 1u << i;
		if (what != SQLITE_UPDATE)
			continue;
		if (sqlite3_preupdate_old(db, i, &old) != SQLITE_OK ||
			sqlite3_preupdate_new(db, i, &new) != SQLITE_OK)
			bench_fail(t->name, sqlite3_errmsg(db));
		if (!same_value(old, new))
			r.written |= 1u << i;
	}
	return r;
}

static void
on_row(void *arg, sqlite3 *db, int what, const char *base, const char *name,
	sqlite3_int64 a, sqlite3_int64 b)
{
	int number = table_number(name);
	sqlite3_value *v;

	(void)arg, (void)base, (void)a, (void)b;
	if (!recorder.log || number == -1)
		return;
	struct table *t = &recorder.tables[number];
	if (!recorder.known[number])
		read_table(db, name, t);
	recorder.known[number] = true;
	struct record r = describe(db, what, number, t);
	put(&r, sizeof(r));
	for (int i = 0; i < t->n; i++)
		if ((r.written & 1u << i) &&
			sqlite3_preupdate_new(db, i, &v) == SQLITE_OK)
			put_value(v);
	for (int i = 0; i < t->n; i++)
		if ((r.where & 1u << i) && sqlite3_preupdate_old(db, i, &v) == SQLITE_OK)
			put_value(v);
}

static int
on_commit(void *arg)
{
	static const struct record commit = { 0, 0, 0, 0 };

	(void)arg;
	if (recorder.log)
		put(&commit, sizeof(commit));
	return 0;
}

static int
on_open(sqlite3 *db, const char **why, const void *api)
{
	(void)why, (void)api;
	(void)sqlite3_preupdate_hook(db, on_row, NULL);
	(void)sqlite3_commit_hook(db, on_commit, NULL);
	return SQLITE_OK;
}

void
bare_record(const char *path)
{
	if (!(recorder.log = fopen(path, "wb")))
		bench_fail(path, "cannot be made");
	(void)sqlite3_auto_extension((void (*)(void))on_open);
}

void
bare_record_end(void)
{
	if (fclose(recorder.log) != 0)
		bench_fail("the log", "cannot be written");
	recorder.log = NULL;
	(void)sqlite3_cancel_auto_extension((void (*)(void))on_open);
}

/* --- writing ------------------------------------------------------------------------------- */

/* The product's schema, and its settings (db/sql_sqlite.c). */
static sqlite3 *
open_new(const char *path)
{
	struct store *s;
	struct err e;
	sqlite3 *db;

	if (store_open(&s, path, STORE_WRITE, &e) == -1)
		bench_fail(path, e.text);
	store_close(s);
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
		    NULL) != SQLITE_OK)
		bench_fail(path, "cannot be opened");
	sql(db,
		"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
		"PRAGMA cache_size=-65536; PRAGMA wal_autocheckpoint=20000");
	return db;
}

struct writer {
	sqlite3 *db;
	struct table tables[TABLES];
	struct written {
		struct record r;
		sqlite3_stmt *st;
	} * known; /* a statement for each kind of record */
	size_t n_known;
	const char *at; /* in the log */
	size_t rows;
};

static void
add_columns(char *text, size_t size, const struct table *t, uint32_t columns,
	const char *between, const char *after)
{
	for (int i = 0, n = 0; i < t->n; i++) {
		if (!(columns & 1u << i))
			continue;
		size_t at = strlen(text);
		(void)snprintf(text + at, size - at, "%s%s%s", n++ ? between : "",
			t->column[i], after);
	}
}

static sqlite3_stmt *
prepare(struct writer *w, const struct record *r)
{
	const struct table *t = &w->tables[r->table];
	char text[2048] = "";
	sqlite3_stmt *st;

	(void)snprintf(text, sizeof(text), "%s %s %s",
		r->what == SQLITE_INSERT           ? "INSERT INTO"
			: r->what == SQLITE_UPDATE ? "UPDATE"
						   : "DELETE FROM",
		t->name, r->what == SQLITE_UPDATE ? "SET " : "");
	if (r->what == SQLITE_INSERT) {
		strcat(text, "VALUES (?");
		for (int i = 1; i < t->n; i++)
			strcat(text, ", ?");
		strcat(text, ")");
	} else {
		add_columns(text, sizeof(text), t, r->written, ", ", " = ?");
		strcat(text, " WHERE ");
		add_columns(text, sizeof(text), t, r->where, " AND ", " = ?");
	}
	if (sqlite3_prepare_v3(w->db, text, -1, SQLITE_PREPARE_PERSISTENT, &st, NULL) !=
		SQLITE_OK)
		bench_fail(text, sqlite3_errmsg(w->db));
	return st;
}

static sqlite3_stmt *
statement(struct writer *w, const struct record *r)
{
	for (size_t i = 0; i < w->n_known; i++)
		if (memcmp(&w->known[i].r, r, sizeof(*r)) == 0)
			return w->known[i].st;
	w->known = realloc(w->known, (w->n_known + 1) * sizeof(w->known[0]));
	if (!w->known)
		bench_fail("out of", "memory");
	w->known[w->n_known] = (struct written){ *r, prepare(w, r) };
	return w->known[w->n_known++].st;
}

static void
take(struct writer *w, void *to, size_t n)
{
	memcpy(to, w->at, n);
	w->at += n;
}

static void
bind_next(struct writer *w, sqlite3_stmt *st, int at)
{
	int64_t n, number;

	take(w, &n, sizeof(n));
	if (n >= 0) {
		(void)sqlite3_bind_text(st, at, w->at, (int)n, SQLITE_STATIC);
		w->at += n + 1;
	} else {
		take(w, &number, sizeof(number));
		(void)sqlite3_bind_int64(st, at, number);
	}
}

static void
write_row(struct writer *w, const struct record *r)
{
	sqlite3_stmt *st = statement(w, r);
	int n = __builtin_popcount(r->written) + __builtin_popcount(r->where);

	for (int i = 1; i <= n; i++)
		bind_next(w, st, i);
	if (sqlite3_step(st) != SQLITE_DONE)
		bench_fail(sqlite3_sql(st), sqlite3_errmsg(w->db));
	(void)sqlite3_reset(st);
	w->rows++;
}

static void
write_log(struct writer *w, const char *end)
{
	struct record r;

	sql(w->db, "BEGIN");
	while (w->at < end) {
		take(w, &r, sizeof(r));
		if (r.what)
			write_row(w, &r);
		else
			sql(w->db, w->at < end ? "COMMIT; BEGIN" : "COMMIT");
	}
}

static char *
read_file(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	long n = f && fseek(f, 0, SEEK_END) == 0 ? ftell(f) : -1;
	char *text = n >= 0 ? malloc((size_t)n + 1) : NULL;

	if (!text || fseek(f, 0, SEEK_SET) != 0 ||
		fread(text, 1, (size_t)n, f) != (size_t)n)
		bench_fail(path, "cannot be read");
	(void)fclose(f);
	*size = (size_t)n;
	return text;
}

struct bench_time
bare_repeat(const char *log, const char *to, size_t *rows)
{
	struct writer w = { .db = open_new(to) };
	size_t size;
	char *text = read_file(log, &size);

	for (int i = 0; i < TABLES; i++)
		read_table(w.db, tables[i], &w.tables[i]);
	w.at = text;
	struct bench_time from = bench_now(), took = { 0 };
	write_log(&w, text + size);
	bench_add_since(&took, &from);
	for (size_t i = 0; i < w.n_known; i++)
		(void)sqlite3_finalize(w.known[i].st);
	*rows = w.rows;
	free(w.known);
	free(text);
	(void)sqlite3_close(w.db);
	return took;
}

/* --- what is there in the end -------------------------------------------------------------- */

static size_t
copy_table(sqlite3 *from, sqlite3 *to, const char *table)
{
	char text[256];
	sqlite3_stmt *in, *out;
	size_t rows = 0;

	(void)snprintf(text, sizeof(text), "SELECT * FROM %s", table);
	if (sqlite3_prepare_v2(from, text, -1, &in, NULL) != SQLITE_OK)
		bench_fail(text, sqlite3_errmsg(from));
	int n = sqlite3_column_count(in);
	(void)snprintf(text, sizeof(text), "INSERT INTO %s VALUES (?", table);
	for (int i = 1; i < n; i++)
		strcat(text, ",?");
	strcat(text, ")");
	if (sqlite3_prepare_v2(to, text, -1, &out, NULL) != SQLITE_OK)
		bench_fail(text, sqlite3_errmsg(to));
	sql(to, "BEGIN");
	while (sqlite3_step(in) == SQLITE_ROW) {
		for (int i = 0; i < n; i++)
			(void)sqlite3_bind_value(
				out, i + 1, sqlite3_column_value(in, i));
		if (sqlite3_step(out) != SQLITE_DONE)
			bench_fail(text, sqlite3_errmsg(to));
		(void)sqlite3_reset(out);
		if (++rows % COPY_BATCH == 0)
			sql(to, "COMMIT; BEGIN");
	}
	sql(to, "COMMIT");
	(void)sqlite3_finalize(in);
	(void)sqlite3_finalize(out);
	return rows;
}

struct bench_time
bare_copy(const char *path, const char *to, size_t *rows)
{
	sqlite3 *from, *db = open_new(to);

	if (sqlite3_open(path, &from) != SQLITE_OK)
		bench_fail(path, "cannot be opened");
	*rows = 0;
	struct bench_time at = bench_now(), took = { 0 };
	for (int i = 0; i < TABLES; i++)
		*rows += copy_table(from, db, tables[i]);
	bench_add_since(&took, &at);
	(void)sqlite3_close(from);
	(void)sqlite3_close(db);
	return took;
}
