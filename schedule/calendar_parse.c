/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words to calendars: one reader a form. */
#include "schedule/calendar.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/opt.h"

enum {
	WORDS_MAX = 64, /* of one text: 48 half hours and more */
	TEXT_MAX = 512,
	EVERY_MIN = 1000, /* ms */
	NTH_DAY_MAX = 366,
};

#define EVERY_MAX (366 * 24 * 3600 * (int64_t)1000) /* ms */

struct words {
	const char *items[WORDS_MAX];
	size_t n;
};

/* --- small parts ------------------------------------------------------------------------ */

static const char *const weekday_names[] = { "sun", "mon", "tue", "wed", "thu", "fri",
	"sat", NULL };
static const char *const weekday_long[] = { "sunday", "monday", "tuesday", "wednesday",
	"thursday", "friday", "saturday", NULL };
static const char *const month_names[] = { "", "jan", "feb", "mar", "apr", "may", "jun",
	"jul", "aug", "sep", "oct", "nov", "dec", NULL };

static int
index_of(const char *const *names, const char *word, size_t n)
{
	for (int i = 0; names[i]; i++)
		if (*names[i] && strlen(names[i]) == n &&
			strncasecmp(names[i], word, n) == 0)
			return i;
	return -1;
}

/* A whole number of at most four digits at the start; -1: none. */
static int
number_at(const char *s, const char **end)
{
	int n = 0, digits = 0;

	for (; isdigit((unsigned char)*s) && digits < 5; s++, digits++)
		n = n * 10 + (*s - '0');
	*end = s;
	return digits == 0 || digits > 4 ? -1 : n;
}

static int
weekday_at(const char *word, size_t n)
{
	int i = index_of(weekday_names, word, n);

	return i != -1 ? i : index_of(weekday_long, word, n);
}

bool
calendar_read_weekdays(const char *word, uint8_t *out)
{
	uint8_t bits = 0;

	if (strcasecmp(word, "daily") == 0) {
		*out = 0x7f;
		return true;
	}
	while (*word) {
		size_t n = strcspn(word, ",");
		const char *dash = memchr(word, '-', n);
		size_t first_n = dash ? (size_t)(dash - word) : n;
		int first = weekday_at(word, first_n);
		int last = dash ? weekday_at(dash + 1, n - first_n - 1) : first;
		if (first == -1 || last == -1)
			return false;
		for (int i = 0, d = first; i < 7; i++, d = (d + 1) % 7) {
			bits |= (uint8_t)(1u << d);
			if (d == last)
				break;
		}
		word += n;
		if (*word == ',' && word[1] == '\0')
			return false;
		word += *word == ',';
	}
	*out = bits;
	return bits != 0;
}

bool
calendar_read_time(const char *word, int *minute)
{
	const char *p;
	int h = number_at(word, &p);

	if (h < 0 || h > 24 || *p != ':' || p - word > 2)
		return false;
	const char *m_at = p + 1;
	int m = number_at(m_at, &p);
	if (m < 0 || m > 59 || p - m_at != 2 || *p || h * 60 + m > DAY_MINUTES)
		return false;
	*minute = h * 60 + m;
	return true;
}

static void
set_minute(struct calendar *c, int minute)
{
	c->minutes[minute / 64] |= 1ULL << (minute % 64);
}

/* --- the words of a text ---------------------------------------------------------------- */

static int
split(const char *text, bool commas, struct arena *mem, struct words *out, struct err *e)
{
	const char *between = commas ? " \t\n," : " \t\n";
	char *copy = arena_strdup(mem, text);

	if (!copy)
		return err_nomem(e);
	out->n = 0;
	for (char *p = copy + strspn(copy, between); *p;) {
		size_t n = strcspn(p, between);
		char *next = p + n + strspn(p + n, between);
		if (out->n == WORDS_MAX)
			return err_set(e, ERR_ARG, "more than %d words", WORDS_MAX);
		p[n] = '\0';
		out->items[out->n++] = p;
		p = next;
	}
	return 0;
}

static struct calendar
every_day(void)
{
	return (struct calendar){ .kind = CALENDAR_TIMES,
		.days = 0xffffffffu,
		.months = 0x1ffe,
		.weekdays = 0x7f,
		.weeks = 0x3f,
		.nth_day = 1 };
}

