/* SPDX-License-Identifier: GPL-3.0-or-later */
/* words.h - lines of words between tabs, as the files of credentials have them */
#ifndef HOST_WORDS_H
#define HOST_WORDS_H

#include <stdbool.h>

#include "base/arena.h"

/* The next word of a line, up to a tab or its end; "" when there is none.  In arena; NULL past
 * its limit. */
const char *word_next(const char **at, const char *end, struct arena *);

/* The next line of a text, which begins at *at, without its end; *at moves on.  false: no more. */
bool words_line(const char **at, const char *end, const char **line, const char **stop);

/* How many there can be at most: its ends of lines, and one. */
size_t words_lines(const char *text, size_t n);

#endif
