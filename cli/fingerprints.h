/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fingerprints.h - the rules that tell kinds and systems, with those of the user's file */
#ifndef CLI_FINGERPRINTS_H
#define CLI_FINGERPRINTS_H

#include "inventory/rules.h"

/*
 * path: NULL for the rules compiled in alone.  mistakes: each on a line, or NULL: then the
 * first is in the error.  ERR_ARG: there are some.
 */
int fingerprints_read(const char *path, struct arena *, struct rules **out,
	struct sb *mistakes, struct err *);

/* The page muster-fingerprints(5), as scdoc(5). */
int fingerprints_manual(struct sb *out, struct arena *, struct err *);

#endif
