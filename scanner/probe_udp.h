/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * probe_udp.h - what the probes by UDP have in common
 *
 * They all ask from the one bound port of the sweep (cookie.h) and are answered from the
 * port they asked.  So such a probe has only a datagram to write and an answer to know:
 * its `write` and `proves`; its `build` and `match` are one call each to these.
 */
#ifndef SCANNER_PROBE_UDP_H
#define SCANNER_PROBE_UDP_H

#include "scanner/probe.h"

enum { PROBE_UDP_MAX = 129 }; /* bytes of the largest datagram */

void probe_udp_build(
	const struct probe *, struct wr *, const struct path *, const struct shot *);

/* An ICMP error quotes no more than the ports, so these must do for a refusal. */
enum verdict probe_udp_match(const struct probe *, const struct cookie *,
	const struct packet *, struct shot *who);

#endif
