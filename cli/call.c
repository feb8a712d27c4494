/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the words of a command line to a call: its settings, its arguments, its checks. */
#include "cli/command.h"

#include <stdalign.h>
#include <stdio.h>
#include <string.h>

_Static_assert(COMMAND_SETTINGS_AT >= sizeof(struct common) &&
		COMMAND_SETTINGS_AT % alignof(max_align_t) == 0,
	"the settings of a command follow the common ones");

static const struct opt common_opts[] = {
	{ .name = "config",
		.letter = 'c',
		.type = OPT_STR,
		.arg = "FILE",
		.at = offsetof(struct common, config),
		.flags = OPT_CLI_ONLY,
		.help = "Read the settings from FILE instead of " CONFIG_DEFAULT },
	{ .name = "verbose",
		.letter = 'v',
		.type = OPT_BOOL,
		.at = offsetof(struct common, verbose),
		.flags = OPT_CLI_ONLY,
		.help = "Tell more on standard error" },
	{ .name = "quiet",
		.letter = 'q',
		.type = OPT_BOOL,
		.at = offsetof(struct common, quiet),
		.flags = OPT_CLI_ONLY,
		.help = "Tell only errors on standard error" },
	{ .name = "help",
		.letter = 'h',
		.type = OPT_BOOL,
		.at = offsetof(struct common, help),
		.flags = OPT_CLI_ONLY,
		.help = "Show this help" },
	{ .name = NULL },
};

const struct opt_table common_tables[] = {
	{ "General", common_opts, 0 },
	{ NULL, NULL, 0 },
};

/* As a shell would need it, so that the line can be pasted. */
static void
add_quoted(struct sb *out, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-_./:,=+@%!";

	if (*word && word[strspn(word, plain)] == '\0') {
		sb_add(out, word);
		return;
	}
	sb_add(out, "'");
	for (; *word; word++) {
		if (*word == '\'')
			sb_add(out, "'\\''");
		else
			sb_add_n(out, word, 1);
	}
	sb_add(out, "'");
}

/* Secrets are never on a command line (OPT_SECRET), so all of it may be kept. */
static const char *
join_words(const char *name, int argc, char **argv, struct arena *mem)
{
	enum { LINE_LIMIT = 1 << 16 }; /* a longer one is cut at a word */
	struct sb line;

	sb_init(&line, LINE_LIMIT);
	sb_printf(&line, "muster %s", name);
	for (int i = 1; i < argc && !line.bad; i++) {
		sb_add(&line, " ");
		add_quoted(&line, argv[i]);
	}
	const char *text = arena_strdup(mem, line.text);
	sb_done(&line);
	return text;
}

static int
check_args(const struct command *c, const struct opt_list *args, struct err *e)
{
	if (args->n < c->args_min)
		return err_set(e, ERR_ARG, "%s needs %s", c->name, c->args);
	if (args->n > c->args_max)
		return err_set(e, ERR_ARG, "%s: '%.60s' is one argument too many",
			c->name, args->items[c->args_max]);
	if (!c->verbs || args->n == 0)
		return 0;
	size_t n = 0;
	for (; c->verbs[n]; n++)
		if (strcmp(c->verbs[n], args->items[0]) == 0)
			return 0;
	const char *near = nearest(args->items[0], c->verbs, n);
	return err_set(e, ERR_ARG,
		near ? "%s: unknown '%.60s'; did you mean %s?" : "%s: unknown '%.60s'",
		c->name, args->items[0], near);
}

/* *out stays NULL when the default file does not exist.  to: for its mistakes, or NULL. */
static int
read_config(const struct common *common, struct arena *mem, FILE *to,
	const struct conf **out, struct err *e)
{
	const struct opt_table *known = command_all_tables(mem, e);
	struct conf *conf = NULL;
	struct sb mistakes;

	if (!known)
		return -1;
	sb_init(&mistakes, CONF_MAX);
	int rc = conf_read_file(common->config ? common->config : CONFIG_DEFAULT, known,
		mem, &conf, &mistakes, e);
	if (rc == -1 && e->code == ERR_NOTFOUND && !common->config)
		rc = 0;
	if (to)
		(void)fputs(mistakes.text, to);
	sb_done(&mistakes);
	if (rc == -1 && e->code == ERR_ARG)
		e->code = ERR_PROTO; /* the file is wrong, not this command line */
	*out = conf;
	return rc;
}

int
call_prepare(const struct command *c, int argc, char **argv, struct arena *mem,
	struct call *out, struct err *e)
{
	const struct opt_table *tables = command_tables(c, mem, e);
	char *block = arena_alloc(mem, COMMAND_SETTINGS_AT + c->settings_size);
	struct common *common = (struct common *)(void *)block;
	struct opt_list args;
	bool help = false;

	if (!tables || !block)
		return err_nomem(e);
	*out = (struct call){ .command = c,
		.settings = block + COMMAND_SETTINGS_AT,
		.common = common,
		.mem = mem,
		.command_line = join_words(c->name, argc, argv, mem),
		.argc = argc,
		.argv = argv };
	if (opt_defaults(tables, block, mem, e) == -1 ||
		opt_parse(tables, argc, argv, block, mem, &args, &help, e) == -1)
		return -1;
	common->help = help;
	if (help)
		return 0;
	if (check_args(c, &args, e) == -1)
		return -1;
	if (!c->without_file && read_config(common, mem, stderr, &out->conf, e) == -1)
		return -1;
	/* The file goes between the defaults and the command line, which named it: read
	 * the line again on top. */
	if (opt_defaults(tables, block, mem, e) == -1 ||
		conf_apply(out->conf, tables, block, mem, e) == -1 ||
		opt_parse(tables, argc, argv, block, mem, &args, &help, e) == -1)
		return -1;
	out->args = args.items;
	out->n_args = args.n;
	return out->command_line ? 0 : err_nomem(e);
}

int
call_read_again(const struct call *c, void *settings, struct err *e)
{
	size_t n = c->command->settings_size;
	const struct opt_table *tables = command_tables(c->command, c->mem, e);
	char *block = arena_alloc(c->mem, COMMAND_SETTINGS_AT + n);
	struct opt_list args;
	bool help;

	if (!tables || !block)
		return err_nomem(e);
	memcpy(block + COMMAND_SETTINGS_AT, settings, n);
	if (opt_parse(tables, c->argc, c->argv, block, c->mem, &args, &help, e) == -1)
		return -1;
	memcpy(settings, block + COMMAND_SETTINGS_AT, n);
	return 0;
}

int
call_settings(const struct call *c, const struct opt_table *tables, void *settings,
	size_t n, struct arena *mem, struct err *e)
{
	const struct conf *conf = NULL;

	memset(settings, 0, n);
	if (read_config(c->common, mem, NULL, &conf, e) == -1 ||
		opt_defaults(tables, settings, mem, e) == -1)
		return -1;
	return conf_apply(conf, tables, settings, mem, e);
}
