/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Growing strings, and one escape function for each output format. */
#include "base/sb.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
sb_init(struct sb *s, size_t limit)
{
	static char none[1]; /* never written: room is 0 */

	*s = (struct sb){ .text = none, .limit = limit };
}

void
sb_done(struct sb *s)
{
	if (s->room)
		free(s->text);
	sb_init(s, s->limit);
}

void
sb_clear(struct sb *s)
{
	s->len = 0;
	s->bad = false;
	if (s->room)
		s->text[0] = '\0';
}

static bool
make_room(struct sb *s, size_t more)
{
	if (s->bad || more > s->limit - s->len) {
		s->bad = true;
		return false;
	}
	if (s->len + more + 1 <= s->room)
		return true;
	size_t room = s->room ? s->room * 2 : 128;
	if (room < s->len + more + 1)
		room = s->len + more + 1;
	char *text = realloc(s->room ? s->text : NULL, room);
	if (!text) {
		s->bad = true;
		return false;
	}
	s->text = text;
	s->room = room;
	return true;
}

char *
sb_extend(struct sb *s, size_t n)
{
	if (!make_room(s, n))
		return NULL;
	char *at = s->text + s->len;
	s->len += n;
	s->text[s->len] = '\0';
	return at;
}

void
sb_cut(struct sb *s, size_t len)
{
	if (len >= s->len)
		return;
	s->len = len;
	s->text[len] = '\0';
}

void
sb_add_n(struct sb *s, const char *p, size_t n)
{
	char *at = sb_extend(s, n);

	if (at && n)
		memcpy(at, p, n);
}

void
sb_add(struct sb *s, const char *p)
{
	sb_add_n(s, p, strlen(p));
}

void
sb_printf(struct sb *s, const char *fmt, ...)
{
	size_t room = s->room > s->len ? s->room - s->len : 0;
	va_list ap;

	if (s->bad)
		return;
	va_start(ap, fmt);
	int n = vsnprintf(room ? s->text + s->len : NULL, room, fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < room && (size_t)n <= s->limit - s->len) {
		s->len += (size_t)n;
		return;
	}
	/* It did not fit; what is there of it goes again. */
	if (room)
		s->text[s->len] = '\0';
	if (n < 0 || !make_room(s, (size_t)n)) {
		s->bad = true;
		return;
	}
	va_start(ap, fmt);
	(void)vsnprintf(s->text + s->len, (size_t)n + 1, fmt, ap); /* measured above */
	va_end(ap);
	s->len += (size_t)n;
}

size_t
utf8_char(const char *text, size_t n)
{
	const uint8_t *s = (const uint8_t *)text;
	/* First byte, lowest and highest second byte, length. */
	static const struct {
		uint8_t from, to, low, high, len;
	} rows[] = {
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	if (n && s[0] < 0x80)
		return 1;
	for (size_t i = 0; n && i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (s[0] < rows[i].from || s[0] > rows[i].to)
			continue;
		if (rows[i].len > n)
			return 0;
		if (s[1] < rows[i].low || s[1] > rows[i].high)
			return 0;
		for (size_t k = 2; k < rows[i].len; k++)
			if ((s[k] & 0xc0) != 0x80)
				return 0;
		return rows[i].len;
	}
	return 0;
}

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */

unsigned
utf8_code(const char *text, size_t len)
{
	static const uint8_t first_bits[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	unsigned code = (uint8_t)*text & first_bits[len];

	for (size_t i = 1; i < len; i++)
		code = code << 6 | ((uint8_t)text[i] & 0x3f);
	return code;
}

/* U+0080..9F (C1 controls), U+061C, U+200E/F, U+2028..202E, U+2066..2069: text that moves other
 * text or the cursor. */
bool
utf8_is_deceptive(const char *text, size_t len)
{
	const uint8_t *s = (const uint8_t *)text;

	if (len == 2)
		return (s[0] == 0xc2 && s[1] < 0xa0) || (s[0] == 0xd8 && s[1] == 0x9c);
	if (len != 3 || s[0] != 0xe2)
		return false;
	return (s[1] == 0x80 &&
		       (s[2] == 0x8e || s[2] == 0x8f ||
			       (s[2] >= 0xa8 && s[2] <= 0xae))) ||
		(s[1] == 0x81 && s[2] >= 0xa6 && s[2] <= 0xa9);
}

/* At one that is `len` bytes long, 0 when it is no UTF-8. */
static bool
is_control(const char *p, size_t len)
{
	return (uint8_t)*p < 0x20 || *p == 0x7f || utf8_is_deceptive(p, len);
}

void
sb_add_plain(struct sb *s, const char *p, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t len = utf8_char(p + i, n - i);
		if (p[i] == '\\') {
			sb_add(s, "\\\\");
		} else if (len == 0 || is_control(p + i, len)) {
			for (size_t k = 0; k < (len ? len : 1); k++)
				sb_printf(s, "\\x%02x", (uint8_t)p[i + k]);
		} else {
			sb_add_n(s, p + i, len);
		}
		i += len ? len : 1;
	}
}

void
sb_add_csv(struct sb *s, const char *p, size_t n)
{
	bool formula = n && memchr("=+-@\t\r", p[0], 6);
	bool quote = formula;

	for (size_t i = 0; i < n && !quote; i++)
		quote = memchr(",;\"\r\n ", p[i], 6) != NULL;
	if (quote)
		sb_add(s, formula ? "\"'" : "\"");
	for (size_t i = 0; i < n;) {
		size_t len = utf8_char(p + i, n - i);
		bool blank = memchr("\t\r\n", p[i], 3);
		if (p[i] == '"')
			sb_add(s, "\"\"");
		else if (len == 0 || (!blank && is_control(p + i, len)))
			sb_add(s, replacement);
		else
			sb_add_n(s, p + i, len);
		i += len ? len : 1;
	}
	sb_add(s, quote ? "\"" : "");
}

static const char *
xml_entity(char c)
{
	switch (c) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '"': return "&quot;";
	case '\'': return "&apos;";
	case '\t': return "&#9;";
	case '\n': return "&#10;";
	case '\r': return "&#13;";
	default: return NULL;
	}
}

