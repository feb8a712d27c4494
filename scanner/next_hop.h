/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * next_hop.h - the MACs of the routers that lead to routed segments
 *
 * The kernel's neighbour table knows most; the others are asked by ARP or NDP, all at once,
 * a few times, before anything else is sent.  They are no targets: what they answer is no
 * observation.
 */
#ifndef SCANNER_NEXT_HOP_H
#define SCANNER_NEXT_HOP_H

#include "scanner/job.h"
#include "scanner/pace.h"
#include "scanner/port.h"

struct next_hop_input {
	struct job *job;
	struct port *port;
	const uint16_t *links;    /* by segment: the number of its link in the port */
	struct pace *total, *arp; /* both caps hold here too */
	struct path *paths; /* by segment: src_mac and src given, dst_mac filled */
	bool *usable;       /* by segment, filled: false for a silent next hop, which
				   * is told as a reason */
};

int next_hop_find_all(const struct next_hop_input *, struct err *);

#endif
