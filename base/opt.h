/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * opt.h - settings as tables
 *
 * One row gives parsing, range error, default, --help, man page section, completion and
 * configuration key.  Each folder owns the table of its own struct; a command lists the
 * tables it takes and where each struct lies in the command's settings.
 *
 *	struct sweep_conf { int64_t rate; ... };
 *	const struct opt sweep_opts[] = {
 *		{ .name = "scan.rate", .type = OPT_INT, .at = offsetof(struct sweep_conf, rate),
 *		  .min = 1, .max = 10000000, .value = "10000", .unit = "packets/s",
 *		  .help = "Send at most this many packets each second" },
 *		{ .name = NULL },
 *	};
 *
 * A part of a name that is '*' stands for a word that the user chooses ("ranges.*.rate");
 * such a row has no command line option.
 *
 * The part after the last dot is the long option (--rate), the whole name is the key in
 * the configuration file (scan: rate:).  '_' in a key is '-' in the option.
 */
#ifndef BASE_OPT_H
#define BASE_OPT_H

#include "base/arena.h"
#include "base/err.h"
#include "base/sb.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum opt_type {
	OPT_BOOL, /* bool; --x, --no-x; yes/no/true/false/on/off in the file */
	OPT_INT,  /* int64_t; 1000, 10k, 2M, 1G */
	OPT_MSEC, /* int64_t milliseconds; "1500", "1500ms", "1.5s", "2min", "1h", "7d" */
	OPT_PERCENT, /* int64_t millionths; "99.9", "99.9%", "3 %" */
	OPT_STR,     /* const char *, in arena; NULL when neither given nor defaulted */
	OPT_ENUM,    /* int, index into choices */
	OPT_LIST, /* struct opt_list; may be repeated; comma-separated unless OPT_NO_SPLIT */
	OPT_SECRET, /* const char *; never on a command line, never printed */
};

enum opt_flags {
	OPT_CLI_ONLY = 1,  /* no configuration key: it belongs to one call */
	OPT_FILE_ONLY = 2, /* no command line option */
	OPT_NO_SPLIT = 4,  /* OPT_LIST: a value is one item, commas and all */
	OPT_HIDDEN = 8,    /* works, but not in --help (the man page shows it) */
	OPT_ADDS = 16,     /* OPT_LIST: the command line adds to what the file says */
	OPT_PRIVATE = 32,  /* as OPT_SECRET, of any type */
	OPT_SOME = 64,     /* OPT_LIST: an empty one in the file is a mistake */
};

struct opt_list {
	const char **items; /* in arena */
	size_t n, room;     /* room: of items, for opt_set alone */
};

struct opt {
	const char *name; /* "scan.rate"; a row with NULL ends the table */
	char letter;      /* 'r' for -r, or 0 */
	enum opt_type type;
	size_t at;         /* offsetof the field in the table's struct */
	int64_t min, max;  /* inclusive; OPT_INT, OPT_MSEC, OPT_PERCENT */
	const char *value; /* default, as a user would type it; NULL: none */
	const char *unit;  /* "packets/s", or NULL */
	const char *arg;   /* name of the value in help: "FILE"; NULL: by type */
	const char *const *choices; /* OPT_ENUM: NULL-terminated, in the order of the enum */
	unsigned flags;
	/* NULL, or says what is wrong with a text (of a list: with an item), or with the file
	 * that it names: any code but ERR_NOMEM. */
	int (*check)(const char *text, struct arena *, struct err *);
	/* One imperative sentence, no full stop.  An OPT_BOOL that is on by default is
	 * shown as --no-x, with "Do not" before the sentence. */
	const char *help;
};

/* The tables a command takes; a row with rows == NULL ends the list. */
struct opt_table {
	const char *heading; /* "Speed"; groups --help and the man page */
	const struct opt *rows;
	size_t at; /* offsetof the table's struct in the command's settings */
};

/* Every field gets its default.  -1: a default in the table itself is wrong (our bug). */
int opt_defaults(const struct opt_table *, void *settings, struct arena *, struct err *);

/*
 * Read a command line; argv[0] is skipped, "--" ends the options.  What is no option goes
 * to args (in arena, argv order).  Options and arguments may be mixed.  ERR_ARG names the
 * text at fault, the allowed range, and for an unknown option the nearest known one.
 * "--help" and "-h" set *help and stop.
 */
int opt_parse(const struct opt_table *, int argc, char **argv, void *settings,
	struct arena *, struct opt_list *args, bool *help, struct err *);

/* Set one field from text; what the two readers (command line, file) share.  An OPT_LIST
 * grows.  ERR_ARG: "0: must be 1 to 10000000 packets/s". */
int opt_set(const struct opt *, void *struct_base, const char *text, struct arena *,
	struct err *);

/* Make a field empty: false, 0, NULL, no items. */
void opt_clear(const struct opt *, void *struct_base);

/* Of items VALUE and KEY=VALUE (KEY in any case) the value for that key, else the last without
 * a key; NULL: none. */
const char *opt_list_for(const struct opt_list *, const char *key);

/* The row of "scan.rate" (key) or "rate" (option; long name); NULL when there is none. */
const struct opt *opt_by_key(const struct opt_table *, const char *key);
/* Is this a key of the row?  '*' fits a word of letters, digits, '-' and '_', 40 at most. */
bool opt_fits(const struct opt *, const char *key);
/* The same of the first parts of a row's name: a section that it stands in. */
bool opt_is_below(const struct opt *, const char *section);
const struct opt *opt_by_option(const struct opt_table *, const char *name);
/* An OPT_BOOL that is on by default: its option is --no-x. */
bool opt_is_negative(const struct opt *);
/* Never on a command line, never printed. */
bool opt_is_secret(const struct opt *);
/* Where the row may be given. */
bool opt_on_command_line(const struct opt *);
bool opt_in_file(const struct opt *);
/* "--rate" without the dashes, from the row's name; in buf.  Returns buf. */
const char *opt_long_name(const struct opt *, char buf[static 48]);
/* What stands for the value in help: row.arg, or a word by type ("N", "TIME"). */
const char *opt_arg(const struct opt *);

enum { OPT_RANGE_MAX = 80 };

/* "1 to 10000000 packets/s", "50 ms to 1 min", "0 to 99.99 %"; the types with min and max.
 * Returns buf. */
const char *opt_range(const struct opt *, char buf[static OPT_RANGE_MAX]);
bool opt_has_range(const struct opt *);
/* "99.9 %".  Returns buf. */
const char *opt_print_percent(int64_t millionths, char buf[static OPT_RANGE_MAX]);
/* In the largest unit that says it without a fraction: "90 s", "1 min".  Returns buf. */
const char *opt_print_msec(int64_t ms, char buf[static OPT_RANGE_MAX]);

/* "1 to 60 s; default 5", "table, csv; default table", "default x", or nothing. */
void opt_facts(const struct opt *, struct sb *out);
/* The option part of --help, and the OPTIONS section of a man page in scdoc. */
void opt_help(const struct opt_table *, struct sb *out);
void opt_scdoc(const struct opt_table *, struct sb *out);
/* The keys of the settings file for its man page in scdoc. */
void opt_scdoc_settings(const struct opt_table *, struct sb *out);

/* The candidate nearest to text by edit distance, or NULL when none is near; the first of
 * several, and never an empty one. */
const char *nearest(const char *text, const char *const *candidates, size_t n);

#endif
