/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tokens: the hash is the published one, and every part of a question matters. */
#include "scanner/cookie.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t seed[COOKIE_KEY_SIZE] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
	13, 14, 15 };

/* SipHash-2-4 written from its paper (Aumasson and Bernstein 2012, §2), to compare with. */
static uint64_t
rotl(uint64_t x, int b)
{
	return x << b | x >> (64 - b);
}

static void
sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotl(v[1], 13) ^ v[0];
	v[0] = rotl(v[0], 32);
	v[2] += v[3];
	v[3] = rotl(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotl(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotl(v[1], 17) ^ v[2];
	v[2] = rotl(v[2], 32);
}

static uint64_t
le64(const uint8_t *p, size_t n)
{
	uint64_t x = 0;

	for (size_t i = 0; i < n; i++)
		x |= (uint64_t)p[i] << 8 * i;
	return x;
}

static uint64_t
siphash24(const uint8_t key[16], const uint8_t *m, size_t n)
{
	uint64_t k0 = le64(key, 8), k1 = le64(key + 8, 8);
	uint64_t v[4] = { k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d,
		k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573 };
	size_t i = 0;

	for (; i <= n / 8; i++) {
		bool last = i == n / 8;
		uint64_t word = last ? le64(m + 8 * i, n % 8) | (uint64_t)n << 56
				     : le64(m + 8 * i, 8);
		v[3] ^= word;
		sip_round(v);
		sip_round(v);
		v[0] ^= word;
	}
	v[2] ^= 0xff;
	for (i = 0; i < 4; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static void
token_is_siphash_of_address_protocol_and_port(void **state)
{
	struct cookie c = { .udp_port = 1 };
	struct addr dst = addr_ip4(0xc6130307); /* 198.19.3.7 */
	const uint8_t message[20] = { 4, 198, 19, 3, 7, [17] = 6, 1, 0xbb };

	(void)state;
	memcpy(c.key, seed, sizeof(seed));
	/* The vector of the paper's appendix A: 15 bytes 00..0e. */
	assert_true(siphash24(seed, seed, 15) == 0xa129ca6149be45e5);
	assert_true(cookie_token(&c, &dst, 6, 443) == siphash24(seed, message, 20));
}

static void
every_part_of_a_question_changes_the_token(void **state)
{
	struct cookie c = { .udp_port = 0 }, other;
	struct addr a = addr_ip4(1), b = addr_ip4(2),
		    six = addr_from_number(ADDR_IP6, 0);
	struct addr four = addr_ip4(0);

	(void)state;
	memcpy(c.key, seed, sizeof(seed));
	other = c;
	other.key[15] ^= 1;
	uint64_t token = cookie_token(&c, &a, 6, 80);
	assert_true(token != cookie_token(&c, &b, 6, 80));
	assert_true(token != cookie_token(&c, &a, 17, 80));
	assert_true(token != cookie_token(&c, &a, 6, 81));
	assert_true(token != cookie_token(&other, &a, 6, 80));
	assert_true(cookie_token(&c, &six, 1, 0) != cookie_token(&c, &four, 1, 0));
	assert_true(token == cookie_token(&c, &a, 6, 80));
}

static void
each_use_has_a_key_of_its_own(void **state)
{
	uint8_t a[COOKIE_KEY_SIZE], b[COOKIE_KEY_SIZE], again[COOKIE_KEY_SIZE];

	(void)state;
	cookie_derive(seed, "cookie", a);
	cookie_derive(seed, "order 0", b);
	cookie_derive(seed, "cookie", again);
	assert_memory_not_equal(a, b, sizeof(a));
	assert_memory_equal(a, again, sizeof(a));
	assert_memory_not_equal(a, seed, sizeof(a));
	assert_memory_not_equal(a, a + 8, 8); /* the two halves */
}

static void
source_ports_stay_above_those_of_linux(void **state)
{
	(void)state;
	assert_int_equal(cookie_port(0), 61440);
	assert_int_equal(cookie_port(UINT64_MAX), 65535);
	assert_int_equal(cookie_port(UINT64_C(0x5a5) << 32), 61440 + 0x5a5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(token_is_siphash_of_address_protocol_and_port),
		cmocka_unit_test(every_part_of_a_question_changes_the_token),
		cmocka_unit_test(each_use_has_a_key_of_its_own),
		cmocka_unit_test(source_ports_stay_above_those_of_linux),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
