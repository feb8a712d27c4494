/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sweep.h - the source "sweep": asks every address of a set and hears who answers
 *
 * On-link targets are asked by ARP or NDP, routed ones through the next hop's MAC; loopback
 * goes by sockets, own addresses are reported from the host itself, and network and
 * broadcast addresses of on-link subnets are skipped.  Targets outside the set are never
 * asked.  Before the first byte from the network is parsed the process is sandboxed.
 */
#ifndef SCANNER_SWEEP_H
#define SCANNER_SWEEP_H

#include "inventory/source.h"
#include "iprange/iprange.h"

struct host_net;

struct sweep_known {
	struct addr ip;
	struct mac mac; /* zero: unknown */
};

struct sweep_conf {
	/* From sweep_opts. */
	int64_t rate, host_rate, arp_rate; /* packets/s */
	int64_t recall;         /* millionths of the living to find; 0: all rounds */
	int64_t sample;         /* millionths of each /24 asked first; 0: all */
	int64_t rounds;         /* times a silent target is asked at most */
	int64_t wait_ms;        /* longest wait for a reply after a round */
	struct opt_list probes; /* names; empty: the default ones */
	struct opt_list ports;  /* "22", "80-90": asked of the living too */
	struct opt_list communities; /* SNMP: each a question; secrets */
	struct opt_list interfaces;  /* names; empty: as the routes say */
	bool unprivileged;
	bool identify;  /* --no-identify: sweep only */
	bool multicast; /* seek in large IPv6 ranges by ff02::1 */
	const char *packets_to, *packets_from; /* capture files */

	/* Prepared by the command. */
	const struct iprange *targets; /* exclusions are already taken away */
	const struct iprange *named;   /* addresses that names led to; NULL: none */
	const struct host_net *net;    /* a fresh snapshot */
	const uint16_t *living_ports; /* asked of the living too, unless probes are named */
	size_t n_living_ports;
	const char *resume; /* the last `state` of the run that is continued; NULL */
	const struct sweep_known *known; /* who that run found already, by address */
	size_t n_known;
	bool seeded; /* tests: the order and cookies from seed */
	uint8_t seed[16];
};

extern const struct opt sweep_opts[];
extern const struct source source_sweep;

/* What a sweep would do, without sending: --preview and the guard of large ranges. */
struct sweep_preview {
	u128 targets, onlink, routed, local, unroutable, skipped;
	u128 sought; /* not asked one by one */
	/* Of all rounds; with a recall to reach, of two: more only where answers get lost. */
	uint64_t packets;
	int64_t duration_us; /* at the rates set */
	/* With a sample: of one round where nobody answers; else 0. */
	uint64_t least_packets;
	int64_t least_us;
};

/* ERR_ARG: an unknown interface, probe or port list.  Also checks everything that can be
 * checked without rights. */
int sweep_preview(const struct sweep_conf *, struct arena *, struct sweep_preview *,
	struct err *);

#endif
