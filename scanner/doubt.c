/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Heads and frames one behind the other in one growing block. */
#include "scanner/doubt.h"

#include <stdlib.h>
#include <string.h>

void
doubt_free(struct doubt *d)
{
	free(d->bytes);
	*d = (struct doubt){ 0 };
}

static int
make_room(struct doubt *d, size_t n, struct err *e)
{
	size_t room = d->room ? d->room : 4096;

	while (room < d->used + n)
		room *= 2;
	if (room == d->room)
		return 0;
	uint8_t *more = realloc(d->bytes, room);
	if (!more)
		return err_nomem(e);
	d->bytes = more;
	d->room = room;
	return 0;
}

int
doubt_add(struct doubt *d, const struct held *h, bool *full, struct err *e)
{
	size_t n = sizeof(*h) + h->size;

	*full = d->used + n > DOUBT_MAX;
	if (*full)
		return 0;
	if (make_room(d, n, e) == -1)
		return -1;
	memcpy(d->bytes + d->used, h, sizeof(*h));
	memcpy(d->bytes + d->used + sizeof(*h), h->frame, h->size);
	d->used += n;
	return 0;
}

int64_t
doubt_oldest(const struct doubt *d)
{
	struct held h;

	if (d->used == 0)
		return INT64_MAX;
	memcpy(&h, d->bytes, sizeof(h));
	return h.heard_us;
}

int
doubt_visit(struct doubt *d, int (*visit)(void *arg, const struct held *, struct err *),
	void *arg, struct err *e)
{
	size_t from = 0, to = 0;
	int rc = 0;

	while (from < d->used) {
		struct held h;
		memcpy(&h, d->bytes + from, sizeof(h));
		h.frame = d->bytes + from + sizeof(h);
		size_t n = sizeof(h) + h.size;
		/* After a failure the rest is kept as it is. */
		int said = rc == -1 ? 0 : visit(arg, &h, e);
		if (said == -1)
			rc = -1;
		if (said != 1) {
			memmove(d->bytes + to, d->bytes + from, n);
			to += n;
		}
		from += n;
	}
	d->used = to;
	return rc;
}
