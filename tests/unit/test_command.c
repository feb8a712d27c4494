/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every command's rows must keep to, and how a call is prepared. */
#include "cli/command.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "mem.h"

static size_t
field_size(enum opt_type t)
{
	static const size_t sizes[] = {
		[OPT_BOOL] = sizeof(bool),
		[OPT_INT] = sizeof(int64_t),
		[OPT_MSEC] = sizeof(int64_t),
		[OPT_PERCENT] = sizeof(int64_t),
		[OPT_STR] = sizeof(char *),
		[OPT_ENUM] = sizeof(int),
		[OPT_LIST] = sizeof(struct opt_list),
		[OPT_SECRET] = sizeof(char *),
	};

	return sizes[t];
}

/* An imperative sentence: a capital first, no full stop, nothing that breaks a line. */
static void
check_sentence(const char *text)
{
	size_t n = strlen(text);

	assert_true(n > 3 && isupper((unsigned char)text[0]));
	assert_true(text[n - 1] != '.' && !strchr(text, '\n') && !strchr(text, '\t'));
}

/* --- rows ------------------------------------------------------------------------------- */

static void
commands_are_named_once(void **state)
{
	(void)state;
	for (size_t i = 0; commands[i]; i++) {
		const struct command *c = commands[i];
		print_message("  %s\n", c->name);
		assert_ptr_equal(c, command_find(c->name));
		assert_true(c->name[strspn(c->name, "abcdefghijklmnopqrstuvwxyz-")] ==
			'\0');
		assert_non_null(c->run);
		assert_true(c->args_min <= c->args_max);
		assert_true((c->args_max > 0) == (*c->args != '\0'));
		check_sentence(c->help);
		for (size_t k = 0; c->verbs && c->verbs[k]; k++)
			assert_non_null(strstr(c->args, c->verbs[k]));
	}
	assert_null(command_find("nope"));
	assert_null(command_find(""));
}

static void
rows_are_whole(void **state)
{
	(void)state;
	for (size_t i = 0; commands[i]; i++) {
		const struct command *c = commands[i];
		for (const struct opt_table *t = c->tables; t && t->rows; t++) {
			for (const struct opt *o = t->rows; o->name; o++) {
				print_message("  %s: %s\n", c->name, o->name);
				check_sentence(o->help);
				assert_true(t->at + o->at + field_size(o->type) <=
					c->settings_size);
				assert_true(strlen(o->name) < 48);
				assert_int_equal(
					o->type == OPT_ENUM, o->choices != NULL);
				if (opt_has_range(o))
					assert_true(o->min < o->max);
				assert_true(opt_on_command_line(o) || opt_in_file(o));
			}
		}
	}
}

static void
keys_are_lower_case_with_underscores(void **state)
{
	struct err e;

	(void)state;
	for (const struct opt_table *t = command_all_tables(mem, &e); t->rows; t++) {
		for (const struct opt *o = t->rows; o->name; o++) {
			print_message("  %s\n", o->name);
			assert_true(o->name[strspn(o->name,
					    "abcdefghijklmnopqrstuvwxyz0123456789_.")] ==
				'\0');
			assert_true(isalpha((unsigned char)o->name[0]));
		}
	}
}

/* Commands may share a key when it means the same; no section bears the name of a key. */
static void
one_key_has_one_meaning(void **state)
{
	struct err e;
	const struct opt_table *all = command_all_tables(mem, &e);

	(void)state;
	for (const struct opt_table *t = all; t->rows; t++) {
		for (const struct opt *o = t->rows; o->name; o++) {
			char section[64];
			if (!opt_in_file(o))
				continue;
			print_message("  %s\n", o->name);
			const struct opt *first = opt_by_key(all, o->name);
			assert_int_equal(first->type, o->type);
			assert_true(first->min == o->min && first->max == o->max);
			assert_string_equal(first->value ? first->value : "-",
				o->value ? o->value : "-");
			(void)snprintf(section, sizeof(section), "%s", o->name);
			for (char *dot; (dot = strrchr(section, '.'));) {
				*dot = '\0';
				assert_null(opt_by_key(all, section));
			}
		}
	}
}

