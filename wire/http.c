/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The answer to one GET (RFC 9112).  What servers get wrong and still mean something is
 * let pass: LF without CR (§2.2), field lines without a colon.
 */
#include "wire/http.h"

#include <string.h>

static enum http_part
broken(const char **why, const char *clause)
{
	*why = clause;
	return HTTP_BROKEN;
}

static char
lower(uint8_t c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* The same text, in any case; the second is in lower case. */
static bool
same(struct rd text, const char *word)
{
	size_t n = strlen(word);

	if (rd_left(&text) != n)
		return false;
	for (; n > 0; n--)
		if (lower(rd_u8(&text)) != *word++)
			return false;
	return true;
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static struct rd
trimmed(struct rd r)
{
	while (rd_left(&r) && is_blank(*r.p))
		rd_skip(&r, 1);
	while (rd_left(&r) && is_blank(r.end[-1]))
		r.end--;
	return r;
}

/* Up to this byte, which is skipped; false when there is none. */
static bool
take_until(struct rd *r, uint8_t mark, struct rd *before)
{
	size_t n = rd_left(r);
	const uint8_t *at = n ? memchr(r->p, mark, n) : NULL;

	if (!at)
		return false;
	*before = rd_sub(r, (size_t)(at - r->p));
	rd_skip(r, 1);
	return true;
}

/* --- lines --------------------------------------------------------------------------------- */

/* A line of head or framing, without its end; counted against HTTP_HEAD_MAX. */
static enum http_part
take_line(struct http_answer *a, struct rd *stream, struct rd *line, const char **why)
{
	size_t before = rd_left(stream);
	bool whole = take_until(stream, '\n', line);
	size_t n = before - (whole ? rd_left(stream) : 0);

	if (n > HTTP_HEAD_MAX - a->n_head)
		return broken(why, "RFC 9112 §2.1: head longer than 8 KiB");
	if (!whole)
		return HTTP_MORE;
	a->n_head += n;
	if (rd_left(line) && line->end[-1] == '\r')
		line->end--;
	return HTTP_DONE;
}

/* Decimal or hexadecimal digits up to the end; false when there is something else, or more
 * than 60 bits. */
static bool
read_number(struct rd text, unsigned base, uint64_t *n)
{
	*n = 0;
	if (!rd_left(&text))
		return false;
	while (rd_left(&text)) {
		char c = lower(rd_u8(&text));
		unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0')
			: c >= 'a' && c <= 'f'        ? (unsigned)(c - 'a' + 10)
						      : base;
		if (digit >= base || *n >> 56)
			return false;
		*n = *n * base + digit;
	}
	return true;
}

/* §4: "HTTP/1.1 200 OK"; the reason, and even the blank before it, may be missing. */
static enum http_part
read_status_line(struct http_answer *a, struct rd line, const char **why)
{
	struct rd version = rd_sub(&line, sizeof("HTTP/1.") - 1);
	struct rd minor = rd_sub(&line, 1), blank = rd_sub(&line, 1);
	struct rd code = rd_sub(&line, 3);
	uint64_t n, status;

	if (line.bad || !same(version, "http/1.") || !read_number(minor, 10, &n) ||
		!same(blank, " ") || !read_number(code, 10, &status) || status < 100 ||
		(rd_left(&line) && *line.p != ' '))
		return broken(why, "RFC 9112 §4: no status line");
	a->status = (unsigned)status;
	a->body = HTTP_TO_THE_END;
	a->is_page = true;
	a->server[0] = a->location[0] = '\0';
	a->where = HTTP_FIELDS;
	return HTTP_DONE;
}

/* --- fields -------------------------------------------------------------------------------- */

/* The first counts (a second is against RFC 9110 §5.3); control characters are the caller's
 * to clean. */
static void
keep(char out[static HTTP_FIELD_MAX], struct rd value)
{
	size_t n = rd_left(&value);

	if (out[0] || n == 0)
		return;
	if (n >= HTTP_FIELD_MAX)
		n = HTTP_FIELD_MAX - 1;
	rd_copy(&value, out, n);
	out[n] = '\0';
}

static void
take_server(struct http_answer *a, struct rd value)
{
	keep(a->server, value);
}

static void
take_location(struct http_answer *a, struct rd value)
{
	if (rd_left(&value) < HTTP_FIELD_MAX) /* half a URI leads elsewhere */
		keep(a->location, value);
}

/* RFC 9110 §8.3.1: type and subtype, then parameters */
static void
take_type(struct http_answer *a, struct rd value)
{
	struct rd type;

	if (!take_until(&value, ';', &type))
		type = value;
	type = trimmed(type);
	a->is_page &= same(type, "text/html") || same(type, "application/xhtml+xml");
}

/* RFC 9110 §8.4.1: compressed in spite of our Accept-Encoding */
static void
take_encoding(struct http_answer *a, struct rd value)
{
	a->is_page &= same(value, "identity");
}

/* §6.3: chunks win over a length, whatever the order. */
static void
take_length(struct http_answer *a, struct rd value)
{
	uint64_t n;

	if (a->body == HTTP_TO_THE_END && read_number(value, 10, &n)) {
		a->body = HTTP_COUNTED;
		a->left = n;
	}
}

/* §6.1: the last coding is the framing. */
static void
take_coding(struct http_answer *a, struct rd value)
{
	struct rd one;

	while (take_until(&value, ',', &one)) {
	}
	if (same(trimmed(value), "chunked"))
		a->body = HTTP_CHUNKED;
}

static const struct field {
	const char *name; /* in lower case */
	void (*take)(struct http_answer *, struct rd value);
} fields[] = {
	{ "server", take_server },
	{ "location", take_location },
	{ "content-type", take_type },
	{ "content-encoding", take_encoding },
	{ "content-length", take_length },
	{ "transfer-encoding", take_coding },
};

static void
read_field(struct http_answer *a, struct rd line)
{
	struct rd name;

	if (!take_until(&line, ':', &name))
		return;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (same(name, fields[i].name))
			fields[i].take(a, trimmed(line));
}

/* What comes behind the head. */
static enum http_part
begin_body(struct http_answer *a)
{
	enum { CONTINUES = 200, NO_CONTENT = 204, NOT_MODIFIED = 304 };

	if (a->status < CONTINUES) { /* RFC 9110 §15.2: interim, another head follows */
		a->where = HTTP_STATUS_LINE;
		return HTTP_MORE;
	}
	a->has_head = true;
	a->where = a->body == HTTP_CHUNKED ? HTTP_CHUNK_SIZE : HTTP_BODY;
	bool empty = a->status == NO_CONTENT || a->status == NOT_MODIFIED ||
		(a->body == HTTP_COUNTED && a->left == 0);
	return empty || !(a->is_page || a->take) ? HTTP_DONE : HTTP_MORE;
}

/* --- steps: HTTP_MORE goes on while something was taken -------------------------------------- */

static enum http_part
step_status_line(struct http_answer *a, struct rd *stream, const char **why)
{
	static const char start[] = "HTTP/1.";
	struct rd line, head = *stream;
	size_t n = rd_left(&head) < sizeof(start) - 1 ? rd_left(&head)
						      : sizeof(start) - 1;

	/* What speaks something else is not listened to up to its first line end. */
	if (memcmp(head.p, start, n) != 0)
		return broken(why, "RFC 9112 §4: no status line");
	enum http_part got = take_line(a, stream, &line, why);
	if (got == HTTP_DONE)
		got = read_status_line(a, line, why);
	return got == HTTP_DONE ? HTTP_MORE : got;
}

static enum http_part
step_fields(struct http_answer *a, struct rd *stream, const char **why)
{
	struct rd line;
	enum http_part got = take_line(a, stream, &line, why);

	if (got != HTTP_DONE)
		return got;
	if (rd_left(&line) == 0)
		return begin_body(a);
	read_field(a, line);
	return HTTP_MORE;
}

/* n bytes of the page.  true: it is known well enough. */
static bool
look_at(struct http_answer *a, struct rd *stream, uint64_t most)
{
	size_t n = rd_left(stream);

	if (n > most)
		n = (size_t)most;
	a->n_body += n;
	a->left -= a->body == HTTP_TO_THE_END ? 0 : n;
	if (a->take) {
		a->take(a->arg, rd_sub(stream, n));
		return a->n_body >= HTTP_WHOLE_MAX;
	}
	return html_title_feed(&a->title, rd_sub(stream, n)) ||
		a->n_body >= HTTP_BODY_MAX;
}

static enum http_part
step_body(struct http_answer *a, struct rd *stream, const char **why)
{
	bool counted = a->body == HTTP_COUNTED;
	bool enough = look_at(a, stream, counted ? a->left : UINT64_MAX);

	(void)why;
	return enough || (counted && a->left == 0) ? HTTP_DONE : HTTP_MORE;
}

/* §7.1: chunk-size [ chunk-ext ] CRLF */
static enum http_part
step_chunk_size(struct http_answer *a, struct rd *stream, const char **why)
{
	struct rd line, size;
	enum http_part got = take_line(a, stream, &line, why);

	if (got != HTTP_DONE)
		return got;
	if (!take_until(&line, ';', &size))
		size = line;
	if (!read_number(trimmed(size), 16, &a->left))
		return broken(why, "RFC 9112 §7.1: no chunk-size");
	a->where = HTTP_CHUNK;
	return a->left == 0 ? HTTP_DONE : HTTP_MORE;
}

static enum http_part
step_chunk(struct http_answer *a, struct rd *stream, const char **why)
{
	(void)why;
	if (look_at(a, stream, a->left))
		return HTTP_DONE;
	if (a->left == 0)
		a->where = HTTP_CHUNK_END;
	return HTTP_MORE;
}

static enum http_part
step_chunk_end(struct http_answer *a, struct rd *stream, const char **why)
{
	struct rd line;
	enum http_part got = take_line(a, stream, &line, why);

	if (got != HTTP_DONE)
		return got;
	if (rd_left(&line) > 0)
		return broken(why, "RFC 9112 §7.1: chunk longer than it says");
	a->where = HTTP_CHUNK_SIZE;
	return HTTP_MORE;
}

enum http_part
http_read(struct http_answer *a, struct rd *stream, const char **why)
{
	static enum http_part (*const steps[])(
		struct http_answer *, struct rd *, const char **) = {
		[HTTP_STATUS_LINE] = step_status_line,
		[HTTP_FIELDS] = step_fields,
		[HTTP_BODY] = step_body,
		[HTTP_CHUNK_SIZE] = step_chunk_size,
		[HTTP_CHUNK] = step_chunk,
		[HTTP_CHUNK_END] = step_chunk_end,
	};
	enum http_part got = HTTP_MORE;
	size_t before = 0;

	while (got == HTTP_MORE && rd_left(stream) && rd_left(stream) != before) {
		before = rd_left(stream);
		got = steps[a->where](a, stream, why);
	}
	return got;
}
