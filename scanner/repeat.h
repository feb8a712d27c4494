/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * repeat.h - what was told a moment ago is no news
 *
 * A table of fixed size: when it is full the oldest make room, so that the worst that a
 * flood can do is to have things told again.
 */
#ifndef SCANNER_REPEAT_H
#define SCANNER_REPEAT_H

#include "base/arena.h"

#include <stdbool.h>

enum { REPEAT_MAX = 65536 }; /* a power of two */

struct repeat;

struct repeat *repeat_new(struct arena *); /* NULL: no memory */
/* Was this not told within the last minute?  Then it is now.  first: never since the table
 * began, as far as it remembers. */
bool repeat_is_news(struct repeat *, uint64_t what, int64_t at_us, bool *first);

#endif
