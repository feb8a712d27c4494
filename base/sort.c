/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/sort.h"

#include <stdlib.h>

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
