/* SPDX-License-Identifier: GPL-3.0-or-later */
/* claim.h - a sweep that an agent has started says what it is about to ask (schedule/child.h) */
#ifndef CLI_CLAIM_H
#define CLI_CLAIM_H

#include "iprange/iprange.h"

/* Until the agent lets it begin, which is when no other sweep asks any of it.  fd is closed.  -1: it
 * may not begin. */
int claim_addresses(int fd, const struct iprange *, struct arena *, struct err *);

#endif
