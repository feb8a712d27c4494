/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ldap/adtime.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define EPOCH_SECONDS INT64_C(11644473600)  /* 1601-01-01 to 1970-01-01 */
#define LAST_SECOND   INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

enum { TICKS_PER_US = 10, STAMP_DIGITS = 14, TEXT_MAX = 40 };

bool
adtime_ticks(uint64_t ticks, int64_t *wall_us)
{
	uint64_t us = ticks / TICKS_PER_US;

	if (ticks == 0 || us >= (uint64_t)(LAST_SECOND + 1 + EPOCH_SECONDS) * SECOND)
		return false;
	*wall_us = (int64_t)us - EPOCH_SECONDS * SECOND;
	return true;
}

bool
adtime_filetime(const char *text, int64_t *wall_us)
{
	size_t n = strlen(text);
	char *end;

	if (n == 0 || strspn(text, "0123456789") != n)
		return false;
	errno = 0;
	unsigned long long ticks = strtoull(text, &end, 10);
	return errno == 0 && adtime_ticks(ticks, wall_us);
}

/* "20261121201503" as "2026-11-21T20:15:03". */
static char *
put_stamp(char *at, const char *digits)
{
	static const struct {
		unsigned char n;
		char then;
	} parts[] = { { 4, '-' }, { 2, '-' }, { 2, 'T' }, { 2, ':' }, { 2, ':' },
		{ 2, 0 } };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		memcpy(at, digits, parts[i].n);
		digits += parts[i].n;
		at += parts[i].n;
		*at++ = parts[i].then;
	}
	return at - 1;
}

/* As RFC 3339, which base/clock.h reads; that also knows which days there are. */
bool
adtime_generalized(const char *text, int64_t *wall_us)
{
	char rfc[TEXT_MAX + 16], *at;
	size_t n = strlen(text);

	if (n <= STAMP_DIGITS || n > TEXT_MAX ||
		strspn(text, "0123456789") != STAMP_DIGITS)
		return false;
	at = put_stamp(rfc, text);
	const char *rest = text + STAMP_DIGITS;
	size_t fraction = *rest == '.' || *rest == ','
		? 1 + strspn(rest + 1, "0123456789")
		: 0;
	if (fraction == 1)
		return false;
	memcpy(at, rest, fraction);
	if (fraction)
		*at = '.';
	at += fraction;
	rest += fraction;
	if (strcmp(rest, "Z") == 0)
		memcpy(at, "Z", 2);
	else if ((*rest == '+' || *rest == '-') && strlen(rest) == 5)
		(void)snprintf(at, sizeof("+hh:mm"), "%.3s:%.2s", rest, rest + 3);
	else
		return false;
	return time_parse(rfc, wall_us) == 0 && *wall_us >= -EPOCH_SECONDS * SECOND;
}

const char *
adtime_text(int64_t wall_us, struct arena *mem)
{
	char text[TIME_TEXT_MAX];

	(void)time_print(wall_us, text);
	size_t n = strcspn(text, ".");
	memcpy(text + n, "Z", 2);
	return arena_strndup(mem, text, n + 1);
}
