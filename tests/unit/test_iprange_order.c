/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keyed order: a bijection for every n, without a pattern, and the same everywhere. */
#include "iprange/order.c" /* for siphash, which has published answers */

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const uint8_t key[16] = "a sweep's own k";

/*
 * From CPython 3.11, whose hash() of bytes is SipHash-1-3, with a key of zeros:
 * PYTHONHASHSEED=0 python3 -c 'print(hex(hash(bytes(range(8)) + b"\x01") % 2**64))'
 */
static const struct {
	uint64_t value;
	uint8_t tag;
	uint64_t want;
} answers[] = {
	{ 0, 0, 0x66b1b52b4f6ef1c4 },
	{ 0x3837363534333231, 3, 0x2e004c20272d0cfa },
	{ 0x0706050403020100, 1, 0x29bcebe2e9cc25cc },
};

static void
siphash_gives_the_known_answers(void **state)
{
	const uint64_t zeros[2] = { 0, 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		assert_true(siphash(zeros, answers[i].value, answers[i].tag) ==
			answers[i].want);
}

static void
assert_bijection(uint32_t n)
{
	bool *seen = calloc(n + 1, sizeof(*seen));
	struct iprange_order o;

	iprange_order_init(&o, n, key);
	for (uint32_t i = 0; i < n; i++) {
		u128 x = iprange_order_at(&o, i);
		assert_true(x < n);
		assert_false(seen[(size_t)x]);
		seen[(size_t)x] = true;
	}
	free(seen);
}

static void
every_position_comes_exactly_once(void **state)
{
	static const uint32_t larger[] = { 4095, 4096, 4097, 65535, 65536, 65537, 99991,
		262143, 262145 };

	(void)state;
	for (uint32_t n = 0; n <= 1100; n++)
		assert_bijection(n);
	for (size_t i = 0; i < sizeof(larger) / sizeof(larger[0]); i++)
		assert_bijection(larger[i]);
}

/* Around the sizes where integers and roots end; no set can be counted out there, so:
 * inside, and no two alike among some thousand. */
static void
large_orders_stay_inside_and_do_not_repeat(void **state)
{
	const u128 one = 1,
		   sizes[] = { one << 32, (one << 32) + 1, (one << 64) - 1, one << 64,
			   (one << 64) + 1, one << 127, (one << 127) + 1, ~(u128)0 - 1,
			   ~(u128)0 };
	enum { N = 2000 };
	static u128 got[2 * N];

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct iprange_order o;
		iprange_order_init(&o, sizes[i], key);
		assert_true(o.rows * o.columns >= sizes[i] || o.rows >> 64);
		for (size_t k = 0; k < N; k++) {
			got[k] = iprange_order_at(&o, k);
			got[N + k] = iprange_order_at(&o, sizes[i] - 1 - k);
		}
		for (size_t k = 0; k < 2 * N; k++) {
			assert_true(got[k] < sizes[i]);
			for (size_t j = 0; j < k; j += 97)
				assert_true(got[j] != got[k]);
		}
	}
}

static void
the_smallest_orders_and_beyond_the_end(void **state)
{
	struct iprange_order o;

	(void)state;
	iprange_order_init(&o, 0, key);
	assert_true(iprange_order_at(&o, 0) == 0);
	iprange_order_init(&o, 1, key);
	assert_true(iprange_order_at(&o, 0) == 0);
	assert_true(iprange_order_at(&o, 7) == 7);
}

/*
 * A sweep may be resumed by a later version, or on another machine.  Computed by a second
 * implementation, of a few lines of Python with integers of any size.
 */
static void
the_order_of_a_key_never_changes(void **state)
{
	static const uint64_t want[] = { 119, 61, 579, 962, 663, 551, 744, 831 };
	struct iprange_order o;

	(void)state;
	iprange_order_init(&o, 1000, key);
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		assert_true(iprange_order_at(&o, i) == want[i]);
	iprange_order_init(&o, ~(u128)0, key);
	assert_true(iprange_order_at(&o, 0) ==
		((u128)0x84208e52cb5d4f12 << 64 | 0xd7ee1c98b032e78d));
	assert_true(iprange_order_at(&o, 1) ==
		((u128)0x3e6d320991891b9f << 64 | 0x82b04050d4d25483));
}

