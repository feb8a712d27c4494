/* SPDX-License-Identifier: GPL-3.0-or-later */
/* units.h - the organizational units that polls of Active Directory brought into the store */
#ifndef DB_UNITS_H
#define DB_UNITS_H

#include "db/store.h"
#include "scope/units.h"

/* Of each domain as the last poll told them.  In arena. */
int units_read(struct store *, struct arena *, struct unit_tree *, struct err *);

#endif
