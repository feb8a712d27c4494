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

/* Before which bytes there is a dash. */
static bool
is_after_dash(int byte)
{
	return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
uuid_read(const char *text, uint8_t out[static UUID_BYTES])
{
	for (int i = 0; i < UUID_BYTES; i++, text += 2) {
		if (is_after_dash(i) && *text++ != '-')
			return false;
		int high = hex_value(text[0]), low = high < 0 ? -1 : hex_value(text[1]);
		if (low < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return *text == '\0';
}

const char *
uuid_print(const uint8_t bytes[static UUID_BYTES], char buf[static UUID_TEXT_MAX])
{
	char *at = buf;

	for (int i = 0; i < UUID_BYTES; i++) {
		if (is_after_dash(i))
			*at++ = '-';
		at = put_hex(at, bytes[i], 2);
	}
	*at = '\0';
	return buf;
}
