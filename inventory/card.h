/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * card.h - all that a device ever said, as one text, so that looking for it is quick
 *
 * Lines "key=value" in lower case, one a value; the first and the last character are line
 * breaks.  A filter that finds nothing on a card matches the device at no time (filter.h:
 * filter_may_match); one that finds something may match it.  Numbers are left out: they are
 * measured, and new every time.  Derived fields are there as they were after each change;
 * they depend on the program and its table of vendors, which whoever keeps a card notes.
 */
#ifndef INVENTORY_CARD_H
#define INVENTORY_CARD_H

#include "base/sb.h"
#include "inventory/device.h"

enum { CARD_MAX = 16 << 10 }; /* bytes; who said more may match anything */

/* What derives fields changed: cards of other rules tell nothing of derived fields. */
#define CARD_RULES "2"

/* Adds what is not on it yet.  card.bad: it would pass its limit. */
void card_add(struct sb *card, const char *key, const char *value);
void card_add_fact(struct sb *card, const struct fact *);
/* Its site, its address, its facts, and who made the network cards among them by the table
 * of vendors (NULL: the one compiled in). */
void card_add_observation(
	struct sb *card, const struct observation *, const struct vendor_table *);
/* Its id and its derived fields. */
void card_add_device(struct sb *card, const struct device *);

/* Is one of its values of this key equal?  value: any case. */
bool card_has(const char *card, const char *key, const char *value);

bool card_lists(
	const struct fact_def *); /* facts that a card has; NULL: an unknown one */
bool card_derives(const struct fact_def *);

#endif
