/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `muster completion`: a script for bash or zsh, made from the rows of the commands, so
 * that it never differs from what the program takes.
 */
#include "cli/command.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* What stands for a value tells how to complete it. */
static bool
is_file(const char *arg)
{
	return strstr(arg, "FILE") || strstr(arg, "DIR");
}

static void
add_command_names(struct sb *out, const char *between)
{
	bool first = true;

	for (size_t i = 0; commands[i]; i++) {
		if (!commands[i]->group)
			continue;
		sb_printf(out, "%s%s", first ? "" : between, commands[i]->name);
		first = false;
	}
}

static void
add_words(struct sb *out, const char *const *words)
{
	for (size_t i = 0; words[i]; i++)
		sb_printf(out, "%s%s", i ? " " : "", words[i]);
}

/* "--no-identify" for what is on by default. */
static const char *
shown_name(const struct opt *o, struct arena *mem)
{
	char name[48];
	const char *text = arena_printf(
		mem, "--%s%s", opt_is_negative(o) ? "no-" : "", opt_long_name(o, name));

	return text ? text : "";
}

/* --- bash ------------------------------------------------------------------------------- */

/* The engine; what is between the two parts is made from the rows.  An option's value is
 * the word after it, or after "=", which bash makes a word of its own. */
static const char bash_head[] =
	"# bash completion for muster, printed by 'muster completion bash'\n"
	"_muster() {\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
	"\tlocal command=${COMP_WORDS[1]} words='' options='' verbs='' files=''\n"
	"\tif [[ $cur == = ]]; then\n"
	"\t\tcur=''\n"
	"\telif [[ $prev == = ]]; then\n"
	"\t\tprev=${COMP_WORDS[COMP_CWORD-2]}\n"
	"\tfi\n"
	"\tCOMPREPLY=()\n"
	"\tif ((COMP_CWORD == 1)); then\n"
	"\t\tcommand=''\n";

static const char bash_tail[] =
	"\tif [[ -z $words ]]; then\n"
	"\t\tif [[ $cur == -* ]]; then\n"
	"\t\t\twords=$options\n"
	"\t\telif ((COMP_CWORD == 2)) && [[ -n $verbs ]]; then\n"
	"\t\t\twords=$verbs\n"
	"\t\telif [[ -n $files ]]; then\n"
	"\t\t\twords=@files\n"
	"\t\tfi\n"
	"\tfi\n"
	"\tif [[ $words == @files ]]; then\n"
	"\t\tcompopt -o filenames 2> /dev/null\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
	"\telif [[ $words != @none ]]; then\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
	"\tfi\n"
	"}\n"
	"complete -F _muster muster\n";

/* One pattern of the table of values: "'scan --rate'|'scan -r') words=... ;;". */
static void
bash_value(struct sb *out, const struct command *c, const struct opt *o)
{
	char name[48];

	if (o->type == OPT_BOOL || !opt_on_command_line(o))
		return;
	sb_printf(out, "\t'%s --%s'", c->name, opt_long_name(o, name));
	if (o->letter)
		sb_printf(out, "|'%s -%c'", c->name, o->letter);
	sb_add(out, ") words='");
	if (o->type == OPT_ENUM)
		add_words(out, o->choices);
	else
		sb_add(out, is_file(opt_arg(o)) ? "@files" : "@none");
	sb_add(out, "' ;;\n");
}

static void
bash_options(struct sb *out, const struct opt_table *t, struct arena *mem)
{
	for (; t->rows; t++)
		for (const struct opt *o = t->rows; o->name; o++)
			if (opt_on_command_line(o))
				sb_printf(out, " %s", shown_name(o, mem));
}

static void
bash_command(struct sb *out, const struct command *c, const struct opt_table *t,
	struct arena *mem)
{
	sb_printf(out, "\t%s)\n\t\toptions='", c->name);
	bash_options(out, t, mem);
	sb_add(out, "'\n");
	if (c->verbs || strstr(c->args, "COMMAND")) {
		sb_add(out, "\t\tverbs='");
		if (c->verbs)
			add_words(out, c->verbs);
		else
			add_command_names(out, " ");
		sb_add(out, "'\n");
	}
	if (is_file(c->args))
		sb_add(out, "\t\tfiles=yes\n");
	sb_add(out, "\t\t;;\n");
}

static int
print_bash(struct sb *out, struct arena *mem, struct err *e)
{
	const struct opt_table *t;

	sb_add(out, bash_head);
	sb_add(out, "\t\twords='");
	add_command_names(out, " ");
	sb_add(out, " --help --version'\n\tfi\n\tcase \"$command $prev\" in\n");
	for (size_t i = 0; commands[i]; i++) {
		if (!commands[i]->group)
			continue;
		if (!(t = command_tables(commands[i], mem, e)))
			return -1;
		for (; t->rows; t++)
			for (const struct opt *o = t->rows; o->name; o++)
				bash_value(out, commands[i], o);
	}
	sb_add(out, "\tesac\n\tcase $command in\n");
	for (size_t i = 0; commands[i]; i++) {
		if (!commands[i]->group)
			continue;
		if (!(t = command_tables(commands[i], mem, e)))
			return -1;
		bash_command(out, commands[i], t, mem);
	}
	sb_add(out, "\tesac\n");
	sb_add(out, bash_tail);
	return 0;
}

