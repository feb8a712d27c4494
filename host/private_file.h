/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * private_file.h - files that hold secrets: nobody but their owner may read them
 *
 * A file that others may read or write is refused with the command that mends it.  What is
 * checked is the open descriptor, so nothing can change between the check and the reading.
 */
#ifndef HOST_PRIVATE_FILE_H
#define HOST_PRIVATE_FILE_H

#include "base/err.h"

#include <stddef.h>

/* As much as there is, at most max bytes; *n tells how many.  ERR_AUTH: others may read it;
 * ERR_NOTFOUND: there is none; ERR_ARG: it has more. */
int private_file_read(const char *path, void *buf, size_t max, size_t *n, struct err *);

/* The first line, which must have something in it, without its end; max: bytes with the NUL.
 * Wipe buf when it was used. */
int private_file_line(const char *path, char *buf, size_t max, struct err *);

/* Another file takes the place of the old one at once, or the old one stays (mode 0600). */
int private_file_write(const char *path, const void *bytes, size_t n, struct err *);

#endif
