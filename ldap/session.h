/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * session.h - a connection to one directory server, and searches over it (libldap)
 *
 * Everything waits at most as long as the limits say; a referral is never followed; what
 * the server sends in one message is bounded.  One thread uses a session at a time.
 *
 * Logins: Kerberos by SASL GSSAPI, signed and sealed (or, inside TLS, bound to its channel);
 * simple bind only inside TLS whose certificate and name were verified.
 *
 * libldap is given a connection that reach.h made, and never makes one: a session whose
 * connection is gone stays that.
 */
#ifndef LDAP_SESSION_H
#define LDAP_SESSION_H

#include "base/arena.h"
#include "base/clock.h"
#include "host/credential.h"
#include "ldap/dirsync.h"
#include "ldap/reach.h"

#include <lber.h>

enum session_tls { TLS_NONE, TLS_START, TLS_ALWAYS /* ldaps */ };

struct session_conf {
	const char *host; /* a name, or for slapd an address: of its certificate and its services */
	const struct addr *addresses; /* of it, in the order to try them */
	size_t n_addresses;
	int port; /* 0: 389, or 636 */
	enum session_tls tls;
	const char *ca_file; /* who may have signed its certificate; NULL: the system's */
	struct reach reach;
};

struct session;

/* Makes libldap read nothing of files and variables; sets an environment variable, so it comes
 * before any thread.  Once is enough. */
void session_prepare(void);

/* ERR_TIMEOUT, ERR_SYS: not reachable; ERR_AUTH: its certificate is not good. */
int session_open(struct session **out, const struct session_conf *, struct err *);
void session_close(struct session *); /* NULL is fine */

/* domain: the one that the server serves.  c NULL: as the machine or whose tickets there are.
 * ERR_AUTH: the account was refused, by it or, by Kerberos, by a KDC; a controller that does not
 * take the ticket that a KDC gave is another failure.  ERR_ARG: a simple bind outside of TLS,
 * which is never tried. */
int session_login(
	struct session *, const char *domain, const struct credential *c, struct err *);

/* --- searches ------------------------------------------------------------------------- */

enum { ENTRY_ATTRIBUTES_MAX = 64 };

struct entry_attribute {
	struct berval name;
	const struct berval *values;
	size_t n;
};

/* Borrowed until the row returns. */
struct entry {
	const char *dn;
	struct arena *mem; /* emptied behind the row */
	struct entry_attribute attributes[ENTRY_ATTRIBUTES_MAX];
	size_t n;
};

/* NULL: it has none. */
const struct entry_attribute *entry_find(const struct entry *, const char *name);
/* Its first value as text, in the entry's arena; NULL: none, or one with a NUL byte. */
const char *entry_text(const struct entry *, const char *name);
const char *value_text(const struct berval *, struct arena *);
/* As a decimal number; false: none. */
bool entry_number(const struct entry *, const char *name, int64_t *out);

struct search {
	const char *base, *filter;
	enum { SEARCH_BASE, SEARCH_ONE, SEARCH_ALL } scope;
	const char *const *attributes; /* NULL-terminated */
	int64_t page;                  /* entries a page; 0: without pages */
	bool deleted;                  /* tombstones too ([MS-ADTS] 3.1.1.3.4.1.14) */
	/* NULL, or: of the partition `base` only what changed since, without pages; it becomes
	 * the cookie of what is told now. */
	struct dirsync_cookie *since;
	int (*row)(void *arg, const struct entry *, struct err *);
	void (*paged)(void *arg); /* behind each page; or NULL */
	void *arg;
	uint64_t n_entries, n_pages, n_referrals; /* told */
};

/* -1: row failed, or the server: ERR_NOTFOUND: no such base; ERR_AUTH: no right;
 * ERR_TIMEOUT, ERR_SYS: it is gone. */
int session_search(struct session *, struct search *, struct err *);

#endif
