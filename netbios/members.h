/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * members.h - the last part of a Windows poll: machines are asked what they tell an account
 *
 *	members ─┬─▶ process ─▶ one machine (member.h)
 *	         ├─▶ process ─▶ another one
 *	         └─▶ …          at most members_conf.parallel, each with a deadline
 *
 * A library that parses what strangers say may hang or crash: each machine gets a process, with
 * one account, without rights (sandbox.h), and it is killed at its deadline.
 *
 * Accounts are not to be locked by us.  One that nobody has accepted yet is tried at one
 * machine at a time; one that was refused is not tried again in this run, wherever it was.
 */
#ifndef NETBIOS_MEMBERS_H
#define NETBIOS_MEMBERS_H

#include "host/credential.h"
#include "inventory/source.h"

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
	const struct member *items;
	size_t n;
};

extern const struct opt members_opts[];
extern const struct source source_members;

/* Fills accounts, without secrets.  ERR_ARG: there is none of that name, or it is no password. */
int members_check(struct members_conf *, struct arena *, struct err *);

#endif
