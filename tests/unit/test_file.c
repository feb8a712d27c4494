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
#include <sys/stat.h>
#include <sys/wait.h>
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

static void
must_be(const char *path, const char *want)
{
	struct arena *mem = arena_new(1 << 20);
	struct err e = { 0 };
	const char *text;
	size_t n;

	assert_int_equal(0, file_read(path, 1 << 16, mem, &text, &n, &e));
	assert_string_equal(want, text);
	arena_free(mem);
}

static void
a_file_is_replaced_and_keeps_its_rights_and_its_links(void **state)
{
	char path[32], other[64];
	struct err e = { 0 };
	struct stat st;

	(void)state;
	made(path, "old", 3);
	(void)snprintf(other, sizeof(other), "%s.link", path);
	assert_int_equal(0, symlink(path, other));
	assert_int_equal(0, chmod(path, 0640));
	assert_int_equal(0, file_replace(other, "old", 3, "newer", 5, &e));
	must_be(path, "newer");
	assert_int_equal(0, lstat(other, &st));
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(0, stat(path, &st));
	assert_int_equal(0640, st.st_mode & 07777);
	assert_int_equal(0, unlink(path));
	assert_int_equal(0, unlink(other));
	assert_int_equal(-1, file_replace(path, "old", 3, "newer", 5, &e));
}

static void
what_somebody_else_has_changed_is_not_replaced(void **state)
{
	static const char *const seen[] = { "", "ol", "older", "new" };
	char path[32];
	struct err e = { 0 };

	(void)state;
	made(path, "old", 3);
	for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++) {
		assert_int_equal(-1,
			file_replace(path, seen[i], strlen(seen[i]), "mine", 4, &e));
		assert_int_equal(ERR_ARG, e.code);
		must_be(path, "old");
	}
	assert_int_equal(0, unlink(path));
}

/* Each adds one "x" for each time that it was not refused. */
static int
add_some(const char *path)
{
	struct arena *mem = arena_new(1 << 20);
	struct err e = { 0 };
	const char *text;
	int done = 0;
	size_t n;

	for (int i = 0; i < 50; i++) {
		arena_reset(mem);
		if (file_read(path, 1 << 16, mem, &text, &n, &e) == -1)
			break;
		const char *more = arena_printf(mem, "%sx", text);
		done += file_replace(path, text, n, more, n + 1, &e) == 0;
	}
	arena_free(mem);
	return done;
}

static void
of_several_at_once_none_is_lost(void **state)
{
	enum { WRITERS = 4 };
	char path[32], want[WRITERS * 50 + 1] = "";
	pid_t pids[WRITERS];
	int all = 0;

	(void)state;
	made(path, "", 0);
	for (int i = 0; i < WRITERS; i++)
		if ((pids[i] = fork()) == 0)
			_exit(add_some(path));
	for (int i = 0; i < WRITERS; i++) {
		int status;
		assert_int_equal(pids[i], waitpid(pids[i], &status, 0));
		assert_true(WIFEXITED(status));
		all += WEXITSTATUS(status);
	}
	assert_true(all > 0);
	memset(want, 'x', (size_t)all);
	must_be(path, want);
	assert_int_equal(0, unlink(path));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_read_whole_or_refused),
		cmocka_unit_test(a_missing_file_is_not_found),
		cmocka_unit_test(a_folder_cannot_be_read),
		cmocka_unit_test(a_file_is_replaced_and_keeps_its_rights_and_its_links),
		cmocka_unit_test(what_somebody_else_has_changed_is_not_replaced),
		cmocka_unit_test(of_several_at_once_none_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
