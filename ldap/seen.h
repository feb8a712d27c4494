/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * seen.h - which accounts a poll has told already
 *
 * When a controller goes away in the middle, the next one begins at the first, and an account
 * that changed may also stand below a container that was moved: what is told is not told again,
 * unless there is something else to tell.
 */
#ifndef LDAP_SEEN_H
#define LDAP_SEEN_H

#include "ldap/computers.h"

struct seen;

struct seen *seen_new(void); /* NULL: no memory */
void seen_free(struct seen *);
/* 1: it is new, or another is told of it; 0: it was told like this. */
int seen_add(struct seen *, const struct computer_id *, struct err *);

#endif
