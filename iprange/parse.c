/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The text of a set: cut into items, each read by the first form that it looks like.
 * What is added and what is taken away are collected apart, so their order is no matter.
 * Work is bounded in every direction: depth and number of files, spans in all.
 */
#include "iprange/octets.h"
#include "iprange/span.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/hostname.h"

enum {
	ITEM_MAX = 4096,  /* four octets with all 256 values listed, or a path */
	DEPTH_MAX = 8,    /* files within files */
	FILES_MAX = 1024, /* in all: two files that name each other twice grow fast */
	SHOWN_MAX = 80,   /* bytes of an item in an error */
};

/* What ends an item: in a text, and in a file, which has comments too. */
static const char in_text[] = " \t\r\n,", in_file[] = " \t\r\n,#";

struct parse {
	const struct iprange_reader *reader;
	struct arena *mem;
	struct span_list lists[2][2]; /* [taken away][IPv6] */
	uint64_t expanded;            /* spans that octet lists came to */
	unsigned depth, files;
};

struct item {
	char text[ITEM_MAX];
	bool removed; /* by its own '!', or by that of the file it is in */
};

static int complain(const struct item *, struct err *, const char *fmt, ...)
	ERR_PRINTF(3, 4);

/* "item: why", ERR_ARG. */
static int
complain(const struct item *it, struct err *e, const char *fmt, ...)
{
	char why[sizeof(e->text)];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, sizeof(why), fmt, ap); /* a cut text is fine */
	va_end(ap);
	bool cut = strlen(it->text) > SHOWN_MAX;
	return err_set(
		e, ERR_ARG, "%.*s%s: %s", SHOWN_MAX, it->text, cut ? "..." : "", why);
}

/* Puts the item in front of a cause from below. */
static int
blame(const struct item *it, struct err *e)
{
	return err_add(e, "%.*s", SHOWN_MAX, it->text);
}

static int
add_span(struct parse *p, const struct item *it, enum addr_family f, struct span s,
	struct err *e)
{
	return span_list_add(&p->lists[it->removed][f == ADDR_IP6], s, e);
}

static int
add_addr(struct parse *p, const struct item *it, const struct addr *a, struct err *e)
{
	u128 n = addr_number(a);

	return add_span(p, it, a->family, (struct span){ n, n }, e);
}

/* --- forms ---------------------------------------------------------------------------- */

static bool
is_prefix(const char *s)
{
	return strchr(s, '/') != NULL;
}

static bool
is_ip6(const char *s)
{
	return strchr(s, ':') != NULL;
}

/* Never a host name, however malformed. */
static bool
is_octets(const char *s)
{
	return strspn(s, OCTETS_CHARS) == strlen(s);
}

static bool
is_anything(const char *s)
{
	(void)s;
	return true;
}

/* One address that is a whole text; says why it is none. */
static int
read_addr(const struct item *it, const char *s, struct addr *out, struct err *e)
{
	struct octets octets;

	if (addr_parse(s, out))
		return 0;
	if (strchr(s, '%'))
		return complain(
			it, e, "a set has no interfaces: leave out %s", strchr(s, '%'));
	if (!is_octets(s) && strcmp(s, it->text) == 0)
		return complain(it, e, "not an address");
	if (!is_octets(s))
		return complain(it, e, "%s is not an address", s);
	if (octets_read(s, &octets, e) == -1)
		return blame(it, e);
	return complain(it, e, "%s is more than one address", s);
}

static int
read_prefix(struct parse *p, const struct item *it, struct err *e)
{
	char net[ITEM_MAX];
	const char *slash = strchr(it->text, '/'), *digits = slash + 1;
	size_t n = (size_t)(slash - it->text), n_digits = strspn(digits, "0123456789");
	struct addr a;
	unsigned bits = 0;

	memcpy(net, it->text, n);
	net[n] = '\0';
	if (!is_octets(net) && !is_ip6(net))
		return complain(it, e, "only an address can have a prefix");
	if (read_addr(it, net, &a, e) == -1)
		return -1;
	unsigned whole = addr_bits(a.family);
	if (n_digits == 0 || digits[n_digits] || (digits[0] == '0' && n_digits > 1))
		return complain(it, e, "a prefix is a number from 0 to %u", whole);
	for (size_t i = 0; i < n_digits && bits <= whole; i++)
		bits = bits * 10 + (unsigned)(digits[i] - '0');
	if (bits > whole)
		return complain(it, e, "prefix is above %u", whole);
	return add_span(p, it, a.family, span_of_prefix(&a, bits), e);
}

