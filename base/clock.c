/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The system's clocks, and times as text (RFC 3339 §5.6).  Calendar arithmetic is the
 * proleptic Gregorian calendar's, without the C library: no time zones, no locale.
 */
#include "base/clock.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t
read_clock(clockid_t id)
{
	struct timespec t;

	(void)clock_gettime(id, &t); /* cannot fail: both clocks always exist */
	return (int64_t)t.tv_sec * SECOND + t.tv_nsec / 1000;
}

static int64_t
system_mono(struct clock *c)
{
	(void)c;
	return read_clock(CLOCK_MONOTONIC);
}

static int64_t
system_wall(struct clock *c)
{
	(void)c;
	return read_clock(CLOCK_REALTIME);
}

static void
system_sleep(struct clock *c, int64_t us)
{
	(void)c;
	if (us <= 0)
		return;
	struct timespec t = { .tv_sec = us / SECOND, .tv_nsec = us % SECOND * 1000 };
	(void)nanosleep(&t, NULL); /* a signal may end it early: that is the contract */
}

struct clock clock_system = {
	.mono_us = system_mono,
	.wall_us = system_wall,
	.sleep_us = system_sleep,
};

/* --- calendar --------------------------------------------------------------------------- */

enum { DAY = 24 * 3600, ERA_DAYS = 146097 }; /* 400 years always have as many days */

/* Division that rounds down for negative numbers too. */
static int64_t
div_floor(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

struct date {
	int64_t year, month, day; /* month 1..12, day 1..31 */
};

/* Days since 1970-01-01.  Years begin in March here, so that the leap day ends one. */
static int64_t
days_of(const struct date *d)
{
	int64_t year = d->year - (d->month <= 2);
	int64_t era = div_floor(year, 400), of_era = year - era * 400;
	int64_t of_year = (153 * ((d->month + 9) % 12) + 2) / 5 + d->day - 1;

	return era * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 + of_year -
		719468;
}

static struct date
date_of(int64_t days)
{
	days += 719468; /* from 0000-03-01 */
	int64_t era = div_floor(days, ERA_DAYS), of_era = days - era * ERA_DAYS;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * of_year + 2) / 153; /* 0 is March */
	struct date d = { .month = month < 10 ? month + 3 : month - 9,
		.day = of_year - (153 * month + 2) / 5 + 1 };

	d.year = year + era * 400 + (d.month <= 2);
	return d;
}

/* n digits of a number that has no more, and what follows them. */
static char *
put_digits(char *at, int64_t v, int n, char then)
{
	for (int i = n - 1; i >= 0; i--, v /= 10)
		at[i] = (char)('0' + v % 10);
	at[n] = then;
	return at + n + 1;
}

/* By hand: every record has a time, and printf takes longer than all the rest of one. */
const char *
time_print(int64_t wall_us, char buf[static TIME_TEXT_MAX])
{
	int64_t seconds = div_floor(wall_us, SECOND), part = wall_us % SECOND;
	int64_t days = div_floor(seconds, DAY), of_day = seconds - days * DAY;
	struct date d = date_of(days);
	char *at = buf;

	if (d.year >= 0 && d.year <= 9999)
		at = put_digits(at, d.year, 4, '-');
	else /* no RFC 3339, and no year that anybody means */
		at += snprintf(buf, TIME_TEXT_MAX, "%d-", (int)d.year);
	at = put_digits(at, d.month, 2, '-');
	at = put_digits(at, d.day, 2, 'T');
	at = put_digits(at, of_day / 3600, 2, ':');
	at = put_digits(at, of_day / 60 % 60, 2, ':');
	at = put_digits(at, of_day % 60, 2, '.');
	at = put_digits(at, part < 0 ? part + SECOND : part, 6, 'Z');
	*at = '\0';
	return buf;
}

/* --- reading ---------------------------------------------------------------------------- */

/* Exactly n digits, low to high. */
static bool
read_digits(const char **p, int n, int64_t low, int64_t high, int64_t *out)
{
	int64_t v = 0;

	for (int i = 0; i < n; i++, (*p)++) {
		if (!isdigit((unsigned char)**p))
			return false;
		v = v * 10 + **p - '0';
	}
	*out = v;
	return v >= low && v <= high;
}