/* The words from i on are times of day; one at least. */
static int
read_times(const struct words *w, size_t i, struct calendar *c, struct err *e)
{
	int minute;

	if (i == w->n)
		return err_set(e, ERR_ARG,
			"a time of day is missing, as in '%.40s 03:00'",
			w->items[w->n - 1]);
	for (; i < w->n; i++) {
		if (!calendar_read_time(w->items[i], &minute) || minute == DAY_MINUTES)
			return err_set(e, ERR_ARG,
				"'%.40s' is no time of day such as 03:00", w->items[i]);
		set_minute(c, minute);
	}
	return 0;
}

/* --- forms ------------------------------------------------------------------------------ */

static int
nothing_behind(const struct words *w, size_t n, struct err *e)
{
	return w->n <= n
		? 0
		: err_set(e, ERR_ARG, "'%.40s' is one word too many", w->items[n]);
}

static int
read_start(const struct words *w, struct arena *mem, struct calendar *out, struct err *e)
{
	(void)mem;
	*out = (struct calendar){ .kind = CALENDAR_START };
	return nothing_behind(w, 1, e);
}

static int
read_after(const struct words *w, struct arena *mem, struct calendar *out, struct err *e)
{
	(void)mem;
	if (w->n < 2)
		return err_set(e, ERR_ARG, "after which poll?");
	*out = (struct calendar){ .kind = CALENDAR_AFTER, .after = w->items[1] };
	return nothing_behind(w, 2, e);
}

/* "every 3 days at 03:00" */
static int
read_nth_day(const struct words *w, size_t at, struct calendar *out, struct err *e)
{
	const char *end;
	int n = number_at(w->items[1], &end);
	const char *unit = *end ? end : at == 3 ? w->items[2] : "";
	bool days = strcmp(unit, "d") == 0 || strcmp(unit, "day") == 0 ||
		strcmp(unit, "days") == 0;

	if (n < 1 || n > NTH_DAY_MAX || !days || at > 3)
		return err_set(e, ERR_ARG,
			"only whole days have a time of day, as in 'every 3 days at 03:00'");
	*out = every_day();
	out->nth_day = (uint16_t)n;
	return read_times(w, at + 1, out, e);
}

/* A number and a unit in full: what options do not read. */
static const char *
short_unit(const char *word)
{
	static const struct {
		const char *text, *unit;
	} units[] = { { "seconds", "s" }, { "second", "s" }, { "minutes", "min" },
		{ "minute", "min" }, { "hours", "h" }, { "hour", "h" }, { "days", "d" },
		{ "day", "d" } };

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcasecmp(word, units[i].text) == 0)
			return units[i].unit;
	return word;
}

static int
read_every(const struct words *w, struct arena *mem, struct calendar *out, struct err *e)
{
	static const struct opt row = {
		.name = "every", .type = OPT_MSEC, .min = EVERY_MIN, .max = EVERY_MAX
	};
	const char *text = "";
	int64_t ms;

	for (size_t i = 1; i < w->n; i++)
		if (strcasecmp(w->items[i], "at") == 0)
			return read_nth_day(w, i, out, e);
	for (size_t i = 1; text && i < w->n; i++)
		text = arena_printf(mem, "%s%s", text, short_unit(w->items[i]));
	if (!text)
		return err_nomem(e);
	if (!*text || isalpha((unsigned char)*text))
		return err_set(e, ERR_ARG, "every how much? such as 'every 90 min'");
	if (text[strspn(text, "0123456789.")] == '\0')
		return err_set(e, ERR_ARG, "every %.20s of what? such as '%.20s min'",
			text, text);
	if (opt_set(&row, &ms, text, mem, e) == -1)
		return -1;
	*out = (struct calendar){ .kind = CALENDAR_EVERY, .every = ms / 1000 };
	return 0;
}

/* "2nd" and the like: bit of `weeks`, or -1. */
static int
week_of(const char *word)
{
	static const char *const words[] = { "1st", "2nd", "3rd", "4th", "5th", "last",
		NULL };
	static const char *const others[] = { "first", "second", "third", "fourth",
		"fifth", NULL };
	int i = index_of(words, word, strlen(word));

	return i != -1 ? i : index_of(others, word, strlen(word));
}

