/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * listing.h - entries of browse lists, into the roster
 *
 * Pure.  Names are bytes as sent.  -1: there is no room, which the roster counts.
 */
#ifndef NETBIOS_LISTING_H
#define NETBIOS_LISTING_H

#include "netbios/lists.h"
#include "netbios/roster.h"
#include "wire/rap.h"

/* A domain of a list of domains, and the name of its master. */
int listing_domain(struct roster *, const struct rap_entry *);
/* A machine of this domain. */
int listing_machine(struct roster *, const char *domain, const struct rap_entry *);
/* Either, as libsmbclient has it: without types. */
int listing_take(struct roster *, const char *domain, const struct list_entry *);

#endif
