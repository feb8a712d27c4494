/* SPDX-License-Identifier: GPL-3.0-or-later */
/* refusal.h - why a login was refused, in words, and whether that is the account's */
#ifndef LDAP_REFUSAL_H
#define LDAP_REFUSAL_H

#include "base/err.h"

/* The diagnostic message of Active Directory ends in the Windows error of the login in
 * hexadecimal ([MS-ERREF] 2.2): "…AcceptSecurityContext error, data 533, v4563".  NULL: it has
 * none that is known. */
const char *refusal_words(const char *diagnostic);

/* Of a bind by Kerberos that failed as `e` says, after a KDC had given the ticket: what people
 * meet most in plain words, and never ERR_AUTH.  The account was good enough for the KDC, nobody
 * was shown a password, and another controller may see it otherwise.  -1. */
int refusal_of_ticket(struct err *e);

#endif
