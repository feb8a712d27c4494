/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The SQLite driver.  WAL with synchronous=FULL: what was committed is on the disk, also after
 * a power cut, for an agent acknowledges it.  That is one wait for the disk for a batch.
 * The writer alone checkpoints, when its WAL has grown (sqlite_room.h) and at close: SQLite
 * before 3.51.3 can corrupt a WAL that one connection commits to while another one resets it.
 */
#include "db/sql.h"
#include "db/sqlite_room.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	APPLICATION_ID = 0x4d737472, /* "Mstr", at byte 68 of the file */
	PARAMETERS_MAX = 20,
};

/* A reader touches most pages once: mapped, none is copied.  What does not fit is read. */
#define READ_MAPPED "PRAGMA mmap_size=2147418112"

enum { TICK_STEPS = 20000 }; /* of its machine */

struct watcher {
	void (*tick)(void *arg);
	void *arg;
};

struct sql_conn {
	sqlite3 *db;
	struct watcher watcher;
	struct room room; /* the writer's */
};

struct sql_stmt {
	sqlite3_stmt *stmt;
	struct sql_conn *conn;
	int index[PARAMETERS_MAX + 1]; /* of "$N"; 0: not in the text */
};

/* path NULL: unknown. */
static int
failed_at(sqlite3 *db, const char *path, const char *doing, struct err *e)
{
	if (!db || !room_is_out(db, path))
		return err_set(e, ERR_DB, "%s: %s", doing,
			db ? sqlite3_errmsg(db) : "out of memory");
	err_set(e, ERR_DB,
		"the disk is full where %s is: make room there; what was stored before is "
		"whole",
		path ? path : "the store");
	e->sys = ENOSPC;
	return -1;
}

static int
failed(sqlite3 *db, const char *doing, struct err *e)
{
	return failed_at(db, db ? sqlite3_db_filename(db, "main") : NULL, doing, e);
}

/* Of a writer that ran out of room, as soon as its transaction has ended, and before the next
 * one as long as a reader is in the way. */
static void
make_room(struct sql_conn *c)
{
	if (c->room.was_out && sqlite3_get_autocommit(c->db))
		room_make(&c->room);
}

static int
exec(struct sql_conn *c, const char *sql, struct err *e)
{
	int rc = 0;

	make_room(c);
	if (sqlite3_exec(c->db, sql, NULL, NULL, NULL) != SQLITE_OK) {
		rc = failed(c->db, "database", e);
		c->room.was_out |= e->sys == ENOSPC;
	}
	make_room(c);
	return rc;
}

static int
get_number(sqlite3 *db, const char *sql, int64_t *out, struct err *e)
{
	sqlite3_stmt *s = NULL;
	int rc = -1;

	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK ||
		sqlite3_step(s) != SQLITE_ROW) {
		failed(db, "database", e);
		goto out;
	}
	*out = sqlite3_column_int64(s, 0);
	rc = 0;
out:
	sqlite3_finalize(s);
	return rc;
}

/* Looks before anything could be written: a file of someone else stays as it is. */
static int
check_ours(sqlite3 *db, const char *path, int newest, bool *empty, struct err *e)
{
	int64_t id, tables, schema;

	if (get_number(db, "PRAGMA application_id", &id, e) == -1 ||
		get_number(db, "SELECT count(*) FROM sqlite_master", &tables, e) == -1 ||
		get_number(db, "PRAGMA user_version", &schema, e) == -1)
		return err_add(e, "%s cannot be read as a muster store", path);
	*empty = id == 0 && tables == 0;
	if (id != APPLICATION_ID && !*empty)
		return err_set(e, ERR_DB,
			"%s is a database of another program; it was not touched: "
			"choose another path with --db",
			path);
	if (schema > newest)
		return err_set(e, ERR_DB,
			"the store %s has schema %lld, this muster knows up to %d: use the "
			"newer muster; nothing was changed",
			path, (long long)schema, newest);
	return 0;
}

