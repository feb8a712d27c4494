/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * changed.h - who changed, as DirSync tells, and the filters that find them
 *
 * DirSync tells only what changed of an object, so each that did is read whole.
 */
#ifndef LDAP_CHANGED_H
#define LDAP_CHANGED_H

#include "ldap/session.h"

/* Reading one by one costs more than reading all. */
enum { CHANGED_MAX = 200000, CHANGED_FILTER_MAX = 4 << 10 };

struct changed;

struct changed *changed_new(void);   /* NULL: no memory */
void changed_free(struct changed *); /* NULL is fine */

/* An object by its objectGUID, one that is deleted by isDeleted; one without is left out, and
 * one that is deleted and came with whenCreated, which is new since then: nobody knows it.
 * ERR_ARG: more than CHANGED_MAX. */
int changed_add(struct changed *, const struct entry *, struct err *);

/* The next filter that finds some of the deleted, or of the others; at begins as 0.  false:
 * that were all. */
bool changed_filter(const struct changed *, bool deleted, size_t *at, struct sb *filter);

#endif
