/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * conf.h - the configuration file: YAML whose keys are the option tables' names
 *
 *	scan:
 *	  rate: 5000
 *	  exclude: [198.18.3.0/28, "printers.example"]
 *
 * Reading lists all mistakes, each as "file:line:column: text", unknown keys with the
 * nearest known one.  Nothing is applied unless the whole file is right.
 */
#ifndef BASE_CONF_H
#define BASE_CONF_H

#include "base/opt.h"

struct conf; /* in arena; every value checked against its row */

/* Bytes of a file.  Aliases and documents after the first are mistakes, too. */
enum { CONF_MAX = 1 << 20 };

/*
 * known: all tables of the program (settings of other commands are no mistakes); of
 * several rows with one key the first is checked.
 * mistakes: one line each, escaped; -1 with ERR_ARG and their count when there is any.
 * After a hundred, or what no YAML parser can pass, the rest is not looked at.
 */
int conf_read(const char *name, const char *text, size_t n,
	const struct opt_table *known, struct arena *, struct conf **out,
	struct sb *mistakes, struct err *);
/* The same, but beside mistakes *out is what was understood, for further checks alone; NULL
 * where that is nothing. */
int conf_look(const char *name, const char *text, size_t n,
	const struct opt_table *known, struct arena *, struct conf **out,
	struct sb *mistakes, struct err *);
/* conf_read from a file. ERR_NOTFOUND when it does not exist. */
int conf_read_file(const char *path, const struct opt_table *known, struct arena *,
	struct conf **out, struct sb *mistakes, struct err *);
/* What the file says for one key; NULL when it says nothing, or conf is NULL. */
struct conf_value {
	const struct opt *row;
	const char *key; /* the row's name, with the word of the file for each '*' */
	const char *const *items; /* one, unless a sequence; as written, without quotes */
	size_t n;
	unsigned line, column; /* of the key; from 1 */
};
const struct conf_value *conf_find(const struct conf *, const char *key);
/* Put into settings what the file says for these tables; conf may be NULL. */
int conf_apply(const struct conf *, const struct opt_table *, void *settings,
	struct arena *, struct err *);

/*
 * Sections that the user names: the words for the '*' of "ranges.*.rate" (section: "ranges"),
 * in the order of the file.  In arena; NULL past its limit.
 */
struct conf_section {
	const char *name; /* "office" */
	unsigned line, column;
};
struct conf_section *conf_sections(
	const struct conf *, const char *section, struct arena *, size_t *n);
/* Put into settings what the file says for the rows "ranges.*.x" under this name. */
int conf_apply_section(const struct conf *, const struct opt *rows, const char *section,
	const char *name, void *settings, struct arena *, struct err *);
/* A mistake that only shows when several settings are seen together, as conf_read tells
 * them. */
void conf_mistake(struct sb *mistakes, const char *file, unsigned line, unsigned column,
	const char *fmt, ...) ERR_PRINTF(5, 6);

#endif
