/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The Internet checksum (RFC 1071).  Summed in 32-bit words: 2^16 is 1 modulo 65535, so
 * any word size gives the same folded sum (§2 (B), (C)), and this one is fast.
 */
#include "wire/checksum.h"

uint32_t
checksum_add(uint32_t sum, const void *data, size_t n)
{
	const uint8_t *p = data;
	uint64_t s = sum;
	size_t i = 0;

	for (; i + 4 <= n; i += 4)
		s += (uint32_t)p[i] << 24 | (uint32_t)p[i + 1] << 16 |
			(uint32_t)p[i + 2] << 8 | p[i + 3];
	for (; i < n; i++) /* an odd last byte counts as if a zero followed */
		s += (uint32_t)p[i] << (i % 2 == 0 ? 8 : 0);
	while (s >> 32)
		s = (s & UINT32_MAX) + (s >> 32);
	return (uint32_t)s;
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