static bool
is_time(const char *word)
{
	return strchr(word, ':') != NULL;
}

/* One day of "monthly": a number, "last", or "2nd" with the week day behind it. */
static int
read_month_day(const struct words *w, size_t *i, struct calendar *c, struct err *e)
{
	const char *word = w->items[*i], *end;
	int week = week_of(word), n = number_at(word, &end);
	int weekday = *i + 1 < w->n
		? weekday_at(w->items[*i + 1], strlen(w->items[*i + 1]))
		: -1;

	if (week != -1 && weekday != -1) {
		c->weeks |= (uint8_t)(1u << week);
		c->weekdays |= (uint8_t)(1u << weekday);
		(*i)++;
		return 0;
	}
	if (strcasecmp(word, "last") == 0) {
		c->days |= 1u << MONTH_LAST;
		return 0;
	}
	if (week != -1)
		return err_set(
			e, ERR_ARG, "%.20s which day? such as '%.20s tue'", word, word);
	if (n < 1 || n > 31 || *end)
		return err_set(e, ERR_ARG,
			"'%.40s' is no day of a month: 1 to 31, last, or 2nd tue", word);
	c->days |= 1u << n;
	return 0;
}

static int
read_monthly(
	const struct words *w, struct arena *mem, struct calendar *out, struct err *e)
{
	size_t i = 1, pairs = 0;
	struct calendar c = { .days = 0 };

	(void)mem;
	for (; i < w->n && !is_time(w->items[i]); i++) {
		uint8_t weekdays = c.weekdays, weeks = c.weeks;
		if (read_month_day(w, &i, &c, e) == -1)
			return -1;
		pairs += weekdays != c.weekdays && weeks != c.weeks;
	}
	if (i == 1)
		return err_set(e, ERR_ARG,
			"monthly on which days? such as 'monthly 1 15 03:00'");
	/* "1st mon 2nd tue" would mean the 1st Tuesday, too. */
	if ((c.days && c.weeks) || pairs > 1)
		return err_set(e, ERR_ARG,
			"days and week days of a month are schedules of their own: write two");
	*out = every_day();
	if (c.days)
		out->days = c.days;
	if (c.weeks) {
		out->weeks = c.weeks;
		out->weekdays = c.weekdays;
	}
	return read_times(w, i, out, e);
}

static int
read_weekly(
	const struct words *w, struct arena *mem, struct calendar *out, struct err *e)
{
	(void)mem;
	*out = every_day();
	if (!calendar_read_weekdays(w->items[0], &out->weekdays))
		return err_set(e, ERR_ARG,
			"'%.40s' is no schedule: write 'every 90 min', 'daily 03:00', 'mon-fri "
			"07:00', 'monthly 1 03:00', 'cron 0 3 * * *', 'start' or 'after NAME'",
			w->items[0]);
	return read_times(w, 1, out, e);
}

/* --- crontab(5) ------------------------------------------------------------------------- */

struct cron_field {
	const char *what;
	int min, max;
	const char *const *names;
};

static const struct cron_field cron_fields[] = {
	{ "minute", 0, 59, NULL }, { "hour", 0, 23, NULL },
	{ "day of the month", 1, 31, NULL }, { "month", 1, 12, month_names },
	{ "day of the week", 0, 7, weekday_names }, /* 7 is Sunday too */
};

enum { CRON_FIELDS = sizeof(cron_fields) / sizeof(cron_fields[0]) };

