/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The Internet checksum (RFC 1071).  Summed in words of the machine, whose size and order of
 * bytes do not matter to the folded sum (§2 (B), (C)) but to the time that it takes.
 */
#include "wire/checksum.h"

#include <endian.h>
#include <string.h>

static uint32_t
fold(uint64_t s)
{
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return (uint32_t)s;
}

uint32_t
checksum_add(uint32_t sum, const void *data, size_t n)
{
	const uint8_t *p = data;
	uint64_t s = 0, word;

	/* Halves of 32 bits: no carry gets lost before 2^33 of them. */
	for (; n >= sizeof(word); p += sizeof(word), n -= sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		s += (word & UINT32_MAX) + (word >> 32);
	}
	word = 0; /* an odd last byte counts as if a zero followed */
	memcpy(&word, p, n);
	s += (word & UINT32_MAX) + (word >> 32);
	s = (uint64_t)sum + be16toh((uint16_t)fold(s));
	return (uint32_t)((s & UINT32_MAX) + (s >> 32));
}

uint16_t
checksum_end(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16); /* the carry of the first fold */
	return (uint16_t)~sum;
}

uint32_t
checksum_pseudo(
	const struct addr *src, const struct addr *dst, uint8_t proto, size_t length)
{
	uint32_t sum = (uint32_t)(length >> 16) + (uint32_t)(length & 0xffff) + proto;

	sum = checksum_add(sum, src->bytes, addr_size(src));
	return checksum_add(sum, dst->bytes, addr_size(dst));
}
