/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zone_file.h - the offsets of a time zone from a file of /usr/share/zoneinfo
 *
 * Source: RFC 8536 (TZif), version 2 and above: version 1 knows no moment after 2038.
 */
#ifndef SCHEDULE_ZONE_FILE_H
#define SCHEDULE_ZONE_FILE_H

#include "base/arena.h"
#include "base/buf.h"
#include "schedule/zone_rule.h"

enum { ZONE_FILE_MAX = 64 << 10 }; /* the largest of tzdata has 4 KiB */

struct zone_file {
	size_t n;              /* changes */
	const int64_t *at;     /* n moments, seconds UTC, upwards */
	const int32_t *offset; /* n + 1: before the first of them, and from each on */
	bool has_rule;         /* which holds after the last of them */
	struct zone_rule rule;
};

/* In arena.  false: no such file, or no memory. */
bool zone_file_read(struct rd, struct arena *, struct zone_file *);
int32_t zone_file_offset(const struct zone_file *, int64_t utc);

#endif
