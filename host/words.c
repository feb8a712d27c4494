/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/words.h"

#include <string.h>

const char *
word_next(const char **at, const char *end, struct arena *mem)
{
	const char *tab = memchr(*at, '\t', (size_t)(end - *at));
	const char *stop = tab ? tab : end, *word = *at;

	*at = tab ? tab + 1 : end;
	return arena_strndup(mem, word, (size_t)(stop - word));
}

bool
words_line(const char **at, const char *end, const char **line, const char **stop)
{
	if (*at == end)
		return false;
	const char *newline = memchr(*at, '\n', (size_t)(end - *at));

	*line = *at;
	*stop = newline ? newline : end;
	*at = newline ? newline + 1 : end;
	return true;
}

size_t
words_lines(const char *text, size_t n)
{
	size_t lines = 1;

	for (size_t i = 0; i < n; i++)
		lines += text[i] == '\n';
	return lines;
}
