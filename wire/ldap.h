/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ldap.h - what a directory server says of itself: its rootDSE (RFC 4512 §5.1)
 *
 * One search, without a bind (RFC 4511 §4.2.1 allows it): the entry with the empty name,
 * and of it the attributes below.  BER is liblber's, from memory; what it is given is one
 * whole message of a bounded size.
 */
#ifndef WIRE_LDAP_H
#define WIRE_LDAP_H

#include "base/buf.h"

enum {
	LDAP_TCP_PORT = 389,
	LDAP_MESSAGE_ID = 1,         /* of our question */
	LDAP_QUERY_ROOM = 512,       /* bytes of it */
	LDAP_MESSAGE_MAX = 32 << 10, /* our limit; Active Directory sends some 4 KiB */
	LDAP_TEXT_MAX = 256,         /* a longer value is none */
};

void ldap_write_root_query(struct wr *);

/* Of a stream: is there a whole LDAPMessage (RFC 4511 §5.1)?  why: static text. */
enum ldap_part { LDAP_MORE, LDAP_WHOLE, LDAP_BROKEN };
enum ldap_part ldap_read_message(
	struct rd *stream, struct rd *message, const char **why);

/* Texts are "" when they are absent; bytes of the peer without a NUL inside. */
struct ldap_root {
	char dns_name[LDAP_TEXT_MAX];        /* dnsHostName */
	char default_context[LDAP_TEXT_MAX]; /* a name like "DC=corp,DC=example" */
	char root_context[LDAP_TEXT_MAX];    /* rootDomainNamingContext, the same */
	char server_name[LDAP_TEXT_MAX]; /* "CN=DC1,CN=Servers,CN=Berlin,CN=Sites,..." */
	char vendor_name[LDAP_TEXT_MAX], vendor_version[LDAP_TEXT_MAX]; /* RFC 3045 */
	char functionality[LDAP_TEXT_MAX]; /* domainControllerFunctionality */
	char gc_ready[LDAP_TEXT_MAX];      /* isGlobalCatalogReady: "TRUE", "FALSE" */
	char context[LDAP_TEXT_MAX];       /* the first of namingContexts */
	size_t n_contexts;
	bool is_openldap; /* objectClass OpenLDAProotDSE */
	bool is_light;    /* AD LDS, which is no domain controller */
};

enum ldap_said {
	LDAP_SAID_ENTRY, /* the rootDSE: added to the struct */
	LDAP_SAID_END,   /* no more will come */
	LDAP_SAID_OTHER, /* something that was not asked for */
	LDAP_SAID_GARBAGE,
};

/* why: static text, of LDAP_SAID_GARBAGE. */
enum ldap_said ldap_read_root(struct rd message, struct ldap_root *, const char **why);

/* "dc=corp,dc=example" as "corp.example"; false when it is another kind of name. */
bool ldap_print_domain(const char *dn, char out[static LDAP_TEXT_MAX]);
/* The site in the name of a server object ([MS-ADTS] 6.1.1.2.2.1.2.1); false: there is none. */
bool ldap_print_site(const char *dn, char out[static LDAP_TEXT_MAX]);

#endif
