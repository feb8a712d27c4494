/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/sort.h"

#include <stdlib.h>
#include <string.h>

void
sort_mostly_sorted(
	void *items, size_t n, size_t size, int (*cmp)(const void *, const void *))
{
	const char *at = items;
	size_t i = 1;

	while (i < n && cmp(at + (i - 1) * size, at + i * size) <= 0)
		i++;
	if (i < n)
		qsort(items, n, size, cmp);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

size_t
sort_texts(const char **texts, size_t n)
{
	size_t kept = 0;

	sort_mostly_sorted(texts, n, sizeof(*texts), by_text);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || strcmp(texts[kept - 1], texts[i]) != 0)
			texts[kept++] = texts[i];
	return kept;
}
