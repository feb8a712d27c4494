/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Option rows: from text to a field, defaults, and finding a row by its names.  The two
 * readers are opt_parse.c (command line) and conf.c (file); opt_help.c prints the rows.
 */
#include "base/opt.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* --- text to field ---------------------------------------------------------------------- */

/* "TEXT: why"; a long TEXT is cut. */
static int
refuse(struct err *e, const char *text, const char *why)
{
	const int shown = 40;
	bool cut = strnlen(text, (size_t)shown + 1) > (size_t)shown;

	return err_set(e, ERR_ARG, "%.*s%s: %s", shown, *text ? text : "''",
		cut ? "..." : "", why);
}

struct suffix {
	const char *text;
	int64_t factor;
};

static const struct suffix count_suffixes[] = { { "", 1 }, { "k", 1000 },
	{ "M", 1000000 }, { "G", 1000000000 }, { NULL, 0 } };
static const struct suffix msec_suffixes[] = { { "", 1 }, { "ms", 1 }, { "s", 1000 },
	{ "min", 60000 }, { "h", 3600000 }, { "d", 86400000 }, { NULL, 0 } };
static const struct suffix percent_suffixes[] = { { "", 10000 }, { "%", 10000 },
	{ NULL, 0 } };

/* How the types that are numbers are written. */
static const struct number_type {
	const struct suffix *suffixes;
	const char *none; /* why text is refused that is no number */
} number_types[] = {
	[OPT_INT] = { count_suffixes, "is no number; must be" },
	[OPT_MSEC] = { msec_suffixes, "is no time such as 500ms, 2s or 1min; must be" },
	[OPT_PERCENT] = { percent_suffixes, "is no share such as 99.9 or 3%; must be" },
};

static int64_t
suffix_factor(const struct suffix *s, const char *text)
{
	for (; s->text; s++)
		if (strcmp(s->text, text) == 0)
			return s->factor;
	return 0;
}

/* Adds the digits of a decimal fraction; what is finer than one unit is refused. */
static bool
add_fraction(const char **p, int64_t factor, int64_t *value)
{
	if (!isdigit((unsigned char)**p))
		return false;
	for (; isdigit((unsigned char)**p); (*p)++) {
		if (factor % 10 != 0 && **p != '0')
			return false;
		factor /= 10;
		if (__builtin_add_overflow(*value, (**p - '0') * factor, value))
			return false;
	}
	return true;
}

enum number { NUMBER_NONE, NUMBER_READ, NUMBER_HUGE };

/* "1500", "1.5s", "2 min": digits, a fraction where the suffix makes it whole, a suffix. */
static enum number
read_number(const char *p, const struct suffix *suffixes, int64_t *out)
{
	bool minus = *p == '-', huge = false;
	int64_t value = 0;

	p += minus;
	if (!isdigit((unsigned char)*p))
		return NUMBER_NONE;
	for (; isdigit((unsigned char)*p); p++)
		huge |= __builtin_mul_overflow(value, 10, &value) ||
			__builtin_add_overflow(value, *p - '0', &value);
	const char *fraction = *p == '.' ? p + 1 : NULL;
	if (fraction)
		p += 1 + strspn(fraction, "0123456789");
	int64_t factor = suffix_factor(suffixes, p + (*p == ' ' && p[1] != '\0'));
	if (factor == 0)
		return NUMBER_NONE;
	huge |= __builtin_mul_overflow(value, factor, &value);
	if (!huge && fraction && !add_fraction(&fraction, factor, &value))
		return NUMBER_NONE;
	*out = minus ? -value : value;
	return huge ? NUMBER_HUGE : NUMBER_READ;
}

const char *
opt_print_msec(int64_t ms, char buf[static OPT_RANGE_MAX])
{
	const struct suffix *best = &msec_suffixes[1];

	for (const struct suffix *s = best; s->text; s++)
		if (ms != 0 && ms % s->factor == 0)
			best = s;
	(void)snprintf(buf, OPT_RANGE_MAX, "%lld %s", (long long)(ms / best->factor),
		best->text);
	return buf;
}

