/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gone.h - who is in a directory no more
 *
 * A coverage line of the probe "ad" says that the directory of a domain (its `targets`) was
 * read completely.  Computers that an earlier run found there and this one did not are gone:
 * an observation of the run says so (ad.listed: false).
 */
#ifndef DB_GONE_H
#define DB_GONE_H

#include "db/store_private.h"

#define GONE_PROBE "ad"

/* At the end of a run, outside of a transaction; may be repeated. */
int gone_note(struct store *, const char *run, int64_t at, struct err *);

#endif
