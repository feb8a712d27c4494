/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * jsontext.h - strict JSON in, canonical JSON out (RFC 8259)
 *
 * Canonical: compact, keys sorted by bytes, escaped only what must be or would move the cursor
 * or other text where it is printed, the shortest number that reads back the same.
 */
#ifndef INVENTORY_JSONTEXT_H
#define INVENTORY_JSONTEXT_H

#include "base/err.h"
#include "base/sb.h"

#include <stdint.h>

struct json_t; /* jansson's */

enum { JSONTEXT_DEPTH_MAX = 8 };
#define JSONTEXT_INT_MAX \
	((int64_t)1 << 53) /* what every JSON reader holds (RFC 8259 §6) */

/*
 * Any one value; the caller frees it with json_decref.  ERR_PROTO names the column: not
 * JSON, not UTF-8, U+0000, a duplicate key, a null, a number beyond 2^53, deeper nesting.
 */
int jsontext_load(const char *, size_t n, struct json_t **out, struct err *);

/* How many bytes at s, at most n, stand for themselves in a JSON string: ASCII without control
 * characters, quotes and backslashes (RFC 8259 §7). */
size_t jsontext_plain(const char *s, size_t n);
/* At most max bytes of text between quotes, never half a character; bytes that are not
 * UTF-8 become U+FFFD.  How many bytes of s fitted. */
size_t jsontext_add_string(struct sb *, const char *s, size_t n, size_t max);
/* JSON that a library made, which lets pass what would move the cursor or other text. */
void jsontext_add_made(struct sb *, const char *json);
void jsontext_add_int(struct sb *, int64_t);
void jsontext_add_value(struct sb *, const struct json_t *);

#endif
