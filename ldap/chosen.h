/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chosen.h - which domains a poll is of: those named, or our own; its forest; who trusts it */
#ifndef LDAP_CHOSEN_H
#define LDAP_CHOSEN_H

#include "ldap/ad.h"
#include "ldap/door.h"

struct chosen {
	/* DNS names in lower case, each once; "": the server says which. */
	char (*items)[STATE_NAME_MAX];
	size_t n;
	uint64_t cut; /* so many more are not asked */
	bool is_part; /* those that trust the first one are not known: */
	struct err why;
};

/* A forest and trusts are asked for, which needs a login.  Free it on -1, too. */
int chosen_read(struct chosen *, const struct ad_conf *, struct door *, struct err *);
void chosen_free(struct chosen *); /* one that is all zero is fine */

#endif
