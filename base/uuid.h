/* SPDX-License-Identifier: GPL-3.0-or-later */
/* uuid.h - identifiers that sort by the time they were made (UUIDv7, RFC 9562 §5.7) */
#ifndef BASE_UUID_H
#define BASE_UUID_H

#include <stdbool.h>
#include <stdint.h>

enum { UUID_TEXT_MAX = 37, UUID_BYTES = 16 };

/* Lower-case text into buf.  Returns buf. */
const char *uuid_new(int64_t wall_us, char buf[static UUID_TEXT_MAX]);

/* The bytes of a text as uuid_print makes it; false: it is another. */
bool uuid_read(const char *text, uint8_t out[static UUID_BYTES]);
const char *uuid_print(
	const uint8_t bytes[static UUID_BYTES], char buf[static UUID_TEXT_MAX]);

#endif
