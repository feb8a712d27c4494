/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses: canonical text (RFC 5952), strict reading, order, blocks, MACs. */
#include "base/addr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))

static struct addr
read(const char *text)
{
	struct addr a;

	if (!addr_parse(text, &a))
		fail_msg("%s is no address", text);
	return a;
}

static void
text_is_canonical(void **state)
{
	static const struct {
		const char *label, *text, *want;
	} rows[] = {
		{ "IPv4", "192.0.2.1", "192.0.2.1" },
		{ "IPv4, lowest", "0.0.0.0", "0.0.0.0" },
		{ "IPv4, highest", "255.255.255.255", "255.255.255.255" },
		{ "IPv4, one to three digits", "9.10.99.100", "9.10.99.100" },
		{ "IPv4, zeros within", "200.101.20.0", "200.101.20.0" },
		{ "RFC 5952 4.1: no leading zeros", "2001:0db8::0001", "2001:db8::1" },
		{ "4.2.1: shorten as much as possible", "2001:db8:0:0:0:0:2:1",
			"2001:db8::2:1" },
		{ "4.2.2: not one field alone", "2001:db8::1:1:1:1:1",
			"2001:db8:0:1:1:1:1:1" },
		{ "4.2.3: the longest run", "2001:0:0:1:0:0:0:1", "2001:0:0:1::1" },
		{ "4.2.3: the first of equal runs", "2001:db8:0:0:1:0:0:1",
			"2001:db8::1:0:0:1" },
		{ "4.3: lower case", "2001:DB8::AbCd", "2001:db8::abcd" },
		{ "5: IPv4-mapped", "::FFFF:192.0.2.1", "::ffff:192.0.2.1" },
		{ "unspecified", "0:0:0:0:0:0:0:0", "::" },
		{ "loopback", "0:0:0:0:0:0:0:1", "::1" },
		{ "run at the end", "2001:db8:1:0:0:0:0:0", "2001:db8:1::" },
		{ "longest text", "1111:2222:3333:4444:5555:6666:255.255.255.255",
			"1111:2222:3333:4444:5555:6666:ffff:ffff" },
	};
	char buf[ADDR_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		print_message("  %s\n", rows[i].label);
		struct addr a = read(rows[i].text);
		assert_string_equal(rows[i].want, addr_print(&a, buf));
	}
	assert_string_equal("-", addr_print(&(struct addr){ 0 }, buf));
}

static void
what_is_no_address_is_refused(void **state)
{
	static const char *const rows[] = { "", " ", "1.2.3", "1.2.3.4.5", "1.2.3.256",
		"01.2.3.4", "1.2.3.04", "1.2.3.4 ", " 1.2.3.4", "1.2.3.4:80",
		"1.2.3.4/24", "0x1.2.3.4", "1..2.3", "16909060", "2001:db8::1%eth0",
		"[2001:db8::1]", "2001:db8::1::2", ":::", "12345::", "1:2:3:4:5:6:7",
		"1:2:3:4:5:6:7:8:9", "::g", "2001:db8::/32", "host.example", "-1.2.3.4",
		"1.2.3.4\n" };
	struct addr a = { .family = ADDR_IP4, .bytes = { 9, 9, 9, 9 } }, before = a;

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		print_message("  '%s'\n", rows[i]);
		assert_false(addr_parse(rows[i], &a));
		assert_true(addr_equal(&a, &before));
	}
}

/* Any address can be printed and read back. */
static void
text_round_trips(void **state)
{
	uint64_t x = 88172645463325252u; /* xorshift64, seeded: the same each time */
	char buf[ADDR_TEXT_MAX];

	(void)state;
	for (int i = 0; i < 20000; i++) {
		uint8_t b[16];
		for (size_t k = 0; k < 16; k++) {
			x ^= x << 13, x ^= x >> 7, x ^= x << 17;
			b[k] = x & 0x100 ? (uint8_t)x : 0; /* many zeros */
		}
		struct addr a = i & 1 ? addr_ip6(b) : addr_ip4((uint32_t)x), back;
		assert_true(addr_parse(addr_print(&a, buf), &back));
		assert_true(addr_equal(&a, &back));
		assert_true(addr_number(&a) == addr_number(&back));
		back = addr_from_number((enum addr_family)a.family, addr_number(&a));
		assert_true(addr_equal(&a, &back));
	}
}

