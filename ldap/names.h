/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * names.h - distinguished names and filters of a directory (RFC 4514, RFC 4515)
 *
 * Parsing and escaping are libldap's; here is what is made of it.
 */
#ifndef LDAP_NAMES_H
#define LDAP_NAMES_H

#include "base/sb.h"

enum { NAMES_DN_MAX = 4096 }; /* bytes; a longer name is none */

/*
 * Where an object stands, as Active Directory's canonicalName writes it ([MS-ADTS]
 * 3.1.1.4.5.4) without the object itself: "corp.example/Berlin/Desktops" of
 * "CN=WS1,OU=Desktops,OU=Berlin,DC=corp,DC=example".  A slash or backslash within a name
 * has a backslash before it.  false: no such name, or one that does not end in DC=.
 */
bool names_container(const char *dn, struct sb *out);
/* The value of the first part, unescaped: "WS1". */
bool names_leaf(const char *dn, struct sb *out);
/* The DNS name that the DC= parts at the end make: "corp.example". */
bool names_domain(const char *dn, struct sb *out);

/* Text as the value of an assertion: nothing in it is a filter (RFC 4515 §3). */
void names_add_filter(struct sb *, const char *value);

#endif
