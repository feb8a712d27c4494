/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * when.h - a moment as people write it
 *
 *	2026-11-21T20:15:03Z        RFC 3339; a blank for the T, no seconds, or no
 *	2026-11-21 20:15+01:00      offset will do: then it is UTC
 *	2026-11-21                  its first moment
 *	7 days ago, 7d, -7d, 90min  before now: s, min, h, d, w, or their English names
 *	now, today, yesterday       today: its first moment; yesterday: 24 hours ago
 */
#ifndef BASE_WHEN_H
#define BASE_WHEN_H

#include "base/err.h"

#include <stdint.h>

/* Microseconds since 1970-01-01 UTC; ERR_ARG: the text, and what would be right. */
int when_parse(const char *text, int64_t now_us, int64_t *out, struct err *);

/* For the help of an option. */
#define WHEN_HELP "2026-11-21, '2026-11-21 20:15', 7d or '7 days ago', in UTC"

#endif
