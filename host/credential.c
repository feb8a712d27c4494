/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/credential.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/file.h"
#include "host/handover.h"
#include "host/private_file.h"
#include "host/vault.h"

static const struct kind {
	const char *word;
	bool needs_file, needs_user, takes_user, has_secret;
} kinds[] = {
	[LOGIN_CCACHE] = { "ccache", false, false, false, false },
	[LOGIN_KEYTAB] = { "keytab", true, false, true, false },
	[LOGIN_PASSWORD] = { "password", true, true, true, true },
	[LOGIN_SIMPLE] = { "simple", true, true, true, true },
	[LOGIN_COMMUNITY] = { "snmp-community", true, false, false, true },
	[LOGIN_SNMP_USER] = { "snmp-user", true, true, true, true },
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]), WORDS = 4 };

const char *
credential_kind_word(enum login_kind kind)
{
	return kinds[kind].word;
}

bool
credential_kind(const char *word, enum login_kind *out)
{
	for (int i = 0; i < KINDS; i++)
		if (strcmp(kinds[i].word, word) == 0) {
			*out = (enum login_kind)i;
			return true;
		}
	return false;
}

bool
credential_has_secret(enum login_kind kind)
{
	return kinds[kind].has_secret;
}

static bool
is_plain(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	return true;
}

int
credential_check(const struct credential *c, struct err *e)
{
	size_t n = strlen(c->name);

	if (n == 0 || n > CREDENTIAL_NAME_MAX || strcspn(c->name, " \t=,\"'") != n ||
		!is_plain(c->name) || c->name[0] == '-')
		return err_set(e, ERR_ARG,
			"\"%.60s\" is no name of a credential: at most %d letters, without "
			"blanks, commas and =",
			c->name, CREDENTIAL_NAME_MAX);
	if (kinds[c->kind].needs_user && !c->user)
		return err_set(e, ERR_ARG, "%.60s: say who it is, a user", c->name);
	if (c->user &&
		(!kinds[c->kind].takes_user || !c->user[0] ||
			strlen(c->user) >= CREDENTIAL_USER_MAX || !is_plain(c->user)))
		return err_set(e, ERR_ARG, "%.60s: this is no name of a user", c->name);
	return 0;
}

static size_t
split(const char *line, struct arena *mem, const char *words[static WORDS + 1])
{
	size_t n = 0;

	for (line += strspn(line, " \t"); *line && n <= WORDS; n++) {
		size_t len = strcspn(line, " \t");
		words[n] = arena_strndup(mem, line, len);
		line += len;
		line += strspn(line, " \t");
	}
	return n;
}

int
credential_parse(
	const char *line, struct arena *mem, struct credential *out, struct err *e)
{
	const char *words[WORDS + 1] = { NULL };
	size_t n = split(line, mem, words);
	enum login_kind kind;

	*out = (struct credential){ 0 };
	if (n < 2 || !words[1] || !credential_kind(words[1], &kind))
		return err_set(e, ERR_ARG,
			"\"%.60s\": must be NAME and one of ccache, keytab, password, "
			"simple, snmp-community, snmp-user",
			line);
	const struct kind *k = &kinds[kind];
	if (n < 2u + k->needs_file + k->needs_user || n > 3u + k->takes_user)
		return err_set(e, ERR_ARG, "\"%.60s\": %s takes %s", line, k->word,
			k->needs_user           ? "FILE USER"
				: k->takes_user ? "FILE [PRINCIPAL]"
				: k->needs_file ? "FILE"
						: "[FILE]");
	for (size_t i = 0; i < n; i++)
		if (!words[i])
			return err_nomem(e);
	*out = (struct credential){ .name = words[0],
		.kind = kind,
		.file = words[2],
		.user = n > 3 ? words[3] : NULL };
	return credential_check(out, e);
}

struct credential *
credential_find(const struct credential *all, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(all[i].name, name) == 0)
			return (struct credential *)&all[i];
	return NULL;
}

/* --- all of them -------------------------------------------------------------------------- */

#define AT(f) offsetof(struct credential_conf, f)
const struct opt credential_opts[] = {
	{ .name = "credentials",
		.type = OPT_LIST,
		.at = AT(lines),
		.flags = OPT_FILE_ONLY | OPT_NO_SPLIT,
		.arg = "LINE",
		.help = "Accounts, each a line: NAME ccache [FILE], NAME keytab FILE "
			"[PRINCIPAL], NAME password FILE USER, NAME simple FILE USER, NAME "
			"snmp-community FILE, or NAME snmp-user FILE USER" },
	{ .name = "credentials_file",
		.type = OPT_STR,
		.at = AT(vault),
		.arg = "FILE",
		.help = "Take sealed credentials from FILE, not from the usual place, see "
			"muster-credential(1)" },
	{ .name = "credentials_fd",
		.type = OPT_INT,
		.at = AT(fd),
		.min = 3,
		.max = 1023,
		.arg = "FD",
		.flags = OPT_CLI_ONLY | OPT_HIDDEN,
		.help = "Take credentials with their secrets from descriptor FD, as an agent "
			"hands them over, and no others" },
	{ .name = NULL },
};

