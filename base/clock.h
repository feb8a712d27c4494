/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * clock.h - time as a dependency, so that tests and replays can replace it
 *
 * Deadlines are monotonic microseconds, computed once.  Times that are stored or printed
 * are microseconds since 1970-01-01 UTC.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

struct clock {
	int64_t (*mono_us)(struct clock *);
	int64_t (*wall_us)(struct clock *);
	void (*sleep_us)(struct clock *, int64_t us); /* may return early on a signal */
};

extern struct clock clock_system;

static inline int64_t
clock_mono(struct clock *c)
{
	return c->mono_us(c);
}

static inline int64_t
clock_wall(struct clock *c)
{
	return c->wall_us(c);
}

enum { TIME_TEXT_MAX = 32, MSEC = 1000, SECOND = 1000000 };

/* "2026-11-21T20:15:03.123456Z" (RFC 3339, always UTC and six digits).  Returns buf. */
const char *time_print(int64_t wall_us, char buf[static TIME_TEXT_MAX]);
/* Reads RFC 3339 with 'Z' or an offset, 0..9 digits of fraction; 0, or -1 when it is not. */
int time_parse(const char *text, int64_t *wall_us);
/* "3 s", "2 min 5 s", "4 h 10 min", "3 d 4 h": for people.  Returns buf. */
const char *duration_print(int64_t us, char buf[static TIME_TEXT_MAX]);

#endif
