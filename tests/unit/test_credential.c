/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accounts by name, their secrets in files, and those that are sealed. */
#include "packet.h"

#include "base/sb.h"
#include "host/private_file.h"
#include "host/vault.h"
#include "mem.h"

#include <sys/stat.h>
#include <unistd.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* --- accounts to log in with ------------------------------------------------------------------- */

static void
lines_name_accounts(void **state)
{
	static const struct {
		const char *line;
		int kind; /* -1: refused */
		const char *file, *user;
	} rows[] = {
		{ "a ccache", LOGIN_CCACHE, NULL, NULL },
		{ "a ccache /run/cc", LOGIN_CCACHE, "/run/cc", NULL },
		{ "a keytab /etc/k", LOGIN_KEYTAB, "/etc/k", NULL },
		{ "  a\tkeytab  /etc/k svc@X ", LOGIN_KEYTAB, "/etc/k", "svc@X" },
		{ "a password /etc/p svc@X", LOGIN_PASSWORD, "/etc/p", "svc@X" },
		{ "a simple - CORP\\svc", LOGIN_SIMPLE, "-", "CORP\\svc" },
		{ "a keytab", -1, NULL, NULL },
		{ "a password /etc/p", -1, NULL, NULL },
		{ "a simple /etc/p", -1, NULL, NULL },
		{ "a simple /etc/p u more", -1, NULL, NULL },
		{ "a ccache /run/cc more", -1, NULL, NULL },
		{ "a snmp-community /etc/c", LOGIN_COMMUNITY, "/etc/c", NULL },
		{ "a snmp-community", -1, NULL, NULL },
		{ "a snmp-community /etc/c u", -1, NULL, NULL },
		{ "a snmp-user /etc/c u", LOGIN_SNMP_USER, "/etc/c", "u" },
		{ "a snmp-user /etc/c", -1, NULL, NULL },
		{ "a ntlm x y", -1, NULL, NULL },
		{ "a", -1, NULL, NULL },
		{ "", -1, NULL, NULL },
	};
	mem = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct credential c;
		struct err e;
		print_message("  %s\n", rows[i].line);
		int rc = credential_parse(rows[i].line, mem, &c, &e);
		assert_int_equal(rows[i].kind == -1 ? -1 : 0, rc);
		if (rc == -1)
			continue;
		assert_string_equal("a", c.name);
		assert_int_equal(rows[i].kind, c.kind);
		assert_int_equal(rows[i].file != NULL, c.file != NULL);
		if (rows[i].file)
			assert_string_equal(rows[i].file, c.file);
		assert_int_equal(rows[i].user != NULL, c.user != NULL);
		if (rows[i].user)
			assert_string_equal(rows[i].user, c.user);
	}
	arena_free(mem);
}

static const char *
nobody(const char *user)
{
	(void)user;
	return NULL;
}

static const char *
somebody(const char *user)
{
	assert_string_equal("svc", user);
	return "typed";
}

static void
secrets_are_read_from_private_files(void **state)
{
	static const struct {
		const char *label, *content;
		mode_t mode;
		const char *secret; /* NULL: refused */
	} rows[] = {
		{ "private", "geheim\nmore\n", 0600, "geheim" },
		{ "read only", "geheim", 0400, "geheim" },
		{ "as Windows ends lines", "geheim\r\n", 0600, "geheim" },
		{ "with blanks", " ge heim ", 0600, " ge heim " },
		{ "of the group", "geheim", 0640, NULL },
		{ "of all", "geheim", 0604, NULL },
		{ "empty", "", 0600, NULL },
		{ "an empty line", "\ngeheim", 0600, NULL },
	};
	char path[] = "/tmp/muster-test-secret-XXXXXX";
	mem = arena_new(1 << 20);
	int fd = mkstemp(path);
	struct err e;

	(void)state;
	assert_true(fd >= 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct credential c = {
			.name = "a", .kind = LOGIN_SIMPLE, .file = path, .user = "svc"
		};
		print_message("  %s\n", rows[i].label);
		assert_int_equal(0, ftruncate(fd, 0));
		assert_int_equal((ssize_t)strlen(rows[i].content),
			pwrite(fd, rows[i].content, strlen(rows[i].content), 0));
		assert_int_equal(0, fchmod(fd, rows[i].mode));
		assert_int_equal(
			rows[i].secret ? 0 : -1, credential_load(&c, mem, NULL, &e));
		if (rows[i].secret)
			assert_string_equal(rows[i].secret, c.secret);
		else
			assert_null(strstr(e.text, "geheim"));
		credential_forget(&c);
		assert_null(c.secret);
	}
	close(fd);
	(void)unlink(path);
	struct credential asked = {
		.name = "a", .kind = LOGIN_PASSWORD, .file = "-", .user = "svc"
	};
	assert_int_equal(-1, credential_load(&asked, mem, nobody, &e));
	assert_int_equal(0, credential_load(&asked, mem, somebody, &e));
	assert_string_equal("typed", asked.secret);
	arena_free(mem);
}

