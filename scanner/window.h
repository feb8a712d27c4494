/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * window.h - how many conversations at a time the path, the hosts and we can bear
 *
 * While conversations come to their end in a quarter of the time they have, the window grows
 * by as many as ended; when they take more than half of it, or more than WINDOW_BAD_SHARE run
 * out of it, the window is halved, at most once in the time that this takes to show (increase and
 * decrease of Chiu and Jain 1989, by delay as in TCP Vegas).  A few hosts that are slow by
 * themselves do not shrink it.
 *
 * Pure: the caller brings the time.
 */
#ifndef SCANNER_WINDOW_H
#define SCANNER_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	WINDOW_FIRST = 64,
	WINDOW_LEAST = 32,
	WINDOW_BAD_SHARE = 5, /* percent */
};

struct window {
	double size, most;
	double bad;     /* share of the last ends that ran out of time */
	double took_us; /* mean of the last others */
	int64_t shrunk_us;
};

void window_init(struct window *, size_t most);
/* One ended; late: it ran out of the time that it had, patience_us. */
void window_ended(struct window *, bool late, int64_t took_us, int64_t patience_us,
	int64_t now_us);
size_t window_size(const struct window *);

#endif
