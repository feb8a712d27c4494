/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A chain of blocks, each twice the one before, up to the arena's limit. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BLOCK = 4096, LARGEST_BLOCK = 1 << 20 };

struct block {
	struct block *next; /* the block filled before this one */
	size_t size, used;  /* bytes of data[] */
	alignas(max_align_t) unsigned char data[];
};

struct arena {
	struct block *top;
	size_t limit, used;
};

struct arena *
arena_new(size_t limit)
{
	struct arena *a = calloc(1, sizeof(*a));

	if (a)
		a->limit = limit;
	return a;
}

static void
free_blocks(struct block *b)
{
	while (b) {
		struct block *next = b->next;
		free(b);
		b = next;
	}
}

void
arena_free(struct arena *a)
{
	if (!a)
		return;
	free_blocks(a->top);
	free(a);
}

void
arena_reset(struct arena *a)
{
	if (a->top) { /* the newest block is the largest: keep that one */
		free_blocks(a->top->next);
		a->top->next = NULL;
		a->top->used = 0;
	}
	a->used = 0;
}

size_t
arena_used(const struct arena *a)
{
	return a->used;
}

static bool
add_block(struct arena *a, size_t need)
{
	size_t size = a->top ? a->top->size * 2 : FIRST_BLOCK;

	if (size > LARGEST_BLOCK)
		size = LARGEST_BLOCK;
	if (size < need)
		size = need;
	struct block *b = size > SIZE_MAX - sizeof(*b) ? NULL
						       : malloc(sizeof(*b) + size);
	if (!b)
		return false;
	*b = (struct block){ .next = a->top, .size = size };
	a->top = b;
	return true;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	const size_t unit = alignof(max_align_t);

	if (size > a->limit - a->used) /* used never passes limit */
		return NULL;
	size_t rounded = (size + unit - 1) / unit * unit;
	if (rounded < size || rounded > a->limit - a->used)
		return NULL;
	if (rounded == 0)
		rounded = unit > a->limit - a->used ? 0 : unit;
	if ((!a->top || rounded > a->top->size - a->top->used) && !add_block(a, rounded))
		return NULL;
	void *p = a->top->data + a->top->used;
	a->top->used += rounded;
	a->used += rounded;
	return memset(p, 0, rounded);
}

void *
arena_dup(struct arena *a, const void *p, size_t size)
{
	void *copy = arena_alloc(a, size);

	if (copy && size)
		memcpy(copy, p, size);
	return copy;
}

char *
arena_strndup(struct arena *a, const char *s, size_t max)
{
	size_t n = strnlen(s, max);
	char *copy = n < SIZE_MAX ? arena_alloc(a, n + 1) : NULL;

	if (copy)
		memcpy(copy, s, n);
	return copy;
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, SIZE_MAX);
}

char *
arena_strlower(struct arena *a, const char *s)
{
	char *copy = arena_strdup(a, s);

	for (char *p = copy; p && *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	return copy;
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return NULL;
	char *text = arena_alloc(a, (size_t)n + 1);
	if (!text)
		return NULL;
	va_start(ap, fmt);
	(void)vsnprintf(text, (size_t)n + 1, fmt, ap); /* measured above */
	va_end(ap);
	return text;
}
