/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Arenas: what is handed out, and that the limit holds. */
#include "base/arena.h"

#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void
pieces_are_zero_aligned_and_apart(void **state)
{
	struct arena *a = arena_new(1 << 20);
	unsigned char *last = NULL;

	(void)state;
	for (size_t size = 0; size < 700; size++) {
		unsigned char *p = arena_alloc(a, size);
		assert_non_null(p);
		assert_ptr_not_equal(last, p);
		assert_int_equal(0, (uintptr_t)p % alignof(max_align_t));
		for (size_t i = 0; i < size; i++)
			assert_int_equal(0, p[i]);
		memset(p, 0xff, size);
		last = p;
	}
	arena_free(a);
}

static void
the_limit_holds_to_the_byte(void **state)
{
	struct arena *a = arena_new(64);

	(void)state;
	assert_null(arena_alloc(a, 65));
	assert_non_null(arena_alloc(a, 48));
	assert_int_equal(48, arena_used(a));
	assert_null(arena_alloc(a, 17));
	assert_non_null(arena_alloc(a, 16));
	assert_null(arena_alloc(a, 1));
	assert_int_equal(64, arena_used(a));
	arena_free(a);
	a = arena_new(0);
	assert_null(arena_alloc(a, 1));
	arena_free(a);
}

static void
sizes_that_wrap_are_refused(void **state)
{
	struct arena *a = arena_new(SIZE_MAX);

	(void)state;
	for (size_t less = 0; less < 32; less++) /* with the block around it */
		assert_null(arena_alloc(a, SIZE_MAX - less));
	assert_null(arena_new_array(a, uint64_t, SIZE_MAX / 4));
	assert_non_null(arena_new_array(a, uint64_t, 4));
	arena_free(a);
}

static void
more_than_a_block_is_one_piece(void **state)
{
	struct arena *a = arena_new(8 << 20);
	char *small = arena_strdup(a, "before");
	unsigned char *big = arena_alloc(a, 3 << 20);

	(void)state;
	assert_non_null(big);
	assert_int_equal(0, big[0] | big[(3 << 20) - 1]);
	memset(big, 1, 3 << 20);
	assert_string_equal("before", small);
	assert_string_equal("after", arena_strdup(a, "after"));
	assert_null(arena_alloc(a, 5 << 20));
	arena_free(a);
}

static void
reset_gives_all_back(void **state)
{
	struct arena *a = arena_new(1 << 16);

	(void)state;
	arena_reset(a); /* nothing yet */
	for (int round = 0; round < 100; round++) {
		for (int i = 0; i < 60; i++) {
			unsigned char *p = arena_alloc(a, 1000);
			assert_non_null(p);
			for (size_t k = 0; k < 1000; k++)
				assert_int_equal(0, p[k]);
			memset(p, 0xee, 1000);
		}
		arena_reset(a);
		assert_int_equal(0, arena_used(a));
	}
	arena_free(a);
	arena_free(NULL);
}

static void
copies_end_where_they_should(void **state)
{
	struct arena *a = arena_new(1 << 16);
	static const char raw[] = { 'a', 'b', 'c', 'd' }; /* no NUL */

	(void)state;
	assert_string_equal("abcd", arena_strndup(a, raw, 4));
	assert_string_equal("ab", arena_strndup(a, raw, 2));
	assert_string_equal("", arena_strndup(a, raw, 0));
	assert_string_equal("x", arena_strndup(a, "x\0y", 3));
	assert_memory_equal("x\0y", arena_dup(a, "x\0y", 3), 3);
	assert_non_null(arena_dup(a, NULL, 0));
	assert_string_equal("az-az \xc3\x84", arena_strlower(a, "AZ-az \xc3\x84"));
	assert_string_equal("7 of 9", arena_printf(a, "%d of %s", 7, "9"));
	arena_free(a);
	a = arena_new(16);
	assert_null(arena_printf(a, "%s", "sixteen or more!"));
	assert_string_equal("fifteen, or so.", arena_printf(a, "%s", "fifteen, or so."));
	assert_null(arena_strdup(a, ""));
	arena_free(a);
}

static void
three_texts_become_one(void **state)
{
	struct arena *a = arena_new(64 << 10);

	(void)state;
	assert_string_equal("ab c", arena_join(a, "ab", " ", "c"));
	assert_string_equal("c", arena_join(a, "", "", "c"));
	assert_string_equal("", arena_join(a, "", "", ""));
	arena_free(a);
}

static void
a_part_counts_in_the_whole_until_it_is_given_back(void **state)
{
	struct arena *a = arena_new(1 << 20), *first = arena_part(a);
	struct arena *second = arena_part(a), *inner = arena_part(first);

	(void)state;
	assert_non_null(arena_alloc(a, 1 << 10));
	assert_non_null(arena_alloc(first, 2 << 10));
	assert_non_null(arena_alloc(second, 4 << 10));
	assert_non_null(arena_alloc(inner, 8 << 10));
	assert_int_equal(15 << 10, arena_used(a));
	assert_int_equal(10 << 10, arena_used(first));
	assert_null(arena_alloc(inner, 1 << 20)); /* the whole's limit */
	arena_reset(second);
	assert_int_equal(11 << 10, arena_used(a));
	arena_free(first); /* with its own part */
	assert_int_equal(1 << 10, arena_used(a));
	assert_int_equal(15 << 10, arena_peak(a));
	assert_non_null(arena_alloc(second, (1 << 20) - (1 << 10)));
	assert_null(arena_alloc(a, 1));
	assert_int_equal(1 << 20, arena_peak(a));
	arena_reset(a); /* the parts that are left go as well */
	assert_int_equal(0, arena_used(a));
	assert_non_null(arena_part(a));
	arena_free(a);
}

static void
an_array_that_grows_and_shrinks_keeps_what_it_holds_and_leaves_nothing_behind(
	void **state)
{
	struct arena *a = arena_new(16 << 20);
	size_t old = 0, others = 0;
	unsigned char *p = NULL;

	(void)state;
	for (size_t size = 16; size < (2 << 20); old = size, size *= 2) {
		p = arena_resize(a, p, size);
		assert_non_null(p);
		for (size_t i = 0; i < old; i++)
			assert_int_equal(i % 251, p[i]);
		for (size_t i = old; i < size; i++) {
			assert_int_equal(0, p[i]);
			p[i] = (unsigned char)(i % 251);
		}
		others += 64;
		assert_non_null(memset(arena_alloc(a, 64), 0xff, 64));
		assert_int_equal(size + others, arena_used(a));
	}
	assert_null(arena_resize(a, p, 16 << 20));
	assert_null(arena_resize(a, p, SIZE_MAX));
	p = arena_resize(a, p, 1000);
	assert_int_equal(1008 + others, arena_used(a));
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(i % 251, p[i]);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_are_zero_aligned_and_apart),
		cmocka_unit_test(the_limit_holds_to_the_byte),
		cmocka_unit_test(sizes_that_wrap_are_refused),
		cmocka_unit_test(more_than_a_block_is_one_piece),
		cmocka_unit_test(reset_gives_all_back),
		cmocka_unit_test(copies_end_where_they_should),
		cmocka_unit_test(three_texts_become_one),
		cmocka_unit_test(a_part_counts_in_the_whole_until_it_is_given_back),
		cmocka_unit_test(
			an_array_that_grows_and_shrinks_keeps_what_it_holds_and_leaves_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
