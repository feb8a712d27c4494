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

static const char hex_digits[] = "0123456789abcdef";

/* Numbers by hand: a directory has two ids for each of its computers. */
static char *
put_hex(char *at, uint64_t v, int digits, char then)
{
	for (int i = digits - 1; i >= 0; i--, v >>= 4)
		at[i] = hex_digits[v & 15];
	at[digits] = then;
	return at + digits + 1;
}

static char *
put_decimal(char *at, uint32_t v)
{
	char text[10], *p = text + sizeof(text);

	do {
		*--p = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	size_t n = (size_t)(text + sizeof(text) - p);
	memcpy(at, p, n);
	return at + n;
}

bool
guid_print(struct rd r, char out[static GUID_TEXT_MAX])
{
	size_t n = rd_left(&r);
	uint32_t a = rd_le32(&r);
	unsigned b = rd_le16(&r), c = rd_le16(&r), d = rd_be16(&r);
	uint64_t e = (uint64_t)rd_be16(&r) << 32;
	char *at = out;

	e |= rd_be32(&r);
	out[0] = '\0';
	if (r.bad || n != GUID_SIZE)
		return false;
	at = put_hex(at, a, 8, '-');
	at = put_hex(at, b, 4, '-');
	at = put_hex(at, c, 4, '-');
	at = put_hex(at, d, 4, '-');
	(void)put_hex(at, e, 12, '\0');
	return true;
}

/* §2.4.2.1: decimal, unless it takes more than 32 bits. */
static char *
put_authority(char *at, uint64_t authority)
{
	memcpy(at, "S-1-", 4);
	if (authority >> 32 == 0)
		return put_decimal(at + 4, (uint32_t)authority);
	return at + snprintf(at, SID_TEXT_MAX, "S-1-0x%012" PRIX64, authority);
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
	char *at = put_authority(out, authority);
	for (; n > 0; n--) {
		*at++ = '-';
		at = put_decimal(at, rd_le32(&r));
	}
	*at = '\0';
	return true;
}
