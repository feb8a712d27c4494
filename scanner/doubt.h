/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * doubt.h - answers that are held back until it is known what they are worth (group.h)
 *
 * Copies of frames in the order they came, at most DOUBT_MAX bytes of them.
 */
#ifndef SCANNER_DOUBT_H
#define SCANNER_DOUBT_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DOUBT_MAX = 12 << 20 };

struct doubt {
	uint8_t *bytes;
	size_t used, room;
};

struct held {
	int64_t at_us;    /* wall clock: when the frame was heard */
	int64_t heard_us; /* the same, monotonic */
	uint32_t target, question;
	uint16_t size;
	const uint8_t *frame;
};

void doubt_free(struct doubt *);
/* *full: there is no room; nothing was kept. */
int doubt_add(struct doubt *, const struct held *, bool *full, struct err *);

/* When the oldest was heard, as heard_us; INT64_MAX: nothing is held. */
int64_t doubt_oldest(const struct doubt *);

/* Visits all that are held.  visit: 1 forgets the one it saw, 0 keeps it, -1 ends. */
int doubt_visit(struct doubt *,
	int (*visit)(void *arg, const struct held *, struct err *), void *arg,
	struct err *);

#endif
