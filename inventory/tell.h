/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tell.h - what was heard of one subject, put together into an observation
 *
 * Fixed in size, so that nothing that is heard costs memory: what does not fit is left out.
 * Text of strangers passes foreign_text() (foreign.h); empty text is no fact.
 */
#ifndef INVENTORY_TELL_H
#define INVENTORY_TELL_H

#include "base/buf.h"
#include "inventory/observation.h"

enum {
	TELL_FACTS_MAX = 16,
	TELL_ITEMS_MAX = 512, /* of all sets together: 255 NetBIOS names, and more */
	TELL_POOL = 16 << 10, /* bytes of all texts together */
};

struct tell {
	struct addr ip; /* may be unset: then a MAC says who it is */
	struct fact facts[TELL_FACTS_MAX];
	size_t n;
	const char *items[TELL_ITEMS_MAX];
	size_t n_items;
	char pool[TELL_POOL];
	size_t used;
};

void tell_begin(struct tell *, const struct addr *ip); /* ip: NULL when it has none */
void tell_bool(struct tell *, const char *key, bool);
void tell_mac(struct tell *, const char *key, const struct mac *);
void tell_text(struct tell *, const char *key, struct rd text);
void tell_str(struct tell *, const char *key, const char *text);
void tell_hex(struct tell *, const char *key, struct rd bytes);
/* One more item of a set.  Items of one set come one after the other. */
void tell_item(struct tell *, const char *key, struct rd text);
/* Facts sorted by key and sets by item: what an observation wants.  Returns a number
 * that differs when anything that is told differs. */
uint64_t tell_finish(struct tell *);
/* The same of the subject alone: its MAC, or its address when it has told none. */
uint64_t tell_subject(struct tell *);

#endif
