/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UUIDv7: 48 bits of milliseconds, 12 bits of the fraction below, 62 random bits. */
#include "base/uuid.h"

#include <sodium.h>
#include <stdio.h>

const char *
uuid_new(int64_t wall_us, char buf[static UUID_TEXT_MAX])
{
	uint64_t ms = (uint64_t)(wall_us < 0 ? 0 : wall_us) / 1000;
	/* RFC 9562 §6.2 method 3: ids made within one millisecond still sort. */
	unsigned fraction = (unsigned)((uint64_t)(wall_us < 0 ? 0 : wall_us) % 1000 *
		4096 / 1000);
	uint8_t r[8];

	randombytes_buf(r, sizeof(r));
	(void)snprintf(buf, UUID_TEXT_MAX,
		"%08x-%04x-7%03x-%02x%02x-%02x%02x%02x%02x%02x%02x",
		(unsigned)(ms >> 16 & 0xffffffff), (unsigned)(ms & 0xffff), fraction,
		(unsigned)(0x80 | (r[0] & 0x3f)), r[1], r[2], r[3], r[4], r[5], r[6],
		r[7]);
	return buf;
}