static int
open_at(sqlite3 **db, const char *path, int flags, struct err *e)
{
	if (sqlite3_open_v2(path, db, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
		failed_at(*db, path, path, e);
		sqlite3_close(*db);
		*db = NULL;
		return -1;
	}
	(void)sqlite3_busy_timeout(
		*db, ROOM_BUSY_MS); /* cannot fail on an open connection */
	return 0;
}

/* An existing file is first opened for reading only. */
static int
inspect(const char *path, int newest, bool *empty, struct err *e)
{
	sqlite3 *db = NULL;
	struct stat st;

	*empty = true;
	if (stat(path, &st) == -1 || st.st_size == 0)
		return 0;
	if (open_at(&db, path, SQLITE_OPEN_READONLY, e) == -1)
		return -1;
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	int rc = check_ours(db, path, newest, empty, e);
	sqlite3_close(db);
	return rc;
}

static int
set_up(struct sql_conn *c, enum sql_access access, bool empty, struct err *e)
{
	char sql[96];

	(void)sqlite3_db_config(c->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	if (exec(c,
		    "PRAGMA trusted_schema=OFF; PRAGMA foreign_keys=ON;"
		    "PRAGMA cache_size=-65536; PRAGMA wal_autocheckpoint=0",
		    e) == -1)
		return -1;
	if (access == SQL_READ) {
		(void)sqlite3_db_config(
			c->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
		return exec(c, READ_MAPPED, e);
	}
	(void)snprintf(sql, sizeof(sql), "PRAGMA application_id=%d", APPLICATION_ID);
	if (empty && exec(c, sql, e) == -1)
		return -1;
	return exec(c, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL", e) == -1
		? -1
		: room_watch(&c->room, c->db, e);
}

/* Nobody asks how much memory the engine holds, and counting it costs a lock for each
 * allocation.  Refused once it runs: then it is set, or somebody else wants it counted. */
static void
count_no_memory(void)
{
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static void
close_conn(struct sql_conn *c)
{
	if (!c)
		return;
	sqlite3_close(c->db);
	free(c);
}

static int
open_conn(struct sql_conn **out, const char *path, enum sql_access mode, int newest,
	struct err *e)
{
	struct sql_conn *c = NULL;
	bool empty;
	int flags = mode == SQL_READ ? SQLITE_OPEN_READONLY
				     : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;

	if (mode == SQL_READ && access(path, R_OK) == -1)
		return errno == ENOENT
			? err_set(e, ERR_NOTFOUND, "there is no store at %s yet", path)
			: err_sys(e, "open the store %s", path);
	count_no_memory();
	if (inspect(path, newest, &empty, e) == -1)
		return -1;
	if (mode == SQL_READ && empty)
		return err_set(e, ERR_NOTFOUND, "the store at %s is empty", path);
	if (!(c = calloc(1, sizeof(*c))))
		return err_nomem(e);
	if (open_at(&c->db, path, flags, e) == -1 || set_up(c, mode, empty, e) == -1) {
		close_conn(c);
		return -1;
	}
	*out = c;
	return 0;
}

static int
get_schema(struct sql_conn *c, int *number, struct err *e)
{
	int64_t n;

	if (get_number(c->db, "PRAGMA user_version", &n, e) == -1)
		return -1;
	*number = (int)n;
	return 0;
}

static int
get_used(struct sql_conn *c, int64_t *bytes, struct err *e)
{
	int64_t pages, empty, size;

	if (get_number(c->db, "PRAGMA page_count", &pages, e) == -1 ||
		get_number(c->db, "PRAGMA freelist_count", &empty, e) == -1 ||
		get_number(c->db, "PRAGMA page_size", &size, e) == -1)
		return -1;
	*bytes = (pages - empty) * size;
	return 0;
}

static void
release(struct sql_conn *c)
{
	(void)sqlite3_db_release_memory(c->db);
}

static int
tick(void *arg)
{
	const struct watcher *w = arg;

	w->tick(w->arg);
	return 0; /* go on */
}

static void
watch(struct sql_conn *c, void (*call)(void *arg), void *arg)
{
	c->watcher = (struct watcher){ call, arg };
	sqlite3_progress_handler(
		c->db, TICK_STEPS, call ? tick : NULL, call ? &c->watcher : NULL);
}

static int
set_schema(struct sql_conn *c, int number, struct err *e)
{
	char sql[48];

	(void)snprintf(sql, sizeof(sql), "PRAGMA user_version=%d", number);
	return exec(c, sql, e);
}

static int
prepare(struct sql_conn *c, const char *sql, struct sql_stmt **out, struct err *e)
{
	struct sql_stmt *s = calloc(1, sizeof(*s));
	char name[8];

	if (!s)
		return err_nomem(e);
	s->conn = c;
	if (sqlite3_prepare_v3(c->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &s->stmt,
		    NULL) != SQLITE_OK) {
		free(s);
		return failed(c->db, sql, e);
	}
	for (int i = 1; i <= PARAMETERS_MAX; i++) {
		(void)snprintf(name, sizeof(name), "$%d", i);
		s->index[i] = sqlite3_bind_parameter_index(s->stmt, name);
	}
	*out = s;
	return 0;
}

/* A bind fails only out of memory or on our own mistake; the step after it then fails or
 * stores NULL, which every column refuses. */
static void
bind_int(struct sql_stmt *s, int at, int64_t v)
{
	(void)sqlite3_bind_int64(s->stmt, s->index[at], v);
}

static void
bind_text(struct sql_stmt *s, int at, const char *v)
{
	(void)sqlite3_bind_text(s->stmt, s->index[at], v, -1, SQLITE_STATIC);
}

static enum sql_step
step(struct sql_stmt *s, struct err *e)
{
	switch (sqlite3_step(s->stmt)) {
	case SQLITE_ROW: return SQL_ROW;
	case SQLITE_DONE: return SQL_END;
	default:
		failed(s->conn->db, "database", e);
		s->conn->room.was_out |= e->sys == ENOSPC;
		return SQL_FAILED;
	}
}

static void
reset(struct sql_stmt *s)
{
	/* Repeats the error that step has told already.  What was bound stays until the next
	 * time, which binds all of it anew. */
	(void)sqlite3_reset(s->stmt);
	make_room(s->conn);
}

static int64_t
get_int(struct sql_stmt *s, int column)
{
	return sqlite3_column_int64(s->stmt, column);
}

static const char *
get_text(struct sql_stmt *s, int column)
{
	const char *text = (const char *)sqlite3_column_text(s->stmt, column);

	return text ? text : "";
}

static void
finish(struct sql_stmt *s)
{
	if (!s)
		return;
	sqlite3_finalize(s->stmt);
	free(s);
}

/* Made beside its name and renamed when whole: a cut copy never looks like a backup. */
static int
backup(struct sql_conn *c, const char *path, struct err *e)
{
	sqlite3 *to = NULL;
	char part[4096];
	int rc = -1;

	if (access(path, F_OK) == 0)
		return err_set(e, ERR_ARG,
			"%s exists already; a backup never overwrites", path);
	if (snprintf(part, sizeof(part), "%s.part", path) >= (int)sizeof(part))
		return err_set(e, ERR_ARG, "%s: the path is too long", path);
	(void)unlink(part); /* what an earlier, cut backup left */
	int fd = open(part, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
	if (fd == -1)
		return err_sys(e, "make %s", part);
	close(fd);
	if (open_at(&to, part, SQLITE_OPEN_READWRITE, e) == -1)
		goto out;
	sqlite3_backup *b = sqlite3_backup_init(to, "main", c->db, "main");
	int step = b ? sqlite3_backup_step(b, -1) : SQLITE_ERROR;
	if (b)
		sqlite3_backup_finish(b);
	if (step != SQLITE_DONE) {
		failed(to, "backup", e);
		goto out;
	}
	if (sqlite3_close(to) != SQLITE_OK) {
		failed(to, "backup", e);
		goto out;
	}
	to = NULL;
	if (rename(part, path) == -1) {
		err_sys(e, "rename %s", part);
		goto out;
	}
	rc = 0;
out:
	sqlite3_close(to);
	if (rc == -1)
		(void)unlink(part); /* the first error is the one to tell */
	return rc;
}

static int
check(struct sql_conn *c, struct sb *problems, size_t *n, struct err *e)
{
	sqlite3_stmt *s = NULL;
	int rc;

	if (sqlite3_prepare_v2(c->db, "PRAGMA integrity_check(100)", -1, &s, NULL) !=
		SQLITE_OK)
		return failed(c->db, "check", e);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		const char *text = (const char *)sqlite3_column_text(s, 0);
		if (text && strcmp(text, "ok") == 0)
			continue;
		sb_printf(problems, "file: %s\n", text ? text : "?");
		(*n)++;
	}
	sqlite3_finalize(s);
	return rc == SQLITE_DONE ? 0 : failed(c->db, "check", e);
}

const struct sql_driver sql_sqlite = {
	.scheme = "sqlite",
	.open = open_conn,
	.close = close_conn,
	.exec = exec,
	.get_schema = get_schema,
	.set_schema = set_schema,
	.watch = watch,
	.get_used = get_used,
	.release = release,
	.prepare = prepare,
	.bind_int = bind_int,
	.bind_text = bind_text,
	.step = step,
	.reset = reset,
	.get_int = get_int,
	.get_text = get_text,
	.finish = finish,
	.backup = backup,
	.check = check,
};
