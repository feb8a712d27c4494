/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sites.h - the sites and subnets that polls of Active Directory brought into the store */
#ifndef DB_SITES_H
#define DB_SITES_H

#include "db/store.h"
#include "location/sites.h"

/* Adds them to the map.  Of two words on one subnet the later one counts.  In arena. */
int sites_read(struct store *, struct arena *, struct site_map *, struct err *);

#endif