/* --- sealed ones --------------------------------------------------------------------------- */

static char folder[] = "/tmp/muster-test-vault-XXXXXX";

static const char *
file_of(const char *name)
{
	return arena_printf(mem, "%s/%s", folder, name);
}

static int
setup_folder(void **state)
{
	memcpy(strrchr(folder, '-'), "-XXXXXX", 7);
	return mkdtemp(folder) ? setup(state) : -1;
}

static int
teardown_folder(void **state)
{
	static const char *const files[] = { "c", "c.key", "c.lock", "d", "d.key" };

	for (size_t i = 0; i < COUNT(files); i++)
		(void)unlink(file_of(files[i]));
	(void)rmdir(folder);
	return teardown(state);
}

static struct credential
one(const char *name, const char *secret)
{
	return (struct credential){ .name = name,
		.kind = LOGIN_PASSWORD,
		.user = "CORP\\svc",
		.secret = arena_strdup(mem, secret) };
}

/* NULL: it does not open, and the message does not say the secret. */
static const char *
secret_in(const char *path, const char *name)
{
	struct credential *all;
	struct err e = { 0 };
	size_t n;

	assert_int_equal(0, vault_read(path, mem, &all, &n, &e));
	struct credential *c = credential_find(all, n, name);
	assert_non_null(c);
	assert_null(c->secret);
	if (credential_load(c, mem, NULL, &e) == -1) {
		assert_int_equal(ERR_AUTH, e.code);
		return NULL;
	}
	return c->secret;
}

static const char *
text_of(const char *path)
{
	char *text = arena_alloc(mem, VAULT_TEXT_MAX);
	struct err e;
	size_t n;

	assert_int_equal(0, private_file_read(path, text, VAULT_TEXT_MAX, &n, &e));
	return text;
}

static void
a_secret_is_sealed_and_opens_again(void **state)
{
	const char *path = file_of("c");
	struct credential a = one("corp", "geheim"), b = one("lab", "anders");
	struct stat st;
	struct err e;

	(void)state;
	assert_int_equal(0, vault_add(path, &a, false, &e));
	assert_int_equal(0, vault_add(path, &b, false, &e));
	assert_string_equal("geheim", secret_in(path, "corp"));
	assert_string_equal("anders", secret_in(path, "lab"));
	assert_null(strstr(text_of(path), "geheim"));
	assert_int_equal(0, stat(path, &st));
	assert_int_equal(0600, st.st_mode & 0777);
	assert_int_equal(0, stat(file_of("c.key"), &st));
	assert_int_equal(0600, st.st_mode & 0777);
	assert_int_equal(32, st.st_size);
}

static void
a_community_has_no_user(void **state)
{
	const char *path = file_of("c");
	struct credential c = { .name = "sw",
		.kind = LOGIN_COMMUNITY,
		.secret = arena_strdup(mem, "geheim") };
	struct err e;

	(void)state;
	assert_int_equal(0, vault_add(path, &c, false, &e));
	assert_string_equal("geheim", secret_in(path, "sw"));
	c.user = "u";
	assert_int_equal(-1, vault_add(path, &c, true, &e));
	assert_int_equal(ERR_ARG, e.code);
}

