/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cursors: byte order, and that no read or write leaves its bytes. */
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* An exact heap block, so that one byte too far is seen. */
static uint8_t *
exact(size_t n)
{
	uint8_t *p = malloc(n ? n : 1);

	assert_non_null(p);
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(0x81 + i); /* high bits: sign mistakes show */
	return p;
}

static uint64_t
read_u8(struct rd *r)
{
	return rd_u8(r);
}
static uint64_t
read_be16(struct rd *r)
{
	return rd_be16(r);
}
static uint64_t
read_le16(struct rd *r)
{
	return rd_le16(r);
}
static uint64_t
read_be32(struct rd *r)
{
	return rd_be32(r);
}
static uint64_t
read_le32(struct rd *r)
{
	return rd_le32(r);
}

static const struct {
	const char *label;
	size_t size;
	uint64_t (*read)(struct rd *);
	uint64_t want;
} reads[] = {
	{ "u8", 1, read_u8, 0x81 },
	{ "be16", 2, read_be16, 0x8182 },
	{ "le16", 2, read_le16, 0x8281 },
	{ "be32", 4, read_be32, 0x81828384 },
	{ "le32", 4, read_le32, 0x84838281 },
	{ "be64", 8, rd_be64, 0x8182838485868788 },
	{ "le64", 8, rd_le64, 0x8887868584838281 },
};

static void
numbers_are_read_in_their_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(reads) / sizeof(reads[0]); i++) {
		print_message("  %s\n", reads[i].label);
		uint8_t *p = exact(reads[i].size);
		struct rd r = rd_from(p, reads[i].size);
		assert_true(reads[i].want == reads[i].read(&r));
		assert_false(r.bad);
		assert_int_equal(0, rd_left(&r));
		free(p);
	}
}

static void
a_short_read_gives_zero_for_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(reads) / sizeof(reads[0]); i++) {
		for (size_t n = 0; n < reads[i].size; n++) {
			print_message("  %s of %zu bytes\n", reads[i].label, n);
			uint8_t *p = exact(n);
			struct rd r = rd_from(p, n);
			assert_true(0 == reads[i].read(&r));
			assert_true(r.bad);
			assert_int_equal(0, rd_left(&r));
			assert_int_equal(0, rd_u8(&r)); /* even where bytes are left */
			assert_null(rd_take(&r, 0));
			free(p);
		}
	}
}

static void
take_skip_and_copy_move_on(void **state)
{
	uint8_t *p = exact(10), copy[4] = { 9, 9, 9, 9 };
	struct rd r = rd_from(p, 10);

	(void)state;
	assert_ptr_equal(p, rd_take(&r, 3));
	rd_skip(&r, 2);
	rd_copy(&r, copy, 4);
	assert_memory_equal(p + 5, copy, 4);
	assert_int_equal(1, rd_left(&r));
	assert_non_null(rd_take(&r, 0));
	rd_copy(&r, copy, 0);
	assert_false(r.bad);
	rd_copy(&r, copy, 2);
	assert_true(r.bad);
	assert_memory_equal("\0\0", copy, 2);
	assert_memory_equal(p + 7, copy + 2, 2);
	r = rd_from(p, 10);
	rd_skip(&r, SIZE_MAX);
	assert_true(r.bad);
	free(p);
}

static void
a_sub_cursor_stays_inside(void **state)
{
	uint8_t *p = exact(6);
	struct rd r = rd_from(p, 6);
	struct rd sub = rd_sub(&r, 4);

	(void)state;
	assert_int_equal(4, rd_left(&sub));
	assert_int_equal(2, rd_left(&r));
	(void)rd_be32(&sub);
	assert_int_equal(0, rd_u8(&sub));
	assert_true(sub.bad);
	assert_false(r.bad);
	sub = rd_sub(&r, 3);
	assert_true(sub.bad && r.bad);
	assert_int_equal(0, rd_left(&sub));
	r = rd_from(NULL, 0);
	assert_int_equal(0, rd_left(&r));
	sub = rd_sub(&r, 0);
	assert_false(sub.bad || r.bad);
	r = rd_from(NULL, 5); /* as empty as it is */
	assert_int_equal(0, rd_left(&r));
	free(p);
}

static void
numbers_are_written_in_their_order(void **state)
{
	static const uint8_t want[] = { 0xf1, 0x12, 0x34, 0x34, 0x12, 1, 2, 3, 4, 4, 3,
		2, 1, 1, 2, 3, 4, 5, 6, 7, 8, 8, 7, 6, 5, 4, 3, 2, 1, 'x', 'y', 0, 0,
		0 };
	uint8_t *p = exact(sizeof(want));
	struct wr w = wr_to(p, sizeof(want));

	(void)state;
	wr_u8(&w, 0xf1);
	wr_be16(&w, 0x1234);
	wr_le16(&w, 0x1234);
	wr_be32(&w, 0x01020304);
	wr_le32(&w, 0x01020304);
	wr_be64(&w, 0x0102030405060708);
	wr_le64(&w, 0x0102030405060708);
	wr_bytes(&w, "xy", 2);
	wr_bytes(&w, NULL, 0);
	wr_zero(&w, 3);
	wr_zero(&w, 0);
	assert_false(w.bad);
	assert_int_equal(sizeof(want), wr_used(&w));
	assert_memory_equal(want, p, sizeof(want));
	free(p);
}

static void
a_write_past_the_end_changes_nothing(void **state)
{
	uint8_t *p = exact(7);
	struct wr w = wr_to(p, 7);

	(void)state;
	wr_be32(&w, 0);
	wr_be32(&w, 0);
	assert_true(w.bad);
	assert_int_equal(4, wr_used(&w));
	wr_u8(&w, 0); /* would fit, but the message is broken already */
	wr_zero(&w, 1);
	assert_memory_equal("\x85\x86\x87", p + 4, 3);
	w = wr_to(p, 7);
	wr_zero(&w, SIZE_MAX);
	assert_true(w.bad);
	w = wr_to(NULL, 0);
	wr_bytes(&w, "", 0);
	assert_false(w.bad);
	wr_u8(&w, 1);
	assert_true(w.bad);
	assert_int_equal(0, wr_used(&w));
	free(p);
}

static void
only_written_bytes_are_patched(void **state)
{
	uint8_t *p = exact(6);
	struct wr w = wr_to(p, 6);

	(void)state;
	wr_be32(&w, 0);
	wr_patch_be16(&w, 2, 0xabcd);
	assert_false(w.bad);
	assert_memory_equal("\0\0\xab\xcd", p, 4);
	wr_patch_be16(&w, 3, 0xffff);
	assert_true(w.bad);
	assert_memory_equal("\0\0\xab\xcd\x85\x86", p, 6);
	w = wr_to(p, 6);
	wr_be32(&w, 0);
	wr_patch_be16(&w, SIZE_MAX - 1, 1);
	assert_true(w.bad);
	free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_read_in_their_order),
		cmocka_unit_test(a_short_read_gives_zero_for_good),
		cmocka_unit_test(take_skip_and_copy_move_on),
		cmocka_unit_test(a_sub_cursor_stays_inside),
		cmocka_unit_test(numbers_are_written_in_their_order),
		cmocka_unit_test(a_write_past_the_end_changes_nothing),
		cmocka_unit_test(only_written_bytes_are_patched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
