/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * facts.h - what is known of where a machine is
 *
 * Of this machine itself (location_here) everything; of one without an agent what its address,
 * the directory and the point that sees it tell.  What is not known decides nothing.
 */
#ifndef LOCATION_FACTS_H
#define LOCATION_FACTS_H

#include "base/addr.h"
#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FACTS_MAX = 32 }; /* of one kind; more are left out */

struct addr_facts {
	struct addr items[FACTS_MAX];
	size_t n;
	bool known; /* none at all is known, too */
};

struct text_facts {
	const char *items[FACTS_MAX]; /* in arena */
	size_t n;
	bool known;
};

struct place_facts {
	struct addr_facts addresses, gateways, dhcp_servers, dns_servers, wins_servers;
	struct mac gateway_macs[FACTS_MAX];
	size_t n_gateway_macs;
	bool gateway_macs_known;
	struct text_facts dns_domains;
	const char *ad_site; /* NULL: not known */
};

void addr_facts_add(struct addr_facts *, const struct addr *); /* once */
int text_facts_add(
	struct text_facts *, const char *, size_t n, struct arena *, struct err *);

/* This machine: rtnetlink, resolv.conf (that behind systemd-resolved's stub), and the leases
 * that hold an address of its own, as dhclient, NetworkManager and systemd-networkd keep them.
 * root: "", or a folder in the place of /. */
int place_facts_here(
	const char *root, struct arena *, struct place_facts *out, struct err *);

/* --- texts of others, for place_facts_here and its tests ----------------------------------- */

/* resolv.conf(5).  *stub: all its servers are on this machine itself. */
int facts_read_resolv(const char *text, struct arena *, struct place_facts *,
	bool *stub, struct err *);

/* What the lease says of `own`: dhclient.leases(5), the last one that has this address; or the
 * KEY=VALUE file of systemd's DHCP client, NetworkManager's too. */
int facts_read_lease(const char *text, const struct addr_facts *own, struct arena *,
	struct place_facts *, struct err *);

#endif
