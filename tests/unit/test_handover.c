/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Credentials from one process to another: all that they are, and nothing that was not meant. */
#include "packet.h"

#include "host/handover.h"
#include "mem.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
	const char *label;
	struct credential c;
} rows[] = {
	{ "a password",
		{ .name = "corp",
			.kind = LOGIN_PASSWORD,
			.file = "/etc/p",
			.user = "svc@CORP.EXAMPLE",
			.secret = "ge\theim \xc3\xa4" } },
	{ "one that was sealed",
		{ .name = "lab",
			.kind = LOGIN_SIMPLE,
			.user = "CORP\\svc",
			.sealed = "AAAA",
			.secret = "x" } },
	{ "a community without a user",
		{ .name = "sw", .kind = LOGIN_COMMUNITY, .secret = "public" } },
	{ "a keytab with its bytes",
		{ .name = "tab",
			.kind = LOGIN_KEYTAB,
			.file = "/etc/a\nb\tc",
			.content = "\x05\x02\x00\x01",
			.n_content = 4 } },
	{ "the default cache", { .name = "cc", .kind = LOGIN_CCACHE } },
};

static void
same_text(const char *a, const char *b)
{
	assert_int_equal(a == NULL, b == NULL);
	if (a)
		assert_string_equal(a, b);
}

static void
what_is_given_is_taken(void **state)
{
	const struct credential *given[COUNT(rows)];
	struct credential *all;
	struct err e;
	size_t n;
	int fd;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		given[i] = &rows[i].c;
	assert_int_equal(0, handover_make(given, COUNT(rows), &fd, &e));
	assert_int_equal(0, handover_take(fd, mem, &all, &n, &e));
	assert_int_equal(COUNT(rows), n);
	assert_int_equal(-1, fcntl(fd, F_GETFD)); /* closed */
	for (size_t i = 0; i < n; i++) {
		const struct credential *want = &rows[i].c;
		print_message("  %s\n", rows[i].label);
		assert_string_equal(want->name, all[i].name);
		assert_int_equal(want->kind, all[i].kind);
		same_text(want->file, all[i].file);
		same_text(want->user, all[i].user);
		same_text(want->secret, all[i].secret);
		assert_null(all[i].sealed);
		assert_int_equal(want->n_content, all[i].n_content);
		if (want->content)
			assert_memory_equal(
				want->content, all[i].content, want->n_content);
	}
}

static void
nothing_can_be_given_too(void **state)
{
	struct credential *all;
	struct err e;
	size_t n;
	int fd;

	(void)state;
	assert_int_equal(0, handover_make(NULL, 0, &fd, &e));
	assert_int_equal(0, handover_take(fd, mem, &all, &n, &e));
	assert_int_equal(0, n);
}

static void
why_there_are_none_is_told(void **state)
{
	struct credential *all;
	struct err e;
	size_t n;
	int fd;

	(void)state;
	assert_int_equal(0, handover_refuse("/x: chmod\n600 it", &fd, &e));
	assert_int_equal(-1, handover_take(fd, mem, &all, &n, &e));
	assert_int_equal(ERR_AUTH, e.code);
	assert_string_equal("/x: chmod\n600 it", e.text);
}

static void
nonsense_is_refused(void **state)
{
	static const struct {
		const char *label, *text;
	} bad[] = {
		{ "an empty line", "\n" },
		{ "another version", "2\ta\tpassword\tu\t\teA==\n" },
		{ "a word too few", "1\ta\tpassword\tu\t\n" },
		{ "a word too many", "1\ta\tpassword\tu\t\teA==\tx\n" },
		{ "an unknown kind", "1\ta\tntlm\tu\t\teA==\n" },
		{ "no secret", "1\ta\tpassword\tu\t\t\n" },
		{ "no base64", "1\ta\tpassword\tu\t\tx\n" },
		{ "a secret with a NUL", "1\ta\tpassword\tu\t\tYQBi\n" },
		{ "no user", "1\ta\tpassword\t\t\teA==\n" },
		{ "no name", "1\t\tccache\t\t\t\n" },
		{ "refused without a word", "!\n" },
		{ "refused with nonsense", "!\tx\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct credential *all;
		struct err e;
		size_t n;
		print_message("  %s\n", bad[i].label);
		assert_int_equal(-1,
			handover_parse(
				bad[i].text, strlen(bad[i].text), mem, &all, &n, &e));
	}
}

/* --- keytabs -------------------------------------------------------------------------------- */

static void
a_keytab_is_read_once_and_then_found_by_its_process(void **state)
{
	char path[] = "/tmp/muster-test-keytab-XXXXXX", got[8];
	int fd = mkstemp(path);
	struct credential c = { .name = "a", .kind = LOGIN_KEYTAB, .file = path };
	struct err e;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(4, write(fd, "\x05\x02\x00\x01", 4));
	close(fd);
	assert_string_equal(path, credential_path(&c));
	assert_int_equal(0, credential_load(&c, mem, NULL, &e));
	assert_int_equal(0, unlink(path));
	assert_int_equal(0, credential_copy_file(&c, mem, &e));
	assert_null(c.content); /* there is one copy */
	fd = open(credential_path(&c), O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(4, read(fd, got, sizeof(got)));
	assert_memory_equal("\x05\x02\x00\x01", got, 4);
	close(fd);
}

static void
a_keytab_that_others_may_read_is_refused(void **state)
{
	char path[] = "/tmp/muster-test-keytab-XXXXXX";
	int fd = mkstemp(path);
	struct credential c = { .name = "a", .kind = LOGIN_KEYTAB, .file = path };
	struct err e;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(0, fchmod(fd, 0644));
	close(fd);
	assert_int_equal(-1, credential_load(&c, mem, NULL, &e));
	assert_int_equal(ERR_AUTH, e.code);
	assert_non_null(strstr(e.text, "chmod 600"));
	(void)unlink(path);
}

/* Kerberos knows caches that are no files, and says by itself which it does not find. */
static void
a_cache_elsewhere_is_left_to_kerberos(void **state)
{
	static const char *const files[] = { "KEYRING:persistent:0", "DIR:/run/x",
		"FILE:/nowhere/at/all", "/nowhere/at/all", NULL };

	(void)state;
	for (size_t i = 0; i < COUNT(files); i++) {
		struct credential c = {
			.name = "a", .kind = LOGIN_CCACHE, .file = files[i]
		};
		struct err e;
		assert_int_equal(0, credential_load(&c, mem, NULL, &e));
		assert_int_equal(0, credential_copy_file(&c, mem, &e));
		same_text(files[i], credential_path(&c));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_given_is_taken, setup, teardown),
		cmocka_unit_test_setup_teardown(
			nothing_can_be_given_too, setup, teardown),
		cmocka_unit_test_setup_teardown(
			why_there_are_none_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(nonsense_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_keytab_is_read_once_and_then_found_by_its_process, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			a_keytab_that_others_may_read_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_cache_elsewhere_is_left_to_kerberos, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
