/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IP and MAC addresses as values; text forms by the C library's own converters. */
#include "base/addr.h"

#include <arpa/inet.h>
#include <endian.h>
#include <stdio.h>
#include <string.h>

struct addr
addr_ip4(uint32_t n)
{
	return (struct addr){ .family = ADDR_IP4,
		.bytes = { (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8),
			(uint8_t)n } };
}

struct addr
addr_ip6(const uint8_t bytes[static 16])
{
	struct addr a = { .family = ADDR_IP6 };

	memcpy(a.bytes, bytes, 16);
	return a;
}

uint32_t
addr_to_ip4(const struct addr *a)
{
	return a->family == ADDR_IP4 ? (uint32_t)addr_number(a) : 0;
}

size_t
addr_size(const struct addr *a)
{
	return addr_bits(a->family) / 8;
}

unsigned
addr_bits(enum addr_family f)
{
	switch (f) {
	case ADDR_IP4: return 32;
	case ADDR_IP6: return 128;
	case ADDR_NONE: break;
	}
	return 0;
}

u128
addr_number(const struct addr *a)
{
	uint32_t four;
	uint64_t eight[2];

	switch (a->family) {
	case ADDR_IP4: memcpy(&four, a->bytes, sizeof(four)); return be32toh(four);
	case ADDR_IP6:
		memcpy(eight, a->bytes, sizeof(eight));
		return (u128)be64toh(eight[0]) << 64 | be64toh(eight[1]);
	default: return 0;
	}
}

struct addr
addr_from_number(enum addr_family f, u128 n)
{
	struct addr a = { .family = (uint8_t)f };
	const uint32_t four = htobe32((uint32_t)n);
	const uint64_t eight[] = { htobe64((uint64_t)(n >> 64)), htobe64((uint64_t)n) };

	if (f == ADDR_IP4)
		memcpy(a.bytes, &four, sizeof(four));
	else if (f == ADDR_IP6)
		memcpy(a.bytes, eight, sizeof(eight));
	return a;
}

bool
addr_is_set(const struct addr *a)
{
	return a->family != ADDR_NONE;
}

int
addr_cmp(const struct addr *a, const struct addr *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

bool
addr_equal(const struct addr *a, const struct addr *b)
{
	return addr_cmp(a, b) == 0;
}

bool
addr_in_prefix(const struct addr *a, const struct addr *net, unsigned bits)
{
	unsigned whole = addr_bits(a->family);

	if (a->family != net->family || bits > whole)
		return false;
	return bits == 0 || (addr_number(a) ^ addr_number(net)) >> (whole - bits) == 0;
}

struct block {
	struct addr net;
	unsigned bits;
};

static bool
in_blocks(const struct addr *a, const struct block *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (addr_in_prefix(a, &b[i].net, b[i].bits))
			return true;
	return false;
}

bool
addr_is_loopback(const struct addr *a)
{
	static const struct block lo[] = {
		{ { ADDR_IP4, { 127 } }, 8 },        /* RFC 1122 §3.2.1.3 */
		{ { ADDR_IP6, { [15] = 1 } }, 128 }, /* RFC 4291 §2.5.3 */
	};

	return in_blocks(a, lo, 2);
}

bool
addr_is_multicast(const struct addr *a)
{
	static const struct block multi[] = {
		{ { ADDR_IP4, { 224 } }, 4 },                 /* RFC 5771 */
		{ { ADDR_IP4, { 255, 255, 255, 255 } }, 32 }, /* RFC 919 §7 */
		{ { ADDR_IP6, { 0xff } }, 8 },                /* RFC 4291 §2.7 */
	};

	return in_blocks(a, multi, 3);
}

bool
addr_is_link_local(const struct addr *a)
{
	static const struct block local[] = {
		{ { ADDR_IP4, { 169, 254 } }, 16 },   /* RFC 3927 */
		{ { ADDR_IP6, { 0xfe, 0x80 } }, 10 }, /* RFC 4291 §2.5.6 */
	};

	return in_blocks(a, local, 2);
}

bool
addr_parse(const char *text, struct addr *out)
{
	uint8_t b[16] = { 0 };

	if (inet_pton(AF_INET, text, b) == 1) {
		*out = (struct addr){ .family = ADDR_IP4 };
		memcpy(out->bytes, b, 4);
		return true;
	}
	if (inet_pton(AF_INET6, text, b) == 1) {
		*out = addr_ip6(b);
		return true;
	}
	return false;
}

/* By hand: inet_ntop goes by way of printf, which costs more than all else of a short text. */
static void
print_ip4(const unsigned char bytes[static 4], char *at)
{
	for (size_t i = 0; i < 4; i++) {
		unsigned byte = bytes[i];
		if (byte >= 100)
			*at++ = (char)('0' + byte / 100);
		if (byte >= 10)
			*at++ = (char)('0' + byte / 10 % 10);
		*at++ = (char)('0' + byte % 10);
		*at++ = i < 3 ? '.' : '\0';
	}
}

const char *
addr_print(const struct addr *a, char buf[static ADDR_TEXT_MAX])
{
	if (a->family == ADDR_IP4)
		print_ip4(a->bytes, buf);
	else if (!addr_is_set(a) || !inet_ntop(AF_INET6, a->bytes, buf, ADDR_TEXT_MAX))
		(void)snprintf(buf, ADDR_TEXT_MAX, "-");
	return buf;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool
mac_parse(const char *text, struct mac *out)
{
	struct mac m;

	if (strlen(text) != MAC_TEXT_MAX - 1)
		return false;
	for (size_t i = 0; i < 6; i++) {
		int hi = hex_digit(text[i * 3]), lo = hex_digit(text[i * 3 + 1]);
		char after = text[i * 3 + 2];
		if (hi < 0 || lo < 0 || (i < 5 && after != ':' && after != '-'))
			return false;
		m.bytes[i] = (uint8_t)(hi << 4 | lo);
	}
	*out = m;
	return true;
}

const char *
mac_print(const struct mac *m, char buf[static MAC_TEXT_MAX])
{
	static const char digits[] = "0123456789abcdef";
	char *at = buf;

	for (size_t i = 0; i < sizeof(m->bytes); i++) {
		*at++ = digits[m->bytes[i] >> 4];
		*at++ = digits[m->bytes[i] & 15];
		*at++ = ':';
	}
	at[-1] = '\0';
	return buf;
}

bool
mac_equal(const struct mac *a, const struct mac *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

bool
mac_is_zero(const struct mac *m)
{
	return mac_number(m) == 0;
}

bool
mac_is_local(const struct mac *m)
{
	return m->bytes[0] & 0x02;
}

bool
mac_is_group(const struct mac *m)
{
	return m->bytes[0] & 0x01;
}

uint64_t
mac_number(const struct mac *m)
{
	uint64_t n = 0;

	for (size_t i = 0; i < 6; i++)
		n = n << 8 | m->bytes[i];
	return n;
}
