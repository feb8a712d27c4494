/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A keyed order over 0..n-1 without a table: a generalised Feistel network over a rows x
 * columns rectangle (Black and Rogaway, "Ciphers with Arbitrary Finite Domains", 2002,
 * §4), walked again while it lands beyond n.  A square just above n is walked about once,
 * whatever n is; one of a power of two would be walked up to four times.
 *
 * The round function is SipHash-1-3 (Aumasson and Bernstein, 2012): the order must not be
 * guessed from a few of its values, but guards no secret.
 */
#include "iprange/iprange.h"

/* An even number; fewer than four can be told from a random order (Luby, Rackoff 1988). */
enum { ROUNDS = 4 };

struct sip {
	uint64_t v0, v1, v2, v3;
};

static inline uint64_t
rotate(uint64_t x, unsigned by)
{
	return x << by | x >> (64 - by);
}

static inline struct sip
sip_round(struct sip s)
{
	s.v0 += s.v1;
	s.v2 += s.v3;
	s.v1 = rotate(s.v1, 13) ^ s.v0;
	s.v3 = rotate(s.v3, 16) ^ s.v2;
	s.v0 = rotate(s.v0, 32);
	s.v2 += s.v1;
	s.v0 += s.v3;
	s.v1 = rotate(s.v1, 17) ^ s.v2;
	s.v3 = rotate(s.v3, 21) ^ s.v0;
	s.v2 = rotate(s.v2, 32);
	return s;
}

static inline struct sip
sip_absorb(struct sip s, uint64_t word)
{
	s.v3 ^= word;
	s = sip_round(s);
	s.v0 ^= word;
	return s;
}

/* SipHash-1-3 of nine bytes: value, little-endian, and tag. */
static inline uint64_t
siphash(const uint64_t key[static 2], uint64_t value, uint8_t tag)
{
	struct sip s = { key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d,
		key[0] ^ 0x6c7967656e657261, key[1] ^ 0x7465646279746573 };

	s = sip_absorb(s, value);
	s = sip_absorb(s, (uint64_t)9 << 56 | tag); /* the length is in the last word */
	s.v2 ^= 0xff;
	s = sip_round(sip_round(sip_round(s)));
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

static uint64_t
read_le64(const uint8_t *p)
{
	uint64_t n = 0;

	for (unsigned i = 8; i-- > 0;)
		n = n << 8 | p[i];
	return n;
}

/* The smallest r with r * r >= n; at most 2^64. */
static u128
root(u128 n)
{
	u128 r = 0; /* the largest so far with r * r < n */

	for (u128 bit = (u128)1 << 63; bit && n; bit >>= 1)
		if ((r | bit) * (r | bit) < n)
			r |= bit;
	return r + 1;
}

void
iprange_order_init(struct iprange_order *o, u128 n, const uint8_t key[static 16])
{
	u128 columns = root(n);

	*o = (struct iprange_order){ .n = n,
		.columns = columns,
		.rows = n ? (n - 1) / columns + 1 : 0,
		.key = { read_le64(key), read_le64(key + 8) } };
}

/* x turned by a share of size that hash chooses; x < size <= 2^64. */
static inline u128
turn(u128 x, u128 size, uint64_t hash)
{
	x += hash * size >> 64;
	return x < size ? x : x - size;
}

static u128
wide_at(const struct iprange_order *o, u128 x)
{
	/* Ends: the network is a permutation, so the walk comes back to where it began. */
	do {
		u128 row = x / o->columns, column = x % o->columns;
		for (uint8_t i = 0; i < ROUNDS; i += 2) {
			row = turn(row, o->rows, siphash(o->key, (uint64_t)column, i));
			column = turn(column, o->columns,
				siphash(o->key, (uint64_t)row, (uint8_t)(i + 1)));
		}
		x = row * o->columns + column;
	} while (x >= o->n);
	return x;
}

/* The same for x < size < 2^32. */
static inline uint32_t
turn32(uint32_t x, uint32_t size, uint64_t hash)
{
	uint64_t turned = x + (uint64_t)((u128)hash * size >> 64);

	return (uint32_t)(turned < size ? turned : turned - size);
}

/* The same without divisions of 128 bits: sweeps go through millions of positions. */
static uint32_t
narrow_at(const struct iprange_order *o, uint32_t x)
{
	uint32_t rows = (uint32_t)o->rows, columns = (uint32_t)o->columns;

	do {
		uint32_t row = x / columns, column = x % columns;
		for (uint8_t i = 0; i < ROUNDS; i += 2) {
			row = turn32(row, rows, siphash(o->key, column, i));
			column = turn32(column, columns,
				siphash(o->key, row, (uint8_t)(i + 1)));
		}
		x = row * columns + column;
	} while (x >= o->n);
	return x;
}

u128
iprange_order_at(const struct iprange_order *o, u128 x)
{
	if (x >= o->n)
		return x;
	/* Half the width, so that row * columns + column fits. */
	return o->n <= UINT32_MAX / 2 ? narrow_at(o, (uint32_t)x) : wide_at(o, x);
}
