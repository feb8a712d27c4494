/* SPDX-License-Identifier: GPL-3.0-or-later */
/* history.h - what changed, and the ledger of why; inside the store only */
#ifndef DB_HISTORY_H
#define DB_HISTORY_H

#include "db/store_private.h"

/* What came of observations of one run is dated by the one that told it, where that is known:
 * else by the last, at. */
struct history {
	struct store *s;
	const char *run;
	int64_t since, at; /* the first and the last of them; since 0: at one moment */
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
/* Its own row: over that which is there, or for the first time. */
int history_save_device(struct store *, const struct device *, struct err *);
int history_put_device(struct store *, const struct device *, struct err *);

/* Why two devices are, or are not, one; the same is not said twice. */
struct ledger_line {
	int64_t at;
	const char *run, *rule, *key, *detail, *actor;
	enum link_outcome outcome;
	int64_t a, b; /* devices */
};

int ledger_put(struct store *, const struct ledger_line *, struct err *);
/* Ledger rows, and rulings for identifiers that were found to be shared.  decided: when a
 * person brought that about; 0: each is dated by what was observed. */
int history_links(struct store *, const struct identity_result *, int64_t decided,
	struct arena *, struct err *);
/* The sighting that showed why two devices are, or are not, one: the later of both. */
const struct sighting *history_shown_by(
	const struct identity_result *, const struct identity_link *);

#endif
