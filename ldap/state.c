/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ldap/state.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ldap/dirsync.h"

static const char head[] = "ad 1\n", zones_word[] = "zones";

/* --- reading ------------------------------------------------------------------------------ */

/* The next word of a line, which `ends`; false: it is missing or too long. */
static bool
next_word(const char **at, char ends, char *out, size_t size)
{
	size_t n = strcspn(*at, " \n");

	if (n == 0 || n >= size || (*at)[n] != ends)
		return false;
	memcpy(out, *at, n);
	out[n] = '\0';
	*at += n + 1;
	return true;
}

static bool
next_number(const char **at, char ends, uint64_t *out)
{
	char word[24];

	if (!next_word(at, ends, word, sizeof(word)) ||
		strspn(word, "0123456789") != strlen(word))
		return false;
	errno = 0;
	*out = strtoull(word, NULL, 10);
	return errno == 0;
}

static int put(struct ad_state *, const struct ad_mark *, struct arena *, struct err *);

/* *out: in arena; NULL for "-". */
static bool
next_cookie(const char **at, char ends, struct arena *mem, const char **out)
{
	struct dirsync_cookie c;
	size_t n = strcspn(*at, " \n");
	const char *text = *at;

	*out = NULL;
	if (text[n] != ends)
		return false;
	*at += n + 1;
	if (n == 1 && text[0] == '-')
		return true;
	return dirsync_cookie_read(text, n, &c) && (*out = arena_strndup(mem, text, n));
}

/* What a line ends in. */
static bool
read_cookies(const char **at, struct ad_mark *m, struct arena *mem)
{
	for (size_t i = 0; i < PARTS; i++)
		if (!next_cookie(at, i + 1 < PARTS ? ' ' : '\n', mem, &m->cookies[i]))
			return false;
	return m->cookies[PART_DOMAIN] != NULL;
}

/* The word behind the numbers, which is no base64; false: there is none. */
static bool
read_zones(const char **at)
{
	size_t n = strlen(zones_word);

	if (strncmp(*at, zones_word, n) != 0 || !strchr(" \n", (*at)[n]) || !(*at)[n])
		return false;
	*at += n;
	return true;
}

static bool
read_mark(const char **at, struct ad_mark *m, struct arena *mem)
{
	uint64_t schema, full;

	if (!next_word(at, ' ', m->domain, sizeof(m->domain)) ||
		!next_word(at, ' ', m->server, sizeof(m->server)) ||
		!next_word(at, ' ', m->invocation, sizeof(m->invocation)) ||
		!next_number(at, ' ', &m->usn) || !next_number(at, ' ', &schema))
		return false;
	bool has_more = (*at)[strcspn(*at, " \n")] == ' ';
	if (!next_number(at, has_more ? ' ' : '\n', &full) || schema > INT64_MAX ||
		full > INT64_MAX)
		return false;
	m->schema = (int64_t)schema;
	m->full_us = (int64_t)full;
	m->has_zones = has_more && read_zones(at);
	if (m->has_zones) /* what follows it is of another word */
		has_more = *(*at)++ == ' ';
	return !has_more || read_cookies(at, m, mem);
}

int
ad_state_read(const char *text, struct arena *mem, struct ad_state *s, struct err *e)
{
	*s = (struct ad_state){ 0 };
	if (!text || !text[0])
		return 0;
	if (strncmp(text, head, strlen(head)) != 0)
		return err_set(
			e, ERR_PROTO, "what the last poll left is not of this version");
	for (const char *at = text + strlen(head); *at;) {
		struct ad_mark m = { 0 };
		if (!read_mark(&at, &m, mem))
			return err_set(
				e, ERR_PROTO, "what the last poll left is damaged");
		if (put(s, &m, mem, e) == -1)
			return -1;
	}
	return 0;
}

/* --- writing ------------------------------------------------------------------------------ */

/* *room: bytes that cookies may still take. */
static void
write_cookies(const struct ad_mark *m, size_t *room, struct sb *out)
{
	size_t size = 0;

	for (size_t i = 0; i < PARTS; i++)
		size += m->cookies[i] ? strlen(m->cookies[i]) : 0;
	if (!m->cookies[PART_DOMAIN] || size > *room)
		return;
	*room -= size;
	for (size_t i = 0; i < PARTS; i++)
		sb_printf(out, " %s", m->cookies[i] ? m->cookies[i] : "-");
}

