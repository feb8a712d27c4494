/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text of strangers, made safe to keep; how it is shown is base/sb.h's business. */
#include "base/foreign.h"

#include <string.h>

#include "base/sb.h"

/* The next character of a stranger's text as UTF-8, and how long it is there. */
static size_t
to_utf8(const char *s, size_t n, const char **out, size_t *out_size)
{
	size_t size = utf8_char(s, n);
	bool control = size == 1 && ((unsigned char)*s < 0x20 || *s == 0x7f);

	*out = size == 0 ? "\xef\xbf\xbd" : control ? " " : s; /* U+FFFD */
	*out_size = size == 0 ? 3 : size;
	return size == 0 ? 1 : size;
}

size_t
foreign_text(char out[static FOREIGN_TEXT_MAX], struct rd text)
{
	size_t n = rd_left(&text), used = 0, add_size;
	const char *s = (const char *)rd_take(&text, n), *add_text;

	for (size_t i = 0; i < n; used += add_size) {
		i += to_utf8(s + i, n - i, &add_text, &add_size);
		if (used + add_size >= FOREIGN_TEXT_MAX)
			break;
		if (used == 0 && *add_text == ' ')
			add_size = 0;
		memcpy(out + used, add_text, add_size);
	}
	while (used > 0 && out[used - 1] == ' ')
		used--;
	out[used] = '\0';
	return used;
}
