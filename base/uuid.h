/* SPDX-License-Identifier: GPL-3.0-or-later */
/* uuid.h - identifiers that sort by the time they were made (UUIDv7, RFC 9562 §5.7) */
#ifndef BASE_UUID_H
#define BASE_UUID_H

#include <stdint.h>

enum { UUID_TEXT_MAX = 37 };

/* Lower-case text into buf.  Returns buf. */
const char *uuid_new(int64_t wall_us, char buf[static UUID_TEXT_MAX]);

#endif