static void
write_counts(const struct ad_mark *m, struct sb *out)
{
	sb_printf(out, "%s %s %s %" PRIu64 " %" PRId64 " %" PRId64 "%s%s", m->domain,
		m->server, m->invocation, m->usn, m->schema, m->full_us,
		m->has_zones ? " " : "", m->has_zones ? zones_word : "");
}

/* What all that is no cookie leaves of the line. */
static size_t
room_for_cookies(const struct ad_state *s)
{
	struct sb text;

	sb_init(&text, STATE_TEXT_MAX);
	for (size_t i = 0; i < s->n; i++)
		write_counts(&s->marks[i], &text);
	size_t size = text.len + sizeof(head) +
		s->n * (2 + 2 * PARTS); /* newlines, "-" */
	bool is_small = !text.bad && size < STATE_COOKIES_BELOW;
	sb_done(&text);
	return is_small ? STATE_COOKIES_BELOW - size : 0;
}

int
ad_state_write(const struct ad_state *s, struct sb *out, struct err *e)
{
	size_t room = room_for_cookies(s);

	sb_add(out, head);
	for (size_t i = 0; i < s->n; i++) {
		write_counts(&s->marks[i], out);
		write_cookies(&s->marks[i], &room, out);
		sb_add(out, "\n");
	}
	return out->bad ? err_nomem(e) : 0;
}

static size_t
place_of(const struct ad_state *s, const char *domain)
{
	size_t at = 0;

	while (at < s->n && strcmp(s->marks[at].domain, domain) < 0)
		at++;
	return at;
}

const struct ad_mark *
ad_state_find(const struct ad_state *s, const char *domain)
{
	size_t at = place_of(s, domain);

	return at < s->n && strcmp(s->marks[at].domain, domain) == 0 ? &s->marks[at]
								     : NULL;
}

static int
make_room(struct ad_state *s, struct arena *mem, struct err *e)
{
	size_t room = s->room ? s->room * 2 : 8;

	if (s->n < s->room)
		return 0;
	if (s->n >= STATE_DOMAINS_MAX)
		return err_set(e, ERR_ARG, "more than %d domains", STATE_DOMAINS_MAX);
	struct ad_mark *more = arena_new_array(mem, struct ad_mark, room);
	if (!more)
		return err_nomem(e);
	if (s->n)
		memcpy(more, s->marks, s->n * sizeof(*more));
	s->marks = more;
	s->room = room;
	return 0;
}

/* Borrows the cookies. */
static int
put(struct ad_state *s, const struct ad_mark *m, struct arena *mem, struct err *e)
{
	size_t at = place_of(s, m->domain);

	if (at < s->n && strcmp(s->marks[at].domain, m->domain) == 0) {
		s->marks[at] = *m;
		return 0;
	}
	if (make_room(s, mem, e) == -1)
		return -1;
	memmove(s->marks + at + 1, s->marks + at, (s->n - at) * sizeof(*s->marks));
	s->marks[at] = *m;
	s->n++;
	return 0;
}

int
ad_state_put(
	struct ad_state *s, const struct ad_mark *m, struct arena *mem, struct err *e)
{
	struct ad_mark own = *m;

	for (size_t i = 0; i < PARTS; i++)
		if (m->cookies[i] &&
			!(own.cookies[i] = arena_strdup(mem, m->cookies[i])))
			return err_nomem(e);
	return put(s, &own, mem, e);
}

/* --- full, or what changed ------------------------------------------------------------------ */

static bool
is_of_another(const struct ad_mark *m, const struct ad_now *now)
{
	return strcasecmp(m->server, now->server) != 0;
}

/* Whatever is remembered. */
static const char *
why_always(const struct ad_mark *m, const struct ad_now *now)
{
	if (now->asked_full)
		return "it was asked for";
	if (!m)
		return "it is the first";
	if (m->schema != now->schema)
		return "the schema was upgraded";
	if (now->full_every_us > 0 &&
		(now->wall_us - m->full_us >= now->full_every_us ||
			now->wall_us < m->full_us))
		return "the last full one is too long ago";
	return NULL;
}

const char *
ad_state_why_full(const struct ad_mark *m, const struct ad_now *now)
{
	const char *why = why_always(m, now);

	if (why)
		return why;
	if (is_of_another(m, now))
		return "another controller counts changes in another way";
	if (strcasecmp(m->invocation, now->invocation) != 0)
		return "the database of the controller was restored";
	if (now->usn < m->usn)
		return "the controller counts fewer changes than before";
	return NULL;
}

bool
ad_state_can_sync(const struct ad_mark *m, const struct ad_now *now)
{
	return !why_always(m, now) && is_of_another(m, now) && m->cookies[PART_DOMAIN];
}
