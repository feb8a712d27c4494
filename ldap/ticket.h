/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ticket.h - a Kerberos ticket for the LDAP service of one host (MIT krb5)
 *
 * What its library has to ask a KDC is carried by kdc.h, so that it goes to nobody else.  The
 * ticket lies alone in a cache of this process's memory, which GSSAPI of the same thread then
 * finds: with no ticket to ask a KDC by, it asks none.  Other threads have their own.
 */
#ifndef LDAP_TICKET_H
#define LDAP_TICKET_H

#include "host/credential.h"
#include "ldap/kdc.h"

struct ticket;

/*
 * Before the sandbox is entered, which takes rights away: loads the libraries, and copies what
 * tickets and keytabs lie in files of others (whose contents are there already, or, of the
 * default cache, may be read now) to where the process will still find them.
 */
int ticket_prepare(struct credential *, size_t n, struct arena *, struct err *);

/*
 * Gets one for the host of the kdc, by keytab, password, or the tickets that others got.  c NULL:
 * those of the default cache, or as root the machine's own keytab when that has none.
 * ERR_AUTH: refused, or expired; else the clock, the service, or nobody of the realm answers.
 * The text says which.
 */
int ticket_get(
	struct ticket **out, const struct credential *c, struct kdc *, struct err *);
void ticket_free(struct ticket *); /* NULL is fine */

/* The realm that this machine belongs to, or "" (krb5.conf). */
enum { REALM_MAX = 256 };
void ticket_default_realm(char out[static REALM_MAX]);

#endif
