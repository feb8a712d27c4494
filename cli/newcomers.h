/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * newcomers.h - a line for each device that is heard for the first time in a run
 *
 *	2026-11-22T05:12:13Z  new    198.18.3.90  00:16:3e:12:03:5a  phone-7  Xensource  dhcp
 *
 * "known" in place of "new" when the store had it before.  Who joins says its MAC, name and
 * address one after the other: a line waits up to NEWCOMERS_WAIT for what it lacks, and when
 * it went without an address another one follows, "has", within a minute.
 */
#ifndef CLI_NEWCOMERS_H
#define CLI_NEWCOMERS_H

#include "db/store.h"

#include <stdio.h>

#define NEWCOMERS_WAIT (400 * MSEC)

struct newcomers;

struct newcomers_conf {
	FILE *to;
	struct store *store; /* NULL: nobody is known */
	struct clock *clock;
};

int newcomers_new(struct newcomers **, const struct newcomers_conf *, struct err *);
void newcomers_free(struct newcomers *); /* NULL is fine */
/* Before it is stored.  Borrows nothing. */
void newcomers_hear(struct newcomers *, const struct observation *);
/* Prints the lines that are due, or all. */
void newcomers_print(struct newcomers *, bool all);
/* How many were heard, and how many of them were new. */
void newcomers_count(const struct newcomers *, uint64_t *heard, uint64_t *new);

#endif