static void
numbers_and_sizes_go_with_the_family(void **state)
{
	struct addr v4 = read("192.0.2.1"), v6 = read("2001:db8::1"), none = { 0 };

	(void)state;
	assert_true(addr_number(&v4) == 0xc0000201);
	assert_int_equal(0xc0000201, addr_to_ip4(&v4));
	assert_true(addr_number(&v6) == ((u128)0x20010db800000000 << 64 | 1));
	assert_int_equal(0, addr_to_ip4(&v6));
	assert_true(addr_number(&none) == 0);
	assert_int_equal(4, addr_size(&v4));
	assert_int_equal(16, addr_size(&v6));
	assert_int_equal(0, addr_size(&none));
	assert_true(addr_is_set(&v4) && addr_is_set(&v6) && !addr_is_set(&none));
	v4 = addr_from_number(ADDR_IP4, (u128)1 << 32 | 7); /* more than 32 bits */
	assert_int_equal(7, addr_to_ip4(&v4));
}

static void
order_is_by_family_then_number(void **state)
{
	static const char *const rows[] = { "0.0.0.0", "9.255.0.0", "10.0.0.0",
		"128.0.0.0", "255.255.255.255", "::", "::1", "2001:db8::ff",
		"2001:db8::100", "ff02::1" };
	struct addr none = { 0 };

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct addr a = read(rows[i]);
		assert_true(addr_cmp(&none, &a) < 0);
		for (size_t k = 0; k < N(rows); k++) {
			struct addr b = read(rows[k]);
			int got = addr_cmp(&a, &b);
			assert_true(i < k ? got < 0 : i > k ? got > 0 : got == 0);
			assert_true(addr_equal(&a, &b) == (i == k));
		}
	}
}

static void
blocks_hold_their_addresses(void **state)
{
	static const struct {
		const char *addr, *net;
		unsigned bits;
		bool in;
	} rows[] = {
		{ "198.18.3.7", "198.18.3.0", 24, true },
		{ "198.18.4.0", "198.18.3.0", 24, false },
		{ "198.18.3.255", "198.18.3.77", 24,
			true }, /* host bits do not matter */
		{ "198.18.3.7", "198.18.3.7", 32, true },
		{ "198.18.3.8", "198.18.3.7", 32, false },
		{ "1.2.3.4", "200.0.0.0", 0, true },
		{ "1.2.3.4", "1.2.3.4", 33, false },
		{ "1.2.3.4", "::", 0, false },
		{ "2001:db8::1", "2001:db8::", 32, true },
		{ "2001:db9::1", "2001:db8::", 32, false },
		{ "2001:db8::1", "2001:db8::1", 128, true },
		{ "2001:db8::2", "2001:db8::1", 128, false },
		{ "2001:db8::2", "2001:db8::3", 127, true },
		{ "2001:db8::1", "::", 129, false },
		{ "::102:304", "1.2.3.4", 0, false },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		print_message(
			"  %s in %s/%u\n", rows[i].addr, rows[i].net, rows[i].bits);
		struct addr a = read(rows[i].addr), net = read(rows[i].net);
		assert_int_equal(rows[i].in, addr_in_prefix(&a, &net, rows[i].bits));
	}
}