/* A number or a name; -1: neither. */
static int
cron_value(const struct cron_field *f, const char *s, const char **end)
{
	if (f->names && isalpha((unsigned char)*s)) {
		*end = s +
			strspn(s,
				"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
		return index_of(f->names, s, (size_t)(*end - s));
	}
	int n = number_at(s, end);
	return n < f->min || n > f->max ? -1 : n;
}

/* "3", "1-5", "*", with "/2" behind those that are a range. */
static const char *
cron_item(const struct cron_field *f, const char *s, uint64_t *bits)
{
	int first = f->min, last = f->max, step = 1;
	bool range = *s == '*';

	if (range) {
		s++;
	} else {
		first = last = cron_value(f, s, &s);
		if (first != -1 && *s == '-') {
			last = cron_value(f, s + 1, &s);
			range = true;
		}
	}
	if (first == -1 || last < first)
		return NULL;
	if (*s == '/') {
		step = number_at(s + 1, &s);
		if (step < 1 || !range)
			return NULL;
	}
	for (int i = first; i <= last; i += step)
		*bits |= 1ULL << i;
	return s;
}

static int
cron_read(const struct cron_field *f, const char *text, uint64_t *bits, struct err *e)
{
	const char *s = text;

	*bits = 0;
	do {
		s = cron_item(f, s, bits);
	} while (s && *s == ',' && *++s);
	if (!s || *s || s[-1] == ',')
		return err_set(e, ERR_ARG, "cron: '%.40s' is no %s (%d to %d)", text,
			f->what, f->min, f->max);
	return 0;
}

static int
cron_fill(const char *const *fields, struct calendar *out, struct err *e)
{
	uint64_t bits[CRON_FIELDS];

	for (size_t i = 0; i < CRON_FIELDS; i++)
		if (cron_read(&cron_fields[i], fields[i], &bits[i], e) == -1)
			return -1;
	*out = every_day();
	for (int m = 0; m < DAY_MINUTES; m++)
		if (bits[0] >> (m % 60) & 1 && bits[1] >> (m / 60) & 1)
			set_minute(out, m);
	out->even = bits[1] == (1ULL << 24) - 1;
	out->months = (uint16_t)bits[3];
	if (bits[4] >> 7 & 1)
		bits[4] |= 1;
	out->weekdays = bits[4] & 0x7f;
	out->days = (uint32_t)bits[2];
	/* crontab(5): a field that begins with a star restricts nothing by itself. */
	out->either = *fields[2] != '*' && *fields[4] != '*';
	return 0;
}

static int
read_cron(const struct words *w, struct arena *mem, struct calendar *out, struct err *e)
{
	static const struct {
		const char *name;
		const char *fields[CRON_FIELDS];
	} nicks[] = {
		{ "@yearly", { "0", "0", "1", "1", "*" } },
		{ "@annually", { "0", "0", "1", "1", "*" } },
		{ "@monthly", { "0", "0", "1", "*", "*" } },
		{ "@weekly", { "0", "0", "*", "*", "0" } },
		{ "@daily", { "0", "0", "*", "*", "*" } },
		{ "@midnight", { "0", "0", "*", "*", "*" } },
		{ "@hourly", { "0", "*", "*", "*", "*" } },
	};

	(void)mem;
	for (size_t i = 0; w->n == 2 && i < sizeof(nicks) / sizeof(nicks[0]); i++)
		if (strcasecmp(w->items[1], nicks[i].name) == 0)
			return cron_fill(nicks[i].fields, out, e);
	if (w->n != 1 + CRON_FIELDS)
		return err_set(e, ERR_ARG,
			"cron takes five fields, minute hour day month weekday, not %zu",
			w->n - 1);
	return cron_fill(w->items + 1, out, e);
}

/* --- the text --------------------------------------------------------------------------- */

static const struct form {
	const char *word;
	bool spaces_only; /* commas belong to its words */
	int (*read)(
		const struct words *, struct arena *, struct calendar *, struct err *);
} forms[] = {
	{ "start", false, read_start },
	{ "after", true, read_after },
	{ "every", false, read_every },
	{ "monthly", false, read_monthly },
	{ "cron", true, read_cron },
};

static const struct form weekly = { "", true, read_weekly };

static const struct form *
form_of(const char *text)
{
	size_t n = strcspn(text, " \t\n,");

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (strlen(forms[i].word) == n &&
			strncasecmp(text, forms[i].word, n) == 0)
			return &forms[i];
	return &weekly;
}

int
calendar_parse(const char *text, struct arena *mem, struct calendar *out, struct err *e)
{
	struct words w;

	text += strspn(text, " \t\n");
	if (!*text)
		return err_set(e, ERR_ARG, "an empty schedule");
	if (strlen(text) > TEXT_MAX)
		return err_set(
			e, ERR_ARG, "a schedule has at most %d characters", TEXT_MAX);
	const struct form *f = form_of(text);
	if (split(text, !f->spaces_only, mem, &w, e) == -1)
		return -1;
	if (w.n == 0)
		return err_set(e, ERR_ARG, "an empty schedule");
	return f->read(&w, mem, out, e);
}
