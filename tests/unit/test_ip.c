/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IPv4 and IPv6 headers: bytes of Linux, and headers made by hand from RFC 791 and 8200. */
#include "packet.h"

#include "wire/ether.h"
#include "wire/ip.h"

/* RFC 1071 §4.1, word by word: not the code under test. */
static void
set_checksum(uint8_t *head, size_t n)
{
	uint32_t sum = 0;

	head[10] = head[11] = 0;
	for (size_t i = 0; i + 1 < n; i += 2)
		sum += (uint32_t)(head[i] << 8 | head[i + 1]);
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	head[10] = (uint8_t)(~sum >> 8);
	head[11] = (uint8_t)~sum;
}

static void
ip4_header_is_what_linux_sends(void **state)
{
	struct packet want = packet_file("tests/data/tcp/syn4.hex");
	struct ip ip = { .src = addr_ip4(0xc6120701),
		.dst = addr_ip4(0xc6120702),
		.proto = IP_TCP,
		.ttl = 64,
		.id = 0xc620 };
	uint8_t bytes[IP4_HEAD];
	struct wr w = wr_to(bytes, sizeof(bytes));

	(void)state;
	ip_write(&w, &ip, want.n - ETHER_HEAD - IP4_HEAD);
	assert_wrote(&w, want.bytes + ETHER_HEAD, IP4_HEAD);
	packet_free(&want);
}

static void
ip6_header_follows_rfc_8200(void **state)
{
	struct ip ip = { .proto = IP_ICMP6, .ttl = 255, .id = 99 };
	uint8_t bytes[IP6_HEAD];
	struct wr w = wr_to(bytes, sizeof(bytes));

	(void)state;
	assert_true(
		addr_parse("2001:db8:7::1", &ip.src) && addr_parse("ff02::1", &ip.dst));
	ip_write(&w, &ip, 0x1234);
	assert_wrote_hex(&w,
		"60000000 1234 3a ff 20010db8000700000000000000000001"
		"ff020000000000000000000000000001");
}

static void
writer_refuses_what_cannot_be_said(void **state)
{
	const struct addr a4 = addr_ip4(1);
	struct addr a6;
	uint8_t bytes[64];

	(void)state;
	assert_true(addr_parse("2001:db8::1", &a6));
	const struct row {
		const char *label;
		struct addr src, dst;
		size_t payload, room;
		bool ok;
	} rows[] = {
		{ "IPv4, longest", a4, a4, 65515, IP4_HEAD, true },
		{ "IPv4, too long", a4, a4, 65516, IP4_HEAD, false },
		{ "IPv4, no room", a4, a4, 8, IP4_HEAD - 1, false },
		{ "IPv6, longest", a6, a6, 65535, IP6_HEAD, true },
		{ "IPv6, too long", a6, a6, 65536, IP6_HEAD, false },
		{ "IPv6, no room", a6, a6, 8, IP6_HEAD - 1, false },
		{ "two families", a4, a6, 8, sizeof(bytes), false },
		{ "no family", { 0 }, { 0 }, 8, sizeof(bytes), false },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ip ip = { .src = rows[i].src, .dst = rows[i].dst };
		struct wr w = wr_to(bytes, rows[i].room);
		print_message("  %s\n", rows[i].label);
		ip_write(&w, &ip, rows[i].payload);
		assert_int_equal(rows[i].ok, !w.bad);
	}
}

static void
ip4_header_of_linux_is_read(void **state)
{
	struct packet p = packet_file("tests/data/tcp/synack4.hex");
	struct rd r = packet_rd(&p), payload;
	struct ether e;
	struct ip ip;

	(void)state;
	assert_true(ether_read(&r, &e) && ip_read(&r, &ip, &payload));
	assert_int_equal(0xc6120702, addr_to_ip4(&ip.src));
	assert_int_equal(0xc6120701, addr_to_ip4(&ip.dst));
	assert_int_equal(IP_TCP, ip.proto);
	assert_int_equal(64, ip.ttl);
	assert_int_equal(0, ip.id);
	assert_int_equal(
		40, rd_left(&payload)); /* a TCP header with 20 bytes of options */
	packet_free(&p);
}

