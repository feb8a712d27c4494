/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people are shown of a run, and what they are told: whatever a worker or an agent says, a
 * terminal obeys none of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "cli/progress.h"
#include "cli/say.h"
#include "cli/summary.h"

/* Sets a title, goes back, is CSI in one character, turns text round, begins a line, deletes. */
#define ODD      "a\x1b]0;x\x07\r\xc2\x9b\xe2\x80\xae\n\x7f"
#define TAME     "a\\x1b]0;x\\x07\\x0d\\xc2\\x9b\\xe2\\x80\\xae\\x0a\\x7f"
#define OBEYED   "\x1b\x07\r\x9b\xae\x7f"
#define SAID_MAX 4096

/* Standard error goes to a file between begin and end. */
static FILE *sink;
static int saved;

static void
begin(void)
{
	sink = tmpfile();
	saved = dup(STDERR_FILENO);
	assert_non_null(sink);
	assert_true(saved != -1 && dup2(fileno(sink), STDERR_FILENO) != -1);
}

static const char *
end(void)
{
	static char said[SAID_MAX];

	assert_true(dup2(saved, STDERR_FILENO) != -1);
	close(saved);
	rewind(sink);
	said[fread(said, 1, sizeof(said) - 1, sink)] = '\0';
	(void)fclose(sink);
	return said;
}

static void
a_reason_is_one_line(void **state)
{
	const struct reason r = { .code = ODD, .about = ODD, .text = ODD, .count = 1 };
	struct show s;

	(void)state;
	begin();
	show_init(&s, &clock_system, false);
	s.monitor.reason(&s.monitor, &r);
	assert_string_equal(end(), "note: " TAME ": " TAME " [" TAME "]\n");
}

static void
a_phase_is_one_line(void **state)
{
	const struct progress p = { .phase = ODD, .found = 3, .rate = -1, .eta_us = -1 };
	struct show s;

	(void)state;
	begin();
	show_init(&s, &clock_system, false);
	s.tty = true;
	s.monitor.progress(&s.monitor, &p);
	assert_string_equal(end(), TAME ", 3 found");
}

/* --- say ------------------------------------------------------------------------------------- */

static void
only_the_format_ends_lines(void **state)
{
	static char text[SAID_MAX];
	static const struct {
		const char *fmt, *arg, *want;
	} rows[] = {
		{ "%s", "", "" },
		{ "%s\n", "", "\n" },
		{ "\n%s\n", "x", "\nx\n" },
		{ "\n\n%s", "\n", "\n\n\\x0a" },
		{ "%s", "x\n", "x\\x0a" },
		{ "name %s\n", ODD, "name " TAME "\n" },
		{ "%s\n\n", "Büro", "Büro\n\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		FILE *f = fmemopen(text, sizeof(text), "w");
		assert_non_null(f);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		say(f, rows[i].fmt, rows[i].arg);
#pragma GCC diagnostic pop
		(void)fclose(f);
		assert_string_equal(text, rows[i].want);
	}
}

static void
the_longest_text_ends_its_line(void **state)
{
	enum { LONG = 1 << 20 };
	char *arg = malloc(LONG), *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	(void)state;
	assert_true(arg && f);
	memset(arg, '\x1b', LONG - 1);
	arg[LONG - 1] = '\0';
	say(f, "\n%s\n", arg);
	(void)fclose(f);
	assert_true(n > 1000 && n < LONG && text[0] == '\n' && text[n - 1] == '\n');
	assert_null(strchr(text, '\x1b'));
	free(text);
	free(arg);
}

/* --- the summary ----------------------------------------------------------------------------- */

static void
ignore_reason(struct monitor *m, const struct reason *r)
{
	(void)m, (void)r;
}

static void
a_summary_may_be_printed(void **state)
{
	const struct reason r = { .code = "odd", .about = ODD, .text = ODD, .count = 1 };
	const struct summary_about about = { .run = "r", .command = ODD, .targets = "" };
	char path[] = "/tmp/muster-summary.XXXXXX", text[SAID_MAX];
	struct monitor next = { .reason = ignore_reason };
	struct summary s;
	struct err e;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd != -1);
	summary_init(&s, &next);
	s.monitor.reason(&s.monitor, &r);
	assert_int_equal(summary_write(&s, &about, path, &e), 0);
	summary_done(&s);
	ssize_t n = read(fd, text, sizeof(text) - 1);
	assert_true(n > 0);
	text[n] = '\0';
	(void)close(fd);
	(void)unlink(path);
	assert_non_null(strstr(text, "\\u009b\\u202e\\n\\u007f"));
	assert_null(strpbrk(text, OBEYED));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reason_is_one_line),
		cmocka_unit_test(a_phase_is_one_line),
		cmocka_unit_test(only_the_format_ends_lines),
		cmocka_unit_test(the_longest_text_ends_its_line),
		cmocka_unit_test(a_summary_may_be_printed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
