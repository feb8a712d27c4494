/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keyed tokens by libsodium's crypto_shorthash (SipHash-2-4, Aumasson and Bernstein 2012). */
#include "scanner/cookie.h"

#include <sodium.h>
#include <string.h>

#include "base/buf.h"

_Static_assert(COOKIE_KEY_SIZE == crypto_shorthash_KEYBYTES, "SipHash has one key size");

static uint64_t
hash(const uint8_t key[static COOKIE_KEY_SIZE], const void *bytes, size_t n)
{
	uint8_t out[crypto_shorthash_BYTES];

	(void)crypto_shorthash(out, bytes, n, key); /* cannot fail */
	struct rd r = rd_from(out, sizeof(out));
	return rd_le64(&r);
}

void
cookie_derive(const uint8_t seed[static COOKIE_KEY_SIZE], const char *use,
	uint8_t key[static COOKIE_KEY_SIZE])
{
	struct wr w = wr_to(key, COOKIE_KEY_SIZE);
	char label[32] = { 0 };
	size_t n = strnlen(use, sizeof(label) - 1);

	memcpy(label + 1, use, n);
	for (char half = 0; half < 2; half++) {
		label[0] = half;
		wr_le64(&w, hash(seed, label, sizeof(label)));
	}
}

uint64_t
cookie_token(
	const struct cookie *c, const struct addr *dst, uint8_t proto, uint16_t port)
{
	uint8_t bytes[1 + sizeof(dst->bytes) + 1 + 2];
	struct wr w = wr_to(bytes, sizeof(bytes));

	wr_u8(&w, dst->family);
	wr_bytes(&w, dst->bytes, sizeof(dst->bytes));
	wr_u8(&w, proto);
	wr_be16(&w, port);
	return hash(c->key, bytes, sizeof(bytes));
}