static void
ip6_header_of_linux_is_read(void **state)
{
	struct packet p = packet_file("tests/data/tcp/rst6.hex");
	struct rd r = packet_rd(&p), payload;
	char text[ADDR_TEXT_MAX];
	struct ether e;
	struct ip ip;

	(void)state;
	assert_true(ether_read(&r, &e) && ip_read(&r, &ip, &payload));
	assert_string_equal("2001:db8:7::2", addr_print(&ip.src, text));
	assert_string_equal("2001:db8:7::1", addr_print(&ip.dst, text));
	assert_int_equal(IP_TCP, ip.proto);
	assert_int_equal(64, ip.ttl);
	assert_int_equal(20, rd_left(&payload));
	packet_free(&p);
}

/*
 * One row a rule.  XXXX stands where the checksum belongs: the test puts the right one
 * over the header, as long as IHL says, unless the row says `keep`.
 */
#define TAIL  "40 01 XXXX c6120702 c6120701"
#define EIGHT "0001020304050607"

enum sum { RIGHT, WRONG };

static const struct ip4_row {
	const char *label, *bytes;
	enum sum sum;
	bool ok, quoted_ok;
	size_t left, quoted_left; /* of the payload */
} ip4_rows[] = {
	{ "plain", "45 00 001c 0001 0000" TAIL EIGHT, RIGHT, true, true, 8, 8 },
	{ "wrong checksum", "45 00 001c 0001 0000" TAIL EIGHT, WRONG, false, true, 0,
		8 },
	{ "no payload", "45 00 0014 0001 0000" TAIL, RIGHT, true, true, 0, 0 },
	{ "padding is not payload", "45 00 0018 0001 0000" TAIL EIGHT, RIGHT, true,
		true, 4, 8 },
	{ "cut by a capture", "45 00 05dc 0001 0000" TAIL EIGHT, RIGHT, true, true, 8,
		8 },
	{ "total length below the header", "45 00 0013 0001 0000" TAIL EIGHT, RIGHT,
		false, true, 0, 8 },
	{ "total length 0", "45 00 0000 0001 0000" TAIL EIGHT, RIGHT, false, true, 0,
		8 },
	{ "IHL below 5", "44 00 001c 0001 0000" TAIL EIGHT, RIGHT, false, false, 0, 0 },
	{ "IHL 0", "40 00 001c 0001 0000" TAIL EIGHT, RIGHT, false, false, 0, 0 },
	{ "options", "46 00 0020 0001 0000" TAIL "01010100" EIGHT, RIGHT, true, true, 8,
		8 },
	{ "options are cut", "47 00 0020 0001 0000" TAIL "01010100", RIGHT, false,
		false, 0, 0 },
	{ "Don't Fragment", "45 00 001c 0001 4000" TAIL EIGHT, RIGHT, true, true, 8, 8 },
	{ "first fragment", "45 00 001c 0001 2000" TAIL EIGHT, RIGHT, true, true, 8, 8 },
	{ "second fragment", "45 00 001c 0001 2001" TAIL EIGHT, RIGHT, false, false, 0,
		0 },
	{ "last fragment", "45 00 001c 0001 1000" TAIL EIGHT, RIGHT, false, false, 0,
		0 },
	{ "version 5", "55 00 001c 0001 0000" TAIL EIGHT, RIGHT, false, false, 0, 0 },
	{ "version 0", "05 00 001c 0001 0000" TAIL EIGHT, RIGHT, false, false, 0, 0 },
};

static struct packet
ip4_packet(const struct ip4_row *row)
{
	char text[256];

	(void)snprintf(text, sizeof(text), "%s", row->bytes);
	memset(strstr(text, "XXXX"), '0', 4);
	struct packet p = packet_hex(text);
	size_t head = (size_t)(p.bytes[0] & 0xf) * 4;
	set_checksum(p.bytes, head >= 20 && head <= p.n ? head : 20);
	if (row->sum == WRONG)
		p.bytes[11] ^= 1;
	return p;
}

