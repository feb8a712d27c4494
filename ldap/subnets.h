/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * subnets.h - in which site an address is, by the subnets of a forest ([MS-ADTS] 6.1.1.2.2.2)
 *
 * Of the subnets that hold an address the smallest counts.
 */
#ifndef LDAP_SUBNETS_H
#define LDAP_SUBNETS_H

#include "base/addr.h"
#include "base/err.h"

enum { SUBNETS_MAX = 65536, SUBNET_LENGTHS = 33 + 129 };

struct subnets {
	struct subnet {
		struct addr net;
		unsigned bits;
		char *site;
	} * items;
	size_t n, room;
	bool in_order;
	size_t ends[SUBNET_LENGTHS], n_ends; /* of those of one family and length */
};

void subnets_free(struct subnets *); /* leaves none */

/* A subnet without a site (site ""), and one beyond SUBNETS_MAX, is left out. */
int subnets_add(struct subnets *, const struct addr *net, unsigned bits,
	const char *site, struct err *);

/* NULL: of none that is known. */
const char *subnets_site(struct subnets *, const struct addr *);

#endif
