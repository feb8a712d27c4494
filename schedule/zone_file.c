/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A block with times of 32 bits, which is passed over; one with 64; the rule (RFC 8536 s3). */
#include "schedule/zone_file.h"

#include <string.h>

enum {
	CHANGES_MAX = 1 << 16,
	TYPES_MAX = 256, /* a change names its type by a byte */
	TYPE_BYTES = 6,
	RESERVED = 15,
	OFFSET_MOST = 26 * 3600, /* s3.2: more is not expected */
};

struct head {
	uint8_t version;
	uint32_t utc, standard, leaps, changes, types, letters;
};

static bool
read_head(struct rd *r, struct head *h)
{
	const uint8_t *magic = rd_take(r, 4);

	if (!magic || memcmp(magic, "TZif", 4) != 0)
		return false;
	h->version = rd_u8(r);
	rd_skip(r, RESERVED);
	h->utc = rd_be32(r);
	h->standard = rd_be32(r);
	h->leaps = rd_be32(r);
	h->changes = rd_be32(r);
	h->types = rd_be32(r);
	h->letters = rd_be32(r);
	return !r->bad && h->changes <= CHANGES_MAX && h->types <= TYPES_MAX &&
		h->letters <= ZONE_FILE_MAX && h->leaps <= ZONE_FILE_MAX &&
		h->standard <= TYPES_MAX && h->utc <= TYPES_MAX;
}

/* What follows the changes and types of a block. */
static size_t
rest_of(const struct head *h, size_t time)
{
	return h->letters + h->leaps * (time + 4) + h->standard + h->utc;
}

/* Seconds east of UTC of each type. */
static bool
read_types(struct rd *r, const struct head *h, int32_t offset[static TYPES_MAX])
{
	for (uint32_t i = 0; i < h->types; i++) {
		offset[i] = (int32_t)rd_be32(r);
		rd_skip(r, TYPE_BYTES - 4); /* is it summer time, and its name */
		if (offset[i] > OFFSET_MOST || offset[i] < -OFFSET_MOST)
			return false;
	}
	return !r->bad && h->types > 0;
}

static bool
read_changes(struct rd *r, const struct head *h, struct arena *mem, struct zone_file *z)
{
	int64_t *at = arena_new_array(mem, int64_t, h->changes + 1);
	int32_t *offset = arena_new_array(mem, int32_t, h->changes + 1);
	int32_t types[TYPES_MAX];

	if (!at || !offset)
		return false;
	for (uint32_t i = 0; i < h->changes; i++) {
		at[i] = (int64_t)rd_be64(r);
		if (i && at[i] <= at[i - 1])
			return false;
	}
	const uint8_t *of = rd_take(r, h->changes);
	if (!of || !read_types(r, h, types))
		return false;
	offset[0] = types[0];
	for (uint32_t i = 0; i < h->changes; i++) {
		if (of[i] >= h->types)
			return false;
		offset[i + 1] = types[of[i]];
	}
	*z = (struct zone_file){ .n = h->changes, .at = at, .offset = offset };
	return true;
}

/* Between two newlines; none: the last offset stays. */
static bool
read_rule(struct rd *r, struct zone_file *z)
{
	if (rd_u8(r) != '\n')
		return false;
	const char *text = (const char *)rd_take(r, 0);
	size_t left = rd_left(r);
	const char *end = left ? memchr(text, '\n', left) : NULL;

	if (!end)
		return false;
	z->has_rule = end > text;
	return !z->has_rule || zone_rule_read(text, (size_t)(end - text), &z->rule);
}

bool
zone_file_read(struct rd r, struct arena *mem, struct zone_file *out)
{
	struct head h;

	if (!read_head(&r, &h) || h.version < '2')
		return false;
	rd_skip(&r, h.changes * (4 + 1) + h.types * TYPE_BYTES + rest_of(&h, 4));
	if (!read_head(&r, &h) || !read_changes(&r, &h, mem, out))
		return false;
	rd_skip(&r, rest_of(&h, 8));
	return !r.bad && read_rule(&r, out);
}

int32_t
zone_file_offset(const struct zone_file *z, int64_t utc)
{
	size_t low = 0, high = z->n; /* of the changes, those before low have been */

	if (z->has_rule && (z->n == 0 || utc >= z->at[z->n - 1]))
		return zone_rule_offset(&z->rule, utc);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (z->at[middle] <= utc)
			low = middle + 1;
		else
			high = middle;
	}
	return z->offset[low];
}
