/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * next_hop.h - the MACs of the routers that lead to routed segments
 *
 * All are asked by ARP or NDP at once, a few times, before anything else is sent; one that
 * stays silent is used by the MAC that the kernel's neighbour table remembers, if it does.  They are no targets: what they answer is no
 * observation.
 */
#ifndef SCANNER_NEXT_HOP_H
#define SCANNER_NEXT_HOP_H

#include "scanner/sending.h"

/*
 * Fills dst_mac of the paths of routed segments.  usable, by segment, is filled: false for
 * a silent next hop, which is told as a reason.  The caps hold here, too.
 */
int next_hop_find_all(struct sending *, bool *usable, struct err *);

#endif
