/* SPDX-License-Identifier: GPL-3.0-or-later */
/* file.h - a text file as one string: whole, bounded, and refused when it is no text; and back
 * again, at once or not at all */
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

/* All of it, onto the disk; path: for the error. */
int file_write(int fd, const char *path, const void *bytes, size_t n, struct err *);

/*
 * Puts text in the place of the file, with its owner and its rights: whoever reads it meanwhile,
 * or after the power went, has all of the old or all of the new one.  was: what it was read as;
 * ERR_ARG: somebody has changed it since.
 */
int file_replace(const char *path, const char *was, size_t was_n, const char *text,
	size_t n, struct err *);

#endif
