/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ldap/objectid.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
	GUID_SIZE = 16,
	SID_REVISION = 1,
	SUB_AUTHORITIES_MAX = 15, /* [MS-DTYP] 2.4.2.2 */
	AUTHORITY_SIZE = 6,
};

bool
guid_print(struct rd r, char out[static GUID_TEXT_MAX])
{
	size_t n = rd_left(&r);
	uint32_t a = rd_le32(&r);
	unsigned b = rd_le16(&r), c = rd_le16(&r), d = rd_be16(&r);
	uint64_t e = (uint64_t)rd_be16(&r) << 32;

	e |= rd_be32(&r);
	out[0] = '\0';
	if (r.bad || n != GUID_SIZE)
		return false;
	(void)snprintf(out, GUID_TEXT_MAX, "%08" PRIx32 "-%04x-%04x-%04x-%012" PRIx64,
		a, b, c, d, e);
	return true;
}

bool
guid_parse(const char *text, uint8_t out[static GUID_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	size_t n = 0;

	for (size_t i = 0; text[i]; i++) {
		bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
		const char *at = strchr(digits, text[i]);
		if (i >= GUID_TEXT_MAX - 1 || (is_dash ? text[i] != '-' : !at))
			return false;
		if (is_dash)
			continue;
		out[n / 2] = (uint8_t)(n % 2 ? out[n / 2] << 4 | (at - digits)
					     : at - digits);
		n++;
	}
	return n == 2 * GUID_SIZE;
}

/* §2.4.2.1: decimal, unless it takes more than 32 bits. */
static size_t
print_authority(uint64_t authority, char *out, size_t size)
{
	int n = authority >> 32 ? snprintf(out, size, "S-1-0x%012" PRIX64, authority)
				: snprintf(out, size, "S-1-%" PRIu64, authority);

	return (size_t)n;
}

bool
sid_print(struct rd r, char out[static SID_TEXT_MAX])
{
	unsigned revision = rd_u8(&r), n = rd_u8(&r);
	uint64_t authority = 0;

	out[0] = '\0';
	for (int i = 0; i < AUTHORITY_SIZE; i++)
		authority = authority << 8 | rd_u8(&r);
	if (r.bad || revision != SID_REVISION || n > SUB_AUTHORITIES_MAX ||
		rd_left(&r) != (size_t)n * 4)
		return false;
	size_t len = print_authority(authority, out, SID_TEXT_MAX);
	for (; n > 0; n--)
		len += (size_t)snprintf(
			out + len, SID_TEXT_MAX - len, "-%" PRIu32, rd_le32(&r));
	return true;
}