static void
kinds_are_told_apart(void **state)
{
	static const struct {
		const char *addr;
		bool loopback, multicast, link_local;
	} rows[] = {
		{ "127.0.0.1", true, false, false },
		{ "127.255.255.254", true, false, false },
		{ "126.255.255.255", false, false, false },
		{ "128.0.0.0", false, false, false },
		{ "::1", true, false, false },
		{ "::2", false, false, false },
		{ "223.255.255.255", false, false, false },
		{ "224.0.0.0", false, true, false },
		{ "239.255.255.255", false, true, false },
		{ "240.0.0.0", false, false, false },
		{ "255.255.255.254", false, false, false },
		{ "255.255.255.255", false, true, false },
		{ "ff02::1", false, true, false },
		{ "feff::", false, false, false },
		{ "169.254.0.0", false, false, true },
		{ "169.253.255.255", false, false, false },
		{ "169.255.0.0", false, false, false },
		{ "fe80::1", false, false, true },
		{ "febf::1", false, false, true },
		{ "fec0::1", false, false, false },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		print_message("  %s\n", rows[i].addr);
		struct addr a = read(rows[i].addr);
		assert_int_equal(rows[i].loopback, addr_is_loopback(&a));
		assert_int_equal(rows[i].multicast, addr_is_multicast(&a));
		assert_int_equal(rows[i].link_local, addr_is_link_local(&a));
	}
}

static void
macs_are_read_strictly(void **state)
{
	static const char *const good[] = { "00:16:3e:5e:6c:0f", "00-16-3E-5E-6C-0F",
		"00:16:3E:5e:6C:0f" };
	static const char *const bad[] = { "", "00:16:3e:5e:6c", "00:16:3e:5e:6c:0",
		"0:16:3e:5e:6c:0f", "00:16:3e:5e:6c:0f ", "00:16:3e:5e:6c:0f:00",
		"00163e5e6c0f", "00.16.3e.5e.6c.0f", "00:16:3e:5e:6c:0g",
		"00:16:3e:5e:6c-:f", "0016.3e5e.6c0f", "00:16:3e:5e:6c:-1" };
	char buf[MAC_TEXT_MAX];
	struct mac m;

	(void)state;
	for (size_t i = 0; i < N(good); i++) {
		assert_true(mac_parse(good[i], &m));
		assert_string_equal("00:16:3e:5e:6c:0f", mac_print(&m, buf));
		assert_true(0x00163e5e6c0f == mac_number(&m));
	}
	for (size_t i = 0; i < N(bad); i++) {
		print_message("  '%s'\n", bad[i]);
		assert_false(mac_parse(bad[i], &m));
	}
	assert_string_equal("00:16:3e:5e:6c:0f", mac_print(&m, buf)); /* as it was */
}

static void
mac_bits_are_told_apart(void **state)
{
	static const struct {
		struct mac mac;
		bool zero, local, group;
	} rows[] = {
		{ { { 0 } }, true, false, false },
		{ { { 0, 0x16, 0x3e, 0, 0, 1 } }, false, false, false },
		{ { { 0x02 } }, false, true, false },
		{ { { 0x01, 0, 0x5e } }, false, false, true },
		{ { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } }, false, true, true },
		{ { { 0, 0, 0, 0, 0, 1 } }, false, false, false },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		assert_int_equal(rows[i].zero, mac_is_zero(&rows[i].mac));
		assert_int_equal(rows[i].local, mac_is_local(&rows[i].mac));
		assert_int_equal(rows[i].group, mac_is_group(&rows[i].mac));
		for (size_t k = 0; k < N(rows); k++)
			assert_int_equal(i == k, mac_equal(&rows[i].mac, &rows[k].mac));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_canonical),
		cmocka_unit_test(what_is_no_address_is_refused),
		cmocka_unit_test(text_round_trips),
		cmocka_unit_test(numbers_and_sizes_go_with_the_family),
		cmocka_unit_test(order_is_by_family_then_number),
		cmocka_unit_test(blocks_hold_their_addresses),
		cmocka_unit_test(kinds_are_told_apart),
		cmocka_unit_test(macs_are_read_strictly),
		cmocka_unit_test(mac_bits_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
