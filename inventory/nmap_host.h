/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * nmap_host.h - what nmap_xml.c has read of one host, and the facts that it comes to
 *
 * Nobody else includes this.
 */
#ifndef INVENTORY_NMAP_HOST_H
#define INVENTORY_NMAP_HOST_H

#include "inventory/fact.h"

enum { NMAP_NAMES_MAX = 64, NMAP_FACTS_MAX = 12 };

enum nmap_port_set {
	NMAP_TCP_CLOSED,
	NMAP_TCP_OPEN,
	NMAP_UDP_CLOSED,
	NMAP_UDP_OPEN,
	NMAP_PORT_SETS
};

struct nmap_ports {
	uint16_t *items; /* NULL, or room for FACT_ITEMS_LIMIT */
	size_t n;
};

/* Texts are borrowed; NULL: not told. */
struct nmap_host {
	bool down, answered, onlink, echo, truncated;
	int64_t at;
	struct addr ip;
	bool has_mac;
	struct mac mac;
	const char *vendor, *dns_name;
	const char *nbstat_name, *nbstat_domain, *smb_name, *smb_domain;
	const char *names[NMAP_NAMES_MAX]; /* PTR */
	size_t n_names;
	struct nmap_ports ports[NMAP_PORT_SETS];
};

/* Sorts names and ports.  Returns how many facts; they point into the host. */
size_t nmap_host_facts(struct nmap_host *, struct fact out[static NMAP_FACTS_MAX]);

#endif
