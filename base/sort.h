/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sort.h - what mostly lies in order already, and sets of texts */
#ifndef BASE_SORT_H
#define BASE_SORT_H

#include <stddef.h>

/* qsort(3); when all lies in order, it only looks. */
void sort_mostly_sorted(
	void *items, size_t n, size_t size, int (*cmp)(const void *, const void *));

/* By their bytes, each once; returns how many are left. */
size_t sort_texts(const char **texts, size_t n);

#endif
