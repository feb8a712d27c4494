/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * credential.h - accounts that may ask a directory, by the names that settings give them
 *
 * A line of the setting ad.credentials, words between blanks:
 *
 *	NAME ccache [FILE]		tickets that somebody else got (kinit); the default cache
 *	NAME keytab FILE [PRINCIPAL]	Kerberos by a keytab; its first principal
 *	NAME password FILE PRINCIPAL	Kerberos by a password, the first line of FILE
 *	NAME simple FILE USER		simple bind, over TLS alone; USER as the directory
 *					takes it: a DN, user@domain or DOMAIN\user
 *
 * "-" for FILE of a password: a person is asked.  A file with a secret may be read by its
 * owner alone (mode 0600 or less) and is refused otherwise.  No secret is ever in a setting,
 * a log or a message.
 */
#ifndef LDAP_CREDENTIAL_H
#define LDAP_CREDENTIAL_H

#include "base/arena.h"
#include "base/err.h"
#include "base/opt.h"

#include <stdbool.h>

enum login_kind { LOGIN_CCACHE, LOGIN_KEYTAB, LOGIN_PASSWORD, LOGIN_SIMPLE };

enum { CREDENTIALS_MAX = 256, SECRET_MAX = 1024 };

/* In arena. */
struct credential {
	const char *name;
	enum login_kind kind;
	const char *file; /* NULL: the default cache; "-": ask */
	const char *user; /* NULL: the keytab's first */
	char *secret;     /* LOGIN_PASSWORD, LOGIN_SIMPLE once it was read */
};

int credential_parse(
	const char *line, struct arena *, struct credential *, struct err *);

/* ERR_ARG names the line; two of one name are a mistake, too. */
int credentials_parse(const struct opt_list *lines, struct arena *,
	struct credential **out, size_t *n, struct err *);

/* NULL: none of this name. */
struct credential *credential_find(struct credential *, size_t n, const char *name);

/* Reads the secret where there is one and it was not read.  ask: for "-"; returns NULL when
 * nobody can be asked.  ERR_AUTH: others may read the file. */
int credential_load(struct credential *, struct arena *,
	const char *(*ask)(const char *user), struct err *);
/* Overwrites the secret. */
void credential_forget(struct credential *);

#endif
