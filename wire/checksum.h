/* SPDX-License-Identifier: GPL-3.0-or-later */
/* checksum.h - the Internet checksum (RFC 1071), and its pseudo-header sums. */
#ifndef WIRE_CHECKSUM_H
#define WIRE_CHECKSUM_H

#include "base/addr.h"

/* One's complement sum of n bytes added to `sum`; not folded to 16 bits yet. */
uint32_t checksum_add(uint32_t sum, const void *, size_t n);
/* Folded and complemented: what goes into a header.  0 over a right packet. */
uint16_t checksum_end(uint32_t sum);
/* The pseudo-header of TCP, UDP and ICMPv6 (RFC 9293 §3.1, RFC 8200 §8.1). */
uint32_t checksum_pseudo(
	const struct addr *src, const struct addr *dst, uint8_t proto, size_t length);

#endif
