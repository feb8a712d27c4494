/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chosen.h - which domains a poll is of: those named, or our own; its forest; who trusts it */
#ifndef LDAP_CHOSEN_H
#define LDAP_CHOSEN_H

#include "ldap/ad.h"
#include "ldap/door.h"

struct chosen_domain {
	const char *name; /* DNS name in lower case; "": the server says which */
	const struct err *failed; /* NULL, or why it cannot be asked: it just was */
};

/* In arena. */
struct chosen {
	struct chosen_domain *items; /* each once */
	size_t n;
	uint64_t cut; /* so many more are not asked */
	bool is_part; /* of some it is not known who trusts them */
};

/* A forest and trusts are asked for, which needs a login: so many domains at a time.  Each that
 * is named, or of the forest, is asked who trusts it.  -1: there is nobody to ask. */
int chosen_read(struct chosen *, const struct ad_conf *, struct door *,
	size_t at_a_time, struct arena *, struct err *);

#endif
