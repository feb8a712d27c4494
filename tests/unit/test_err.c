/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Errors: what the text says, and what stays of it when it is too long. */
#include "base/err.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void
err_set_starts_fresh(void **state)
{
	struct err e = { .code = ERR_SYS, .sys = EPERM, .text = "old" };

	(void)state;
	assert_int_equal(-1, err_set(&e, ERR_ARG, "port %d of %s", 70000, "x"));
	assert_int_equal(ERR_ARG, e.code);
	assert_int_equal(0, e.sys);
	assert_string_equal("port 70000 of x", e.text);
}

static void
err_sys_carries_errno(void **state)
{
	static const struct {
		int sys;
		const char *want;
	} rows[] = {
		{ ENOENT, "open x: No such file or directory" },
		{ EACCES, "open x: Permission denied" },
		{ ENOSPC, "open x: No space left on device" },
	};
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		errno = rows[i].sys;
		assert_int_equal(-1, err_sys(&e, "open %s", "x"));
		assert_int_equal(ERR_SYS, e.code);
		assert_int_equal(rows[i].sys, e.sys);
		assert_string_equal(rows[i].want, e.text);
	}
}

static void
err_add_keeps_code_and_cause(void **state)
{
	struct err e;

	(void)state;
	errno = ENOENT;
	(void)err_sys(&e, "open %s", "x");
	assert_int_equal(-1, err_add(&e, "read list %d", 7));
	assert_int_equal(ERR_SYS, e.code);
	assert_int_equal(ENOENT, e.sys);
	assert_string_equal("read list 7: open x: No such file or directory", e.text);
}

/* A path of any length may stand in a context. */
static void
a_long_context_makes_room_for_the_cause(void **state)
{
	char path[600];
	struct err e;

	(void)state;
	memset(path, 'p', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	errno = EACCES;
	(void)err_sys(&e, "open %s", path);
	assert_int_equal(sizeof(e.text) - 1, strlen(e.text));
	assert_string_equal("pp: Permission denied", e.text + strlen(e.text) - 21);
	(void)err_add(&e, "%s", path);
	assert_string_equal("pp: Permission denied", e.text + strlen(e.text) - 21);
}

static void
a_cause_of_full_length_survives_whole(void **state)
{
	struct err e, before;

	(void)state;
	for (size_t n = sizeof(e.text) - 6; n < sizeof(e.text); n++) {
		memset(e.text, 'c', n);
		e.text[n] = '\0';
		before = e;
		(void)err_add(&e, "context");
		size_t len = strlen(e.text);
		assert_true(len >= n && len < sizeof(e.text));
		assert_string_equal(before.text, e.text + len - n);
	}
}

static void
err_nomem_is_one_line(void **state)
{
	struct err e;

	(void)state;
	assert_int_equal(-1, err_nomem(&e));
	assert_int_equal(ERR_NOMEM, e.code);
	assert_string_equal("out of memory", e.text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(err_set_starts_fresh),
		cmocka_unit_test(err_sys_carries_errno),
		cmocka_unit_test(err_add_keeps_code_and_cause),
		cmocka_unit_test(a_long_context_makes_room_for_the_cause),
		cmocka_unit_test(a_cause_of_full_length_survives_whole),
		cmocka_unit_test(err_nomem_is_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
