/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * leases.h - lease files of DHCP servers read as observations
 *
 *	ISC dhcpd	dhcpd.leases(5): lease, and iaaddr of version 6
 *	Kea		memfile: CSV with a head line, of versions 4 and 6
 *	dnsmasq		lines "expiry MAC address name client-id", dnsmasq(8)
 *
 * Which of them it is, is found by looking.  All are logs: of an address the last entry
 * counts.  One that is bound becomes an observation "listed" with dhcp.name, dhcp.client_id,
 * dhcp.vendor_class and mac, of the time when the lease began; dnsmasq does not say that, so it is the time
 * when the file was written.  A lease that ended before the newest of the file began is
 * over: it is counted and not told.
 *
 * Pure: no clock, no file.  At most LEASES_MAX addresses and LEASES_MEMORY bytes are kept.
 */
#ifndef INVENTORY_LEASES_H
#define INVENTORY_LEASES_H

#include "inventory/source.h"

enum {
	LEASES_MAX = 1 << 20, /* entries, of one file */
	LEASES_MEMORY = 256 << 20,
	LEASES_LINE_MAX = 4096,
};

struct leases;

struct leases_report {
	const char *format; /* "ISC dhcpd", "Kea", "dnsmasq"; NULL: none was found */
	uint64_t told;      /* observations */
	uint64_t expired,
		unbound; /* addresses whose lease is over, or belongs to nobody */
	uint64_t broken; /* entries that are not understood */
	uint64_t first_broken_line; /* from 1; 0: none */
};

/* Does a file that begins so look like one? */
bool leases_begin_so(const char *, size_t);

/* Observations go to sink with source "import"; run, site and point are left NULL.
 * written: when the file was, in microseconds. */
int leases_new(struct leases **out, struct sink *, int64_t written, struct err *);
void leases_free(struct leases *);
/* ERR_PROTO: it is no lease file. */
int leases_feed(struct leases *, const char *, size_t, struct err *);
/* Tells all. */
int leases_end(struct leases *, struct leases_report *, struct err *);

#endif
