/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tenancy.h - whose place it is: the device that alone ever had an address; inside the store only
 *
 *	struct tenancy t;
 *
 *	if (tenancy_find(s, v->site, &v->ip, &t, e) == -1)
 *		return -1;
 *	if (t.device)
 *		...
 *
 * What is asked again and again is remembered (memo.h).
 */
#ifndef DB_TENANCY_H
#define DB_TENANCY_H

#include "db/store_private.h"

struct tenancy {
	/* 0: nobody had the address, several had it, or who has it bears several of what may
	 * make a difference, or be found shared. */
	int64_t device;
	int64_t addresses; /* that the device ever had, with this one */
	struct fold_addr home;
	uint32_t kinds; /* of what it bears, a kind_bit() each */
};

/* site is kept in t.home. */
int tenancy_find(struct store *, const char *site, const struct addr *,
	struct tenancy *, struct err *);
/* It never had another address. */
bool tenancy_is_alone(const struct tenancy *);

uint32_t kind_bit(enum id_kind);
/* Several values of it may make a difference, or be found shared. */
bool kind_is_one_of_its(enum id_kind);

#endif
