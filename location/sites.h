/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sites.h - which addresses belong to which site, as Active Directory has it ([MS-ADTS]
 * 6.1.1.2.2.2) */
#ifndef LOCATION_SITES_H
#define LOCATION_SITES_H

#include "location/facts.h"

struct site_subnet {
	struct addr net;
	unsigned bits;
	const char *site; /* in arena */
};

struct site_map {
	struct site_subnet *items; /* in arena */
	size_t n, room;
};

/* prefix: "10.1.0.0/16"; one that is there already changes its site, to none with "".  What is
 * no prefix is left out. */
int sites_add(struct site_map *, const char *prefix, const char *site, struct arena *,
	struct err *);

/* The site of the smallest subnet around any of these addresses; NULL: there is none. */
const struct site_subnet *sites_find(const struct site_map *, const struct addr_facts *);

#endif
