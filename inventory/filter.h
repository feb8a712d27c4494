/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * filter.h - which devices a person wants to see
 *
 * Terms, all of which must hold:  "web" (any name, current address, MAC, vendor, system or
 * model contains it, or the id begins so; case ignored), "netbios.domain=CORP" (equal, case
 * ignored), "name~web" (contains), "tcp.open=443" (member of a set),
 * "ad.last_logon<2026-08-01" and ">" (before, after, less, more: of facts that are a number or a text), "ip=10.0.0.0/24" (a
 * current address in it: iprange.h, without names and files), "10.0.0.0/24" (the same),
 * "state=up", "site=berlin", "!TERM" (not).
 */
#ifndef INVENTORY_FILTER_H
#define INVENTORY_FILTER_H

#include "inventory/device.h"

struct filter; /* in arena */

/* ERR_ARG: the term, and what would be right.  Terms are not kept. */
int filter_parse(const char *const *terms, size_t n, struct arena *,
	struct filter **out, struct err *);
bool filter_matches(const struct filter *, const struct device *);

/* What a card (card.h) can tell before a device is read. */
enum card_use {
	CARD_NOW,         /* of the device as it is */
	CARD_EVER,        /* as it was at any time */
	CARD_OTHER_RULES, /* made by another program or table of vendors */
};
/* False: the filter does not match the device of this card. */
bool filter_may_match(const struct filter *, const char *card, enum card_use);

#endif
