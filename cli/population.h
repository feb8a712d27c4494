/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * population.h - addresses that should have been found, and what is missing of them
 *
 * Filled, then marked, then judged.  A device counts once, and one of its addresses is
 * enough; an address without a device stands for itself.  It costs 32 bytes an address, and
 * a binary search for each mark.
 */
#ifndef CLI_POPULATION_H
#define CLI_POPULATION_H

#include "base/addr.h"
#include "base/arena.h"
#include "base/err.h"

enum {
	POPULATION_NAMED = 5,     /* of those who are missing */
	POPULATION_MAX = 1 << 20, /* addresses; more are not compared */
};

enum population_order { POPULATION_UNSORTED, POPULATION_BY_IP, POPULATION_BY_OWNER };

struct population_member {
	int64_t owner; /* a device, or 0: the address stands for itself */
	struct addr ip;
	bool found;
};

/* Begins as { name, of }. */
struct population {
	const char *name; /* "neighbours" */
	const char *of;   /* "neighbours that the kernel knows here" */
	struct population_member *members;
	size_t n, room;
	enum population_order order;
};

void population_done(struct population *);
/* In any order, each as often as you like.  ERR_ARG: more than POPULATION_MAX. */
int population_add(
	struct population *, const struct addr *, int64_t owner, struct err *);
void population_found_ip(struct population *, const struct addr *);
void population_found_owner(struct population *, int64_t owner);

/* What came of it. */
struct population_report {
	const char *name, *of;
	uint64_t known, found;
	struct addr missing[POPULATION_NAMED]; /* the first ones, by address */
	size_t n_missing;                      /* of them */
};

void population_judge(struct population *, struct population_report *);
/* "2 of 40 devices that the store knows here did not answer: 198.18.3.7, 198.18.3.9".
 * In arena; NULL past its limit. */
const char *population_describe(const struct population_report *, struct arena *);

#endif
