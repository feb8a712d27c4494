/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * left.h - computers of which no zone of the directory tells an address: DNS is asked
 *
 * All at once at the end of a poll (host/resolver.h), and only for names that stand in no zone
 * of the directory.
 */
#ifndef LDAP_LEFT_H
#define LDAP_LEFT_H

#include "host/resolver.h"
#include "ldap/objectid.h"

struct left;

/* most: names that are asked about; the rest is counted. */
struct left *left_new(size_t most); /* NULL: no memory */
void left_free(struct left *);      /* NULL is fine */

int left_add(struct left *, const char *guid, const char *name, struct err *);

struct left_told {
	int (*address)(void *arg, const char *guid, const struct addr *, struct err *);
	bool (*stopped)(void *arg);
	void *arg;
	/* What came of it. */
	size_t asked, found, unknown; /* names; unknown: no name server said */
	size_t not_asked;
	size_t cut; /* names that have more addresses than were told */
};

int left_ask(struct left *, struct resolver *, struct left_told *, struct err *);

#endif
