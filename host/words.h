/* SPDX-License-Identifier: GPL-3.0-or-later */
/* words.h - lines of words between tabs, as the files of credentials have them */
#ifndef HOST_WORDS_H
#define HOST_WORDS_H

#include "base/arena.h"

/* The next word of a line, up to a tab or its end; "" when there is none.  In arena; NULL past
 * its limit. */
const char *word_next(const char **at, const char *end, struct arena *);

/* How many there can be at most: its ends of lines, and one. */
size_t words_lines(const char *text, size_t n);

#endif
