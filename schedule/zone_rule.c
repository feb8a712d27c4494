/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text by a cursor; the moments of a change by the days of its year. */
#include "schedule/zone_rule.h"

#include <ctype.h>
#include <string.h>

#include "schedule/zone.h"

enum {
	HOURS_MAX = 24,       /* of an offset */
	RULE_HOURS_MAX = 167, /* of the time of a change */
	NAME_LEAST = 3,
	FEBRUARY_29 = 60, /* the day of the year that J does not count */
};

struct cursor {
	const char *p, *end;
	bool bad;
};

static bool
take(struct cursor *c, char what)
{
	if (c->p == c->end || *c->p != what)
		return false;
	c->p++;
	return true;
}

static void
need(struct cursor *c, char what)
{
	if (!take(c, what))
		c->bad = true;
}

static int
number(struct cursor *c, int least, int most)
{
	int n = 0, digits = 0;

	for (; c->p < c->end && isdigit((unsigned char)*c->p) && digits < 4; digits++)
		n = n * 10 + (*c->p++ - '0');
	c->bad |= digits == 0 || n < least || n > most;
	return n;
}

/* "CET", or "<-03>" where there are no letters. */
static void
name(struct cursor *c)
{
	bool quoted = take(c, '<');
	const char *from = c->p;

	while (c->p < c->end &&
		(isalpha((unsigned char)*c->p) ||
			(quoted &&
				(isdigit((unsigned char)*c->p) || *c->p == '+' ||
					*c->p == '-'))))
		c->p++;
	c->bad |= c->p - from < NAME_LEAST;
	if (quoted)
		need(c, '>');
}

/* "3", "-1:30", "+2:00:00": seconds. */
static int32_t
hours(struct cursor *c, int most)
{
	bool minus = take(c, '-');

	if (!minus)
		(void)take(c, '+');
	int32_t s = number(c, 0, most) * 3600;
	if (take(c, ':'))
		s += number(c, 0, 59) * 60;
	if (take(c, ':'))
		s += number(c, 0, 59);
	return minus ? -s : s;
}

static struct zone_change
change(struct cursor *c)
{
	struct zone_change x = { .kind = 'N', .time = 2 * 3600 };

	if (take(c, 'M')) {
		x.kind = 'M';
		x.month = number(c, 1, 12);
		need(c, '.');
		x.week = number(c, 1, 5);
		need(c, '.');
		x.day = number(c, 0, 6);
	} else if (take(c, 'J')) {
		x.kind = 'J';
		x.day = number(c, 1, 365);
	} else {
		x.day = number(c, 0, 365);
	}
	if (take(c, '/'))
		x.time = hours(c, RULE_HOURS_MAX);
	return x;
}

bool
zone_rule_read(const char *text, size_t n, struct zone_rule *out)
{
	/* Where nobody says when, as in the United States. */
	static const char usual[] = ",M3.2.0,M11.1.0";
	struct cursor c = { text, text + n, false };

	*out = (struct zone_rule){ 0 };
	name(&c);
	out->winter = -hours(&c, HOURS_MAX); /* POSIX counts to the west */
	if (c.bad || c.p == c.end)
		return !c.bad;
	name(&c);
	out->changes = true;
	out->summer = out->winter + 3600;
	if (c.p < c.end && *c.p != ',')
		out->summer = -hours(&c, HOURS_MAX);
	if (!c.bad && c.p == c.end)
		c = (struct cursor){ usual, usual + strlen(usual), false };
	need(&c, ',');
	out->to_summer = change(&c);
	need(&c, ',');
	out->to_winter = change(&c);
	return !c.bad && c.p == c.end;
}

/* --- a year --------------------------------------------------------------------------------- */

static bool
is_leap(int64_t year)
{
	return date_days(year + 1, 1, 1) - date_days(year, 1, 1) == 366;
}

/* Days since 1970-01-01 of the week day: the first of its month, and weeks on. */
static int64_t
day_of_week(const struct zone_change *x, int64_t year)
{
	int64_t first = date_days(year, x->month, 1);
	struct date d = date_of(first);
	int day = 1 + (x->day - d.weekday + 7) % 7 + 7 * (x->week - 1);

	return first + (day > d.last ? day - 7 : day) - 1;
}

/* As the clock before the change shows it. */
static int64_t
moment(const struct zone_change *x, int64_t year)
{
	int64_t day = date_days(year, 1, 1);

	switch (x->kind) {
	case 'M': day = day_of_week(x, year); break;
	case 'J': day += x->day - 1 + (is_leap(year) && x->day >= FEBRUARY_29); break;
	default: day += x->day;
	}
	return day * DAY_SECONDS + x->time;
}

int32_t
zone_rule_offset(const struct zone_rule *r, int64_t utc)
{
	if (!r->changes)
		return r->winter;
	int64_t year = date_of(floor_div(utc, DAY_SECONDS)).year;
	int64_t summer = moment(&r->to_summer, year) - r->winter;
	int64_t winter = moment(&r->to_winter, year) - r->summer;
	/* South of the equator summer is at both ends of a year. */
	bool is_summer = summer < winter ? utc >= summer && utc < winter
					 : utc >= summer || utc < winter;

	return is_summer ? r->summer : r->winter;
}