static void
options_of_a_command_are_unambiguous(void **state)
{
	struct err e;

	(void)state;
	for (size_t i = 0; commands[i]; i++) {
		const struct opt_table *tables = command_tables(commands[i], mem, &e);
		bool letters[256] = { false };
		char name[48];
		for (const struct opt_table *t = tables; t->rows; t++) {
			for (const struct opt *o = t->rows; o->name; o++) {
				if (!opt_on_command_line(o))
					continue;
				(void)opt_long_name(o, name);
				print_message("  %s --%s\n", commands[i]->name, name);
				assert_ptr_equal(o, opt_by_option(tables, name));
				const struct opt *bare = strncmp(name, "no-", 3) == 0
					? opt_by_option(tables, name + 3)
					: NULL;
				assert_false(bare && bare->type == OPT_BOOL);
				assert_false(
					o->letter && letters[(unsigned char)o->letter]);
				letters[(unsigned char)o->letter] = true;
			}
		}
	}
}

static void
defaults_are_valid(void **state)
{
	(void)state;
	for (size_t i = 0; commands[i]; i++) {
		void *block = arena_alloc(
			mem, COMMAND_SETTINGS_AT + commands[i]->settings_size);
		struct err e = { 0 };
		print_message("  %s\n", commands[i]->name);
		int rc = opt_defaults(
			command_tables(commands[i], mem, &e), block, mem, &e);
		assert_string_equal("", e.text);
		assert_int_equal(0, rc);
	}
}

static void
check_width(const char *text)
{
	for (const char *p = text; *p; p += strcspn(p, "\n"), p += *p == '\n')
		if (strcspn(p, "\n") > 80)
			fail_msg("too wide: %.*s", (int)strcspn(p, "\n"), p);
}

static void
help_fits_80_columns(void **state)
{
	struct sb text;

	(void)state;
	sb_init(&text, 1 << 20);
	help_overview(&text);
	check_width(text.text);
	for (size_t i = 0; commands[i]; i++) {
		char usage[64];
		print_message("  %s\n", commands[i]->name);
		sb_clear(&text);
		help_command(commands[i], &text);
		check_width(text.text);
		(void)snprintf(usage, sizeof(usage), "Usage: muster %s [OPTION]...",
			commands[i]->name);
		assert_memory_equal(usage, text.text, strlen(usage));
		assert_non_null(strstr(text.text, "  -h, --help "));
		assert_string_equal(help_exit_codes,
			text.text + text.len - strlen(help_exit_codes));
		assert_null(strstr(text.text, "\n\n\n"));
	}
	sb_done(&text);
}

