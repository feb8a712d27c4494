/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * command.h - a command is a row; the row is its help, man page and completion
 *
 * To add one: write cli/cmd_NAME.c that ends with `const struct command cmd_NAME`, and
 * name it in cli/command_table.c.
 *
 *	static int
 *	run_show(const struct call *c, struct err *e)
 *	{
 *		const struct show_conf *conf = c->settings;
 *		...
 *		if (store_find_device(s, c->args[0], c->mem, &d, e) == -1)
 *			return -1;
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "base/conf.h"

/* What every command takes. */
struct common {
	const char *config; /* NULL: the default file, which may be missing */
	bool verbose, quiet, help;
};

#define CONFIG_DEFAULT "/etc/muster/muster.yaml"

/* One invocation, as the command sees it. */
struct call {
	const struct command *command;
	void *settings;          /* its struct: defaults < file < command line */
	const char *const *args; /* what is no option; their number is in the row's limits */
	size_t n_args;
	const struct common *common;
	const struct conf *conf;  /* the file; NULL when there is none */
	const char *command_line; /* for the store: as typed, quoted for a shell */
	int argc;                 /* the words themselves, for call_read_again */
	char **argv;
	struct arena *mem; /* lives as long as the call */
};

enum exit_status {
	EXIT_DONE = 0,   /* finding nothing is done, too */
	EXIT_FAILED = 1, /* failed, partial or interrupted */
	EXIT_MISUSE = 2,
};

struct command {
	const char *name;
	const char *group; /* heading in the list of commands; NULL: not listed */
	const char *args;  /* "TARGET...", "[FILE]"; "" for none */
	const char *help;  /* one imperative sentence, no full stop */
	/*
	 * Text for --help and the man page, at most 80 columns.  Paragraphs stand between
	 * empty lines; a line that ends with ':' at column 0 is a heading ("Examples:");
	 * lines that begin with two spaces are printed as they are.  What stands before
	 * the first heading is printed before the options.
	 */
	const char *details;
	const char *manual;       /* NULL, or further headings, of the man page alone */
	const char *const *verbs; /* NULL, or what the first argument may be */
	const struct opt_table *tables; /* NULL: only the common options */
	size_t settings_size;
	unsigned args_min, args_max;
	bool without_file; /* does not read the settings file, nor fails by it */
	/*
	 * EXIT_DONE, EXIT_FAILED (the command has told why), or -1 with err, which is
	 * printed: ERR_ARG as misuse (status 2), all else as failure (status 1).  Results
	 * go to stdout, which main flushes and checks.
	 */
	int (*run)(const struct call *, struct err *);
};

enum { ARGS_ANY = 1 << 30 }; /* args_max */

/* command_table.c: every command in the order of the list, NULL at the end. */
extern const struct command *const commands[];

const struct command *command_find(const char *name); /* NULL: none */
/* ERR_ARG: there is none of this name, and which is near.  Returns -1. */
int command_unknown(const char *name, struct err *);
extern const struct opt_table common_tables[]; /* of struct common */
/* Every table of every command once, and the common one: what a file may hold. */
const struct opt_table *command_all_tables(struct arena *, struct err *);
/* The tables of one command and the common ones; at counts from a block that begins with
 * struct common, the settings follow at COMMAND_SETTINGS_AT. */
const struct opt_table *command_tables(
	const struct command *, struct arena *, struct err *);

enum { COMMAND_SETTINGS_AT = 64 };

/* call.c: reads the words after the command's name.  call->common->help: do nothing else. */
int call_prepare(const struct command *, int argc, char **argv, struct arena *,
	struct call *, struct err *);

/* Puts what the command line says on top of other settings of the command; on top of
 * empty ones (all zero) that is what was typed, and nothing else. */
int call_read_again(const struct call *, void *settings, struct err *);

/* What the settings file says for other tables, now, on top of their defaults; without a word of
 * its mistakes. */
int call_settings(const struct call *, const struct opt_table *, void *settings,
	size_t n, struct arena *, struct err *);

/* help.c */
void help_overview(struct sb *);
void help_command(const struct command *, struct sb *);
/* Where the first heading of details begins; its end when there is none. */
const char *help_first_heading(const char *details);
extern const char help_exit_codes[]; /* "Exit codes:" and its lines */

#endif
