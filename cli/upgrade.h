/* SPDX-License-Identifier: GPL-3.0-or-later */
/* upgrade.h - telling people, and a service manager that waits, that an older store is brought up */
#ifndef CLI_UPGRADE_H
#define CLI_UPGRADE_H

#include "db/store.h"

struct upgrade {
	struct store_watch watch; /* for store_open_watched */
	struct clock *clock;
	int64_t began, told; /* monotonic; 0: it was not needed */
	int step;
};

void upgrade_init(struct upgrade *, struct clock *);
void upgrade_done(const struct upgrade *);

#endif
