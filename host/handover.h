/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * handover.h - credentials that a process gives to another one which it starts
 *
 * They go through an open descriptor: on no command line, in no environment and no file, and who
 * gets them needs no right to read where they are kept.  Only those that it is to use go.
 *
 *	1 <tab> corp <tab> keytab <tab> svc@CORP.EXAMPLE <tab> its file <tab> what is in it
 *
 * The last two words are base64; the last one is the secret where the kind has one.  A line of
 * "!" and one word is why there are none.
 */
#ifndef HOST_HANDOVER_H
#define HOST_HANDOVER_H

#include "host/credential.h"

enum { HANDOVER_MAX = 8 << 20 }; /* bytes */

/* Of credentials that were loaded.  *fd: to be read from its beginning; whoever calls closes
 * it. */
int handover_make(const struct credential *const *, size_t n, int *fd, struct err *);

/* There are none: whoever takes them fails with this. */
int handover_refuse(const char *why, int *fd, struct err *);

/* Reads all of it, and closes it.  ERR_PROTO names the line; ERR_AUTH: refused. */
int handover_take(
	int fd, struct arena *, struct credential **out, size_t *n, struct err *);
/* The same of its text. */
int handover_parse(const char *text, size_t n_text, struct arena *,
	struct credential **out, size_t *n, struct err *);

#endif
