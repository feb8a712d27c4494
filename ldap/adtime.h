/* SPDX-License-Identifier: GPL-3.0-or-later */
/* adtime.h - the two ways in which Active Directory writes a time, as microseconds UTC */
#ifndef LDAP_ADTIME_H
#define LDAP_ADTIME_H

#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

/* LargeInteger ([MS-ADTS] 3.1.1.2.2.2): 100 ns since 1601-01-01, in decimal.  false: no such
 * number, "never" (0 and 2^63-1), or outside the years 1601 to 9999. */
bool adtime_filetime(const char *text, int64_t *wall_us);

/* The same as a number. */
bool adtime_ticks(uint64_t ticks, int64_t *wall_us);

/* GeneralizedTime as RFC 4517 §3.3.13 has it and Active Directory writes it,
 * "20261121201503.0Z": with seconds, in UTC or with an offset; not before 1601. */
bool adtime_generalized(const char *text, int64_t *wall_us);

/* "2026-11-21T20:15:03Z": to the second, as all times of a directory are worth; in arena, or
 * NULL. */
const char *adtime_text(int64_t wall_us, struct arena *);

#endif
