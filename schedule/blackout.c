/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Windows of time: which one holds, and until when. */
#include "schedule/blackout.h"

#include <ctype.h>
#include <string.h>

#include "base/when.h"
#include "schedule/calendar.h"

enum {
	TEXT_MAX = 128,
	CHAIN_MAX = 64, /* windows that follow each other: more than two months of days */
};

static int
misread(const char *text, struct err *e)
{
	return err_set(e, ERR_ARG,
		"'%.60s' is no window: write 'mon-fri 08:00-18:00', 'daily 22:00-06:00' or "
		"'2026-12-24 12:00 - 2027-01-02'",
		text);
}

/* A date, with or without a time, as local seconds: when.h reads it as UTC. */
static bool
read_moment(const char *text, int64_t *out)
{
	struct err e;
	int64_t us;

	if (!isdigit((unsigned char)*text) ||
		text[strspn(text, "0123456789-: ")] != '\0' ||
		when_parse(text, 0, &us, &e) == -1)
		return false;
	*out = us / 1000000;
	return true;
}

static int
read_once(char *text, struct blackout *out, struct err *e)
{
	char *dash = strstr(text, " - ");

	if (!dash)
		return misread(text, e);
	*dash = '\0';
	const char *to = dash + 3 + strspn(dash + 3, " ");
	if (!read_moment(text, &out->from) || !read_moment(to, &out->to))
		return misread(*to ? to : text, e);
	if (out->to <= out->from)
		return err_set(e, ERR_ARG, "the window ends before it begins");
	return 0;
}

static int
read_weekly(char *text, struct blackout *out, struct err *e)
{
	size_t n = strcspn(text, " \t");
	char *times = text + n + strspn(text + n, " \t");
	char *dash = strchr(times, '-');
	int from, to;

	if (!dash || !*times)
		return misread(text, e);
	text[n] = '\0';
	*dash = '\0';
	if (!calendar_read_weekdays(text, &out->weekdays) ||
		!calendar_read_time(times, &from) || from == DAY_MINUTES ||
		!calendar_read_time(dash + 1, &to))
		return misread(text, e);
	out->from = from;
	out->to = to > from ? to : to + DAY_MINUTES; /* equal: a whole day */
	return 0;
}

int
blackout_parse(const char *text, struct arena *mem, struct blackout *out, struct err *e)
{
	char *copy;

	text += strspn(text, " \t");
	if (strlen(text) > TEXT_MAX)
		return misread(text, e);
	if (!(copy = arena_strdup(mem, text)))
		return err_nomem(e);
	for (size_t n = strlen(copy); n && copy[n - 1] == ' '; n--)
		copy[n - 1] = '\0';
	*out = (struct blackout){ .weekdays = 0 };
	int rc = isdigit((unsigned char)*copy) ? read_once(copy, out, e)
					       : read_weekly(copy, out, e);
	return rc;
}

/* Its end when it holds at now and was begun on this local day. */
static int64_t
end_of(const struct blackout *b, const struct zone *z, int64_t midnight, int64_t now)
{
	int64_t from = zone_find(z, midnight + b->from * 60).first;
	int64_t to = zone_find(z, midnight + b->to * 60).last;

	return now >= from && now < to ? to : now;
}

static int64_t
end_of_one(const struct blackout *b, const struct zone *z, int64_t now)
{
	int64_t day = floor_div(now + zone_offset(z, now), DAY_SECONDS), end = now;

	if (b->weekdays == 0) {
		int64_t from = zone_find(z, b->from).first,
			to = zone_find(z, b->to).last;
		return now >= from && now < to ? to : now;
	}
	for (int64_t d = day - 1; d <= day; d++) { /* yesterday's may last until today */
		if (!(b->weekdays >> date_of(d).weekday & 1))
			continue;
		int64_t t = end_of(b, z, d * DAY_SECONDS, now);
		end = t > end ? t : end;
	}
	return end;
}

int64_t
blackout_end(const struct blackout *windows, size_t n, const struct zone *z, int64_t now)
{
	int64_t end = now, before;
	int steps = 0;

	do {
		before = end;
		for (size_t i = 0; i < n; i++) {
			int64_t t = end_of_one(&windows[i], z, end);
			end = t > end ? t : end;
		}
	} while (end != before && ++steps < CHAIN_MAX);
	return end;
}