static void
equal_secrets_do_not_look_equal_nor_tell_their_length(void **state)
{
	const char *path = file_of("c");
	struct credential a = one("a", "x"), b = one("b", "x"),
			  c = one("c", "0123456789012345678901234567890123456789");
	struct credential *all;
	struct err e;
	size_t n;

	(void)state;
	assert_int_equal(0, vault_add(path, &a, false, &e));
	assert_int_equal(0, vault_add(path, &b, false, &e));
	assert_int_equal(0, vault_add(path, &c, false, &e));
	assert_int_equal(0, vault_read(path, mem, &all, &n, &e));
	assert_int_equal(3, n);
	assert_string_not_equal(all[0].sealed, all[1].sealed);
	assert_int_equal(strlen(all[0].sealed), strlen(all[2].sealed));
}

static void
one_of_a_name_is_replaced_only_when_asked(void **state)
{
	const char *path = file_of("c");
	struct credential a = one("corp", "geheim"), b = one("corp", "anders");
	struct err e;

	(void)state;
	assert_int_equal(0, vault_add(path, &a, false, &e));
	assert_int_equal(-1, vault_add(path, &b, false, &e));
	assert_int_equal(ERR_ARG, e.code);
	assert_string_equal("geheim", secret_in(path, "corp"));
	assert_int_equal(0, vault_add(path, &b, true, &e));
	assert_string_equal("anders", secret_in(path, "corp"));
	assert_int_equal(0, vault_remove(path, "corp", &e));
	assert_int_equal(-1, vault_remove(path, "corp", &e));
	assert_int_equal(ERR_NOTFOUND, e.code);
}

/* The text of the vault with one thing changed. */
static void
a_changed_line_does_not_open(void **state)
{
	static const struct {
		const char *label, *from, *to;
	} rows[] = {
		{ "another name", "corp", "core" },
		{ "another user", "svc", "adm" },
		{ "another kind", "password", "simple" },
		{ "another box", "svc\t", "svc\tAAAA" },
		{ "no base64", "svc\t", "svc\t\"" },
	};
	const char *path = file_of("c");
	struct credential a = one("corp", "geheim");
	struct err e;

	(void)state;
	assert_int_equal(0, vault_add(path, &a, false, &e));
	const char *text = text_of(path);
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *at = strstr(text, rows[i].from);
		struct credential *all;
		char secret[SECRET_MAX];
		struct sb changed;
		size_t n;

		print_message("  %s\n", rows[i].label);
		assert_non_null(at);
		sb_init(&changed, VAULT_TEXT_MAX);
		sb_add_n(&changed, text, (size_t)(at - text));
		sb_add(&changed, rows[i].to);
		sb_add(&changed, at + strlen(rows[i].from));
		int rc = vault_parse(changed.text, changed.len, path, mem, &all, &n, &e);
		if (rc == 0)
			assert_int_equal(-1, vault_open(&all[0], secret, &e));
		assert_null(strstr(e.text, "geheim"));
		sb_done(&changed);
	}
}

static void
another_key_opens_nothing(void **state)
{
	struct credential a = one("corp", "geheim"), b = one("x", "y");
	struct err e;

	(void)state;
	assert_int_equal(0, vault_add(file_of("c"), &a, false, &e));
	assert_int_equal(0, vault_add(file_of("d"), &b, false, &e));
	assert_int_equal(0, rename(file_of("d.key"), file_of("c.key")));
	assert_null(secret_in(file_of("c"), "corp"));
}

