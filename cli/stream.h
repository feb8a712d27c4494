/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stream.h - text on its way into a pipe, as fast as its reader takes it
 *
 * Nothing blocks unless it is asked to.  A stream can be told to wait for another: what is
 * added to it from then on goes out only behind what the other has got by then.
 */
#ifndef CLI_STREAM_H
#define CLI_STREAM_H

#include "base/sb.h"

#include <stdint.h>

enum { STREAM_WAITS = 16 };

struct stream {
	int fd;
	struct sb text;
	size_t written; /* bytes at the start of text that are out already */
	uint64_t base;  /* bytes that were out before text began */
	int failed;     /* errno of a write that failed for good, or 0 */
	/* From byte `from` on, until `after` bytes of the other are out; in order. */
	struct stream_wait {
		uint64_t from, after;
	} waits[STREAM_WAITS];
	size_t n_waits;
};

void stream_init(struct stream *, int fd, size_t limit);
void stream_done(struct stream *);

/* What is added from now on waits for what `other` has now. */
void stream_wait_for(struct stream *, const struct stream *other);
/* other: the one that was waited for; NULL: never any.  wait: until all that may go is out,
 * or the write failed for good. */
void stream_write(struct stream *, const struct stream *other, bool wait);
/* Drops what waits for something that will never be out. */
void stream_drop_waiting(struct stream *);
/* Bytes that are not out. */
size_t stream_left(const struct stream *);

#endif
