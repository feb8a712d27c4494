/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plugged.h - what switches say of a MAC, until it is known which address has that MAC
 *
 * A forwarding table names machines by MAC alone, and a MAC that others saw is no identity:
 * a word about it would be a device of its own each time.  So the words wait here, while ARP
 * tables of the same run say where MACs are, and are told of the address in the end.  A MAC
 * of more than PLUGGED_ADDRESSES_MAX addresses is that of a router or of proxy ARP.
 */
#ifndef SCANNER_PLUGGED_H
#define SCANNER_PLUGGED_H

#include "base/err.h"
#include "inventory/fact.h"

enum {
	PLUGGED_WORDS_MAX = 65536, /* words, and places */
	PLUGGED_MEMORY = 32 << 20,
	PLUGGED_FACTS_MAX = 16, /* of a word */
	PLUGGED_ADDRESSES_MAX = 4,
};

struct plugged;

struct plugged *plugged_new(void); /* NULL: no memory */
void plugged_free(struct plugged *);
/* What has no room is left out, in both. */
void plugged_place(struct plugged *, const struct mac *, const struct addr *);
/* Facts with a mac; copied. */
void plugged_add(struct plugged *, const struct fact *, size_t n);

typedef int plugged_word(
	void *arg, const struct addr *, const struct fact *, size_t n, struct err *);

/* Tells each word once, of the first address of its MAC.  *homeless: words of MACs that
 * have none. */
int plugged_tell(struct plugged *p, plugged_word *tell, void *arg, uint64_t *homeless,
	struct err *e);

#endif
