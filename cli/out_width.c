/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cells of a terminal by Unicode block: 0 for what joins the character before it, 2 for
 * East Asian wide ones (UAX #11: W and F), else 1.  Not wcwidth(), whose answer depends
 * on the locale that happens to be set.
 */
#include "cli/out_width.h"

#include <stdint.h>
#include <string.h>

#include "base/sb.h"

/* Sorted. */
static const struct {
	uint32_t from, to;
	uint8_t cells;
} blocks[] = {
	{ 0x0300, 0x036f, 0 },   /* combining diacritical marks */
	{ 0x1100, 0x115f, 2 },   /* Hangul Jamo, leading */
	{ 0x1160, 0x11ff, 0 },   /* Hangul Jamo, vowels and trailing */
	{ 0x200b, 0x200d, 0 },   /* zero width space and joiners */
	{ 0x20d0, 0x20ff, 0 },   /* combining marks for symbols */
	{ 0x2e80, 0x303e, 2 },   /* CJK radicals, punctuation */
	{ 0x3041, 0x4dbf, 2 },   /* kana to CJK extension A */
	{ 0x4e00, 0xa4cf, 2 },   /* CJK, Yi */
	{ 0xac00, 0xd7a3, 2 },   /* Hangul */
	{ 0xf900, 0xfaff, 2 },   /* CJK compatibility */
	{ 0xfe00, 0xfe0f, 0 },   /* variation selectors */
	{ 0xfe20, 0xfe2f, 0 },   /* combining half marks */
	{ 0xfe30, 0xfe6f, 2 },   /* CJK compatibility forms */
	{ 0xff00, 0xff60, 2 },   /* fullwidth forms */
	{ 0xffe0, 0xffe6, 2 },   /* fullwidth signs */
	{ 0x1f300, 0x1f64f, 2 }, /* pictographs, emoticons */
	{ 0x1f680, 0x1f6ff, 2 }, /* transport */
	{ 0x1f900, 0x1f9ff, 2 }, /* more pictographs */
	{ 0x20000, 0x3fffd, 2 }, /* CJK extensions B and on */
};

/* len: from utf8_char, 1..4. */
static uint32_t
code_point(const char *s, size_t len)
{
	static const uint8_t lead[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t c = (uint8_t)s[0] & lead[len];

	for (size_t i = 1; i < len; i++)
		c = c << 6 | ((uint8_t)s[i] & 0x3f);
	return c;
}

static size_t
cells_of(uint32_t c)
{
	for (size_t i = 0;
		c >= blocks[0].from && i < sizeof(blocks) / sizeof(blocks[0]); i++)
		if (c >= blocks[i].from && c <= blocks[i].to)
			return blocks[i].cells;
	return 1;
}

size_t
width_fit(const char *text, size_t cells, size_t *used)
{
	size_t n = strlen(text), i = 0;

	*used = 0;
	while (i < n) {
		size_t len = utf8_char(text + i, n - i);
		size_t more = len ? cells_of(code_point(text + i, len)) : 1;
		if (*used + more > cells)
			break;
		*used += more;
		i += len ? len : 1;
	}
	return i;
}

size_t
width_of(const char *text)
{
	size_t used;

	(void)width_fit(text, SIZE_MAX / 2, &used);
	return used;
}
