/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * kdc.h - questions of libkrb5 to the key distribution centres of a realm, which we carry
 *
 * The library itself sends nothing (krb5_init_creds_step, krb5_tkt_creds_step): so a KDC is an
 * address like any other, that may be asked or not, by TCP (RFC 4120 §7.2.2) and with a
 * deadline.
 */
#ifndef LDAP_KDC_H
#define LDAP_KDC_H

#include "ldap/reach.h"

enum { KDC_PORT = 88, KDC_MESSAGE_MAX = 256 << 10, KDC_REALM_MAX = 256 };

/* Of one login; the fields of the first part are the caller's. */
struct kdc {
	const struct reach *reach;
	const char *host;   /* the controller that we want to log in to; its DNS name */
	const char *domain; /* it serves, and is a KDC of the realm of that name */
	struct addr controller;

	/* Whoever answered last is asked first. */
	struct addr last;
	uint16_t last_port;
	char last_realm[KDC_REALM_MAX];
};

/* What krb5.conf says of a realm. */
struct kdc_realm {
	const char *name;
	char **servers; /* its kdc lines, NULL at the end; or NULL */
	bool asks_dns;  /* dns_lookup_kdc */
};

struct kdc_message {
	uint8_t *bytes; /* malloc; or NULL */
	size_t n;
};

/*
 * One question and its answer.  The servers that krb5.conf names are asked, or the controller,
 * when the realm is that of its domain, and then those that DNS names, until one answers.
 * ERR_TIMEOUT, ERR_SYS: none did; ERR_NOTFOUND: there is none, or none that may be asked.
 */
int kdc_ask(struct kdc *, const struct kdc_realm *, const void *question, size_t n,
	struct kdc_message *answer, struct err *);

/* "host", "host:port", "tcp/host", "[2001:db8::1]:88": host is a part of text.  false: it is
 * no host of ours to ask ("https://…", a proxy). */
bool kdc_parse_server(const char *text, const char **host, size_t *n, uint16_t *port);

#endif
