/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages: what reaches standard error, byte for byte. */
#include "base/log.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

LOG_TAG("sweep");

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
	static char said[65536];

	assert_true(dup2(saved, STDERR_FILENO) != -1);
	close(saved);
	rewind(sink);
	said[fread(said, 1, sizeof(said) - 1, sink)] = '\0';
	(void)fclose(sink);
	return said;
}

static void
say_all(void)
{
	struct err e;

	(void)err_set(&e, ERR_ARG, "it broke");
	log_debug("debug %d", 1);
	log_info("info %d", 2);
	log_warn("warn %d", 3);
	log_err(&e, "try");
}

static void
levels_are_a_threshold(void **state)
{
	static const struct {
		enum log_level level;
		const char *want;
	} rows[] = {
		{ LOG_ERROR, "muster: try: it broke\n" },
		{ LOG_WARN, "muster: warn 3\nmuster: try: it broke\n" },
		{ LOG_INFO, "muster: info 2\nmuster: warn 3\nmuster: try: it broke\n" },
		{ LOG_DEBUG,
			"muster: debug 1\nmuster: info 2\nmuster: warn 3\n"
			"muster: try: it broke\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		log_setup(rows[i].level, LOG_PEOPLE);
		assert_int_equal(rows[i].level, log_level());
		begin();
		say_all();
		assert_string_equal(rows[i].want, end());
	}
}

/* sd-daemon(3): "<N>" at the line's start is its priority. */
static void
a_service_tells_priorities_and_tags(void **state)
{
	(void)state;
	log_setup(LOG_DEBUG, LOG_SERVICE);
	begin();
	say_all();
	assert_string_equal("<7>sweep: debug 1\n<6>sweep: info 2\n<4>sweep: warn 3\n"
			    "<3>sweep: try: it broke\n",
		end());
}

static void
a_message_is_one_line_without_tricks(void **state)
{
	(void)state;
	log_setup(LOG_DEBUG, LOG_SERVICE);
	begin();
	log_info("name %s", "x\n<0>kernel: \x1b[2J\xff");
	assert_string_equal("<6>sweep: name x\\x0a<0>kernel: \\x1b[2J\\xff\n", end());
}

static void
an_error_without_a_doing_stands_alone(void **state)
{
	struct err e;

	(void)state;
	(void)err_set(&e, ERR_ARG, "it broke");
	log_setup(LOG_ERROR, LOG_PEOPLE);
	begin();
	log_error("x", &e, NULL);
	log_error("x", &e, "");
	assert_string_equal("muster: it broke\nmuster: it broke\n", end());
}

static void
a_huge_message_is_cut_not_lost(void **state)
{
	static char huge[100000];

	(void)state;
	log_setup(LOG_ERROR, LOG_PEOPLE);
	for (int i = 0; i < 2;
		i++) { /* as it is, and escaped to four times its length */
		memset(huge, i ? '\x01' : 'x', sizeof(huge) - 1);
		begin();
		log_at(LOG_ERROR, "x", "%s", huge);
		const char *said = end();
		size_t n = strlen(said);
		assert_true(n > 3000 && said[n - 1] == '\n');
		assert_ptr_equal(said + n - 1, strchr(said, '\n'));
		assert_memory_equal(i ? "muster: \\x01" : "muster: xxxx", said, 12);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(levels_are_a_threshold),
		cmocka_unit_test(a_service_tells_priorities_and_tags),
		cmocka_unit_test(a_message_is_one_line_without_tricks),
		cmocka_unit_test(an_error_without_a_doing_stands_alone),
		cmocka_unit_test(a_huge_message_is_cut_not_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
