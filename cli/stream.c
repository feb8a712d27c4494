/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/stream.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

void
stream_init(struct stream *s, int fd, size_t limit)
{
	*s = (struct stream){ .fd = fd };
	sb_init(&s->text, limit);
}

void
stream_done(struct stream *s)
{
	sb_done(&s->text);
}

size_t
stream_left(const struct stream *s)
{
	return s->text.len - s->written;
}

/* --- order ------------------------------------------------------------------------------- */

static uint64_t
end_of(const struct stream *s)
{
	return s->base + s->text.len;
}

void
stream_wait_for(struct stream *s, const struct stream *other)
{
	struct stream_wait w = { end_of(s), end_of(other) };
	struct stream_wait *last = s->n_waits ? &s->waits[s->n_waits - 1] : NULL;

	if (stream_left(other) == 0)
		return;
	/* One that waits longer than it must is right, too; the first never does, so there
	 * is always one that ends. */
	if (last && (last->from == w.from || s->n_waits == STREAM_WAITS))
		last->after = w.after;
	else
		s->waits[s->n_waits++] = w;
}

/* How many bytes of text may go. */
static size_t
may_go(struct stream *s, const struct stream *other)
{
	size_t done = 0;

	while (other && done < s->n_waits &&
		s->waits[done].after <= other->base + other->written)
		done++;
	s->n_waits -= done;
	memmove(s->waits, s->waits + done, s->n_waits * sizeof(*s->waits));
	return s->n_waits ? (size_t)(s->waits[0].from - s->base) : s->text.len;
}

void
stream_drop_waiting(struct stream *s)
{
	if (s->n_waits == 0)
		return;
	s->text.len = (size_t)(s->waits[0].from - s->base);
	s->text.text[s->text.len] = '\0';
	s->n_waits = 0;
}

/* --- writing ----------------------------------------------------------------------------- */

static bool
is_ready(int fd, int wait_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	return poll(&p, 1, wait_ms) == 1;
}

void
stream_write(struct stream *s, const struct stream *other, bool wait)
{
	enum {
		CHUNK = 4096
	}; /* PIPE_BUF: a pipe that polls writable takes it at once */
	size_t end = may_go(s, other);

	while (!s->failed && s->written < end) {
		size_t left = end - s->written;
		if (!is_ready(s->fd, wait ? 1000 : 0)) {
			if (wait)
				continue;
			return;
		}
		ssize_t n = write(
			s->fd, s->text.text + s->written, left < CHUNK ? left : CHUNK);
		if (n == -1 && errno != EINTR && errno != EAGAIN)
			s->failed = errno;
		if (n > 0)
			s->written += (size_t)n;
	}
	if (s->written == s->text.len) {
		s->base += s->text.len;
		sb_clear(&s->text);
		s->written = 0;
	}
}
