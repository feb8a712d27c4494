/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * containers.h - where objects stand, without reading the same name again for each of them
 *
 * A directory has a hundred computers for each container; the names of those that were met
 * last are kept, as far as there is room.
 */
#ifndef LDAP_CONTAINERS_H
#define LDAP_CONTAINERS_H

#include "base/arena.h"

struct containers;

struct containers *containers_new(void);   /* NULL: no memory */
void containers_free(struct containers *); /* NULL is fine */

/* The container of an object as a fact may have it (names_container); in arena, or good until
 * the next call.  NULL: it has none.  c NULL: nothing is kept. */
const char *containers_of(struct containers *c, const char *dn, struct arena *);

#endif