static void
ip4_reader_checks_every_field(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(ip4_rows) / sizeof(ip4_rows[0]); i++) {
		const struct ip4_row *row = &ip4_rows[i];
		struct packet p = ip4_packet(row);
		struct rd r = packet_rd(&p), payload;
		struct ip ip;
		print_message("  %s\n", row->label);
		assert_int_equal(row->ok, ip_read(&r, &ip, &payload));
		if (row->ok)
			assert_int_equal(row->left, rd_left(&payload));
		r = packet_rd(&p);
		assert_int_equal(row->quoted_ok, ip_read_quoted(&r, &ip, &payload));
		if (row->quoted_ok)
			assert_int_equal(row->quoted_left, rd_left(&payload));
		packet_free(&p);
	}
}

/* From 2001:db8::2 to 2001:db8::1; the length field and the next header come first. */
#define IP6(length, next) \
	"60000000" length next "40" \
	"20010db8000000000000000000000002" \
	"20010db8000000000000000000000001"
#define HOP(next) next "00 0502 0000 0100" /* RFC 2711 router alert, PadN */
#define DST(next) next "00 0104 00000000"  /* PadN */

static const struct ip6_row {
	const char *label, *bytes;
	bool ok;
	uint8_t proto;
	size_t left, quoted_left;
} ip6_rows[] = {
	{ "plain", IP6("0008", "3a") EIGHT, true, 58, 8, 8 },
	{ "no payload", IP6("0000", "3b"), true, 59, 0, 0 },
	{ "padding is not payload", IP6("0004", "3a") EIGHT, true, 58, 4, 8 },
	{ "cut by a capture", IP6("05a0", "3a") EIGHT, true, 58, 8, 8 },
	{ "Hop-by-Hop", IP6("0010", "00") HOP("3a") EIGHT, true, 58, 8, 8 },
	{ "Hop-by-Hop of 16 bytes",
		IP6("0018", "00") "3a01 010c 000000000000000000000000" EIGHT, true, 58,
		8, 8 },
	{ "Routing, RFC 6275 type 2, nothing left",
		IP6("0020",
			"2b") "06020200 00000000 20010db8000000000000000000000009" EIGHT,
		true, 6, 8, 8 },
	{ "Destination Options", IP6("0010", "3c") DST("11") EIGHT, true, 17, 8, 8 },
	{ "Authentication: (4 + 2) words",
		IP6("0020",
			"33") "3a040000 00000001 00000001 000000000000000000000000" EIGHT,
		true, 58, 8, 8 },
	{ "ESP cannot be walked", IP6("0008", "32") EIGHT, true, 50, 8, 8 },
	{ "first fragment", IP6("0010", "2c") "3a000001 00000007" EIGHT, true, 58, 8,
		8 },
	{ "atomic fragment", IP6("0010", "2c") "3a000000 00000007" EIGHT, true, 58, 8,
		8 },
	{ "second fragment", IP6("0010", "2c") "3a000008 00000007" EIGHT, false, 0, 0,
		0 },
	{ "last fragment", IP6("0010", "2c") "3afff800 00000007" EIGHT, false, 0, 0, 0 },
	{ "Hop-by-Hop, Destination, Fragment, Destination",
		IP6("0028", "00") HOP("3c") DST("2c") "3c000001 00000007" DST("3a")
			EIGHT,
		true, 58, 8, 8 },
	{ "eight extension headers",
		IP6("0048", "3c") DST("3c") DST("3c") DST("3c") DST("3c") DST("3c")
			DST("3c") DST("3c") DST("3a") EIGHT,
		true, 58, 8, 8 },
	{ "nine extension headers",
		IP6("0050", "3c") DST("3c") DST("3c") DST("3c") DST("3c") DST("3c")
			DST("3c") DST("3c") DST("3c") DST("3a") EIGHT,
		false, 0, 0, 0 },
	{ "extension header is cut", IP6("0008", "3c") "3a01 0104 00000000", false, 0,
		0, 0 },
	{ "extension header without its first bytes", IP6("0001", "3c") "3a", false, 0,
		0, 0 },
	{ "fragment header is cut", IP6("0004", "2c") "3a000001", false, 0, 0, 0 },
	{ "version 7",
		"70000000 0000 3b 40 20010db8000000000000000000000002"
		"20010db8000000000000000000000001",
		false, 0, 0, 0 },
};

