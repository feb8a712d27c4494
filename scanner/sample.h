/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sample.h - sparse sweeps: a few addresses of each /24 first, the rest where one answers
 *
 * For ranges that are far larger than what lives in them.  A /24 of which at least
 * SAMPLE_LEAST addresses are targets is sampled: its first and last host address, where
 * gateways are, and a share of the others that the seed chooses.  Smaller ones are swept.
 */
#ifndef SCANNER_SAMPLE_H
#define SCANNER_SAMPLE_H

#include "scanner/target.h"

enum { SAMPLE_LEAST = 128 };

struct sample {
	uint32_t of_256; /* addresses of a /24, besides .1 and .254; 0: no sample */
	uint64_t key;
};

/* share: millionths, 0 to 1,000,000. */
struct sample sample_make(int64_t share, const uint8_t key[static 16]);
/* Is this target asked in the sample? */
bool sample_has(const struct sample *, const struct targets *, uint32_t target);
/* How many of these addresses are asked at least: when nobody answers. */
u128 sample_least(const struct sample *, const struct iprange *, enum addr_family);
/* The answers are here: marks as skipped every /24 that was sampled and stayed silent. */
void sample_judge(const struct sample *, struct targets *);

#endif
