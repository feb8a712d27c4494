/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * arena.h - memory for everything that belongs to one message, step or request
 *
 * Allocated piece by piece, freed at once.  The limit is a security property: a
 * hostile peer cannot make us allocate without bound.  A function that returns
 * memory "in arena" takes the arena as a parameter; that is the whole ownership rule.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

struct arena;

struct arena *arena_new(size_t limit);   /* bytes; NULL when out of memory */
void arena_free(struct arena *);         /* NULL is fine */
void arena_reset(struct arena *);        /* drops the contents, keeps a block */
size_t arena_used(const struct arena *); /* bytes handed out since reset */
size_t arena_peak(const struct arena *); /* the most that ever was in use */

/*
 * A part of an arena, for scratch that a step gives back: what is in it counts against the
 * whole's limit and in its use, until arena_free(part).  It ends with the whole at the
 * latest.  NULL when out of memory.
 */
struct arena *arena_part(struct arena *whole);

/* Zeroed, aligned for any type; NULL past the limit. */
void *arena_alloc(struct arena *, size_t size);
/*
 * An array that grows and shrinks: p is NULL, or what this returned for it before and is no
 * more.  What is new is zero.  It has a block to itself, so that nothing is left behind.
 * NULL past the limit; then p is as it was.
 */
void *arena_resize(struct arena *, void *p, size_t size);
/* A copy; arena_strndup ends it with a NUL and stops at one in the source. */
void *arena_dup(struct arena *, const void *, size_t size);
char *arena_strdup(struct arena *, const char *);
char *arena_strndup(struct arena *, const char *, size_t max);
/* A copy with its ASCII letters in lower case. */
char *arena_strlower(struct arena *, const char *);
/* Three texts as one: a tenth of what printf costs. */
char *arena_join(struct arena *, const char *, const char *, const char *);
/* printf into the arena; NULL past the limit. */
char *arena_printf(struct arena *, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#define arena_new_array(a, T, n) \
	((size_t)(n) > SIZE_MAX / sizeof(T) \
			? NULL \
			: (T *)arena_alloc((a), (size_t)(n) * sizeof(T)))

#endif
