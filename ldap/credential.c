/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ldap/credential.h"

#include <string.h>

#include "base/file.h"

static const struct kind {
	const char *word;
	bool needs_file, needs_user, takes_user;
} kinds[] = {
	[LOGIN_CCACHE] = { "ccache", false, false, false },
	[LOGIN_KEYTAB] = { "keytab", true, false, true },
	[LOGIN_PASSWORD] = { "password", true, true, true },
	[LOGIN_SIMPLE] = { "simple", true, true, true },
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]), WORDS = 4 };

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
	int kind = 0;

	*out = (struct credential){ 0 };
	while (n > 1 && kind < KINDS && words[1] &&
		strcmp(kinds[kind].word, words[1]) != 0)
		kind++;
	if (n < 2 || kind == KINDS)
		return err_set(e, ERR_ARG,
			"\"%.60s\": must be NAME and one of ccache, keytab, password, "
			"simple",
			line);
	const struct kind *k = &kinds[kind];
	if (n < 2u + k->needs_file + k->needs_user || n > 3u + k->takes_user)
		return err_set(e, ERR_ARG, "\"%.60s\": %s takes %s", line, k->word,
			k->needs_user           ? "FILE USER"
				: k->needs_file ? "FILE [PRINCIPAL]"
						: "[FILE]");
	for (size_t i = 0; i < n; i++)
		if (!words[i])
			return err_nomem(e);
	*out = (struct credential){ .name = words[0],
		.kind = (enum login_kind)kind,
		.file = words[2],
		.user = n > 3 ? words[3] : NULL };
	return 0;
}

struct credential *
credential_find(struct credential *all, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(all[i].name, name) == 0)
			return &all[i];
	return NULL;
}

int
credentials_parse(const struct opt_list *lines, struct arena *mem,
	struct credential **out, size_t *n, struct err *e)
{
	*n = 0;
	if (lines->n > CREDENTIALS_MAX)
		return err_set(e, ERR_ARG, "more than %d credentials", CREDENTIALS_MAX);
	*out = arena_new_array(mem, struct credential, lines->n + 1);
	if (!*out)
		return err_nomem(e);
	for (size_t i = 0; i < lines->n; i++) {
		struct credential *c = &(*out)[i];
		if (credential_parse(lines->items[i], mem, c, e) == -1)
			return err_add(e, "ad.credentials");
		if (credential_find(*out, i, c->name))
			return err_set(e, ERR_ARG,
				"ad.credentials: two are named %.60s", c->name);
		*n = i + 1;
	}
	return 0;
}

/* --- secrets ------------------------------------------------------------------------------ */

int
credential_load(struct credential *c, struct arena *mem,
	const char *(*ask)(const char *user), struct err *e)
{
	char buf[SECRET_MAX];
	const char *text = buf;

	if ((c->kind != LOGIN_PASSWORD && c->kind != LOGIN_SIMPLE) || c->secret)
		return 0;
	if (strcmp(c->file, "-") == 0)
		text = ask ? ask(c->user) : NULL;
	else if (file_read_secret(c->file, buf, sizeof(buf), e) == -1)
		return -1;
	/* RFC 4513 §5.1.2: an empty password is an anonymous login that looks like one. */
	if (!text || !text[0])
		return err_set(e, ERR_AUTH, "no password was given for %.60s", c->user);
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
}
