/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gone.h - who is in a directory no more
 *
 * A coverage line of the probe "ad" says that the directory of a domain (its `targets`) was
 * read completely.  Computers that an earlier run found there and this one did not are gone,
 * unless another told of one after this one had begun: an observation of the run says so
 * (ad.listed: false).
 */
#ifndef DB_GONE_H
#define DB_GONE_H

#include "db/store_private.h"

#define GONE_PROBE "ad"
/* One of this probe says so of the subnets of a forest: those that are not told again ended
 * (a network with ad.listed: false). */
#define GONE_NETWORKS_PROBE "ad-subnets"

/* Does a coverage of this probe name a directory, and no addresses? */
bool gone_is_of_directory(const char *probe);

/* At the end of a run, outside of a transaction; may be repeated. */
int gone_note(struct store *, const char *run, int64_t at, struct err *);

/* What gone.c and gone_networks.c share. */
struct gone_run {
	struct store *s;
	const char *id, *site, *point;
	int64_t started, at;
	struct arena *mem;
};
int gone_note_networks(const struct gone_run *, const char *forest, struct err *);
struct observation gone_observation(
	const struct gone_run *, enum subject, const struct fact *, size_t n);

#endif
