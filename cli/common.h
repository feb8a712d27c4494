/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * common.h - what the commands around the inventory share: the store, the output format
 *
 * A command names store_opts in its tables with a struct store_conf, and one of the format
 * tables with an int (enum out_format_id).
 */
#ifndef CLI_COMMON_H
#define CLI_COMMON_H

#include "base/when.h"
#include "cli/command.h"
#include "cli/out.h"

struct store_conf {
	const char *db;           /* NULL: by the environment (store_default_path) */
	const char *vendors;      /* NULL: the table compiled in */
	const char *fingerprints; /* added to those compiled in; NULL: none */
};

/* Where observations come from that do not say it themselves. */
struct place_conf {
	const char *site;
	const char *point; /* NULL: common_point */
};

extern const struct opt store_opts[];   /* --db, --vendors, --fingerprints FILE */
extern const struct opt place_opts[];   /* --site NAME, --point NAME */
extern const struct opt format_opts[];  /* --format table|ndjson|csv|xml; an int */
extern const struct opt history_opts[]; /* --format table|ndjson|csv */
extern const struct opt detail_opts[];  /* --format table|ndjson */

/* ERR_NOTFOUND, or ERR_AUTH where rights are missing, say what to do about it. */
int common_open_store(const struct call *, const struct store_conf *, enum store_mode,
	struct store **out, struct err *);
/* For reading, and all that it answers is of one moment (store_hold). */
int common_read_store(const struct call *, const struct store_conf *,
	struct store **out, struct err *);

/* --as-of TIME of a command: text NULL is STORE_NOW.  ERR_ARG: no time, or one to come.  What
 * is printed counts ages from then on. */
int common_as_of(const char *text, struct out_info *, int64_t *out, struct err *);
#define AS_OF_HELP "Tell what was known then: " WHEN_HELP

/* How standard output is to be written. */
void common_out_info(const struct call *, enum out_content, struct out_info *out);

/* The point of a command that nobody gave one: the host name.  In arena. */
int common_point(struct arena *, const char **out, struct err *);

/* The status of a command that printed: a reader that went away early (| head) has all it
 * wanted.  rc: 0, or -1 with err. */
int common_status(int rc, const struct err *);

/* What would be ignored beside something else, or contradicts it: the first that holds is told, up
 * to a row without a text. */
struct misuse {
	bool is;
	const char *why;
};
int common_refuse(const struct misuse *, struct err *);

#endif
