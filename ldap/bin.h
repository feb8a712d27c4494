/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bin.h - accounts that were deleted, by their names: who a new one of that name takes over from
 *
 * A deleted account keeps its sAMAccountName ([MS-ADTS] 3.1.1.5.5.1.1), and no two that live
 * have the same.
 */
#ifndef LDAP_BIN_H
#define LDAP_BIN_H

#include "ldap/session.h"

struct bin;

struct bin *bin_new(void);   /* NULL: no memory */
void bin_free(struct bin *); /* NULL is fine */

/* What has no name or GUID, or no room, is left out. */
void bin_add(struct bin *, const struct entry *);

/* The objectGUID, as text, of the account that had this name last; NULL: nobody in here. */
const char *bin_find(struct bin *, const char *account);

#endif
