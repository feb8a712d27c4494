/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Zones by localtime_r(3), whose zone is switched by $TZ when another one is asked. */
#include "schedule/zone.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	NAME_MAX_ = 64, /* the longest of tzdata has 32 */
	/* Offsets lie between -12 and +14 hours; further back there was local mean time. */
	OFFSET_MAX = 16 * 3600,
};

#define ZONEINFO "/usr/share/zoneinfo/"
#define OF_HERE  ":/etc/localtime"

struct zone {
	const char *tz;   /* for $TZ */
	const char *name; /* "" for that of this machine */
};

/* What $TZ was before this file set it.  It is the process's as $TZ is, thus no part of a zone. */
static struct {
	bool is_left;
	char *tz; /* owned; NULL: it was not set */
} home;

/* false: no memory. */
static bool
remember_home(void)
{
	const char *tz = getenv("TZ");

	if (home.is_left)
		return true;
	home.tz = tz ? strdup(tz) : NULL;
	home.is_left = !tz || home.tz;
	return home.is_left;
}

static const char *
tz_of_home(void)
{
	const char *tz = home.is_left ? home.tz : getenv("TZ");

	return tz ? tz : OF_HERE;
}

void
zone_leave(void)
{
	if (!home.is_left)
		return;
	(void)(home.tz ? setenv("TZ", home.tz, 1) : unsetenv("TZ"));
	tzset();
	free(home.tz);
	home.tz = NULL;
	home.is_left = false;
}

/* Letters, digits and what tzdata has between them; no way out of its folder. */
static int
is_name(const char *s)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_+-/";

	return *s && *s != '/' && strlen(s) < NAME_MAX_ && s[strspn(s, allowed)] == '\0';
}

/* What is no zone would be taken for UTC by the C library, without a word. */
static int
is_installed(const char *name, struct arena *mem)
{
	const char *path = arena_printf(mem, ZONEINFO "%s", name);

	return path && access(path, R_OK) == 0;
}

int
zone_open(struct zone **out, const char *name, struct arena *mem, struct err *e)
{
	struct zone *z = arena_alloc(mem, sizeof(*z));

	if (!z)
		return err_nomem(e);
	if (name && strcmp(name, "UTC") != 0 &&
		(!is_name(name) || !is_installed(name, mem)))
		return err_set(e, ERR_ARG,
			"%.60s is no time zone of " ZONEINFO " (Europe/Berlin, UTC ...)",
			name);
	const char *tz = name ? name : tz_of_home();
	z->tz = arena_strdup(mem, name && strcmp(name, "UTC") == 0 ? "UTC0" : tz);
	z->name = arena_strdup(mem, name ? name : "");
	if (!z->tz || !z->name)
		return err_nomem(e);
	*out = z;
	return 0;
}

const char *
zone_name(const struct zone *z)
{
	return z->name;
}

/* Where another zone is in force, the C library reads a file: so it is not left at once. */
static void
be_in(const struct zone *z)
{
	const char *now = getenv("TZ");

	if ((now && strcmp(now, z->tz) == 0) || !remember_home())
		return;
	(void)setenv("TZ", z->tz, 1); /* out of memory: the zone before */
	tzset();
}

int64_t
zone_offset(const struct zone *z, int64_t utc)
{
	time_t t = (time_t)utc;
	struct tm tm;

	be_in(z);
	return localtime_r(&t, &tm) ? tm.tm_gmtoff : 0;
}

/* Between two moments of different offsets: the first with that of the later one. */
static int64_t
change_between(const struct zone *z, int64_t low, int64_t high)
{
	int64_t before = zone_offset(z, low);

	while (high - low > 1) {
		int64_t middle = low + (high - low) / 2;
		if (zone_offset(z, middle) == before)
			low = middle;
		else
			high = middle;
	}
	return high;
}

struct zone_moments
zone_find(const struct zone *z, int64_t local)
{
	int64_t early = local - OFFSET_MAX, late = local + OFFSET_MAX;
	int64_t before = zone_offset(z, early), after = zone_offset(z, late);
	bool by_before = zone_offset(z, local - before) == before;
	bool by_after = zone_offset(z, local - after) == after;
	struct zone_moments m = { .never = !by_before && !by_after };

	if (m.never) {
		m.first = m.last = before == after ? local - before
						   : change_between(z, early, late);
		return m;
	}
	m.first = local - (by_before ? before : after);
	m.last = local - (by_after ? after : before);
	return m;
}

/* --- dates -------------------------------------------------------------------------------- */

int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

int64_t
date_days(int64_t year, int month, int day)
{
	struct tm tm = {
		.tm_year = (int)(year - 1900), .tm_mon = month - 1, .tm_mday = day
	};

	return floor_div(timegm(&tm), DAY_SECONDS);
}

struct date
date_of(int64_t days)
{
	time_t t = (time_t)(days * DAY_SECONDS);
	struct tm tm = { 0 };

	(void)gmtime_r(&t, &tm); /* cannot fail: the year fits its int */
	struct date d = { .year = tm.tm_year + 1900,
		.month = tm.tm_mon + 1,
		.day = tm.tm_mday,
		.weekday = tm.tm_wday };
	static const int length[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (d.year % 4 == 0 && d.year % 100 != 0) || d.year % 400 == 0;
	d.last = length[tm.tm_mon] + (leap && d.month == 2);
	return d;
}
