/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole files as text: what is read, and what is refused with its name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

/* A file with these bytes; its path in buf. */
static const char *
made(char buf[static 32], const void *bytes, size_t n)
{
	(void)snprintf(buf, 32, "/tmp/test_file.XXXXXX");
	int fd = mkstemp(buf);

	assert_true(fd != -1);
	assert_int_equal((ssize_t)n, write(fd, bytes, n));
	close(fd);
	return buf;
}

static const struct row {
	const char *label, *bytes;
	size_t n, max;
	enum err_code refused; /* ERR_NONE: read */
	const char *says;
} rows[] = {
	{ "a text", "one\ntwo\n", 8, 100, ERR_NONE, NULL },
	{ "an empty file", "", 0, 100, ERR_NONE, NULL },
	{ "as large as may be", "12345", 5, 5, ERR_NONE, NULL },
	{ "one byte more", "123456", 6, 5, ERR_ARG, "larger" },
	{ "a NUL byte", "a\0b", 3, 100, ERR_ARG, "NUL" },
};

static void
files_are_read_whole_or_refused(void **state)
{
	char path[32];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *mem = arena_new(1 << 20);
		struct err e = { 0 };
		const char *text = NULL;
		size_t n = 0;

		print_message("  %s\n", rows[i].label);
		int rc = file_read(made(path, rows[i].bytes, rows[i].n), rows[i].max,
			mem, &text, &n, &e);
		assert_int_equal(0, unlink(path));
		if (rows[i].refused == ERR_NONE) {
			assert_int_equal(0, rc);
			assert_int_equal(rows[i].n, n);
			assert_memory_equal(rows[i].bytes, text, n + 1);
		} else {
			assert_int_equal(-1, rc);
			assert_int_equal(rows[i].refused, e.code);
			assert_non_null(strstr(e.text, path));
			assert_non_null(strstr(e.text, rows[i].says));
		}
		arena_free(mem);
	}
}

static void
a_missing_file_is_not_found(void **state)
{
	struct arena *mem = arena_new(1 << 20);
	struct err e = { 0 };
	const char *text;
	size_t n;

	(void)state;
	assert_int_equal(-1, file_read("/tmp/no/such/file", 10, mem, &text, &n, &e));
	assert_int_equal(ERR_NOTFOUND, e.code);
	assert_non_null(strstr(e.text, "/tmp/no/such/file"));
	arena_free(mem);
}

static void
a_folder_cannot_be_read(void **state)
{
	struct arena *mem = arena_new(1 << 20);
	struct err e = { 0 };
	const char *text;
	size_t n;

	(void)state;
	assert_int_equal(-1, file_read("/tmp", 10, mem, &text, &n, &e));
	assert_int_equal(ERR_SYS, e.code);
	arena_free(mem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_read_whole_or_refused),
		cmocka_unit_test(a_missing_file_is_not_found),
		cmocka_unit_test(a_folder_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