const char *
opt_print_percent(int64_t millionths, char buf[static OPT_RANGE_MAX])
{
	int n = snprintf(buf, OPT_RANGE_MAX - 2, "%lld.%04lld",
		(long long)(millionths / 10000), (long long)(millionths % 10000));

	while (buf[n - 1] == '0')
		n--;
	n -= buf[n - 1] == '.';
	memcpy(buf + n, " %", 3);
	return buf;
}

bool
opt_has_range(const struct opt *o)
{
	return o->type == OPT_INT || o->type == OPT_MSEC || o->type == OPT_PERCENT;
}

const char *
opt_range(const struct opt *o, char buf[static OPT_RANGE_MAX])
{
	char low[OPT_RANGE_MAX], high[OPT_RANGE_MAX];

	if (o->type == OPT_MSEC)
		(void)snprintf(buf, OPT_RANGE_MAX, "%.30s to %.30s",
			opt_print_msec(o->min, low), opt_print_msec(o->max, high));
	else if (o->type == OPT_PERCENT)
		(void)snprintf(buf, OPT_RANGE_MAX, "%.30s to %.30s",
			opt_print_percent(o->min, low), opt_print_percent(o->max, high));
	else
		(void)snprintf(buf, OPT_RANGE_MAX, "%lld to %lld%s%s", (long long)o->min,
			(long long)o->max, o->unit ? " " : "", o->unit ? o->unit : "");
	return buf;
}

static int
set_number(const struct opt *o, void *field, const char *text, struct arena *mem,
	struct err *e)
{
	const struct number_type *type = &number_types[o->type];
	char range[OPT_RANGE_MAX], why[2 * OPT_RANGE_MAX];
	int64_t value = 0;

	(void)mem;
	enum number got = read_number(text, type->suffixes, &value);
	if (got == NUMBER_READ && value >= o->min && value <= o->max) {
		*(int64_t *)field = value;
		return 0;
	}
	(void)snprintf(why, sizeof(why), "%s %s",
		got != NUMBER_NONE ? "must be" : type->none, opt_range(o, range));
	return refuse(e, text, why);
}

static int
set_bool(const struct opt *o, void *field, const char *text, struct arena *mem,
	struct err *e)
{
	static const struct {
		const char *text;
		bool value;
	} words[] = { { "yes", true }, { "no", false }, { "true", true },
		{ "false", false }, { "on", true }, { "off", false } };

	(void)o, (void)mem;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasecmp(text, words[i].text) != 0)
			continue;
		*(bool *)field = words[i].value;
		return 0;
	}
	return refuse(e, text, "must be yes or no");
}

static int
set_enum(const struct opt *o, void *field, const char *text, struct arena *mem,
	struct err *e)
{
	struct sb why;
	size_t n = 0;

	(void)mem;
	for (; o->choices[n]; n++) {
		if (strcmp(text, o->choices[n]) != 0)
			continue;
		*(int *)field = (int)n;
		return 0;
	}
	sb_init(&why, 1024);
	sb_add(&why, "must be ");
	for (size_t i = 0; i < n; i++)
		sb_printf(&why, "%s%s",
			i == 0              ? ""
				: i + 1 < n ? ", "
					    : " or ",
			o->choices[i]);
	(void)refuse(e, text, why.text);
	sb_done(&why);
	return -1;
}

static int
set_text(const struct opt *o, void *field, const char *text, struct arena *mem,
	struct err *e)
{
	(void)o;
	const char *copy = arena_strdup(mem, text);
	if (!copy)
		return err_nomem(e);
	*(const char **)field = copy;
	return 0;
}

enum { CHECK_MEMORY = 512 << 20 }; /* a check may read a file */

/* What a check makes of the text on its way to an answer does not stay. */
static int
run_check(const struct opt *o, const char *text, struct err *e)
{
	struct arena *mem = o->check ? arena_new(CHECK_MEMORY) : NULL;

	if (!o->check)
		return 0;
	int rc = mem ? o->check(text, mem, e) : err_nomem(e);
	arena_free(mem);
	return rc;
}