static bool
read_one_of(const char **p, const char *set)
{
	if (**p == '\0' || !strchr(set, **p))
		return false;
	(*p)++;
	return true;
}

static int64_t
days_in_month(int64_t year, int64_t month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (leap && month == 2);
}

static bool
read_date(const char **p, struct date *d)
{
	return read_digits(p, 4, 0, 9999, &d->year) && read_one_of(p, "-") &&
		read_digits(p, 2, 1, 12, &d->month) && read_one_of(p, "-") &&
		read_digits(p, 2, 1, days_in_month(d->year, d->month), &d->day);
}

/* RFC 3339 §5.6 time-secfrac; what is finer than a microsecond is dropped. */
static bool
read_fraction(const char **p, int64_t *us)
{
	int64_t worth = SECOND / 10;
	int digits = 0;

	*us = 0;
	if (!read_one_of(p, "."))
		return true;
	for (; isdigit((unsigned char)**p); (*p)++, digits++, worth /= 10)
		*us += (**p - '0') * worth;
	return digits >= 1 && digits <= 9;
}

static bool
read_offset(const char **p, int64_t *seconds)
{
	int64_t sign = **p == '-' ? -1 : 1, hours, minutes;

	*seconds = 0;
	if (read_one_of(p, "Zz"))
		return true;
	if (!read_one_of(p, "+-") || !read_digits(p, 2, 0, 23, &hours) ||
		!read_one_of(p, ":") || !read_digits(p, 2, 0, 59, &minutes))
		return false;
	*seconds = sign * (hours * 3600 + minutes * 60);
	return true;
}

int
time_parse(const char *text, int64_t *wall_us)
{
	int64_t hour, minute, second, us, offset;
	const char *p = text;
	struct date d;

	/* A leap second (60, RFC 3339 §5.7) is the first of the next minute. */
	if (!read_date(&p, &d) || !read_one_of(&p, "Tt ") ||
		!read_digits(&p, 2, 0, 23, &hour) || !read_one_of(&p, ":") ||
		!read_digits(&p, 2, 0, 59, &minute) || !read_one_of(&p, ":") ||
		!read_digits(&p, 2, 0, 60, &second) || !read_fraction(&p, &us) ||
		!read_offset(&p, &offset) || *p != '\0')
		return -1;
	*wall_us = (days_of(&d) * DAY + hour * 3600 + minute * 60 + second - offset) *
			SECOND +
		us;
	return 0;
}

/* --- durations -------------------------------------------------------------------------- */

const char *
duration_print(int64_t us, char buf[static TIME_TEXT_MAX])
{
	static const struct {
		const char *big, *small;
		int64_t seconds, part; /* of one big, of one small */
	} rows[] = {
		{ "d", "h", DAY, 3600 },
		{ "h", "min", 3600, 60 },
		{ "min", "s", 60, 1 },
	};
	const char *minus = us < 0 ? "-" : "";
	uint64_t whole = us < 0 ? 0 - (uint64_t)us : (uint64_t)us;
	int64_t s = (int64_t)(whole / SECOND), ms = (int64_t)(whole % SECOND / MSEC);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (s < rows[i].seconds)
			continue;
		long long big = s / rows[i].seconds;
		long long small = s % rows[i].seconds / rows[i].part;
		(void)snprintf(buf, TIME_TEXT_MAX,
			small ? "%s%lld %s %lld %s" : "%s%lld %s", minus, big,
			rows[i].big, small, rows[i].small);
		return buf;
	}
	if (s == 0 && ms > 0)
		(void)snprintf(buf, TIME_TEXT_MAX, "%s%lld ms", minus, (long long)ms);
	else if (s < 10 && ms >= 100)
		(void)snprintf(buf, TIME_TEXT_MAX, "%s%lld.%lld s", minus, (long long)s,
			(long long)(ms / 100));
	else
		(void)snprintf(buf, TIME_TEXT_MAX, "%s%lld s", minus, (long long)s);
	return buf;
}
