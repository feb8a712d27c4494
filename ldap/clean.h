/* SPDX-License-Identifier: GPL-3.0-or-later */
/* clean.h - texts of a directory as facts may have them */
#ifndef LDAP_CLEAN_H
#define LDAP_CLEAN_H

#include "base/arena.h"

/* One line of UTF-8 of at most FACT_TEXT_LIMIT bytes: what is none becomes U+FFFD, a control
 * character a blank.  In arena, or text itself; NULL: there is nothing left, or no memory. */
const char *clean_text(const char *text, struct arena *);

#endif
