/* SPDX-License-Identifier: GPL-3.0-or-later */
/* computers.h - a computer account of a directory as facts */
#ifndef LDAP_COMPUTERS_H
#define LDAP_COMPUTERS_H

#include "inventory/observation.h"
#include "ldap/containers.h"
#include "ldap/session.h"
#include "ldap/zones.h"

enum { COMPUTER_FACTS_MAX = 40 };

struct computer_domain {
	const char *name;         /* DNS */
	const char *netbios;      /* or "" */
	struct containers *known; /* or NULL */
};

/* What to ask for; NULL-terminated. */
extern const char *const computer_attributes[];

/*
 * The facts of an entry, sorted, in the entry's arena.  false: it has no objectGUID, so
 * nobody could tell it from another.  A text that is no UTF-8 or has control characters is
 * put right; one that is too long is cut.
 */
bool computer_facts(const struct entry *, const struct computer_domain *,
	struct fact out[static COMPUTER_FACTS_MAX], size_t *n);

/* Which names its addresses may stand under: dNSHostName, else account and domain; "". */
const char *computer_dns_name(const struct entry *, const struct computer_domain *);

/* Who it is, for a set of those that were told. */
struct computer_id {
	uint8_t guid[16];
	uint64_t said; /* something that differs when other facts are told of it */
};
/* Of its facts; whenChanged says nothing, for each controller has its own. */
void computer_id(
	const struct entry *, const struct fact *, size_t n, struct computer_id *);

#endif
