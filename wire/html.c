/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A byte at a time: each place in a page has a function that says where the next one is. */
#include "wire/html.h"

#include <string.h>

static char
lower(uint8_t c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool
is_word(const struct html_title *h, const char *word)
{
	return strlen(word) == h->n_word && memcmp(h->word, word, h->n_word) == 0;
}

/* --- places ------------------------------------------------------------------------------ */

static enum html_where
in_text(struct html_title *h, uint8_t c)
{
	if (c != '<')
		return HTML_TEXT;
	h->n_word = 0;
	return HTML_TAG;
}

/* HTML Standard §13.1.2: elements whose contents are no tags */
static bool
is_raw(const struct html_title *h)
{
	return is_word(h, "script") || is_word(h, "style") || is_word(h, "textarea");
}

static enum html_where
behind_tag(struct html_title *h)
{
	h->matched = 0;
	h->n_raw = 0;
	if (is_word(h, "title"))
		return HTML_IN_TITLE;
	return is_raw(h) ? HTML_RAW : HTML_TEXT;
}

/* HTML Standard §13.2.5.6: what may stand behind '<', or that is text */
static bool
begins_tag(uint8_t c)
{
	return (lower(c) >= 'a' && lower(c) <= 'z') || c == '/' || c == '!' || c == '?';
}

static enum html_where
in_tag(struct html_title *h, uint8_t c)
{
	if (h->n_word == 0 && !begins_tag(c))
		return c == '<' ? HTML_TAG : HTML_TEXT;
	if (c == '>')
		return behind_tag(h);
	h->last = 0;
	if (is_blank(c) || (c == '/' && h->n_word > 0))
		return HTML_INSIDE;
	if (h->n_word == HTML_WORD_MAX) /* longer than any that we know */
		return HTML_TAG;
	h->word[h->n_word++] = lower(c);
	h->matched = 0;
	return is_word(h, "!--") ? HTML_COMMENT : HTML_TAG;
}

static enum html_where
in_attributes(struct html_title *h, uint8_t c)
{
	char before = h->last;

	if (c == '>')
		return behind_tag(h);
	if (!is_blank(c))
		h->last = (char)c;
	h->quote = (char)c;
	return (c == '"' || c == '\'') && before == '=' ? HTML_QUOTED : HTML_INSIDE;
}

static enum html_where
in_quotes(struct html_title *h, uint8_t c)
{
	return (char)c == h->quote ? HTML_INSIDE : HTML_QUOTED;
}

/* Up to "-->". */
static enum html_where
in_comment(struct html_title *h, uint8_t c)
{
	if (c == '>' && h->matched == 2)
		return HTML_TEXT;
	h->matched = c != '-' ? 0 : h->matched == 2 ? 2 : (uint8_t)(h->matched + 1);
	return HTML_COMMENT;
}

/* Up to "</" and the name of the tag that began it. */
static enum html_where
in_raw(struct html_title *h, uint8_t c)
{
	char want = h->matched == 0 ? '<'
		: h->matched == 1   ? '/'
				    : h->word[h->matched - 2];

	if (lower(c) != want)
		h->matched = c == '<';
	else
		h->matched++;
	if (h->matched < h->n_word + 2)
		return HTML_RAW;
	h->n_word = 0; /* of the end tag nothing is wanted */
	h->last = 0;
	return HTML_INSIDE;
}

static enum html_where
in_title(struct html_title *h, uint8_t c)
{
	static const char end[] = "</title";
	enum { END = sizeof(end) - 1 };

	h->raw[h->n_raw++] = (char)c;
	h->matched = lower(c) == end[h->matched] ? (uint8_t)(h->matched + 1) : c == '<';
	if (h->matched == END)
		h->n_raw -= END;
	return h->matched == END || h->n_raw == HTML_TITLE_RAW ? HTML_FOUND
							       : HTML_IN_TITLE;
}

bool
html_title_feed(struct html_title *h, struct rd bytes)
{
	static enum html_where (*const places[])(struct html_title *, uint8_t) = {
		[HTML_TEXT] = in_text,
		[HTML_TAG] = in_tag,
		[HTML_INSIDE] = in_attributes,
		[HTML_QUOTED] = in_quotes,
		[HTML_COMMENT] = in_comment,
		[HTML_RAW] = in_raw,
		[HTML_IN_TITLE] = in_title,
	};

	while (h->where != HTML_FOUND && rd_left(&bytes))
		h->where = places[h->where](h, rd_u8(&bytes));
	return h->where == HTML_FOUND;
}

/* --- text ----------------------------------------------------------------------------------- */

static size_t
put_utf8(uint32_t c, char out[static 4])
{
	enum { LAST = 0x10ffff, SURROGATES = 0xd800, SURROGATES_END = 0xdfff };

	if (c == 0 || c > LAST || (c >= SURROGATES && c <= SURROGATES_END))
		c = 0xfffd; /* HTML Standard §13.2.5.80 */
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

static int
digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "#39" or "#x27", n bytes; false: it is none. */
static bool
read_number(const char *s, size_t n, uint32_t *value)
{
	size_t at = 1;
	uint32_t base = 10;

	*value = 0;
	if (n > at && lower((uint8_t)s[at]) == 'x') {
		base = 16;
		at++;
	}
	if (at >= n)
		return false;
	for (; at < n; at++) {
		int digit = digit_value(lower((uint8_t)s[at]));
		if (digit < 0 || (uint32_t)digit >= base)
			return false;
		*value = *value * base + (uint32_t)digit;
	}
	return true;
}

static const struct reference {
	const char *name;
	char c;
} references[] = {
	{ "amp", '&' },
	{ "lt", '<' },
	{ "gt", '>' },
	{ "quot", '"' },
	{ "apos", '\'' },
};

/* A reference at s ("&amp;"): how many bytes it takes, what is written instead.  0: none,
 * or one that is not decoded. */
static size_t
decode(const char *s, size_t n, char out[static 4], size_t *written)
{
	enum { REFERENCE_MAX = 8 }; /* "#1114111": longer numbers are no characters */
	const char *name = s + 1, *end = memchr(s, ';', n);
	size_t len = end ? (size_t)(end - name) : 0;
	uint32_t value;

	if (len == 0 || len > REFERENCE_MAX)
		return 0;
	if (name[0] == '#') {
		if (!read_number(name, len, &value))
			return 0;
		*written = put_utf8(value, out);
		return len + 2;
	}
	for (size_t i = 0; i < sizeof(references) / sizeof(references[0]); i++)
		if (strlen(references[i].name) == len &&
			memcmp(references[i].name, name, len) == 0) {
			out[0] = references[i].c;
			*written = 1;
			return len + 2;
		}
	return 0;
}

size_t
html_title_text(const struct html_title *h, char out[static HTML_TITLE_SIZE])
{
	size_t n = 0, left = h->where == HTML_FOUND ? h->n_raw : 0, taken;
	bool gap = false;

	for (const char *s = h->raw; left > 0; s += taken, left -= taken) {
		char c[4] = { *s };
		size_t size = 1;
		taken = *s == '&' ? decode(s, left, c, &size) : 0;
		if (taken == 0)
			taken = 1;
		if (size == 1 && is_blank((uint8_t)c[0])) {
			gap = n > 0;
			continue;
		}
		if (gap)
			out[n++] = ' ';
		gap = false;
		memcpy(out + n, c, size); /* never longer than what it is made of */
		n += size;
	}
	out[n] = '\0';
	return n;
}
