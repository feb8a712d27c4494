/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * credential.h - accounts by the names that people give them: the one place for them all
 *
 * Either a line of the setting `credentials`, words between blanks:
 *
 *	NAME ccache [FILE]		tickets that somebody else got (kinit); the default cache
 *	NAME keytab FILE [PRINCIPAL]	Kerberos by a keytab; its first principal
 *	NAME password FILE USER		a password, the first line of FILE: for directories by
 *					Kerberos (USER is a principal), for SMB by NTLM
 *	NAME simple FILE USER		simple bind, over TLS alone; USER as the directory
 *					takes it: a DN, user@domain or DOMAIN\user
 *	NAME snmp-community FILE	a community of SNMP v1 and v2c
 *	NAME snmp-user FILE USER	a user of SNMP v3; the secret is what snmp_access.h has
 *					behind his name: SHA-256 PHRASE AES PHRASE
 *
 * or one whose secret is sealed on this machine (vault.h).  "-" for FILE of a secret: a
 * person is asked.  A file with a secret may be read by its owner alone (mode 0600 or less)
 * and is refused otherwise.  No secret is ever in a setting, a log or a message.
 */
#ifndef HOST_CREDENTIAL_H
#define HOST_CREDENTIAL_H

#include "base/arena.h"
#include "base/err.h"
#include "base/opt.h"

#include <stdbool.h>

enum login_kind {
	LOGIN_CCACHE,
	LOGIN_KEYTAB,
	LOGIN_PASSWORD,
	LOGIN_SIMPLE,
	LOGIN_COMMUNITY,
	LOGIN_SNMP_USER,
};

enum {
	CREDENTIALS_MAX = 256,
	SECRET_MAX = 1024,
	CREDENTIAL_NAME_MAX = 64,
	CREDENTIAL_USER_MAX = 512,
	CREDENTIAL_FILE_MAX = 1 << 20, /* bytes of a keytab, or of a file with tickets */
};

/* In arena. */
struct credential {
	const char *name;
	enum login_kind kind;
	const char *file;   /* NULL: the default cache; "-": ask */
	const char *user;   /* NULL: the keytab's first; a community has none */
	const char *sealed; /* NULL, or the secret as `file` keeps it (vault.h) */
	char *secret;       /* once it was read */
	void *content;      /* of a keytab or a file with tickets, once it was read */
	size_t n_content;
	const char *copy; /* where that lies now (credential_copy_file); NULL: in `file` */
};

const char *credential_kind_word(enum login_kind);
bool credential_kind(const char *word, enum login_kind *out); /* false: none */
bool credential_has_secret(enum login_kind);

/* ERR_ARG: a name or a user that cannot be. */
int credential_check(const struct credential *, struct err *);
int credential_parse(
	const char *line, struct arena *, struct credential *, struct err *);

struct credential_conf {
	struct opt_list lines;
	const char *vault; /* NULL: the usual place */
	int64_t fd;        /* 0, or where all of them are handed over (handover.h) */
};
extern const struct opt credential_opts[];

/* All that the settings and the vault have, without secrets; or what is handed over and nothing
 * else, once.  ERR_ARG names the line; two of
 * one name are a mistake, too. */
int credentials_read(const struct credential_conf *, struct arena *,
	struct credential **out, size_t *n, struct err *);

/* NULL: none of this name. */
struct credential *credential_find(
	const struct credential *, size_t n, const char *name);

/* Reads the secret, or the keytab, where there is one and it was not read; of files with tickets
 * those that can be read: the rest is for Kerberos to say.  ask: for "-", with the user or, of
 * none, the name; returns NULL when nobody can be asked.  ERR_AUTH: others may read the file. */
int credential_load(struct credential *, struct arena *,
	const char *(*ask)(const char *user), struct err *);
/* Overwrites the secret, and what was read of a file. */
void credential_forget(struct credential *);

/* What was read of its file goes into memory that this process alone has open, under a path
 * that libraries can read.  Nothing happens when nothing was read. */
int credential_copy_file(struct credential *, struct arena *, struct err *);
const char *credential_path(const struct credential *); /* of the copy, or the file */

#endif