/* --- zsh -------------------------------------------------------------------------------- */

/* Inside single quotes, where [ ] : are _arguments' own. */
static void
add_zsh(struct sb *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			sb_add(out, "'\\''");
		else
			sb_printf(out, strchr("[]:\\", *text) ? "\\%c" : "%c", *text);
	}
}

/* ":VALUE:(table csv)", ":FILE:_files", ":N: " (nothing to offer). */
static void
zsh_value(struct sb *out, const struct opt *o)
{
	if (o->type == OPT_BOOL)
		return;
	sb_add(out, ":");
	add_zsh(out, opt_arg(o));
	sb_add(out, ":");
	if (o->type == OPT_ENUM) {
		sb_add(out, "(");
		add_words(out, o->choices);
		sb_add(out, ")");
	} else {
		sb_add(out, is_file(opt_arg(o)) ? "_files" : " ");
	}
}

static void
zsh_option(struct sb *out, const struct opt *o, const char *name, const char *sign)
{
	sb_printf(out, " \\\n\t\t'%s%s%s[", o->type == OPT_LIST ? "*" : "", name, sign);
	add_zsh(out, o->help);
	sb_add(out, "]");
	zsh_value(out, o);
	sb_add(out, "'");
}

static void
zsh_arguments(struct sb *out, const struct command *c)
{
	if (c->verbs || strstr(c->args, "COMMAND")) {
		sb_add(out, " \\\n\t\t'1:word:(");
		if (c->verbs)
			add_words(out, c->verbs);
		else
			add_command_names(out, " ");
		sb_add(out, ")'");
	}
	if (is_file(c->args))
		sb_add(out, " \\\n\t\t'*:file:_files'");
}

static void
zsh_command(struct sb *out, const struct command *c, const struct opt_table *t,
	struct arena *mem)
{
	sb_printf(out, "\t%s)\n\t\t_arguments -s -S", c->name);
	for (; t->rows; t++) {
		for (const struct opt *o = t->rows; o->name; o++) {
			const char letter[] = { '-', o->letter, '\0' };
			if (!opt_on_command_line(o))
				continue;
			zsh_option(out, o, shown_name(o, mem),
				o->type == OPT_BOOL ? "" : "=");
			if (o->letter)
				zsh_option(
					out, o, letter, o->type == OPT_BOOL ? "" : "+");
		}
	}
	zsh_arguments(out, c);
	sb_add(out, "\n\t\t;;\n");
}

static int
print_zsh(struct sb *out, struct arena *mem, struct err *e)
{
	sb_add(out,
		"#compdef muster\n# zsh completion for muster, printed by 'muster completion zsh'\n"
		"_muster() {\n\tlocal -a commands=(\n");
	for (size_t i = 0; commands[i]; i++) {
		if (!commands[i]->group)
			continue;
		sb_printf(out, "\t\t'%s:", commands[i]->name);
		add_zsh(out, commands[i]->help);
		sb_add(out, "'\n");
	}
	sb_add(out,
		"\t)\n\tif ((CURRENT == 2)); then\n\t\t_describe command commands\n\t\treturn\n"
		"\tfi\n\tshift words\n\t((CURRENT--))\n\tcase $words[1] in\n");
	for (size_t i = 0; commands[i]; i++) {
		const struct opt_table *t;
		if (!commands[i]->group)
			continue;
		if (!(t = command_tables(commands[i], mem, e)))
			return -1;
		zsh_command(out, commands[i], t, mem);
	}
	/* Autoloaded, the file itself is the function; sourced, it registers it. */
	sb_add(out,
		"\tesac\n}\n"
		"if [ \"$funcstack[1]\" = _muster ]; then\n\t_muster \"$@\"\nelse\n"
		"\tcompdef _muster muster\nfi\n");
	return 0;
}

/* --- the command ------------------------------------------------------------------------ */

static const char *const shells[] = { "bash", "zsh", NULL };

static int
run_completion(const struct call *c, struct err *e)
{
	bool bash = strcmp(c->args[0], "bash") == 0; /* one of shells: main checked */
	struct sb text;

	sb_init(&text, 1 << 20);
	int rc = (bash ? print_bash : print_zsh)(&text, c->mem, e);
	if (rc == 0 && text.bad)
		rc = err_nomem(e);
	if (rc == 0)
		(void)fputs(text.text, stdout); /* main checks */
	sb_done(&text);
	return rc;
}

const struct command cmd_completion = {
	.name = "completion",
	.group = "About muster",
	.args = "bash|zsh",
	.help = "Print a completion script for a shell",
	.details = "Examples:\n"
		   "  source <(muster completion bash)\n"
		   "  muster completion zsh > /usr/share/zsh/vendor-completions/_muster\n",
	.verbs = shells,
	.args_min = 1,
	.args_max = 1,
	.without_file = true,
	.run = run_completion,
};