/* FIRST-LAST, cut at the '-'. */
static int
read_run(struct parse *p, const struct item *it, const char *dash, struct err *e)
{
	char text[ITEM_MAX];
	size_t n = (size_t)(dash - it->text);
	struct addr first, last;

	memcpy(text, it->text, n);
	text[n] = '\0';
	if (read_addr(it, text, &first, e) == -1 ||
		read_addr(it, dash + 1, &last, e) == -1)
		return -1;
	if (first.family != last.family)
		return complain(it, e, "a range cannot mix IPv4 and IPv6");
	if (addr_cmp(&last, &first) < 0)
		return complain(it, e, "the range ends before it begins");
	return add_span(p, it, first.family,
		(struct span){ addr_number(&first), addr_number(&last) }, e);
}

static int
read_ip6(struct parse *p, const struct item *it, struct err *e)
{
	const char *dash = strchr(it->text, '-');
	struct addr a;

	if (dash)
		return read_run(p, it, dash, e);
	if (read_addr(it, it->text, &a, e) == -1)
		return -1;
	return add_addr(p, it, &a, e);
}

struct octets_job {
	struct parse *p;
	const struct item *it;
};

static int
add_octets(void *arg, uint32_t first, uint32_t last, struct err *e)
{
	struct octets_job *job = arg;

	return add_span(job->p, job->it, ADDR_IP4, (struct span){ first, last }, e);
}

static size_t
count_dots(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += *s == '.';
	return n;
}

static int
read_octets(struct parse *p, const struct item *it, struct err *e)
{
	const char *dash = strchr(it->text, '-');
	struct octets_job job = { p, it };
	struct octets octets;
	struct addr a;

	if (addr_parse(it->text, &a)) /* by far the most frequent */
		return add_addr(p, it, &a, e);
	/* "192.0.2.10-192.0.2.20" has two addresses' dots, "192.0.2.10-20" one's. */
	if (dash && count_dots(it->text) == 6 && count_dots(dash) == 3)
		return read_run(p, it, dash, e);
	if (octets_read(it->text, &octets, e) == -1)
		return blame(it, e);
	uint64_t runs = octets_count_runs(&octets);
	if (runs > IPRANGE_RUNS_MAX)
		return complain(it, e,
			"%llu separate runs of addresses, %d at most: ask for whole octets "
			"at the end, or split it up",
			(unsigned long long)runs, IPRANGE_RUNS_MAX);
	/* They may be the same runs again and again, so their sum has a limit too. */
	p->expanded += runs;
	if (p->expanded > (uint64_t)IPRANGE_RUNS_MAX * 4)
		return complain(
			it, e, "too many runs of addresses with those before it");
	return octets_each_run(&octets, add_octets, &job, e);
}

struct host_job {
	struct parse *p;
	const struct item *it;
	size_t found;
};

static int
add_host_addr(void *arg, const struct addr *a, struct err *e)
{
	struct host_job *job = arg;

	job->found++;
	return add_addr(job->p, job->it, a, e);
}

static int
read_host_name(struct parse *p, const struct item *it, struct err *e)
{
	const struct iprange_reader *r = p->reader;
	struct host_job job = { p, it, 0 };

	if (!r || !r->resolve)
		return complain(it, e, "host names are not looked up here");
	int rc = r->resolve(r->ctx, it->text, add_host_addr, &job, e);
	if ((rc == -1 && e->code == ERR_NOTFOUND) || (rc == 0 && job.found == 0))
		return complain(it, e, "unknown host name");
	return rc == -1 ? blame(it, e) : 0;
}

static int parse_text(
	struct parse *, const char *text, bool removed, const char *path, struct err *);

static int
read_file(struct parse *p, const struct item *it, struct err *e)
{
	const struct iprange_reader *r = p->reader;
	const char *text;

	if (!r || !r->read_file)
		return complain(it, e, "files are not read here");
	if (!it->text[1])
		return complain(it, e, "the name of a file goes right after '@'");
	if (p->depth == DEPTH_MAX)
		return complain(it, e,
			"files within files, deeper than %d: do they name "
			"each other?",
			DEPTH_MAX);
	if (p->files++ == FILES_MAX)
		return complain(it, e, "more than %d files", FILES_MAX);
	char *path = arena_strdup(p->mem, it->text + 1);
	if (!path)
		return err_nomem(e);
	if (r->read_file(r->ctx, path, p->mem, &text, e) == -1)
		return -1;
	p->depth++;
	int rc = parse_text(p, text, it->removed, path, e);
	p->depth--;
	return rc;
}

