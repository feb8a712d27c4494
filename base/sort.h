/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sort.h - qsort(3) for what mostly lies in order already: then it only looks */
#ifndef BASE_SORT_H
#define BASE_SORT_H

#include <stddef.h>

void sort_mostly_sorted(
	void *items, size_t n, size_t size, int (*cmp)(const void *, const void *));

#endif
