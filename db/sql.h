/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sql.h - what the store needs of a database engine
 *
 * A driver knows SQL and no devices.  Statements are the same text for every engine, with
 * $1, $2 … bound by name (SQLite numbers them by appearance: a driver maps them).  No
 * statement is ever built from values.
 */
#ifndef DB_SQL_H
#define DB_SQL_H

#include "base/err.h"
#include "base/sb.h"

#include <stdbool.h>
#include <stdint.h>

struct sql_conn; /* the driver's own */
struct sql_stmt;

enum sql_step { SQL_FAILED = -1, SQL_END, SQL_ROW };

enum sql_access { SQL_READ, SQL_WRITE /* creates the file */ };

struct sql_driver {
	const char *scheme; /* "sqlite" */
	/*
	 * Opens what is ours, or is empty (WRITE).  ERR_NOTFOUND; ERR_DB for a database of
	 * another program, or of a schema above newest: neither is touched.
	 */
	int (*open)(struct sql_conn **, const char *path, enum sql_access, int newest,
		struct err *);
	void (*close)(struct sql_conn *);
	int (*exec)(struct sql_conn *, const char *sql,
		struct err *); /* several statements */
	/* The number of the newest migration applied; 0: an empty database. */
	int (*get_schema)(struct sql_conn *, int *number, struct err *);
	int (*set_schema)(struct sql_conn *, int number, struct err *);
	/* Calls tick many times a second while it works; NULL: no more. */
	void (*watch)(struct sql_conn *, void (*tick)(void *arg), void *arg);
	int (*prepare)(
		struct sql_conn *, const char *sql, struct sql_stmt **, struct err *);
	void (*bind_int)(struct sql_stmt *, int at, int64_t);
	void (*bind_text)(
		struct sql_stmt *, int at, const char *); /* borrowed until reset */
	enum sql_step (*step)(struct sql_stmt *, struct err *);
	void (*reset)(struct sql_stmt *);
	int64_t (*get_int)(struct sql_stmt *, int column);
	const char *(*get_text)(struct sql_stmt *, int column); /* until the next step */
	void (*finish)(struct sql_stmt *);                      /* NULL is fine */
	int (*backup)(struct sql_conn *, const char *path, struct err *);
	/* Bytes that hold something, also where the file is larger. */
	int (*get_used)(struct sql_conn *, int64_t *bytes, struct err *);
	/* Pages that were kept to be read again go back to the machine. */
	void (*release)(struct sql_conn *);
	int (*check)(struct sql_conn *, struct sb *problems, size_t *n, struct err *);
};

extern const struct sql_driver sql_sqlite;

#endif
