/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * out_columns.h - the columns of devices and changes, for the table and for CSV
 *
 * One row gives title, CSV name and value.  The value is text for people, not escaped.
 */
#ifndef CLI_OUT_COLUMNS_H
#define CLI_OUT_COLUMNS_H

#include "base/clock.h"
#include "cli/out.h"

enum column_flags {
	COLUMN_TABLE = 1,
	COLUMN_CSV = 2,
	COLUMN_SHRINKS = 4, /* may be cut when the terminal is narrow */
	COLUMN_OPTIONAL = 8, /* is left out when that is not enough, the last one first */
};

struct column {
	const char *title; /* over the table: "ADDRESS" */
	const char *name;  /* in the CSV header: "address" */
	unsigned flags;
	/* The cell of thing, a struct device or struct change. */
	void (*print)(
		const struct column *, const void *thing, int64_t now, struct sb *);
	size_t at; /* offset in thing of what print shows, or 0 */
	const char *(*color)(const void *thing); /* an SGR sequence; NULL: none */
};

/* The columns with this flag, in order; CSV of devices ends with every other fact that has
 * a title in the fact table.  In arena. */
int columns_choose(enum out_content, enum column_flags, struct arena *,
	const struct column **out, size_t *n, struct err *);

/* What stands at c->at: an array of characters, a const char *, an int64_t of wall time. */
void column_chars(const struct column *, const void *thing, int64_t now, struct sb *);
void column_text(const struct column *, const void *thing, int64_t now, struct sb *);
void column_time(const struct column *, const void *thing, int64_t now, struct sb *);
void column_second(const struct column *, const void *thing, int64_t now, struct sb *);
void column_ago(const struct column *, const void *thing, int64_t now, struct sb *);

/* "just now", "2 min ago", "3 h ago", "5 d ago", then the date.  Returns buf. */
const char *ago_print(int64_t at, int64_t now, char buf[static TIME_TEXT_MAX]);

#endif
