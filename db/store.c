/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening, locking and migrating a store; statements and transactions. */
#include "db/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/data_file.h"
#include "db/cards.h"
#include "db/store_private.h"
#include "db/twins.h"

#define STATEMENT_TEXT(name, text) [STMT_##name] = (text),
static const char *const statement_text[STMT_COUNT] = { STATEMENTS(STATEMENT_TEXT) };
#undef STATEMENT_TEXT

static const struct migration {
	int number;
	const char *name, *sql;
} migrations[] = {
#include "schema.inc"
};

enum { N_MIGRATIONS = sizeof(migrations) / sizeof(migrations[0]) };
#define NEWEST_SCHEMA (migrations[N_MIGRATIONS - 1].number)

/* One writer: the lock goes with the process, so a killed one leaves nothing behind. */
static int
lock_for_writing(struct store *s, struct err *e)
{
	if (data_file_folders(s->path, e) == -1)
		return -1;
	s->lock_fd = open(s->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (s->lock_fd == -1)
		return err_sys(e, "open the store %s", s->path);
	if (flock(s->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return err_sys(e, "lock the store %s", s->path);
	err_set(e, ERR_DB,
		"the store %s is being written by another muster; wait for it, or choose another "
		"store with --db",
		s->path);
	e->sys = EWOULDBLOCK;
	return -1;
}

struct upgrade_step {
	const struct store_watch *watch;
	int number;
};

static void
on_tick(void *arg)
{
	const struct upgrade_step *u = arg;

	u->watch->tick(u->watch->arg, u->number, NEWEST_SCHEMA);
}

static int
apply_migration(struct store *s, const struct migration *m, struct err *e)
{
	if (s->sql->exec(s->conn, "BEGIN", e) == -1)
		return -1;
	if (s->sql->exec(s->conn, m->sql, e) == -1 ||
		s->sql->set_schema(s->conn, m->number, e) == -1 ||
		s->sql->exec(s->conn, "COMMIT", e) == -1) {
		store_rollback(s);
		return err_add(e, "migrate %s by %s", s->path, m->name);
	}
	return 0;
}

static int
apply_watched(struct store *s, const struct migration *m,
	const struct store_watch *watch, struct err *e)
{
	struct upgrade_step step = { watch, m->number };

	if (!watch)
		return apply_migration(s, m, e);
	on_tick(&step);
	s->sql->watch(s->conn, on_tick, &step);
	int rc = apply_migration(s, m, e);
	s->sql->watch(s->conn, NULL, NULL);
	return rc;
}

static int
migrate(struct store *s, const struct store_watch *watch, struct err *e)
{
	int have, newest = NEWEST_SCHEMA;

	if (s->sql->get_schema(s->conn, &have, e) == -1)
		return -1;
	if (have < newest && s->mode == STORE_READ)
		return err_set(e, ERR_DB,
			"the store %s has the older schema %d; a command that writes brings it up "
			"to %d",
			s->path, have, newest);
	for (size_t i = 0; i < N_MIGRATIONS; i++)
		if (migrations[i].number > have &&
			apply_watched(s, &migrations[i], have ? watch : NULL, e) == -1)
			return -1;
	return 0;
}

int
store_open(struct store **out, const char *url, enum store_mode mode, struct err *e)
{
	return store_open_watched(out, url, mode, NULL, e);
}

int
store_open_watched(struct store **out, const char *url, enum store_mode mode,
	const struct store_watch *watch, struct err *e)
{
	const struct sql_driver *sql = &sql_sqlite;
	size_t scheme = strlen(sql->scheme);
	const char *path = url;

	if (strncmp(url, sql->scheme, scheme) == 0 && url[scheme] == ':')
		path = url + scheme + 1;
	else if (strstr(url, "://"))
		return err_set(e, ERR_ARG,
			"%s: only sqlite:PATH or a plain path is known", url);
	struct store *s = calloc(1, sizeof(*s) + strlen(path) + 1);
	if (!s)
		return err_nomem(e);
	memcpy(s->path, path, strlen(path) + 1);
	s->sql = sql;
	s->mode = mode;
	s->lock_fd = -1;
	cards_mind_rules(s);
	sb_init(&s->text, 0);
	s->memo = mode == STORE_WRITE ? memo_new() : NULL;
	s->twins = mode == STORE_WRITE ? twins_new() : NULL;
	bool in_memory = strcmp(path, ":memory:") == 0;
	if ((mode == STORE_WRITE && !in_memory && lock_for_writing(s, e) == -1) ||
		sql->open(&s->conn, path, mode == STORE_WRITE ? SQL_WRITE : SQL_READ,
			NEWEST_SCHEMA, e) == -1 ||
		migrate(s, watch, e) == -1) {
		store_close(s);
		return -1;
	}
	*out = s;
	return 0;
}

void
store_close(struct store *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < STMT_COUNT; i++)
		s->sql->finish(s->stmts[i]);
	s->sql->close(s->conn);
	ruled_forget(s);
	memo_free(s->memo);
	twins_free(s->twins);
	lifetimes_forget(s);
	sb_done(&s->text);
	if (s->lock_fd !=
		-1) /* after the engine: closing it drops the engine's locks too */
		close(s->lock_fd);
	free(s);
}

void
store_use_vendors(struct store *s, const struct vendor_table *vendors)
{
	s->vendors = vendors;
	cards_mind_rules(s);
}

void
store_use_rules(struct store *s, const struct rules *rules)
{
	s->rules = rules;
	cards_mind_rules(s);
}

const struct rules *
store_rules(const struct store *s)
{
	return s->rules;
}

int
store_default_path(
	const char *option, struct arena *mem, const char **out, struct err *e)
{
	const char *named = option && *option ? option : getenv("MUSTER_DB");

	if (named && *named) {
		*out = arena_strdup(mem, named);
		return *out ? 0 : err_nomem(e);
	}
	if (data_file_path("muster.db", mem, out, e) == -1)
		return e->code == ERR_ARG
			? err_set(e, ERR_ARG,
				  "no place for the store: give one with --db FILE")
			: -1;
	return 0;
}

int
store_need_writer(const struct store *s, struct err *e)
{
	return s->mode == STORE_WRITE
		? 0
		: err_set(e, ERR_ARG, "the store %s is open for reading only", s->path);
}

/* --- statements and transactions --------------------------------------------------------- */

struct sql_stmt *
store_query(struct store *s, enum store_stmt which, const struct sql_bind *binds,
	struct err *e)
{
	if (!s->stmts[which] &&
		s->sql->prepare(s->conn, statement_text[which], &s->stmts[which], e) ==
			-1)
		return NULL;
	struct sql_stmt *st = s->stmts[which];
	for (int i = 0; binds[i].kind != BIND_END; i++) {
		if (binds[i].kind == BIND_INT)
			s->sql->bind_int(st, i + 1, binds[i].num);
		else
			s->sql->bind_text(st, i + 1, binds[i].text);
	}
	return st;
}

enum sql_step
store_next(struct store *s, struct sql_stmt *st, struct err *e)
{
	enum sql_step step = s->sql->step(st, e);

	if (step != SQL_ROW)
		s->sql->reset(st);
	return step;
}

void
store_stop(struct store *s, struct sql_stmt *st)
{
	s->sql->reset(st);
}

int
store_each(struct store *s, enum store_stmt which, const struct sql_bind *binds,
	size_t row_memory, store_row_fn *row, void *arg, struct err *e)
{
	struct arena *mem = row_memory ? arena_new(row_memory) : NULL;
	enum sql_step step = SQL_ROW;

	if (row_memory && !mem)
		return err_nomem(e);
	struct sql_stmt *st = store_query(s, which, binds, e);
	while (st && (step = store_next(s, st, e)) == SQL_ROW) {
		if (mem)
			arena_reset(mem);
		if (row(s, st, mem, arg, e) == -1) {
			store_stop(s, st);
			break;
		}
	}
	arena_free(mem);
	return st && step == SQL_END ? 0 : -1;
}

int
store_get(struct store *s, enum store_stmt which, const struct sql_bind *binds,
	int64_t *out, bool *found, struct err *e)
{
	struct sql_stmt *st = store_query(s, which, binds, e);

	*found = false;
	if (!st)
		return -1;
	enum sql_step step = store_next(s, st, e);
	if (step == SQL_ROW) {
		*found = true;
		if (out)
			*out = col_int(s, st, 0);
		/* A RETURNING statement is done only when it was stepped to its end. */
		while ((step = store_next(s, st, e)) == SQL_ROW)
			;
	}
	return step == SQL_FAILED ? -1 : 0;
}

int
store_do(struct store *s, enum store_stmt which, const struct sql_bind *binds,
	struct err *e)
{
	bool found;

	return store_get(s, which, binds, NULL, &found, e);
}

struct sb *
store_text(struct store *s, size_t limit)
{
	sb_clear(&s->text);
	s->text.limit = limit;
	return &s->text;
}

int
store_hold(struct store *s, struct err *e)
{
	if (s->mode == STORE_WRITE || s->holds++ > 0)
		return 0;
	if (s->sql->exec(s->conn, "BEGIN", e) == 0)
		return 0;
	s->holds = 0;
	return -1;
}

void
store_let_go(struct store *s)
{
	struct err ignored; /* of what has only been read nothing is lost */

	if (s->mode == STORE_READ && --s->holds == 0)
		(void)s->sql->exec(s->conn, "COMMIT", &ignored);
}

int
store_begin_minded(struct store *s, struct err *e)
{
	return s->sql->exec(s->conn, "BEGIN", e);
}

int
store_begin(struct store *s, struct err *e)
{
	memo_forget_all(s->memo);
	twins_forget(s->twins);
	return store_begin_minded(s, e);
}

int
store_commit(struct store *s, struct err *e)
{
	return s->sql->exec(s->conn, "COMMIT", e);
}

void
store_rollback(struct store *s)
{
	struct err ignored; /* the engine may have rolled back by itself already */

	(void)s->sql->exec(s->conn, "ROLLBACK", &ignored);
	memo_forget_all(s->memo);
	twins_forget(s->twins);
}
