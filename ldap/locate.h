/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * locate.h - finding the controllers of a domain as a member machine does ([MS-ADTS] 6.3.6)
 *
 *	1. DNS: _ldap._tcp.dc._msdcs.DOMAIN, in the order of RFC 2782
 *	2. an LDAP ping to some of them, until one tells the site we are in
 *	3. DNS: _ldap._tcp.SITE._sites.dc._msdcs.DOMAIN: those go first
 *	4. an LDAP ping to all others at once: those that do not answer go last
 *
 * Who may not be asked (reach.h) is not. Each step is told to the log (debug).
 */
#ifndef LDAP_LOCATE_H
#define LDAP_LOCATE_H

#include "ldap/reach.h"
#include "wire/netlogon.h"

enum { CONTROLLERS_MAX = 32, CONTROLLER_NAME_MAX = 256 };

struct controller {
	char host[CONTROLLER_NAME_MAX];
	bool in_site;         /* of ours */
	bool asked, answered; /* the ping */
};

struct controllers {
	struct controller items[CONTROLLERS_MAX]; /* in the order to try them */
	size_t n;
	char site[NETLOGON_NAME_MAX]; /* we are in; "": nobody told */
	char forest[NETLOGON_NAME_MAX];
};

/* ERR_NOTFOUND: DNS names none; ERR_TIMEOUT, ERR_SYS: DNS itself. */
int locate_controllers(
	const struct reach *, const char *domain, struct controllers *, struct err *);

/* The domain this machine belongs to, by Kerberos's settings, else by the resolver's; lower
 * case.  false: neither tells. */
bool locate_own_domain(char out[static CONTROLLER_NAME_MAX]);

#endif
