/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bearers.h - which device bears an identifier; inside the store only */
#ifndef DB_BEARERS_H
#define DB_BEARERS_H

#include "db/store_private.h"

/* The one device that bears it, BEARER_NOBODY or BEARER_SEVERAL. */
int bearer_find(struct store *, const struct id_key *, int64_t *device, struct err *);
/* The device bears it, too. */
int bearer_put(struct store *, const struct id_key *, int64_t device, struct err *);
/* The device bears nothing any more. */
int bearer_forget(struct store *, int64_t device, struct err *);

/* Has somebody ruled on it? */
int bearer_is_ruled(struct store *, const struct id_key *, bool *, struct err *);
/* Is anything that the device bears another's too, or ruled on? */
int bearer_is_contested(struct store *, int64_t device, bool *, struct err *);

#endif
