/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ad.h - the source "ad": computers, sites, subnets and domains as Active Directory has them
 *
 * A domain is polled by one of its own controllers, several domains at once; what fails in
 * one is a reason and fails no other.  The first poll of a domain is full, later ones ask
 * what changed since (state.h).  What is emitted, all of it `listed`:
 *
 *	device	a computer account, by its objectGUID; ip: as the zones of the directory say.
 *		ad.listed is false when the account was deleted
 *	network	a subnet and its site, as a proposal for network locations
 *	domain	a domain, its forest, trusts, controllers, organizational units
 */
#ifndef LDAP_AD_H
#define LDAP_AD_H

#include "host/credential.h"
#include "inventory/source.h"
#include "iprange/iprange.h"
#include "ldap/session.h"

struct ad_conf {
	struct opt_list domains; /* DNS names; empty: the own one */
	struct opt_list servers; /* HOST, or DOMAIN=HOST */
	struct opt_list logins;  /* NAME of a credential, or DOMAIN=NAME */
	bool forest, trusts, full;
	int tls; /* enum session_tls */
	const char *ca_file;
	int64_t page, parallel, timeout_ms, full_every_ms, dns_age_ms, ask_dns;
	bool dns;

	/* What the command prepares. */
	struct credential_conf credentials;
	struct credential *accounts; /* of `credentials`, with their secrets */
	size_t n_accounts;
	const char *state;              /* of the last run, or NULL */
	const struct iprange *excluded; /* never asked nor connected to; NULL: none */
};

extern const struct opt ad_opts[];
extern const struct source source_ad;

/* Finds what is wrong with the settings, and fills `accounts` without secrets. */
int ad_check(struct ad_conf *, struct arena *, struct err *);
/* ERR_ARG: what was typed for a domain is of none that is polled: a typo, which would ask another
 * controller, or as somebody else.  A file of settings may have more than one poll needs. */
int ad_check_typed(const struct ad_conf *, const struct ad_conf *typed, struct err *);
/* The account to ask a domain by; NULL: the default.  -1: it names none that there is. */
int ad_account_of(const struct ad_conf *, const char *domain, struct credential **out,
	struct err *);
/* The server to ask about a domain; NULL: whom DNS names. */
const char *ad_server_of(const struct ad_conf *, const char *domain);

/* For --preview: a row for each domain that would be asked; only rootDSEs are read, and, for
 * a forest and trusts, the lists of domains. */
struct ad_preview {
	const char *domain, *server, *site, *forest;
	const char *kind; /* "full: it is the first", "changes" */
	/* Objects of all kinds, deleted ones too, that would be looked through: each change, and
	 * every object came by one, has a number of its own ([MS-ADTS] 3.1.1.1.9), so there are
	 * no more than were counted.  -1: nothing was counted, or by another controller. */
	int64_t at_most;
	bool is_all;        /* at_most is of all that there is, not of what changed */
	const char *failed; /* NULL, or why nobody would be asked */
};
int ad_preview(const struct ad_conf *, struct arena *,
	int (*row)(void *arg, const struct ad_preview *, struct err *), void *arg,
	struct err *);

#endif