static void
files_that_others_may_read_are_refused(void **state)
{
	static const char *const files[] = { "c", "c.key" };
	struct credential a = one("corp", "geheim");
	struct err e;

	(void)state;
	assert_int_equal(0, vault_add(file_of("c"), &a, false, &e));
	for (size_t i = 0; i < COUNT(files); i++) {
		struct credential *all;
		size_t n;
		int rc;

		print_message("  %s\n", files[i]);
		assert_int_equal(0, chmod(file_of(files[i]), 0640));
		rc = vault_read(file_of("c"), mem, &all, &n, &e);
		if (rc == 0)
			rc = credential_load(&all[0], mem, NULL, &e);
		assert_int_equal(-1, rc);
		assert_int_equal(ERR_AUTH, e.code);
		assert_non_null(strstr(e.text, "chmod 600"));
		assert_int_equal(0, chmod(file_of(files[i]), 0600));
	}
}

#define LINE(name) "1\t" name "\tpassword\tu\tAAAA"

static void
what_is_no_vault_is_refused_by_its_line(void **state)
{
	static const struct {
		const char *text;
		int n; /* -1: refused */
	} rows[] = {
		{ "", 0 },
		{ "\n\n", 0 },
		{ LINE("a"), 1 },
		{ LINE("a") "\n" LINE("b") "\n", 2 },
		{ LINE("a") "\n" LINE("a") "\n", -1 },
		{ LINE("a b"), -1 },
		{ LINE(""), -1 },
		{ LINE("-a"), -1 },
		{ LINE("a=b"), -1 },
		{ LINE("a\x1b"), -1 },
		{ LINE("a") "\tmore", -1 },
		{ "2\ta\tpassword\tu\tAAAA", -1 },
		{ "1\ta\tccache\tu\tAAAA", -1 },
		{ "1\ta\tsnmp-community\t\tAAAA", 1 },
		{ "1\ta\tsnmp-community\tu\tAAAA", -1 },
		{ "1\ta\tpassword\t\tAAAA", -1 },
		{ "1\ta\tpassword\tu\t", -1 },
		{ "1\ta\tpassword\tu", -1 },
		{ "x", -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct credential *all;
		struct err e = { 0 };
		size_t n;

		print_message("  %s\n", rows[i].text);
		int rc = vault_parse(
			rows[i].text, strlen(rows[i].text), "V", mem, &all, &n, &e);
		assert_int_equal(rows[i].n == -1 ? -1 : 0, rc);
		if (rc == 0)
			assert_int_equal(rows[i].n, n);
		else
			assert_int_equal(0, strncmp(e.text, "V:", 2));
	}
}

static void
settings_and_the_vault_are_one_list(void **state)
{
	const char *lines[] = { "a ccache", "b simple - CORP\\b" };
	struct credential_conf conf = { { lines, 2, 2 }, file_of("c"), 0 };
	struct credential sealed = one("corp", "geheim"), twice = one("a", "x");
	struct credential *all;
	struct err e;
	size_t n;

	(void)state;
	assert_int_equal(0, credentials_read(&conf, mem, &all, &n, &e));
	assert_int_equal(2, n);
	assert_int_equal(0, vault_add(conf.vault, &sealed, false, &e));
	assert_int_equal(0, credentials_read(&conf, mem, &all, &n, &e));
	assert_int_equal(3, n);
	assert_non_null(credential_find(all, n, "corp"));
	assert_int_equal(0, vault_add(conf.vault, &twice, false, &e));
	assert_int_equal(-1, credentials_read(&conf, mem, &all, &n, &e));
	assert_non_null(strstr(e.text, "two are named a"));
}

#define VAULT_TEST(name) \
	cmocka_unit_test_setup_teardown(name, setup_folder, teardown_folder)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_name_accounts),
		cmocka_unit_test(secrets_are_read_from_private_files),
		VAULT_TEST(a_secret_is_sealed_and_opens_again),
		VAULT_TEST(a_community_has_no_user),
		VAULT_TEST(equal_secrets_do_not_look_equal_nor_tell_their_length),
		VAULT_TEST(one_of_a_name_is_replaced_only_when_asked),
		VAULT_TEST(a_changed_line_does_not_open),
		VAULT_TEST(another_key_opens_nothing),
		VAULT_TEST(files_that_others_may_read_are_refused),
		VAULT_TEST(what_is_no_vault_is_refused_by_its_line),
		VAULT_TEST(settings_and_the_vault_are_one_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
