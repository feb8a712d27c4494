/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names as keys of characters in capitals; those in bytes have one key for each code page. */
#include "netbios/spelling.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/sb.h"
#include "wire/oem.h"

enum { CHARS = 15 }; /* a NetBIOS name has no more */

struct key {
	uint16_t chars[CHARS]; /* zeroes behind them */
};

/* A name that is told in Unicode. */
struct spelt {
	struct key key;
	size_t at;       /* in names */
	size_t claimant; /* the name in bytes that is it, and 1; 0: none; CLAIMED_TWICE */
};
#define CLAIMED_TWICE SIZE_MAX

struct spellings {
	const char **names;
	size_t n;
	struct spelt *items; /* by key, each once */
	size_t n_items;
};

/* --- keys ---------------------------------------------------------------------------------- */

/* Of the letters that the code pages have. */
static uint16_t
capital(uint16_t c)
{
	enum which { ALL, ODD, EVEN };
	static const struct {
		uint16_t from, to;
		enum which small; /* of pairs one is, the other is its capital */
		int distance;
	} rows[] = {
		{ 'a', 'z', ALL, -32 },
		{ 0x00e0, 0x00f6, ALL, -32 },
		{ 0x00f8, 0x00fe, ALL, -32 },
		{ 0x00ff, 0x00ff, ALL, 0x0178 - 0x00ff },
		{ 0x0100, 0x012f, ODD, -1 },
		{ 0x0132, 0x0137, ODD, -1 },
		{ 0x0139, 0x0148, EVEN, -1 },
		{ 0x014a, 0x0177, ODD, -1 },
		{ 0x0179, 0x017e, EVEN, -1 },
		{ 0x03b1, 0x03c9, ALL, -32 },
		{ 0x0430, 0x044f, ALL, -32 },
		{ 0x0450, 0x045f, ALL, -80 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (c >= rows[i].from && c <= rows[i].to &&
			(rows[i].small == ALL || (c & 1) == (rows[i].small == ODD)))
			return (uint16_t)(c + rows[i].distance);
	return c;
}

/* false: it is ASCII, or no name that NetBIOS could have. */
static bool
key_of_text(const char *name, struct key *out)
{
	size_t left = strlen(name), n = 0, len;
	bool ascii = true;

	memset(out, 0, sizeof(*out));
	for (; left; left -= len, name += len) {
		len = utf8_char(name, left);
		unsigned c = len ? utf8_code(name, len) : 0;
		if (c == 0 || c > UINT16_MAX || n == CHARS)
			return false;
		ascii &= c < 0x80;
		out->chars[n++] = capital((uint16_t)c);
	}
	return !ascii;
}

static int
digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* As nbname_plain() writes them.  Returns how many there are; 0: none is above ASCII, or it is
 * no such name. */
static size_t
bytes_of(const char *name, uint8_t out[static CHARS])
{
	bool ascii = true;
	size_t n = 0;

	for (; *name; name++) {
		int high = *name == '%' ? digit(name[1]) : 0;
		int low = *name == '%' && high >= 0 ? digit(name[2]) : 0;
		if (high < 0 || low < 0 || n == CHARS || (uint8_t)*name >= 0x80)
			return 0;
		if (*name == '%') {
			out[n] = (uint8_t)(high << 4 | low);
			ascii &= out[n++] < 0x80;
			name += 2;
		} else {
			out[n++] = (uint8_t)*name;
		}
	}
	return ascii ? 0 : n;
}

static bool
key_of_bytes(unsigned page, const uint8_t *bytes, size_t n, struct key *out)
{
	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < n; i++) {
		out->chars[i] = capital(oem_char(page, bytes[i]));
		if (out->chars[i] == 0)
			return false;
	}
	return true;
}

/* --- those in Unicode ---------------------------------------------------------------------- */

static int
by_key(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct key)); /* it comes first in struct spelt */
}

static int
by_key_and_place(const void *a, const void *b)
{
	const struct spelt *x = a, *y = b;
	int order = by_key(a, b);

	return order ? order : (x->at > y->at) - (x->at < y->at);
}

/* Of those that differ in the case of letters the first stays; NULL in names: it is gone. */
static void
keep_first(struct spellings *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_items; i++) {
		if (n && by_key(&s->items[n - 1], &s->items[i]) == 0)
			s->names[s->items[i].at] = NULL;
		else
			s->items[n++] = s->items[i];
	}
	s->n_items = n;
}

static void
collect(struct spellings *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (key_of_text(s->names[i], &s->items[s->n_items].key))
			s->items[s->n_items++].at = i;
	if (s->n_items)
		qsort(s->items, s->n_items, sizeof(*s->items), by_key_and_place);
	keep_first(s);
}

/* --- those in bytes ------------------------------------------------------------------------ */

/* The one that these bytes are in some code page; NULL: none, or it may be one of several. */
static struct spelt *
find(const struct spellings *s, const uint8_t *bytes, size_t n)
{
	struct spelt *found = NULL;
	struct key key;

	for (unsigned page = 0; page < OEM_PAGES; page++) {
		struct spelt *one = key_of_bytes(page, bytes, n, &key)
			? bsearch(&key, s->items, s->n_items, sizeof(*s->items), by_key)
			: NULL;
		if (one && found && one != found)
			return NULL;
		found = one ? one : found;
	}
	return found;
}

static void
claim(struct spellings *s)
{
	uint8_t bytes[CHARS];

	for (size_t i = 0; i < s->n; i++) {
		size_t n = s->names[i] ? bytes_of(s->names[i], bytes) : 0;
		struct spelt *one = n ? find(s, bytes, n) : NULL;
		if (one)
			one->claimant = one->claimant ? CLAIMED_TWICE : i + 1;
	}
	for (size_t i = 0; i < s->n_items; i++)
		if (s->items[i].claimant && s->items[i].claimant != CLAIMED_TWICE)
			s->names[s->items[i].claimant - 1] = NULL;
}

size_t
spelling_join(const char **names, size_t n)
{
	struct spellings s = {
		.names = names, .n = n, .items = n ? calloc(n, sizeof(*s.items)) : NULL
	};
	size_t kept = 0;

	if (!s.items)
		return n;
	collect(&s);
	if (s.n_items)
		claim(&s);
	for (size_t i = 0; i < n; i++)
		if (names[i])
			names[kept++] = names[i];
	free(s.items);
	return kept;
}
