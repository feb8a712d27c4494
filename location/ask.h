/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ask.h - the conditions that only a question can tell: names, controllers, TLS */
#ifndef LOCATION_ASK_H
#define LOCATION_ASK_H

#include "base/clock.h"
#include "location/match.h"

struct location_asking; /* its first member is a struct location_asker */

/* Each question takes at most a few seconds; one that nobody answers is HOLDS_UNKNOWN where
 * that may be the resolver's fault, else HOLDS_NO. */
struct location_asker *location_asker_new(struct clock *, struct err *); /* NULL: e */
/* Nobody outside of these addresses is spoken to (but the resolver): what would need that is
 * HOLDS_UNKNOWN.  The set is borrowed. */
void location_asker_bound(struct location_asker *, const struct iprange *);
void location_asker_free(struct location_asker *); /* NULL is fine */

#endif
