/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dirsync.h - the DirSync control ([MS-ADTS] 3.1.1.3.4.1.3): what changed since a cookie
 *
 * A search of a whole partition with this control gives the objects that changed since the
 * cookie, each with what changed of it, and a new cookie.  Unlike a count of changes, which
 * is one controller's, a cookie is good at every controller of the partition.
 *
 * We always ask with LDAP_DIRSYNC_OBJECT_SECURITY: any account may, and is told what it may
 * read; without it the right DS-Replication-Get-Changes is needed.
 */
#ifndef LDAP_DIRSYNC_H
#define LDAP_DIRSYNC_H

#include "base/sb.h"

#include <lber.h>
#include <stdbool.h>
#include <stdint.h>

/* Some 24 bytes for each controller that the domain ever had. */
enum { DIRSYNC_COOKIE_MAX = 16 << 10, DIRSYNC_TEXT_MAX = 22 << 10 };

struct dirsync_cookie {
	uint8_t bytes[DIRSYNC_COOKIE_MAX]; /* opaque */
	size_t n; /* 0: there is none: all changed since then */
};

/* As base64; false: it is none, or too long. */
bool dirsync_cookie_read(const char *text, size_t n, struct dirsync_cookie *);
void dirsync_cookie_print(const struct dirsync_cookie *, struct sb *);

/* The value of the control in a question: ber_memfree(out->bv_val).  false: no memory. */
bool dirsync_write(const struct dirsync_cookie *, struct berval *out);
/* That in an answer; *more: the next question, with the new cookie, gives more.  false: it
 * is none, or the cookie is too long. */
bool dirsync_read(const struct berval *value, struct dirsync_cookie *, bool *more);

#endif
