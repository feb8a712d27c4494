/* SPDX-License-Identifier: GPL-3.0-or-later */
/* history.h - what changed, and the ledger of why; inside the store only */
#ifndef DB_HISTORY_H
#define DB_HISTORY_H

#include "db/store_private.h"

struct history {
	struct store *s;
	const char *run;
	int64_t at;
	struct arena *mem;
};

/* Rows for what differs; before NULL: the device is new. */
int history_note(const struct history *, const struct device *before,
	const struct device *after, bool *changed, struct err *);
/* Measurements differ every time: a field of this key is no news. */
bool history_is_news(const char *key);
/* What a field says to people, in arena; "" for NULL. */
char *history_text(const struct device_field *, struct arena *);
/* The device's own row: what it is called, and when it was seen. */
int history_save_device(const struct history *, const struct device *, struct err *);
/* Ledger rows, and rulings for identifiers that were found to be shared. */
int history_links(struct store *, const struct identity_result *, const char *run,
	int64_t at, struct arena *, struct err *);

#endif
