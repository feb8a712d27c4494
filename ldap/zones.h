/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zones.h - the addresses of names, by the DNS zones that a directory keeps
 *
 * Zones of Active Directory are objects below DomainDnsZones and ForestDnsZones ([MS-DNSP]
 * 2.3); one search gives what a DNS question for each computer would.
 */
#ifndef LDAP_ZONES_H
#define LDAP_ZONES_H

#include "base/addr.h"
#include "ldap/directory.h"

enum { ZONE_ADDRESSES_MAX = 16 };

struct zone_address {
	struct addr ip;
	int64_t stamp_us; /* when it was registered last, to the hour; 0: it never ages */
};

struct zone_name {
	const char *name; /* "ws1.corp.example", lower case */
	const struct zone_address *items;
	size_t n;
	bool used; /* zones_find found it */
};

struct zones;

int zones_new(struct zones **out, size_t memory_max, struct err *);
void zones_free(struct zones *); /* NULL is fine */

/* NULL: not known.  Case is ignored. */
const struct zone_name *zones_find(struct zones *, const char *name);
/* Does a name have addresses, and did zones_find never find it? */
bool zones_has_unused(const struct zones *, const char *name);
size_t zones_count(const struct zones *);
/* Whether the directory keeps the zone that a name stands in: what zones_find does not find
 * there is nowhere, and a name server need not be asked. */
bool zones_keep(const struct zones *, const char *name);
/* Names that zones_find never found, one after the other; at begins as 0.  NULL: no more. */
const struct zone_name *zones_next_unused(const struct zones *, size_t *at);

/* The name that a node stands for: of "DC=ws1,DC=corp.example,CN=MicrosoftDNS,…", "ws1.corp.
 * example"; false: reverse zones, the zone's own name, and what is no host's. */
bool zones_node_name(const char *dn, char out[static 256]);

/* Adds what a dnsZone or dnsNode says.  Tombstones, and what cannot be read, add nothing. */
int zones_add(struct zones *, const struct entry *, struct err *);

/* Reads all zones of a domain and its forest, or what changed there since a USN (0: all).
 * That there is no such partition is no error. */
struct zones_read {
	uint64_t since;
	int64_t page;
	bool no_nodes;           /* only which zones there are */
	uint64_t entries, pages; /* told */
};
int zones_read(struct session *, const struct directory *, struct zones *,
	struct zones_read *, struct err *);

#endif
