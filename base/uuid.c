/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UUIDv7: 48 bits of milliseconds, 12 bits of the fraction below, 62 random bits. */
#include "base/uuid.h"

#include <sodium.h>

static char *
put_hex(char *at, uint64_t value, int digits)
{
	for (int i = digits; i-- > 0; value >>= 4)
		at[i] = "0123456789abcdef"[value & 15];
	return at + digits;
}

/* Each device that is met gets one: no printf. */
const char *
uuid_new(int64_t wall_us, char buf[static UUID_TEXT_MAX])
{
	uint64_t us = (uint64_t)(wall_us < 0 ? 0 : wall_us), ms = us / 1000, random;
	/* RFC 9562 §6.2 method 3: ids made within one millisecond still sort. */
	uint64_t fraction = us % 1000 * 4096 / 1000;
	char *at = buf;

	randombytes_buf(&random, sizeof(random));
	at = put_hex(at, ms >> 16, 8);
	*at++ = '-';
	at = put_hex(at, ms, 4);
	*at++ = '-';
	at = put_hex(at, 0x7000 | fraction, 4);
	*at++ = '-';
	at = put_hex(at, 0x8000 | (random >> 48 & 0x3fff), 4);
	*at++ = '-';
	at = put_hex(at, random, 12);
	*at = '\0';
	return buf;
}
