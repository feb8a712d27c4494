/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reprobe.h - the random sample of silent addresses that is asked once more
 *
 * Canaries show the loss of a path that knows them.  A first question may be lost for
 * another reason: a router drops it while it resolves the address, a sleeping machine needs
 * it to wake up.  So before one round is believed to be enough, a share of those that are
 * still silent is asked again: if anybody answers then, the others are asked again, too.
 */
#ifndef SCANNER_REPROBE_H
#define SCANNER_REPROBE_H

#include "scanner/target.h"

enum {
	REPROBE_LEAST = 1024, /* targets: fewer are all asked again, or show enough */
	REPROBE_SHARE = 50,   /* one of so many */
	REPROBE_MAX = 2048,   /* targets */
};

struct reprobe {
	uint32_t *targets; /* that were asked again: room for REPROBE_MAX */
	uint32_t n;
	bool begun;
};

/* How many of n targets are in the sample; 0: none is taken. */
uint32_t reprobe_size(uint32_t n);
int reprobe_begin(struct reprobe *, struct err *);
void reprobe_note(struct reprobe *, uint32_t target);
/* How many of them have answered since. */
uint32_t reprobe_answered(const struct reprobe *, const struct targets *);
void reprobe_free(struct reprobe *);

#endif
