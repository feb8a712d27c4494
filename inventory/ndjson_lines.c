/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A byte stream cut into lines.  Only what a piece of the stream leaves unfinished is
 * copied; lines that lie whole in a piece are handed over in place.
 */
#include "inventory/ndjson.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = NDJSON_LINE_MAX - 1 }; /* without the newline */

int
ndjson_lines_init(struct ndjson_lines *l, struct err *e)
{
	*l = (struct ndjson_lines){ .buf = malloc(NDJSON_LINE_MAX) };
	return l->buf ? 0 : err_nomem(e);
}

void
ndjson_lines_done(struct ndjson_lines *l)
{
	free(l->buf);
	*l = (struct ndjson_lines){ 0 };
}

/* Keeps a piece of a line; a line that grows too long is skipped from here on. */
static void
keep(struct ndjson_lines *l, const char *data, size_t n, void (*too_long)(void *arg),
	void *arg)
{
	if (l->skipping)
		return;
	if (n > TEXT_MAX - l->used) {
		l->skipping = true;
		l->used = 0;
		if (too_long)
			too_long(arg);
		return;
	}
	if (n)
		memcpy(l->buf + l->used, data, n);
	l->used += n;
}

int
ndjson_lines_feed(struct ndjson_lines *l, const char *data, size_t n,
	int (*line)(void *arg, const char *, size_t, struct err *),
	void (*too_long)(void *arg), void *arg, struct err *e)
{
	while (n) {
		const char *newline = memchr(data, '\n', n);
		size_t len = newline ? (size_t)(newline - data) : n;
		bool in_place = newline && l->used == 0 && len <= TEXT_MAX;

		if (!in_place)
			keep(l, data, len, too_long, arg);
		if (!newline)
			return 0;
		const char *text = in_place ? data : l->buf;
		size_t text_len = in_place ? len : l->used;
		bool skipped = l->skipping;
		l->skipping = false;
		l->used = 0;
		if (!skipped && line(arg, text, text_len, e) == -1)
			return -1;
		data += len + 1;
		n -= len + 1;
	}
	return 0;
}

int
ndjson_lines_end(struct ndjson_lines *l,
	int (*line)(void *arg, const char *, size_t, struct err *), void *arg,
	struct err *e)
{
	size_t n = l->used;

	l->used = 0;
	l->skipping = false;
	return n ? line(arg, l->buf, n, e) : 0;
}