static int
add_item(const struct opt *o, struct opt_list *list, const char *text, size_t n,
	struct arena *mem, struct err *e)
{
	if (list->n == list->room) {
		size_t room = list->room ? list->room * 2 : 2;
		const char **items = arena_new_array(mem, const char *, room);
		if (!items)
			return err_nomem(e);
		for (size_t i = 0; i < list->n; i++)
			items[i] = list->items[i];
		list->items = items;
		list->room = room;
	}
	const char *copy = arena_strndup(mem, text, n);
	if (!copy)
		return err_nomem(e);
	if (run_check(o, copy, e) == -1)
		return -1;
	list->items[list->n++] = copy;
	return 0;
}

/* "" adds nothing, so that a list from the file can be emptied on the command line. */
static int
set_list(const struct opt *o, void *field, const char *text, struct arena *mem,
	struct err *e)
{
	static const char blank[] = " \t";
	const char *p = text + strspn(text, blank);

	if (*p == '\0')
		return 0;
	if (o->flags & OPT_NO_SPLIT)
		return add_item(o, field, text, strlen(text), mem, e);
	for (;;) {
		size_t whole = strcspn(p, ","), n = whole;
		while (n > 0 && strchr(blank, p[n - 1]))
			n--;
		if (n == 0)
			return refuse(e, text, "an item between commas is empty");
		if (add_item(o, field, p, n, mem, e) == -1)
			return -1;
		if (p[whole] == '\0')
			return 0;
		p += whole + 1;
		p += strspn(p, blank);
	}
}

static int (*const setters[])(
	const struct opt *, void *, const char *, struct arena *, struct err *) = {
	[OPT_BOOL] = set_bool,
	[OPT_INT] = set_number,
	[OPT_MSEC] = set_number,
	[OPT_PERCENT] = set_number,
	[OPT_STR] = set_text,
	[OPT_ENUM] = set_enum,
	[OPT_LIST] = set_list,
	[OPT_SECRET] = set_text,
};

int
opt_set(const struct opt *o, void *base, const char *text, struct arena *mem,
	struct err *e)
{
	if (o->type != OPT_LIST && run_check(o, text, e) == -1)
		return -1;
	return setters[o->type](o, (char *)base + o->at, text, mem, e);
}

/* --- defaults --------------------------------------------------------------------------- */

void
opt_clear(const struct opt *o, void *base)
{
	static const size_t sizes[] = {
		[OPT_BOOL] = sizeof(bool),
		[OPT_INT] = sizeof(int64_t),
		[OPT_MSEC] = sizeof(int64_t),
		[OPT_PERCENT] = sizeof(int64_t),
		[OPT_STR] = sizeof(const char *),
		[OPT_ENUM] = sizeof(int),
		[OPT_LIST] = sizeof(struct opt_list),
		[OPT_SECRET] = sizeof(const char *),
	};

	memset((char *)base + o->at, 0, sizes[o->type]);
}

int
opt_defaults(const struct opt_table *t, void *settings, struct arena *mem, struct err *e)
{
	for (; t->rows; t++) {
		void *base = (char *)settings + t->at;
		for (const struct opt *o = t->rows; o->name; o++) {
			opt_clear(o, base);
			if (o->value && opt_set(o, base, o->value, mem, e) == -1)
				return err_add(e, "the default of %s", o->name);
		}
	}
	return 0;
}

/* --- names ------------------------------------------------------------------------------ */

const char *
opt_long_name(const struct opt *o, char buf[static 48])
{
	const char *dot = strrchr(o->name, '.');
	const char *name = dot ? dot + 1 : o->name;
	size_t n = 0;

	for (; n < 47 && name[n]; n++)
		buf[n] = name[n] == '_' ? '-' : name[n];
	buf[n] = '\0';
	return buf;
}

bool
opt_is_secret(const struct opt *o)
{
	return o->type == OPT_SECRET || o->flags & OPT_PRIVATE;
}

bool
opt_on_command_line(const struct opt *o)
{
	return !opt_is_secret(o) && !(o->flags & OPT_FILE_ONLY);
}

bool
opt_in_file(const struct opt *o)
{
	return !(o->flags & OPT_CLI_ONLY);
}

enum { WORD_MAX = 40 }; /* characters of a word for '*' */

