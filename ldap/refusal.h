/* SPDX-License-Identifier: GPL-3.0-or-later */
/* refusal.h - why a simple bind was refused, in words */
#ifndef LDAP_REFUSAL_H
#define LDAP_REFUSAL_H

/* The diagnostic message of Active Directory ends in the Windows error of the login in
 * hexadecimal ([MS-ERREF] 2.2): "…AcceptSecurityContext error, data 533, v4563".  NULL: it has
 * none that is known. */
const char *refusal_words(const char *diagnostic);

#endif
