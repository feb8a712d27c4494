/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * members.h - the last part of a Windows poll: machines are asked what they tell an account
 *
 * Each by a process of its own (crew.h), with one account (trust.h) and without rights
 * (sandbox.h).
 */
#ifndef NETBIOS_MEMBERS_H
#define NETBIOS_MEMBERS_H

#include "host/credential.h"
#include "inventory/source.h"
#include "netbios/trust.h"

enum { MEMBER_DOMAIN_MAX = 64 };

struct member {
	struct addr ip;
	char domain[MEMBER_DOMAIN_MAX]; /* or workgroup, by its NetBIOS name; "": not known */
};

struct members_conf {
	/* From members_opts. */
	struct opt_list logins; /* [DOMAIN=]NAME */
	int64_t parallel;
	int64_t patience_ms; /* of one machine */

	/* Prepared by the command. */
	struct credential_conf credentials;
	struct credential *accounts; /* with the secrets of those that are wanted */
	size_t n_accounts;
	struct trust *trust; /* in them, of the whole run */
	int64_t rate;        /* packets/s of the libraries (crew.h) */
	const struct member *items;
	size_t n;
};

/* Which account is for a domain ("": not known), by its place; SIZE_MAX: none. */
size_t members_account(const struct members_conf *, const char *domain);

extern const struct opt members_opts[];
extern const struct source source_members;

/* Fills accounts, without secrets, and trust, which is the caller's to free.  ERR_ARG: there is none of that name, or it is no password. */
int members_check(struct members_conf *, struct arena *, struct err *);

#endif