/* Characters of the part at s that fit the part of the pattern; 0: it does not. */
static size_t
part_fits(const char *pattern, const char *s)
{
	if (*pattern != '*' && *pattern != *s) /* most of them */
		return 0;
	size_t n = strcspn(s, "."), m = strcspn(pattern, ".");
	if (m != 1 || *pattern != '*')
		return n == m && strncmp(pattern, s, n) == 0 ? n : 0;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)s[i]) && s[i] != '-' && s[i] != '_' &&
			s[i] != '*')
			return 0;
	return n <= WORD_MAX ? n : 0;
}

/* What of the pattern is left behind the parts of s; NULL: they do not fit. */
static const char *
rest_behind(const char *pattern, const char *s)
{
	for (;;) {
		size_t n = part_fits(pattern, s);
		if (n == 0)
			return NULL;
		s += n;
		pattern += strcspn(pattern, ".");
		if (*s == '\0' || *pattern == '\0')
			return *s == '\0' ? pattern : NULL;
		s++;
		pattern++;
	}
}

bool
opt_fits(const struct opt *o, const char *key)
{
	const char *rest = rest_behind(o->name, key);

	return rest && *rest == '\0';
}

bool
opt_is_below(const struct opt *o, const char *section)
{
	const char *rest = rest_behind(o->name, section);

	return rest && *rest == '.';
}

const struct opt *
opt_by_key(const struct opt_table *t, const char *key)
{
	for (; t->rows; t++)
		for (const struct opt *o = t->rows; o->name; o++)
			if (opt_in_file(o) && opt_fits(o, key))
				return o;
	return NULL;
}

const struct opt *
opt_by_option(const struct opt_table *t, const char *name)
{
	char buf[48];

	for (; t->rows; t++)
		for (const struct opt *o = t->rows; o->name; o++)
			if (opt_on_command_line(o) &&
				strcmp(opt_long_name(o, buf), name) == 0)
				return o;
	return NULL;
}

/* --- the nearest name ------------------------------------------------------------------- */

enum { NEAREST_MAX = 64 }; /* characters; longer names are not compared */

static size_t
min3(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Insertions, deletions, replacements and swaps of neighbours (optimal string alignment);
 * case is ignored. */
static size_t
edit_distance(const char *a, size_t n, const char *b, size_t m)
{
	size_t rows[3][NEAREST_MAX + 1] = { 0 };
	size_t *before = rows[0], *last = rows[1], *now = rows[2];

	for (size_t j = 0; j <= m; j++)
		now[j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t *oldest = before;
		before = last;
		last = now;
		now = oldest;
		now[0] = i;
		for (size_t j = 1; j <= m; j++) {
			int x = tolower((unsigned char)a[i - 1]);
			int y = tolower((unsigned char)b[j - 1]);
			now[j] = min3(
				last[j] + 1, now[j - 1] + 1, last[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == tolower((unsigned char)b[j - 2]) &&
				y == tolower((unsigned char)a[i - 2]) &&
				before[j - 2] + 1 < now[j])
				now[j] = before[j - 2] + 1;
		}
	}
	return now[m];
}

const char *
nearest(const char *text, const char *const *candidates, size_t n)
{
	size_t len = strnlen(text, NEAREST_MAX + 1);
	size_t best = len < 5 ? 2
		: len < 9     ? 3
			      : 4; /* the first distance that is too far */
	const char *found = NULL;

	if (len == 0 || len > NEAREST_MAX)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		size_t other = strlen(candidates[i]);
		if (other == 0 || other > NEAREST_MAX)
			continue;
		size_t apart = len < other ? other - len : len - other;
		/* So many insertions at least: with a thousand candidates the rest takes long. */
		size_t d = apart < best ? edit_distance(text, len, candidates[i], other)
					: best;
		/* The beginning of a name is as near as a slip of one key. */
		if (d > 1 && len > 1 && strncasecmp(text, candidates[i], len) == 0)
			d = 1;
		if (d < best) {
			best = d;
			found = candidates[i];
		}
	}
	return found;
}

const char *
opt_list_for(const struct opt_list *list, const char *key)
{
	const char *any = NULL;

	for (size_t i = 0; i < list->n; i++) {
		const char *item = list->items[i], *is = strchr(item, '=');
		if (!is)
			any = item;
		else if (strlen(key) == (size_t)(is - item) &&
			strncasecmp(item, key, (size_t)(is - item)) == 0)
			return is + 1;
	}
	return any;
}
