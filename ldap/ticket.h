/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ticket.h - a Kerberos ticket for the thread that asks for it (MIT krb5)
 *
 * The ticket lies in a cache of this process's memory, which GSSAPI of the same thread then
 * finds; other threads have their own.
 */
#ifndef LDAP_TICKET_H
#define LDAP_TICKET_H

#include "host/credential.h"

struct ticket;

/*
 * Before the sandbox is entered, which takes rights away: loads the libraries, and copies what
 * tickets and keytabs lie in files of others (whose contents are there already, or, of the
 * default cache, may be read now) to where the process will still find them.
 */
int ticket_prepare(struct credential *, size_t n, struct arena *, struct err *);

/*
 * Gets one by keytab or password.  *out is NULL for tickets that others got: GSSAPI is told
 * where.  c NULL: the default cache, or as root the machine's own keytab when that has none.
 * ERR_AUTH: refused, or expired; ERR_SYS: the clock, or nobody of the realm answers.  The
 * text says which.
 */
int ticket_get(struct ticket **out, const struct credential *c, struct err *);
void ticket_free(struct ticket *); /* NULL is fine */

/* The realm that this machine belongs to, or "" (krb5.conf). */
enum { REALM_MAX = 256 };
void ticket_default_realm(char out[static REALM_MAX]);

#endif