static void
a_position_can_be_asked_again_alone(void **state)
{
	struct iprange_order o, again;
	uint32_t first[1000];

	(void)state;
	iprange_order_init(&o, 1000, key);
	for (uint32_t i = 0; i < 1000; i++)
		first[i] = (uint32_t)iprange_order_at(&o, i);
	for (uint32_t i = 1000; i-- > 0;) {
		iprange_order_init(&again, 1000, key);
		assert_int_equal(first[i], iprange_order_at(&again, i));
	}
}

static void
one_bit_of_the_key_changes_the_order(void **state)
{
	struct iprange_order a, b;

	(void)state;
	iprange_order_init(&a, 1000, key);
	for (unsigned bit = 0; bit < 128; bit++) {
		uint8_t other[16];
		int same = 0;
		memcpy(other, key, 16);
		other[bit / 8] ^= (uint8_t)(1 << bit % 8);
		iprange_order_init(&b, 1000, other);
		for (uint32_t i = 0; i < 1000; i++)
			same += iprange_order_at(&a, i) == iprange_order_at(&b, i);
		assert_in_range(same, 0, 8); /* 1 expected; 9 or more: once in 10^6 */
	}
}

/* Every value comes at every position equally often over many keys. */
static void
keys_spread_values_evenly(void **state)
{
	enum { N = 12, KEYS = 60000 };
	static unsigned cells[N][N];
	double chi = 0, expected = (double)KEYS / N;

	(void)state;
	for (uint32_t k = 0; k < KEYS; k++) {
		struct iprange_order o;
		uint8_t counted[16] = { (uint8_t)k, (uint8_t)(k >> 8),
			(uint8_t)(k >> 16) };
		iprange_order_init(&o, N, counted);
		for (uint32_t i = 0; i < N; i++)
			cells[i][(size_t)iprange_order_at(&o, i)]++;
	}
	for (size_t i = 0; i < N; i++)
		for (size_t j = 0; j < N; j++)
			chi += (cells[i][j] - expected) * (cells[i][j] - expected) /
				expected;
	print_message("  chi-square of 121 degrees: %.1f\n", chi);
	assert_true(chi < 190); /* beyond: once in 10^4 for an even spread */
}

/* A window of a sweep hits all parts of the range, and neighbours come far apart. */
static void
a_window_spreads_over_the_whole(void **state)
{
	enum { N = 1 << 16, PARTS = 64, WINDOW = 4096 };
	unsigned parts[PARTS], near = 0;
	struct iprange_order o;

	(void)state;
	iprange_order_init(&o, N, key);
	for (uint32_t start = 0; start < N; start += WINDOW) {
		double chi = 0, expected = WINDOW / PARTS;
		memset(parts, 0, sizeof(parts));
		for (uint32_t i = start; i < start + WINDOW; i++) {
			u128 x = iprange_order_at(&o, i),
			     y = iprange_order_at(&o, (i + 1) % N);
			parts[(size_t)x / (N / PARTS)]++;
			near += (x > y ? x - y : y - x) < 256;
		}
		for (size_t i = 0; i < PARTS; i++)
			chi += (parts[i] - expected) * (parts[i] - expected) / expected;
		assert_true(chi < 120); /* 63 degrees; beyond: once in 10^5 */
	}
	/* Within a /24 of the one before: 2 * 256 / 65536 of them, 512 of 65536. */
	assert_in_range(near, 400, 624);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(siphash_gives_the_known_answers),
		cmocka_unit_test(every_position_comes_exactly_once),
		cmocka_unit_test(large_orders_stay_inside_and_do_not_repeat),
		cmocka_unit_test(the_smallest_orders_and_beyond_the_end),
		cmocka_unit_test(the_order_of_a_key_never_changes),
		cmocka_unit_test(a_position_can_be_asked_again_alone),
		cmocka_unit_test(one_bit_of_the_key_changes_the_order),
		cmocka_unit_test(keys_spread_values_evenly),
		cmocka_unit_test(a_window_spreads_over_the_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
