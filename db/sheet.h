/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sheet.h - the evidence of a device as it lies in the store: one text
 *
 * A visit tells anew most of what a device ever said.  Rows of their own would each be looked
 * up and written then; a sheet is read and written once.  Two kinds of lines, fields parted by
 * tabs, and a tab, a line break or a backslash in one written as \t, \n, \\:
 *
 *	@SOURCE	POINT	RUN	EVIDENCE	AT	SEQ		who told, when: the telling
 *	N	FIRST_AT	GONE	KEY	MEMBER	VALUE		a row; N: tellings between its own
 *								and here
 */
#ifndef DB_SHEET_H
#define DB_SHEET_H

#include "base/arena.h"
#include "base/err.h"
#include "base/sb.h"
#include "inventory/device.h"

enum {
	SHEET_MAX = 64 << 20, /* bytes; more is not written */
};

/* Appends the rows; -1: they do not fit. */
int sheet_write(const struct evidence_row *, size_t n, struct sb *out);
/* In the order of their lines; in arena, with all they point to.  ERR_DB: it is no sheet. */
int sheet_read(const char *text, struct arena *, struct evidence_row **out, size_t *n,
	struct err *);

#endif