static void
ip6_reader_walks_extension_headers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(ip6_rows) / sizeof(ip6_rows[0]); i++) {
		const struct ip6_row *row = &ip6_rows[i];
		struct packet p = packet_hex(row->bytes);
		struct rd r = packet_rd(&p), payload;
		struct ip ip;
		print_message("  %s\n", row->label);
		assert_int_equal(row->ok, ip_read(&r, &ip, &payload));
		if (row->ok) {
			assert_int_equal(row->proto, ip.proto);
			assert_int_equal(row->left, rd_left(&payload));
		}
		r = packet_rd(&p);
		assert_int_equal(row->ok, ip_read_quoted(&r, &ip, &payload));
		if (row->ok)
			assert_int_equal(row->quoted_left, rd_left(&payload));
		packet_free(&p);
	}
}

static void
a_first_fragment_is_said_to_be_cut(void **state)
{
	static const struct {
		const char *label, *bytes;
		bool cut;
	} rows[] = {
		{ "IPv4", "45 00 001c 0001 0000" TAIL EIGHT, false },
		{ "IPv4, padding", "45 00 0018 0001 4000" TAIL EIGHT, false },
		{ "IPv4, first fragment", "45 00 001c 0001 2000" TAIL EIGHT, true },
		{ "IPv4, less than its length", "45 00 001d 0001 0000" TAIL EIGHT,
			false },
		{ "IPv6", IP6("0008", "3a") EIGHT, false },
		{ "IPv6, less than its length", IP6("0009", "3a") EIGHT, false },
		{ "IPv6, first fragment", IP6("0010", "2c") "3a000001 00000007" EIGHT,
			true },
		{ "IPv6, atomic fragment", IP6("0010", "2c") "3a000000 00000007" EIGHT,
			false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct ip4_row row = { .bytes = rows[i].bytes, .sum = RIGHT };
		bool four = strstr(row.bytes, "XXXX");
		struct packet p = four ? ip4_packet(&row) : packet_hex(row.bytes);
		struct rd r = packet_rd(&p), payload;
		struct ip ip;
		print_message("  %s\n", rows[i].label);
		assert_true(ip_read(&r, &ip, &payload));
		assert_int_equal(rows[i].cut, ip.cut);
		packet_free(&p);
	}
}

static void
an_extension_header_stays_within_the_length_field(void **state)
{
	/* The length says 8; what follows is Ethernet padding, not payload. */
	struct packet p = packet_hex(IP6("0008", "3c") "3a01 0104 00000000" EIGHT EIGHT);
	struct rd r = packet_rd(&p), payload;
	struct ip ip;

	(void)state;
	assert_false(ip_read(&r, &ip, &payload));
	packet_free(&p);
}

static void
every_shorter_header_is_refused(void **state)
{
	static const struct {
		const char *path;
		size_t head;
	} rows[] = {
		{ "tests/data/tcp/syn4.hex", IP4_HEAD },
		{ "tests/data/tcp/syn6.hex", IP6_HEAD },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct packet whole = packet_file(rows[i].path);
		for (size_t n = 0; n < rows[i].head; n++) {
			struct packet p = packet_of(whole.bytes + ETHER_HEAD, n);
			struct rd r = packet_rd(&p), payload;
			struct ip ip;
			assert_false(ip_read(&r, &ip, &payload));
			r = packet_rd(&p);
			assert_false(ip_read_quoted(&r, &ip, &payload));
			packet_free(&p);
		}
		packet_free(&whole);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ip4_header_is_what_linux_sends),
		cmocka_unit_test(ip6_header_follows_rfc_8200),
		cmocka_unit_test(writer_refuses_what_cannot_be_said),
		cmocka_unit_test(ip4_header_of_linux_is_read),
		cmocka_unit_test(ip6_header_of_linux_is_read),
		cmocka_unit_test(ip4_reader_checks_every_field),
		cmocka_unit_test(ip6_reader_walks_extension_headers),
		cmocka_unit_test(a_first_fragment_is_said_to_be_cut),
		cmocka_unit_test(an_extension_header_stays_within_the_length_field),
		cmocka_unit_test(every_shorter_header_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
