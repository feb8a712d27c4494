/* SPDX-License-Identifier: GPL-3.0-or-later */
/* forest.h - what is the same for all domains of a forest: its domains, sites and subnets */
#ifndef LDAP_FOREST_H
#define LDAP_FOREST_H

#include "ldap/directory.h"
#include "ldap/door.h"
#include "ldap/subnets.h"

enum { FOREST_DOMAINS_MAX = 1024, DOMAIN_TRUSTS_MAX = 256 };

/* In arena. */
struct forest_domain {
	const char *name;    /* dnsRoot, lower case */
	const char *netbios; /* nETBIOSName */
	const char *parent;  /* name of its crossRef; "": it is the root of a tree */
};

struct forest {
	struct forest_domain *domains; /* by name */
	size_t n;
	uint64_t cut; /* so many more are left out */
};

/* The crossRefs of the partitions container ([MS-ADTS] 6.1.1.2.1) that are domains. */
int forest_read(struct session *, const struct directory *, struct arena *,
	struct forest *, struct err *);
/* "": it is none of the forest's. */
const char *forest_netbios(const struct forest *, const char *domain);
/* DNS name of the domain above it; "": none. */
const char *forest_parent(const struct forest *, const char *domain);

/* Domains that trust us or that we trust ([MS-ADTS] 6.1.6). */
struct trust {
	const char *name; /* trustPartner, lower case */
	const char *text; /* topology_print_trust */
	bool is_asked;    /* its computers can be asked for by our accounts */
};
struct trusts {
	struct trust *items;
	size_t n;
	uint64_t cut; /* so many more are left out */
};
int forest_read_trusts(struct session *, const struct directory *, struct arena *,
	struct trusts *, struct err *);

/* At most FACT_ITEMS_LIMIT, sorted, each once; in arena. */
struct forest_names {
	const char **items;
	size_t n;
	uint64_t cut;
};

/* DNS names of the controllers of this domain, and host, in lower case. */
int forest_read_controllers(struct session *, const struct directory *, int64_t page,
	struct arena *, struct forest_names *, struct err *);

/* Names of the organizational units as computer facts write them. */
int forest_read_units(struct session *, const struct directory *, int64_t page,
	struct arena *, struct forest_names *, struct err *);

/* Where subnets go: each that has a site is added to `subnets`.  When all were read, and nobody
 * of the forest did so before, a `network` is told for each, how many names were no prefix, and
 * that it was all since now_us. */
struct forest_subnets {
	struct subnets *subnets;
	struct door *door;
	int64_t page, now_us;
};
int forest_read_subnets(struct session *, const struct directory *,
	const struct forest_subnets *, struct err *);

#endif
