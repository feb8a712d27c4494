/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Internet checksum against the numbers of RFC 1071 and packets of other senders. */
#include "packet.h"

#include "wire/checksum.h"

static const struct row {
	const char *label, *bytes;
	uint16_t want;
} rows[] = {
	/* RFC 1071 §3: the sum of these words is ddf2 */
	{ "example of RFC 1071", "0001 f203 f4f5 f6f7", 0xffff - 0xddf2 },
	{ "no bytes", "", 0xffff },
	{ "zeroes", "0000 0000 0000", 0xffff },
	{ "ones: minus zero", "ffff ffff", 0x0000 },
	{ "one byte is the high one", "12", 0xffff - 0x1200 },
	{ "odd length ends with a zero", "0102 03", 0xffff - (0x0102 + 0x0300) },
	{ "five bytes", "0102 0304 05", 0xffff - (0x0102 + 0x0304 + 0x0500) },
	{ "seven bytes", "0001 0002 0003 04", 0xffff - (1 + 2 + 3 + 0x0400) },
	/* ffff + ffff + 0001 = 1ffff, folded: ffff + 1 = 10000, folded again: 1 */
	{ "the carry of a carry", "ffff ffff 0001", 0xffff - 0x0001 },
	{ "carries between halves of a word", "8000 8000 8000 8000", 0xffff - 0x0002 },
	/* RFC 791 §3.1 over the header of a ping, its checksum 9046 left out: by Linux */
	{ "IPv4 header", "4500 0054 103b 4000 4001 0000 c612 0701 c612 0702", 0x9046 },
	{ "IPv4 header with its checksum",
		"4500 0054 103b 4000 4001 9046 c612 0701 c612 0702", 0x0000 },
};

static void
sum_is_that_of_rfc_1071(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct packet p = packet_hex(rows[i].bytes);
		print_message("  %s\n", rows[i].label);
		assert_int_equal(
			rows[i].want, checksum_end(checksum_add(0, p.bytes, p.n)));
		packet_free(&p);
	}
}

static void
sum_may_be_taken_in_even_pieces(void **state)
{
	uint8_t bytes[64];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 37 + 200);
	uint16_t whole = checksum_end(checksum_add(0, bytes, sizeof(bytes)));
	for (size_t cut = 0; cut <= sizeof(bytes); cut += 2) {
		uint32_t sum = checksum_add(0, bytes, cut);
		sum = checksum_add(sum, bytes + cut, sizeof(bytes) - cut);
		assert_int_equal(whole, checksum_end(sum));
	}
}

static void
sum_never_overflows(void **state)
{
	static uint8_t ones[65535];
	uint32_t sum = 0;

	(void)state;
	memset(ones, 0xff, sizeof(ones));
	for (int i = 0; i < 100; i++)
		sum = checksum_add(sum, ones, sizeof(ones) - 1);
	/* Any number of ffff is minus zero. */
	assert_int_equal(0, checksum_end(sum));
	/* The odd byte is ff00. */
	assert_int_equal(0xffff - 0xff00, checksum_end(checksum_add(0, ones, 65535)));
}

static void
pseudo_header_follows_the_family(void **state)
{
	struct addr a4 = addr_ip4(0xc6120701), b4 = addr_ip4(0xc6120702), a6, b6;

	(void)state;
	assert_true(
		addr_parse("2001:db8:7::1", &a6) && addr_parse("2001:db8:7::2", &b6));
	/* RFC 9293 §3.1: c612 + 0701 + c612 + 0702 + 0006 + 0014 */
	assert_int_equal(0xffff - (0x19a41 % 0xffff),
		checksum_end(checksum_pseudo(&a4, &b4, 6, 20)));
	/* RFC 8200 §8.1: 2001 + 0db8 + 0007 + 0001 + 2001 + 0db8 + 0007 + 0002 + 003a + 0008 */
	assert_int_equal(
		0xffff - 0x5bc5, checksum_end(checksum_pseudo(&a6, &b6, 58, 8)));
	/* A length beyond 16 bits has a high half: 0001 + 0002. */
	assert_int_equal(0xffff - (0x5bc5 - 8 + 3),
		checksum_end(checksum_pseudo(&a6, &b6, 58, 0x10002)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sum_is_that_of_rfc_1071),
		cmocka_unit_test(sum_may_be_taken_in_even_pieces),
		cmocka_unit_test(sum_never_overflows),
		cmocka_unit_test(pseudo_header_follows_the_family),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
