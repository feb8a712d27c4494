/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Moments: what is missing of an RFC 3339 time is filled in, ages are counted from now. */
#include "base/when.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

enum { WHEN_MAX = 64 }; /* characters of a moment; no form is as long */

#define DAY (24 * 3600 * (int64_t)SECOND)
/* An age that leads before every calendar is a slip of the finger. */
#define AGE_MAX (1000 * 366 * DAY)

/* --- calendar ------------------------------------------------------------------------------ */

/* The shape of text: 'd' in it stands for a digit, '_' for what may stand between a date and
 * a time.  How many characters fit, or 0. */
static size_t
fits(const char *text, const char *shape)
{
	size_t i = 0;

	for (; shape[i]; i++) {
		bool ok = shape[i] == 'd' ? isdigit((unsigned char)text[i]) != 0
			: shape[i] == '_' ? text[i] && strchr("Tt ", text[i])
					  : text[i] == shape[i];
		if (!ok)
			return 0;
	}
	return i;
}

static bool
read_calendar(const char *text, int64_t *out)
{
	size_t date = fits(text, "dddd-dd-dd");
	size_t minute = fits(text, "dddd-dd-dd_dd:dd");
	char whole[WHEN_MAX + 16];
	const char *rest = text + minute;

	if (!date || strlen(text) > WHEN_MAX)
		return false;
	if (!minute) {
		(void)snprintf(whole, sizeof(whole), "%sT00:00:00Z", text);
		return text[date] == '\0' && time_parse(whole, out) == 0;
	}
	size_t second = fits(rest, ":dd"), fraction = 0;
	if (second && rest[second] == '.')
		fraction = 1 + strspn(rest + second + 1, "0123456789");
	const char *zone = rest + second + fraction;
	zone += *zone == ' ' && zone[1];
	(void)snprintf(whole, sizeof(whole), "%.*s%.*s%s", (int)minute, text,
		second ? (int)(second + fraction) : 3, second ? rest : ":00",
		*zone ? zone : "Z");
	return time_parse(whole, out) == 0;
}

/* --- ages ---------------------------------------------------------------------------------- */

static const struct unit {
	const char *name;
	int64_t us;
} units[] = {
	{ "s", SECOND },
	{ "sec", SECOND },
	{ "second", SECOND },
	{ "min", 60 * (int64_t)SECOND },
	{ "minute", 60 * (int64_t)SECOND },
	{ "h", 3600 * (int64_t)SECOND },
	{ "hour", 3600 * (int64_t)SECOND },
	{ "d", DAY },
	{ "day", DAY },
	{ "w", 7 * DAY },
	{ "week", 7 * DAY },
};

/* The unit that n letters name; names of several letters also with an s. */
static const struct unit *
find_unit(const char *text, size_t n)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		size_t len = strlen(units[i].name);
		if (strncasecmp(text, units[i].name, len) != 0)
			continue;
		if (n == len ||
			(len > 1 && n == len + 1 &&
				tolower((unsigned char)text[len]) == 's'))
			return &units[i];
	}
	return NULL;
}

static const char *
skip_blanks(const char *p)
{
	return p + strspn(p, " ");
}

/* "7d", "1h30min", "-7 d", "7 days ago". */
static bool
read_age(const char *text, int64_t *age)
{
	const char *p = skip_blanks(text + (*text == '-'));

	*age = 0;
	do {
		int64_t n = 0;
		if (!isdigit((unsigned char)*p))
			return false;
		for (; isdigit((unsigned char)*p); p++)
			if ((n = n * 10 + *p - '0') > AGE_MAX / SECOND)
				return false;
		p = skip_blanks(p);
		size_t letters = strspn(
			p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
		const struct unit *u = find_unit(p, letters);
		if (!u || n > (AGE_MAX - *age) / u->us)
			return false;
		*age += n * u->us;
		p = skip_blanks(p + letters);
	} while (*p && strcasecmp(p, "ago") != 0);
	return true;
}

/* --- words --------------------------------------------------------------------------------- */

static bool
read_word(const char *text, int64_t now, int64_t *out)
{
	int64_t of_day = now % DAY + (now % DAY < 0 ? DAY : 0);
	const struct {
		const char *word;
		int64_t at;
	} words[] = {
		{ "now", now },
		{ "today", now - of_day },
		{ "yesterday", now - DAY },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasecmp(words[i].word, text) == 0) {
			*out = words[i].at;
			return true;
		}
	}
	return false;
}

int
when_parse(const char *text, int64_t now, int64_t *out, struct err *e)
{
	int64_t age;

	if (read_calendar(text, out) || read_word(text, now, out))
		return 0;
	if (!read_age(text, &age))
		return err_set(e, ERR_ARG,
			"'%.60s' is no time: 2026-11-21, '2026-11-21 20:15', "
			"2026-11-21T20:15:03Z, 90min, 7d, '7 days ago' or yesterday",
			text);
	*out = now - age;
	return 0;
}