static void
details_are_split_at_the_first_heading(void **state)
{
	static const struct {
		const char *text;
		size_t want;
	} rows[] = {
		{ "", 0 },
		{ "Text.\n", 6 },
		{ "Examples:\n  a\n", 0 },
		{ "Text: more.\n\nExamples:\n  a\n", 13 },
		{ "Text\n  verbatim:\n\nFiles:\n", 18 },
		{ "A sentence\nas this is:\nso.\n", 27 },
		{ ":\n", 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
			rows[i].want, help_first_heading(rows[i].text) - rows[i].text);
}

/* --- calls ------------------------------------------------------------------------------ */

/* The tables of a real command, so that the file may hold its keys. */
static const char *const verbs[] = { "check", "dump", NULL };
static struct command tried = {
	.name = "scan", .args = "WORD...", .args_min = 1, .args_max = 2
};

/* Words with a blank between; @ stands for the file. */
static int
prepare(const char *line, const char *file, struct call *c, struct err *e)
{
	char *words[16] = { (char *)(uintptr_t) "scan" };
	int n = 1;

	while (*line) {
		size_t len = strcspn(line, " ");
		words[n++] = *line == '@' ? arena_strdup(mem, file)
					  : arena_strndup(mem, line, len);
		line += len + (line[len] == ' ');
	}
	tried.tables = command_find("scan")->tables;
	tried.settings_size = command_find("scan")->settings_size;
	return call_prepare(&tried, n, words, mem, c, e);
}

static int64_t
rate_of(const struct call *c)
{
	for (const struct opt_table *t = tried.tables; t->rows; t++)
		for (const struct opt *o = t->rows; o->name; o++)
			if (strcmp(o->name, "scan.rate") == 0)
				return *(const int64_t *)(const void
						*)((const char *)c->settings + t->at +
					o->at);
	return -1;
}

static void
write_file(char *path, const char *text)
{
	int fd = mkstemp(path);

	assert_true(fd != -1);
	assert_int_equal(strlen(text), write(fd, text, strlen(text)));
	close(fd);
}

static void
the_command_line_wins_over_the_file_over_the_default(void **state)
{
	char path[] = "/tmp/muster-call.XXXXXX", empty[] = "/tmp/muster-call.XXXXXX";
	struct call c;
	struct err e;

	(void)state;
	write_file(path, "scan: {rate: 777}\n");
	write_file(empty, "");
	assert_int_equal(0, prepare("x --config @", empty, &c, &e));
	assert_int_equal(10000, rate_of(&c));
	assert_int_equal(0, prepare("x --config @", path, &c, &e));
	assert_int_equal(777, rate_of(&c));
	assert_int_equal(0, prepare("--rate 5 x -c @ y", path, &c, &e));
	assert_int_equal(5, rate_of(&c));
	assert_int_equal(2, c.n_args);
	assert_string_equal("y", c.args[1]);
	assert_false(c.common->verbose || c.common->quiet || c.common->help);
	assert_non_null(c.conf);
	tried.without_file = true;
	assert_int_equal(0, prepare("x -vc @", path, &c, &e));
	tried.without_file = false;
	assert_int_equal(10000, rate_of(&c));
	assert_null(c.conf);
	assert_true(c.common->verbose);
	unlink(path);
	unlink(empty);
	assert_int_equal(-1, prepare("x --config @", path, &c, &e));
	assert_int_equal(ERR_NOTFOUND, e.code);
}

static void
arguments_are_counted(void **state)
{
	static const struct {
		const char *line, *want;
	} rows[] = {
		{ "", "scan needs WORD..." },
		{ "a b c", "scan: 'c' is one argument too many" },
		{ "--rate 0 a", "--rate 0: must be 1 to 10000000 packets/s" },
	};
	struct call c;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(-1, prepare(rows[i].line, NULL, &c, &e));
		assert_int_equal(ERR_ARG, e.code);
		assert_string_equal(rows[i].want, e.text);
	}
	tried.verbs = verbs;
	assert_int_equal(-1, prepare("chekc", NULL, &c, &e));
	assert_string_equal("scan: unknown 'chekc'; did you mean check?", e.text);
	assert_int_equal(-1, prepare("zebra", NULL, &c, &e));
	assert_string_equal("scan: unknown 'zebra'", e.text);
	tried.verbs = NULL;
	assert_int_equal(0, prepare("--help", NULL, &c, &e)); /* before counting */
	assert_true(c.common->help);
}

static void
the_line_is_kept_as_a_shell_needs_it(void **state)
{
	struct call c;
	struct err e;
	char *words[] = { (char *)(uintptr_t) "scan", (char *)(uintptr_t) "10.0.0.0/8",
		(char *)(uintptr_t) "it's; rm *",
		(char *)(uintptr_t) "--exclude=", (char *)(uintptr_t) "--exclude",
		(char *)(uintptr_t) "", NULL };

	(void)state;
	tried.without_file = true;
	assert_int_equal(0, call_prepare(&tried, 6, words, mem, &c, &e));
	tried.without_file = false;
	assert_string_equal(
		"muster scan 10.0.0.0/8 'it'\\''s; rm *' --exclude= --exclude ''",
		c.command_line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_are_named_once),
		cmocka_unit_test(rows_are_whole),
		cmocka_unit_test(keys_are_lower_case_with_underscores),
		cmocka_unit_test(one_key_has_one_meaning),
		cmocka_unit_test(options_of_a_command_are_unambiguous),
		cmocka_unit_test(defaults_are_valid),
		cmocka_unit_test(help_fits_80_columns),
		cmocka_unit_test(details_are_split_at_the_first_heading),
		cmocka_unit_test(the_command_line_wins_over_the_file_over_the_default),
		cmocka_unit_test(arguments_are_counted),
		cmocka_unit_test(the_line_is_kept_as_a_shell_needs_it),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
