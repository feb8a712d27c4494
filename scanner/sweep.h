/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sweep.h - the source "sweep": asks every address of a set and hears who answers
 *
 * On-link IPv4 targets are asked by ARP, routed ones through the next hop's MAC; loopback
 * goes by sockets, own addresses are reported from the host itself, and network and
 * broadcast addresses of on-link subnets are skipped.  Targets outside the set are never
 * asked.  Before the first byte from the network is parsed the process is sandboxed.
 */
#ifndef SCANNER_SWEEP_H
#define SCANNER_SWEEP_H

#include "inventory/source.h"
#include "iprange/iprange.h"

struct host_net;

struct sweep_conf {
	/* From sweep_opts. */
	int64_t rate, host_rate, arp_rate; /* packets/s */
	int64_t rounds;                    /* times a silent target is asked at most */
	int64_t wait_ms;                   /* longest wait for a reply after a round */
	struct opt_list probes;            /* names; empty: the default ones */
	struct opt_list ports;             /* "22", "80-90": asked of the living too */
	struct opt_list communities;       /* SNMP: each a question; secrets */
	struct opt_list interfaces;        /* names; empty: as the routes say */
	bool unprivileged;
	bool identify;                         /* --no-identify: sweep only */
	const char *packets_to, *packets_from; /* capture files */

	/* Prepared by the command. */
	const struct iprange *targets; /* exclusions are already taken away */
	const struct host_net *net;    /* a fresh snapshot */
	bool seeded;                   /* tests: the order and cookies from seed */
	uint8_t seed[16];
};

extern const struct opt sweep_opts[];
extern const struct source source_sweep;

/* What a sweep would do, without sending: --preview and the guard of large ranges. */
struct sweep_preview {
	u128 targets, onlink, routed, local, unroutable, skipped;
	uint64_t packets;    /* at most, all rounds */
	int64_t duration_us; /* at the rates set, all rounds */
};

/* ERR_ARG: an unknown interface, probe or port list.  Also checks everything that can be
 * checked without rights. */
int sweep_preview(const struct sweep_conf *, struct arena *, struct sweep_preview *,
	struct err *);

#endif