static int
parse_lines(const struct opt_list *lines, struct arena *mem, struct credential *all,
	size_t *n, struct err *e)
{
	for (size_t i = 0; i < lines->n; i++) {
		if (credential_parse(lines->items[i], mem, &all[*n], e) == -1)
			return err_add(e, "credentials");
		(*n)++;
	}
	return 0;
}

static int
check_each_once(const struct credential *all, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++)
		if (credential_find(all, i, all[i].name))
			return err_set(e, ERR_ARG, "credentials: two are named %.60s",
				all[i].name);
	return 0;
}

int
credentials_read(const struct credential_conf *conf, struct arena *mem,
	struct credential **out, size_t *n, struct err *e)
{
	const char *path = conf->vault;
	struct credential *sealed;
	size_t n_sealed;
	struct err homeless;

	*n = 0;
	if (conf->fd)
		return handover_take((int)conf->fd, mem, out, n, e);
	if (!path && vault_default_path(mem, &path, &homeless) == -1)
		path = "/dev/null/credentials"; /* nobody's home has none */
	if (vault_read(path, mem, &sealed, &n_sealed, e) == -1)
		return -1;
	if (conf->lines.n + n_sealed > CREDENTIALS_MAX)
		return err_set(e, ERR_ARG, "more than %d credentials", CREDENTIALS_MAX);
	*out = arena_new_array(mem, struct credential, conf->lines.n + n_sealed + 1);
	if (!*out)
		return err_nomem(e);
	if (parse_lines(&conf->lines, mem, *out, n, e) == -1)
		return -1;
	if (n_sealed)
		memcpy(*out + *n, sealed, n_sealed * sizeof(**out));
	*n += n_sealed;
	return check_each_once(*out, *n, e);
}

/* --- secrets ------------------------------------------------------------------------------ */

/* The path of a keytab or cache that is a file (MIT krb5: TYPE:residual); NULL: it is none. */
static const char *
path_of(const char *file)
{
	static const char type[] = "FILE:";

	if (!file)
		return NULL;
	if (strncmp(file, type, sizeof(type) - 1) == 0)
		return file + sizeof(type) - 1;
	return strchr(file, ':') && file[0] != '/' ? NULL : file;
}

static int
read_content(struct credential *c, const char *path, struct arena *mem, struct err *e)
{
	void *buf = malloc(CREDENTIAL_FILE_MAX);

	if (!buf)
		return err_nomem(e);
	int rc = private_file_read(path, buf, CREDENTIAL_FILE_MAX, &c->n_content, e);
	if (rc == 0 && !(c->content = arena_dup(mem, buf, c->n_content)))
		rc = err_nomem(e);
	explicit_bzero(buf, CREDENTIAL_FILE_MAX);
	free(buf);
	return rc;
}

static int
load_file(struct credential *c, struct arena *mem, struct err *e)
{
	const char *path = path_of(c->file);
	struct err ignored;

	if (!path || c->content || c->copy)
		return 0;
	if (c->kind == LOGIN_KEYTAB)
		return read_content(c, path, mem, e);
	(void)read_content(c, path, mem, &ignored);
	return 0;
}

int
credential_load(struct credential *c, struct arena *mem,
	const char *(*ask)(const char *user), struct err *e)
{
	char buf[SECRET_MAX];
	const char *text = buf;

	if (!credential_has_secret(c->kind))
		return load_file(c, mem, e);
	if (c->secret)
		return 0;
	if (c->sealed) {
		if (vault_open(c, buf, e) == -1)
			return -1;
	} else if (strcmp(c->file, "-") == 0)
		text = ask ? ask(c->user ? c->user : c->name) : NULL;
	else if (private_file_line(c->file, buf, sizeof(buf), e) == -1)
		return -1;
	/* RFC 4513 §5.1.2: an empty password is an anonymous login that looks like one. */
	if (!text || !text[0])
		return err_set(e, ERR_AUTH, "no secret was given for %.60s", c->name);
	c->secret = arena_strdup(mem, text);
	explicit_bzero(buf, sizeof(buf));
	return c->secret ? 0 : err_nomem(e);
}

void
credential_forget(struct credential *c)
{
	if (c->secret)
		explicit_bzero(c->secret, strlen(c->secret));
	c->secret = NULL;
	if (c->content)
		explicit_bzero(c->content, c->n_content);
	c->content = NULL;
}

/* --- files ---------------------------------------------------------------------------------- */

int
credential_copy_file(struct credential *c, struct arena *mem, struct err *e)
{
	if (!c->content)
		return 0;
	int fd = memfd_create(
		"secret", MFD_CLOEXEC); /* open as long as the process is */
	if (fd == -1)
		return err_sys(e, "copy a secret");
	c->copy = arena_printf(mem, "/proc/self/fd/%d", fd);
	if (!c->copy)
		return err_nomem(e);
	if (file_write(fd, c->file, c->content, c->n_content, e) == -1)
		return -1;
	credential_forget(c);
	return 0;
}

const char *
credential_path(const struct credential *c)
{
	return c->copy ? c->copy : c->file;
}
