/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cards.h - what devices ever said, for looking for them; inside the store only */
#ifndef DB_CARDS_H
#define DB_CARDS_H

#include "db/store_private.h"
#include "inventory/card.h"
#include "inventory/filter.h"

/* A card while observations are added to text (card_add_observation). */
struct card_draft {
	struct sb text;
	int64_t device;
	size_t had;
	bool was_full, same_rules;
};

/* The name of the rules that derive the fields of cards, as the store uses them now; "" while it
 * uses another table of vendors, which is another each time. */
void cards_mind_rules(struct store *);

int card_load(struct store *, const struct fold *, struct card_draft *, struct err *);
/* With the derived fields of the device as it is now; written when it has news. */
int card_save(struct store *, struct card_draft *, const struct device *, struct err *);
void card_done(struct card_draft *);

/* False: at no time does the filter match the device. */
int card_may_match(
	struct store *, int64_t device, const struct filter *, bool *out, struct err *);

struct card_row {
	int64_t device;
	const char *text; /* "": it may match anything */
	bool same_rules;  /* its derived fields are those of this program */
};

typedef int card_row_fn(void *arg, const struct card_row *, struct err *);

/* Of every device, whether it has one or not. */
int store_each_card(struct store *, card_row_fn *row, void *arg, struct err *);

#endif
