/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * multicast.h - who is there in IPv6 ranges that are too large to be asked one by one
 *
 * On each link where targets are sought (plan.h) everybody is pinged at once: an ICMPv6
 * echo request to ff02::1 from the link-local address, and one from each address whose
 * prefix touches such a range, because a host answers from an address of the prefix that
 * it is asked from.  A few times, for a lost answer costs a host.  What answers is no
 * observation: its address, and the one that it likely has in the prefix of the range,
 * becomes a target like any other.
 *
 * Nothing is sent when nothing is sought.
 */
#ifndef SCANNER_MULTICAST_H
#define SCANNER_MULTICAST_H

#include "scanner/sending.h"

enum { MULTICAST_FOUND_MAX = 1 << 16 }; /* addresses; who comes later is left out */

/* To be called once, before the first wave: adds the waves of large ranges, of what was known
 * and what was found.  The cap of all packets holds here, too. */
int multicast_seek(struct sending *, struct err *);

#endif
