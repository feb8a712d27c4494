/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UTF-16 to UTF-8: Unicode §3.9, D91 and D92. */
#include "wire/utf16.h"

enum {
	HIGH_FIRST = 0xd800,
	LOW_FIRST = 0xdc00,
	LOW_LAST = 0xdfff,
	REPLACEMENT = 0xfffd,
};

/* The next character: one unit, or a pair of them. */
static uint32_t
read_character(struct rd *r)
{
	uint32_t unit = rd_le16(r);

	if (unit < HIGH_FIRST || unit > LOW_LAST)
		return unit;
	if (unit >= LOW_FIRST)
		return REPLACEMENT;
	struct rd ahead = *r;
	uint32_t low = rd_le16(&ahead);
	if (ahead.bad || low < LOW_FIRST || low > LOW_LAST)
		return REPLACEMENT;
	*r = ahead;
	return 0x10000 + ((unit - HIGH_FIRST) << 10) + (low - LOW_FIRST);
}

/* Table 3-6 */
static void
write_character(struct wr *w, uint32_t c)
{
	uint8_t lead_bits = 0;
	int more = 0;

	if (c >= 0x10000) {
		lead_bits = 0xf0;
		more = 3;
	} else if (c >= 0x800) {
		lead_bits = 0xe0;
		more = 2;
	} else if (c >= 0x80) {
		lead_bits = 0xc0;
		more = 1;
	}
	if ((size_t)(w->end - w->p) < (size_t)more + 1) {
		w->bad = true; /* never a part of a character */
		return;
	}
	wr_u8(w, (uint8_t)(lead_bits | c >> (6 * more)));
	while (more-- > 0)
		wr_u8(w, (uint8_t)(0x80 | (c >> (6 * more) & 0x3f)));
}

size_t
utf16_text(struct rd text, char *out, size_t size)
{
	struct wr w = wr_to(out, size - 1);

	while (rd_left(&text) >= 2 && !w.bad) {
		uint32_t c = read_character(&text);
		if (c == 0)
			break;
		write_character(&w, c);
	}
	out[wr_used(&w)] = '\0';
	return wr_used(&w);
}
