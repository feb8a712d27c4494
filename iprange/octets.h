/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * octets.h - "10.0.0-3.1-254": the IPv4 addresses whose octets are all in their lists
 *
 * Nobody outside iprange/ includes this.
 */
#ifndef IPRANGE_OCTETS_H
#define IPRANGE_OCTETS_H

#include "base/err.h"

#include <stdint.h>

#define OCTETS_CHARS "0123456789.-*,"

struct octets {
	uint8_t in[4][256]; /* 1: this value is in the octet's list */
};

/* ERR_ARG says what is wrong with which octet; the caller names the item. */
int octets_read(const char *text, struct octets *out, struct err *);
/* How many separate runs of addresses that is; at most 2^31. */
uint64_t octets_count_runs(const struct octets *);
/* The runs in rising order; a -1 from run ends it. */
int octets_each_run(const struct octets *,
	int (*run)(void *arg, uint32_t first, uint32_t last, struct err *), void *arg,
	struct err *);

#endif