static int
refuse(struct parse *p, const struct item *it, struct err *e)
{
	(void)p;
	return complain(it, e, "neither address, prefix, range, @FILE nor host name");
}

static bool
is_file(const char *s)
{
	return s[0] == '@';
}

static const struct {
	bool (*looks)(const char *);
	int (*read)(struct parse *, const struct item *, struct err *);
} forms[] = {
	{ is_file, read_file }, /* before all others: a path may look like anything */
	{ is_prefix, read_prefix },
	{ is_ip6, read_ip6 },
	{ is_octets, read_octets },
	{ hostname_is_valid, read_host_name },
	{ is_anything, refuse },
};

/* --- items ---------------------------------------------------------------------------- */

static int
read_item(struct parse *p, struct item *it, bool in_removed_file, struct err *e)
{
	it->removed = in_removed_file;
	if (it->text[0] == '!') {
		if (in_removed_file)
			return complain(
				it, e, "'!' in a file that is taken away itself");
		if (strchr("!", it->text[1])) /* the end, or another '!' */
			return complain(it, e, "an item goes right after '!'");
		it->removed = true;
		memmove(it->text, it->text + 1, strlen(it->text));
	}
	for (size_t i = 0;; i++)
		if (forms[i].looks(it->text))
			return forms[i].read(p, it, e);
}

/*
 * The length of the item at s.  A comma ends it unless it stands in an octet list: inside
 * of the first three octets ("10.0,1.0.7"), or in the fourth when what follows is one more
 * number or range and no address of its own ("10.0.0.1,5,7-9").
 */
static size_t
item_length(const char *s, const char *separators)
{
	size_t n = strcspn(s, separators), dots = 0, seen = s[0] == '!';

	while (n && s[n] == ',') {
		size_t more = strcspn(s + n + 1, separators);
		size_t numbers = strspn(s + n + 1, more ? "0123456789-*." : "");
		for (; seen < n; seen++) {
			if (!strchr(OCTETS_CHARS, s[seen]))
				return n;
			dots += s[seen] == '.';
		}
		if (more == 0 || numbers < more || dots > 3)
			return n;
		if (dots == 3 && memchr(s + n + 1, '.', more))
			return n;
		n += 1 + more;
	}
	return n;
}

/* "file:line" in front of an error inside a file; path NULL: not in a file. */
static int
parse_text(struct parse *p, const char *s, bool removed, const char *path, struct err *e)
{
	struct item it;
	size_t line = 1;
	int rc = 0;

	if (path && strncmp(s, "\xef\xbb\xbf", 3) == 0)
		s += 3; /* the mark that Windows editors put in front of UTF-8 */
	while (rc == 0 && *s) {
		size_t n = item_length(s, path ? in_file : in_text);
		if (path && *s == '#') {
			s += strcspn(s, "\n");
		} else if (n == 0) {
			line += *s++ == '\n';
		} else if (n >= ITEM_MAX) {
			rc = err_set(e, ERR_ARG, "%.20s...: longer than %d bytes", s,
				ITEM_MAX - 1);
		} else {
			memcpy(it.text, s, n);
			it.text[n] = '\0';
			rc = read_item(p, &it, removed, e);
			s += n;
		}
	}
	return rc == -1 && path ? err_add(e, "@%s:%zu", path, line) : rc;
}

/* What was added less what was taken away. */
static int
finish(struct parse *p, struct iprange **out, struct err *e)
{
	struct iprange *added, *removed;

	if (iprange_from_lists(p->lists[0], p->mem, &added, e) == -1 ||
		iprange_from_lists(p->lists[1], p->mem, &removed, e) == -1)
		return -1;
	struct iprange *set = added;
	if (!iprange_is_empty(removed))
		set = iprange_subtract(added, removed, p->mem);
	if (!set)
		return err_nomem(e);
	*out = set;
	return 0;
}

int
iprange_parse(const char *const *texts, size_t n, const struct iprange_reader *reader,
	struct arena *mem, struct iprange **out, struct err *e)
{
	struct parse p = { .reader = reader, .mem = mem };
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		if (strnlen(texts[i], IPRANGE_TEXT_MAX + 1) > IPRANGE_TEXT_MAX)
			rc = err_set(e, ERR_ARG, "a text of more than %d MiB",
				IPRANGE_TEXT_MAX >> 20);
		else
			rc = parse_text(&p, texts[i], false, NULL, e);
	}
	if (rc == 0)
		rc = finish(&p, out, e);
	for (int i = 0; i < 2; i++)
		for (int k = 0; k < 2; k++)
			span_list_done(&p.lists[i][k]);
	return rc;
}
