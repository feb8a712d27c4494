/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * vault.h - credentials whose secrets this machine keeps sealed
 *
 * A file of lines, one a credential, in which names and users are to be read and secrets are
 * sealed (XChaCha20-Poly1305) for that name, kind and user: a secret that is moved to another
 * line does not open.  The key is in a second file beside the first, PATH.key.  Both are for
 * their owner alone.  Who has both has the secrets: what this keeps is that a copy of the
 * one, or of the store, or a look at the screen, gives nothing away.
 *
 *	1 <tab> corp <tab> password <tab> svc@CORP.EXAMPLE <tab> its secret, sealed, in base64
 */
#ifndef HOST_VAULT_H
#define HOST_VAULT_H

#include "host/credential.h"

enum { VAULT_TEXT_MAX = 1 << 20 }; /* bytes of the file */

/* Where it is when nobody says it.  In arena. */
int vault_default_path(struct arena *, const char **out, struct err *);

/* All of it, in the order of the file; without secrets, which credential_load opens.  A file
 * that is not there has none.  ERR_AUTH: others may read it; ERR_PROTO names the line. */
int vault_read(const char *path, struct arena *, struct credential **out, size_t *n,
	struct err *);
/* The same of its text. */
int vault_parse(const char *text, size_t n_text, const char *path, struct arena *,
	struct credential **out, size_t *n, struct err *);

/* Seals and adds c, whose secret is set, of a kind that has one.  ERR_ARG: a name or
 * user that cannot be, or, unless it may replace it, one of that name. */
int vault_add(const char *path, const struct credential *c, bool replace, struct err *);
/* ERR_NOTFOUND: there is none of that name. */
int vault_remove(const char *path, const char *name, struct err *);

/* The secret of c, which came from vault_read.  ERR_AUTH: this is not the key it was sealed
 * with, or somebody changed the line. */
int vault_open(const struct credential *c, char out[static SECRET_MAX], struct err *);

#endif
