/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * filter.h - which devices a person wants to see
 *
 * Terms, all of which must hold:  "web" (any name, address, MAC or vendor contains it, case
 * ignored), "netbios.domain=CORP" (equal, case ignored), "name~web" (contains),
 * "tcp.open=443" (member of a set), "ip=10.0.0.0/24" (an address in it), "state=up",
 * "!TERM" (not).
 */
#ifndef INVENTORY_FILTER_H
#define INVENTORY_FILTER_H

#include "inventory/device.h"

struct filter; /* in arena */

int filter_parse(const char *const *terms, size_t n, struct arena *,
	struct filter **out, struct err *);
bool filter_matches(const struct filter *, const struct device *);

#endif
