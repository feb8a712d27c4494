/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Zones are read from the files that the C library reads (zone_file.h), each for itself. */
#include "schedule/zone.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "schedule/zone_file.h"

enum {
	NAME_MAX_ = 64, /* the longest of tzdata has 32 */
	/* Offsets lie between -12 and +14 hours; further back there was local mean time. */
	OFFSET_MAX = 16 * 3600,
};

#define ZONEINFO "/usr/share/zoneinfo/"
#define OF_HERE  "/etc/localtime"

struct zone {
	const char *name; /* "" for that of this machine */
	struct zone_file file;
};

/* Letters, digits and what tzdata has between them; no way out of its folder. */
static int
is_name(const char *s)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_+-/";

	return *s && *s != '/' && strlen(s) < NAME_MAX_ && s[strspn(s, allowed)] == '\0';
}

/* How many bytes, 0 when there is none or it is too large. */
static size_t
read_bytes(const char *path, uint8_t *bytes, size_t room)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	size_t n = 0;
	ssize_t got = fd == -1 ? -1 : 1;

	while (got > 0 && n < room) {
		got = read(fd, bytes + n, room - n);
		if (got == -1 && errno == EINTR)
			got = 1;
		else if (got > 0)
			n += (size_t)got;
	}
	if (fd != -1)
		close(fd);
	return got == 0 ? n : 0;
}

static bool
read_zone(const char *path, struct arena *mem, struct zone_file *out)
{
	uint8_t *bytes = malloc(ZONE_FILE_MAX);
	size_t n = bytes ? read_bytes(path, bytes, ZONE_FILE_MAX) : 0;
	bool ok = n && zone_file_read(rd_from(bytes, n), mem, out);

	free(bytes);
	return ok;
}

static void
always(struct zone_file *out, const char *rule)
{
	*out = (struct zone_file){ .has_rule = true };
	if (!zone_rule_read(rule, strlen(rule), &out->rule))
		out->rule = (struct zone_rule){ 0 };
}

/* $TZ as tzset(3) has it: a file, by its path or by its name, or a rule; what is neither is UTC. */
static bool
read_home(struct arena *mem, struct zone_file *out)
{
	const char *tz = getenv("TZ");

	if (!tz) {
		if (!read_zone(OF_HERE, mem, out))
			always(out, "UTC0");
		return true;
	}
	tz += *tz == ':';
	const char *path = *tz == '/' ? tz : arena_printf(mem, ZONEINFO "%s", tz);
	if (!path)
		return false;
	if (*tz == '\0' || !read_zone(path, mem, out))
		always(out, tz);
	return true;
}

static bool
read_named(const char *name, struct arena *mem, struct zone_file *out)
{
	const char *path = arena_printf(mem, ZONEINFO "%s", name);

	if (strcmp(name, "UTC") == 0) {
		always(out, "UTC0"); /* without tzdata, too */
		return true;
	}
	return is_name(name) && path && read_zone(path, mem, out);
}

int
zone_open(struct zone **out, const char *name, struct arena *mem, struct err *e)
{
	struct zone *z = arena_alloc(mem, sizeof(*z));

	if (!z)
		return err_nomem(e);
	if (!(name ? read_named(name, mem, &z->file) : read_home(mem, &z->file)))
		return err_set(e, ERR_ARG,
			"%.60s is no time zone of " ZONEINFO " (Europe/Berlin, UTC ...)",
			name);
	z->name = arena_strdup(mem, name ? name : "");
	if (!z->name)
		return err_nomem(e);
	*out = z;
	return 0;
}

const char *
zone_name(const struct zone *z)
{
	return z->name;
}

int64_t
zone_offset(const struct zone *z, int64_t utc)
{
	return zone_file_offset(&z->file, utc);
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

/* Years that begin with March, so that a leap day is the last of its year; 400 of them have as many
 * days as any other 400. */
enum {
	ERA_YEARS = 400,
	ERA_DAYS = 146097,
	MARCH_1_OF_0 = -719468 /* from 1970-01-01 on */
};

int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* Days from March 1st to the first of a month, the 0th of which is March. */
static int64_t
days_before(int month)
{
	return (153 * month + 2) / 5; /* 31, 30, 31, 30, 31, and again */
}

int64_t
date_days(int64_t year, int month, int day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t era = floor_div(y, ERA_YEARS), of_era = y - era * ERA_YEARS;

	return era * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 +
		days_before((month + 9) % 12) + day - 1 + MARCH_1_OF_0;
}

struct date
date_of(int64_t days)
{
	static const int length[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int64_t era = floor_div(days - MARCH_1_OF_0, ERA_DAYS);
	int64_t of_era = days - MARCH_1_OF_0 - era * ERA_DAYS;
	/* Without the leap days that came before it, the last of each kind counted in. */
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (year * 365 + year / 4 - year / 100);
	int month = (int)((5 * of_year + 2) / 153);
	struct date d = { .year = era * ERA_YEARS + year + (month >= 10),
		.month = (month + 2) % 12 + 1,
		.day = (int)(of_year - days_before(month)) + 1,
		.weekday = (int)(days + 4 - 7 * floor_div(days + 4, 7)) };
	bool leap = (d.year % 4 == 0 && d.year % 100 != 0) || d.year % 400 == 0;

	d.last = length[d.month - 1] + (leap && d.month == 2);
	return d;
}
