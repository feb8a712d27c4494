/* SPDX-License-Identifier: GPL-3.0-or-later */
/* file.h - a text file as one string: whole, bounded, and refused when it is no text */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/arena.h"
#include "base/err.h"

/*
 * Pipes are files too: the size is not known before.  out: NUL-terminated, in arena.  The
 * error names the path: ERR_NOTFOUND when there is none, ERR_ARG when it is larger than max
 * bytes or holds a NUL byte, ERR_SYS.
 */
int file_read(const char *path, size_t max, struct arena *, const char **out, size_t *n,
	struct err *);

/* The first line of a file that nobody but its owner may read.  ERR_AUTH: others may (the text
 * says what to do); ERR_ARG: there is none in it.  Wipe buf when it was used. */
int file_read_secret(const char *path, char *buf, size_t max, struct err *);

#endif
