/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * definition.h - what a network location is: a name, and conditions
 *
 *	locations:
 *	  berlin:
 *	    subnet: [10.1.0.0/16]
 *	    gateway: [10.1.0.1]
 *	    dns_domain: [corp.example]
 *
 * Of one condition any value will do; all conditions of a location must hold.
 */
#ifndef LOCATION_DEFINITION_H
#define LOCATION_DEFINITION_H

#include "base/conf.h"
#include "iprange/iprange.h"

enum condition {
	CONDITION_SUBNET,         /* an address of the machine lies in it */
	CONDITION_GATEWAY,        /* a default gateway has this address */
	CONDITION_GATEWAY_MAC,    /* ... or this MAC address */
	CONDITION_DHCP_SERVER,    /* that gave the machine its lease */
	CONDITION_DNS_DOMAIN,     /* in which names without dots are looked up */
	CONDITION_DNS_SERVER,     /* that the machine asks */
	CONDITION_WINS_SERVER,    /* by its lease */
	CONDITION_RESOLVES,       /* this name has an address; NAME=ADDRESS: this one */
	CONDITION_WINDOWS_DOMAIN, /* a controller of this domain can be reached */
	CONDITION_TLS, /* HOST:PORT speaks TLS; HOST:PORT=SHA256: with this certificate */
	CONDITION_AD_SITE, /* the site that Active Directory sees it in */
	CONDITIONS
};

struct location {
	const char *name;
	struct opt_list values[CONDITIONS]; /* by enum; none: no condition */
	const struct iprange *subnet;       /* NULL: no condition */
	unsigned line, column;
};

extern const struct opt location_opts[];    /* of struct location */
extern const char *const condition_names[]; /* by enum: "subnet", "gateway", ... */

/* All locations of a configuration, in its order; the mistakes are told where they stand.
 * n_mistakes is added to. */
int location_read_all(const struct conf *, const char *file, struct arena *,
	struct location **out, size_t *n, struct sb *mistakes, size_t *n_mistakes,
	struct err *);

/* "HOST:PORT", "HOST:PORT=SHA256"; host and pin (64 lower-case digits, or NULL) in arena. */
int location_read_tls(const char *text, struct arena *, const char **host,
	uint16_t *port, const char **pin, struct err *);
/* "NAME", "NAME=ADDRESS"; the address may be unset. */
int location_read_resolves(const char *text, struct arena *, const char **name,
	struct addr *, struct err *);

#endif