void
sb_add_xml(struct sb *s, const char *p, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t len = utf8_char(p + i, n - i);
		const char *entity = xml_entity(p[i]);
		/* XML 1.0 §2.2: no C0 controls but tab, LF, CR; no U+FFFE, U+FFFF. */
		bool forbidden = len == 0 || (uint8_t)p[i] < 0x20 ||
			(len == 3 && memcmp(p + i, "\xef\xbf", 2) == 0 &&
				(uint8_t)p[i + 2] >= 0xbe);
		if (entity)
			sb_add(s, entity);
		else if (forbidden)
			sb_add(s, replacement);
		else if (p[i] == 0x7f || utf8_is_deceptive(p + i, len))
			sb_printf(s, "&#x%x;", utf8_code(p + i, len));
		else
			sb_add_n(s, p + i, len);
		i += len ? len : 1;
	}
}

void
sb_add_scdoc(struct sb *s, const char *p)
{
	for (; *p; p++) {
		if (strchr("\\*_#`+", *p))
			sb_add(s, "\\");
		sb_add_n(s, p, 1);
	}
}

/* Words that YAML 1.1 reads as nothing, and what could be an indicator or a comment. */
static bool
is_plain_yaml(const char *p)
{
	static const char first[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789/_.";
	static const char later[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789/_.-+=@%";

	return *p && strchr(first, *p) && p[strspn(p, later)] == '\0' &&
		strcasecmp(p, "null") != 0;
}

/* What moves the cursor or other text, or would make the file none (YAML 1.1 §5.1). */
static bool
is_odd_yaml(const char *p, size_t len)
{
	unsigned code = utf8_code(p, len);

	return utf8_is_deceptive(p, len) || code == 0xfeff || code == 0xfffe ||
		code == 0xffff;
}

void
sb_add_yaml(struct sb *s, const char *p)
{
	if (is_plain_yaml(p)) {
		sb_add(s, p);
		return;
	}
	sb_add(s, "\"");
	for (size_t n = strlen(p), i = 0, len; i < n; i += len ? len : 1) {
		len = utf8_char(p + i, n - i);
		uint8_t c = (uint8_t)p[i];
		if (c == '"' || c == '\\')
			sb_printf(s, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			sb_printf(s, "\\x%02x", c);
		else if (len == 0)
			sb_add(s, replacement);
		else if (is_odd_yaml(p + i, len))
			sb_printf(s, "\\u%04x", utf8_code(p + i, len));
		else
			sb_add_n(s, p + i, len);
	}
	sb_add(s, "\"");
}
