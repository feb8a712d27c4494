/* SPDX-License-Identifier: GPL-3.0-or-later */
/* directory.h - what a controller says of itself: its rootDSE, and its database */
#ifndef LDAP_DIRECTORY_H
#define LDAP_DIRECTORY_H

#include "ldap/objectid.h"
#include "ldap/session.h"

/* [MS-ADTS] 3.1.1.3.2.  Texts are "" when they are absent. */
struct directory {
	const char *host;               /* dnsHostName */
	const char *base;               /* defaultNamingContext */
	const char *config;             /* configurationNamingContext */
	const char *schema;             /* schemaNamingContext */
	const char *root;               /* rootDomainNamingContext */
	const char *domain, *forest;    /* DNS names of base and root */
	const char *service;            /* dsServiceName: its NTDS Settings object */
	const char *site;               /* of the controller, by that name */
	char invocation[GUID_TEXT_MAX]; /* "" before directory_read_database */
	uint64_t usn;                   /* highestCommittedUSN */
	int64_t schema_version;         /* objectVersion; 0: not known */
	int64_t forest_level, domain_level;
	bool can_page, can_show_deleted, can_dirsync;
};

/* In arena.  Needs no login. */
int directory_read(struct session *, struct arena *, struct directory *, struct err *);
/* The id of its database and the version of its schema; needs a login. */
int directory_read_database(struct session *, struct directory *, struct err *);

#endif
