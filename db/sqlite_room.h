/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sqlite_room.h - the write-ahead log of SQLite, and the room on its disk
 *
 * What is committed stands in the log until a checkpoint moves it into the file, which may
 * grow by as much.  A log that took the last of the disk could never be moved: so it is moved
 * while as much is free as it could need, and given back when the disk becomes full.  When a
 * reader is in the way of that, the file gets the room that it will need before the log can
 * take it.  Others may fill the disk as well: then the file waits, whole, until there is room.
 */
#ifndef DB_SQLITE_ROOM_H
#define DB_SQLITE_ROOM_H

#include "base/err.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

enum { ROOM_BUSY_MS = 5000 }; /* how long connections wait for each other */

struct room {
	sqlite3 *db;
	int64_t page_size;
	bool was_out; /* something failed for want of room, and none was made since */
};

/* For the writer: from now on the log is moved by itself, as it grows.  The room lives as
 * long as the connection. */
int room_watch(struct room *, sqlite3 *, struct err *);
/* Did the last call, on a file at path (NULL: unknown), fail because its disk is full?  Also
 * for connections that nobody watches. */
bool room_is_out(sqlite3 *, const char *path);
/* After a failure, outside of a transaction: what the log holds goes to the file and its space
 * to the disk, if that can be.  Nothing where nobody watches. */
void room_make(struct room *);

#endif
