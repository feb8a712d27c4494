/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A chain of blocks, each twice the one before, up to the arena's limit.  Under
 * AddressSanitizer what was not handed out is poisoned, and a strip behind each piece.
 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define POISONS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POISONS 1
#endif
#endif

#ifdef POISONS
#include <sanitizer/asan_interface.h>
enum { STRIP = 32 };
#define POISON(p, n)   ASAN_POISON_MEMORY_REGION(p, n)
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION(p, n)
#else
enum { STRIP = 0 };
#define POISON(p, n)   ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#endif

enum { FIRST_BLOCK = 4096, LARGEST_BLOCK = 1 << 20 };

struct block {
	struct block *next; /* the block filled before this one */
	size_t size, used;  /* bytes of data[] */
	alignas(max_align_t) unsigned char data[];
};

struct arena {
	struct block *top;
	size_t limit, used, peak;
	struct arena *whole;       /* that this is a part of; NULL */
	struct arena *parts;       /* its own, the latest first */
	struct arena *next, *prev; /* among the whole's parts */
};

struct arena *
arena_new(size_t limit)
{
	struct arena *a = calloc(1, sizeof(*a));

	if (a)
		a->limit = limit;
	return a;
}

struct arena *
arena_part(struct arena *whole)
{
	struct arena *a = arena_new(SIZE_MAX); /* the whole's limit holds */

	if (!a)
		return NULL;
	a->whole = whole;
	a->next = whole->parts;
	if (a->next)
		a->next->prev = a;
	whole->parts = a;
	return a;
}

/* Takes n bytes from the arena and all it is a part of. */
static bool
charge(struct arena *a, size_t n)
{
	for (const struct arena *of = a; of; of = of->whole)
		if (n > of->limit - of->used) /* used never passes limit */
			return false;
	for (struct arena *of = a; of; of = of->whole) {
		of->used += n;
		if (of->used > of->peak)
			of->peak = of->used;
	}
	return true;
}

static void
give_back(struct arena *a, size_t n)
{
	for (; a; a = a->whole)
		a->used -= n;
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

static void
free_parts(struct arena *a)
{
	while (a->parts)
		arena_free(a->parts);
}

void
arena_free(struct arena *a)
{
	if (!a)
		return;
	free_parts(a);
	give_back(a, a->used);
	if (a->next)
		a->next->prev = a->prev;
	if (a->prev)
		a->prev->next = a->next;
	else if (a->whole)
		a->whole->parts = a->next;
	free_blocks(a->top);
	free(a);
}

void
arena_reset(struct arena *a)
{
	free_parts(a);
	give_back(a, a->used);
	if (a->top) { /* the newest block is the largest of its kind: keep that one */
		free_blocks(a->top->next);
		a->top->next = NULL;
		a->top->used = 0;
		POISON(a->top->data, a->top->size);
	}
}

size_t
arena_used(const struct arena *a)
{
	return a->used;
}

size_t
arena_peak(const struct arena *a)
{
	return a->peak;
}

/* A block for size bytes, linked in there. */
static struct block *
put_block(struct block **at, size_t size)
{
	struct block *b = size > SIZE_MAX - sizeof(*b) ? NULL
						       : malloc(sizeof(*b) + size);
	if (!b)
		return NULL;
	*b = (struct block){ .next = *at, .size = size };
	POISON(b->data, size);
	*at = b;
	return b;
}

/* Under the block that is being filled. */
static struct block *
put_apart(struct arena *a, size_t size)
{
	return put_block(a->top ? &a->top->next : &a->top, size);
}

/* A block with room for need bytes; a large piece has one to itself. */
static struct block *
add_block(struct arena *a, size_t need)
{
	size_t size = a->top ? a->top->size * 2 : FIRST_BLOCK;

	if (size > LARGEST_BLOCK)
		size = LARGEST_BLOCK;
	return need > size ? put_apart(a, need) : put_block(&a->top, size);
}

/* The size as it is handed out; 0: too much. */
static size_t
rounded(size_t size)
{
	const size_t unit = alignof(max_align_t);

	if (size > SIZE_MAX - unit - STRIP)
		return 0;
	return size ? (size + unit - 1) / unit * unit : unit;
}

/* Not zeroed: for what is written over at once. */
static void *
take(struct arena *a, size_t size)
{
	size_t n = rounded(size);

	if (n == 0 || !charge(a, n))
		return NULL;
	struct block *b = a->top && n + STRIP <= a->top->size - a->top->used
		? a->top
		: add_block(a, n + STRIP);
	if (!b) {
		give_back(a, n);
		return NULL;
	}
	void *p = b->data + b->used;
	b->used += n + STRIP;
	UNPOISON(p, size);
	return p;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	void *p = take(a, size);

	return p ? memset(p, 0, size) : NULL;
}

static struct block **
find_block(struct arena *a, const void *data)
{
	struct block **at = &a->top;

	while (*at && (*at)->data != data)
		at = &(*at)->next;
	return at;
}

void *
arena_resize(struct arena *a, void *p, size_t size)
{
	struct block **at = p ? find_block(a, p) : NULL;
	size_t old = at ? (*at)->used : 0, n = rounded(size);
	size_t more = n > old ? n - old : 0;

	if (n == 0 || n > SIZE_MAX - sizeof(**at) || !charge(a, more))
		return NULL;
	struct block *b = at ? realloc(*at, sizeof(*b) + n) : put_apart(a, n);
	if (!b) {
		give_back(a, more);
		return NULL;
	}
	if (at)
		*at = b;
	b->size = b->used = n;
	UNPOISON(b->data, n);
	if (more)
		memset(b->data + old, 0, more);
	else
		give_back(a, old - n);
	return b->data;
}

void *
arena_dup(struct arena *a, const void *p, size_t size)
{
	void *copy = take(a, size);

	if (copy && size)
		memcpy(copy, p, size);
	return copy;
}

char *
arena_strndup(struct arena *a, const char *s, size_t max)
{
	size_t n = strnlen(s, max);
	char *copy = n < SIZE_MAX ? take(a, n + 1) : NULL;

	if (!copy)
		return NULL;
	memcpy(copy, s, n);
	copy[n] = '\0';
	return copy;
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, SIZE_MAX);
}

char *
arena_join(struct arena *a, const char *x, const char *y, const char *z)
{
	size_t nx = strlen(x), ny = strlen(y), nz = strlen(z);
	char *text = arena_alloc(a, nx + ny + nz + 1); /* zeroed */

	if (text) {
		memcpy(text, x, nx);
		memcpy(text + nx, y, ny);
		memcpy(text + nx + ny, z, nz);
	}
	return text;
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
	char line[256]; /* most fit, and are formatted once */
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (n < 0)
		return NULL;
	if ((size_t)n < sizeof(line))
		return arena_dup(a, line, (size_t)n + 1);
	char *text = arena_alloc(a, (size_t)n + 1);
	if (!text)
		return NULL;
	va_start(ap, fmt);
	(void)vsnprintf(text, (size_t)n + 1, fmt, ap); /* measured above */
	va_end(ap);
	return text;
}
