/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/sqlite_room.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

enum {
	CHECKPOINT_PAGES =
		20000, /* of 4 KiB: large, because checkpoints cost more than commits */
	PAGE_SIZE = 4096,      /* of files that muster makes */
	CHUNK = 64 << 10,      /* by which the file grows */
	AHEAD = 1 << 20,       /* more than most transactions add to it */
	HARDLY_ANY = 64 << 10, /* the index of a log needs 32 KiB at once */
};

/* INT64_MAX: nobody knows. */
static int64_t
free_bytes(const char *path)
{
	struct statvfs fs;

	return path && *path && statvfs(path, &fs) == 0
		? (int64_t)((uint64_t)fs.f_bavail * fs.f_frsize)
		: INT64_MAX;
}

/* How large the file is when all of the log has been moved; -1: nobody knows. */
static int64_t
needs(const struct room *r)
{
	sqlite3_stmt *s = NULL;
	int64_t pages = -1;

	if (sqlite3_prepare_v2(r->db, "PRAGMA page_count", -1, &s, NULL) != SQLITE_OK)
		return -1;
	if (sqlite3_step(s) == SQLITE_ROW)
		pages = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return pages == -1 ? -1 : pages * r->page_size;
}

/* Readers that are in the way are not waited for: the next time will do. */
static bool
give_back(struct room *r, int64_t needed)
{
	const char *path = sqlite3_db_filename(r->db, "main");
	struct stat st;

	/* A checkpoint that breaks off has written in vain. */
	if (needed == -1 || stat(path, &st) == -1 ||
		needed - st.st_size > free_bytes(path))
		return false;
	(void)sqlite3_busy_timeout(r->db, 0);
	int code = sqlite3_wal_checkpoint_v2(
		r->db, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	(void)sqlite3_busy_timeout(r->db, ROOM_BUSY_MS);
	return code == SQLITE_OK;
}

static void
reserve(struct room *r, int64_t needed)
{
	sqlite3_int64 size = needed + AHEAD;

	/* In vain: then it is full now, and the next commit fails. */
	if (needed != -1)
		(void)sqlite3_file_control(r->db, "main", SQLITE_FCNTL_SIZE_HINT, &size);
}

/* Behind each commit.  Of the room that is left the log gets a third: what it is moved into
 * may need as much again, and others write as well. */
static int
after_commit(void *room, sqlite3 *db, const char *name, int pages)
{
	struct room *r = room;

	if (pages * r->page_size > free_bytes(sqlite3_db_filename(db, name)) / 2) {
		int64_t needed = needs(r);
		if (!give_back(r, needed))
			reserve(r, needed);
	} else if (pages >= CHECKPOINT_PAGES)
		(void)sqlite3_wal_checkpoint_v2(
			db, name, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	return SQLITE_OK;
}

int
room_watch(struct room *r, sqlite3 *db, struct err *e)
{
	char sql[64];
	int chunk = CHUNK;

	*r = (struct room){ .db = db, .page_size = PAGE_SIZE };
	/* One that a reader, or a large transaction, has made larger shrinks again. */
	(void)snprintf(sql, sizeof(sql), "PRAGMA journal_size_limit=%d",
		CHECKPOINT_PAGES * PAGE_SIZE);
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return err_set(e, ERR_DB, "database: %s", sqlite3_errmsg(db));
	/* Without, room cannot be reserved; nothing else is different. */
	(void)sqlite3_file_control(db, "main", SQLITE_FCNTL_CHUNK_SIZE, &chunk);
	(void)sqlite3_wal_hook(db, after_commit, r);
	return 0;
}

bool
room_is_out(sqlite3 *db, const char *path)
{
	int code = sqlite3_errcode(db) & 0xff;

	if (code == SQLITE_FULL)
		return true;
	if (code != SQLITE_IOERR && code != SQLITE_CANTOPEN)
		return false;
	int sys = sqlite3_system_errno(db);
	/* Not everywhere does the engine remember why. */
	return sys == ENOSPC || sys == EDQUOT || free_bytes(path) < HARDLY_ANY;
}

void
room_make(struct room *r)
{
	if (r->db)
		r->was_out = !give_back(r, needs(r));
}
