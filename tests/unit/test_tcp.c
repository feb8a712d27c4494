/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TCP segments and UDP datagrams: bytes of Linux, tshark's word on ours, and broken ones. */
#include "packet.h"

#include "wire/ether.h"
#include "wire/tcp.h"

static struct rd
open_frame(const struct packet *p, struct ip *ip)
{
	struct rd r = packet_rd(p), payload;
	struct ether e;

	assert_true(ether_read(&r, &e) && ip_read(&r, ip, &payload));
	return payload;
}

static struct ip
between(const char *src, const char *dst)
{
	struct ip ip = { .ttl = 64 };

	assert_true(addr_parse(src, &ip.src) && addr_parse(dst, &ip.dst));
	return ip;
}

static const struct read_row {
	const char *path;
	struct tcp want;
} read_rows[] = {
	{ "tests/data/tcp/syn4.hex",
		{ 38712, 81, 0xbc39ff02, 0, TCP_SYN, 64240, 1460 } },
	{ "tests/data/tcp/rst4.hex",
		{ 81, 38712, 0, 0xbc39ff03, TCP_RST | TCP_ACK, 0, 0 } },
	{ "tests/data/tcp/synack4.hex",
		{ 22, 60048, 0x102fd5dd, 0x78538c87, TCP_SYN | TCP_ACK, 65160, 1460 } },
	{ "tests/data/tcp/syn6.hex",
		{ 58026, 81, 0xbec45a6f, 0, TCP_SYN, 64800, 1440 } },
	{ "tests/data/tcp/rst6.hex",
		{ 81, 58026, 0, 0xbec45a70, TCP_RST | TCP_ACK, 0, 0 } },
};

static void
assert_tcp_equal(const struct tcp *a, const struct tcp *b)
{
	assert_int_equal(a->src_port, b->src_port);
	assert_int_equal(a->dst_port, b->dst_port);
	assert_int_equal(a->seq, b->seq);
	assert_int_equal(a->ack, b->ack);
	assert_int_equal(a->flags, b->flags);
	assert_int_equal(a->window, b->window);
	assert_int_equal(a->mss, b->mss);
}

static void
segments_of_linux_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(read_rows) / sizeof(read_rows[0]); i++) {
		struct packet p = packet_file(read_rows[i].path);
		struct ip ip;
		struct tcp t;
		print_message("  %s\n", read_rows[i].path);
		assert_true(tcp_read(open_frame(&p, &ip), &ip, &t));
		assert_tcp_equal(&read_rows[i].want, &t);
		packet_free(&p);
	}
}

/* tshark 4.0 on these bytes: checksum good, "40000 → 443 [SYN] Seq=0 Win=1024 Len=0
 * MSS=1460", the same with [RST]. */
static const struct write_row {
	const char *label, *src, *dst;
	struct tcp t;
	const char *want;
} write_rows[] = {
	{ "SYN with MSS", "198.18.7.1", "198.18.7.2",
		{ 40000, 443, 0x01020304, 0, TCP_SYN, 1024, 1460 },
		"9c40 01bb 01020304 00000000 60 02 0400 57fd 0000 020405b4" },
	{ "RST has no options", "198.18.7.1", "198.18.7.2",
		{ 40000, 443, 0x01020304, 0, TCP_RST, 1024, 1460 },
		"9c40 01bb 01020304 00000000 50 04 0400 6fb7 0000" },
	/* as Linux sent it: tests/data/tcp/rst4.hex */
	{ "RST, ACK", "198.18.7.2", "198.18.7.1",
		{ 81, 38712, 0, 0xbc39ff03, TCP_RST | TCP_ACK, 0, 0 },
		"0051 9738 00000000 bc39ff03 50 14 0000 c2e1 0000" },
	/* tests/data/tcp/rst6.hex */
	{ "RST, ACK over IPv6", "2001:db8:7::2", "2001:db8:7::1",
		{ 81, 58026, 0, 0xbec45a70, TCP_RST | TCP_ACK, 0, 0 },
		"0051 e2aa 00000000 bec45a70 50 14 0000 581d 0000" },
};

static void
segments_are_written_as_others_do(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(write_rows) / sizeof(write_rows[0]); i++) {
		const struct write_row *row = &write_rows[i];
		struct ip ip = between(row->src, row->dst);
		uint8_t bytes[TCP_SYN_SIZE];
		struct wr w = wr_to(bytes, sizeof(bytes));
		print_message("  %s\n", row->label);
		tcp_write(&w, &ip, &row->t);
		assert_wrote_hex(&w, row->want);
		assert_int_equal(i == 0 ? TCP_SYN_SIZE : TCP_HEAD, wr_used(&w));
		size_t n = wr_used(&w) - 1;
		w = wr_to(bytes, n);
		tcp_write(&w, &ip, &row->t);
		assert_true(w.bad);
	}
}

static void
a_syn_without_mss_has_no_options(void **state)
{
	struct ip ip = between("198.18.7.1", "198.18.7.2");
	struct tcp t = { 40000, 443, 1, 0, TCP_SYN, 1024, 0 };
	uint8_t bytes[TCP_SYN_SIZE];
	struct wr w = wr_to(bytes, sizeof(bytes));

	(void)state;
	tcp_write(&w, &ip, &t);
	assert_int_equal(TCP_HEAD, wr_used(&w));
	assert_int_equal(0x50, bytes[12]);
}

/* Put the right checksum at `at`, with the pseudo-header of the two addresses used here. */
static void
set_checksum(struct packet *p, size_t at, const struct ip *ip, uint8_t proto)
{
	uint32_t sum = (uint32_t)p->n + proto;
	size_t size = ip->src.family == ADDR_IP6 ? 16 : 4;

	for (size_t i = 0; i < size; i++) {
		sum += (uint32_t)ip->src.bytes[i] << (i % 2 ? 0 : 8);
		sum += (uint32_t)ip->dst.bytes[i] << (i % 2 ? 0 : 8);
	}
	p->bytes[at] = p->bytes[at + 1] = 0;
	for (size_t i = 0; i < p->n; i++)
		sum += (uint32_t)p->bytes[i] << (i % 2 ? 0 : 8);
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	p->bytes[at] = (uint8_t)(~sum >> 8);
	p->bytes[at + 1] = (uint8_t)~sum;
}

#define PORTS "0016 9c40 00000001 00000002 "
#define REST  " ffff 0000 0000 "

static const struct option_row {
	const char *label, *bytes;
	bool ok;
	uint16_t mss;
} option_rows[] = {
	{ "none", PORTS "50 12" REST, true, 0 },
	{ "MSS", PORTS "60 12" REST "02 04 05b4", true, 1460 },
	{ "NOP before MSS", PORTS "70 12" REST "01 01 01 01 02 04 0218", true, 536 },
	{ "another one before MSS", PORTS "70 12" REST "03 03 07 01 02 04 05a0", true,
		1440 },
	{ "end of the list hides what follows",
		PORTS "70 12" REST "00 000000 02 04 05b4", true, 0 },
	{ "MSS only counts with SYN", PORTS "60 10" REST "02 04 05b4", true, 0 },
	{ "MSS of a wrong length", PORTS "60 12" REST "02 03 0500", true, 0 },
	{ "MSS is cut by the header's end", PORTS "60 12" REST "01 02 04 05", true, 0 },
	{ "length 0 does not loop", PORTS "60 12" REST "08 00 0000", true, 0 },
	{ "length 1 does not loop", PORTS "60 12" REST "08 01 0000", true, 0 },
	{ "length goes past the end", PORTS "60 12" REST "08 0a 0000", true, 0 },
	{ "option without its length", PORTS "60 12" REST "01 01 01 08", true, 0 },
	{ "data is no option", PORTS "50 12" REST "02 04 05b4", true, 0 },
	{ "data of odd length", PORTS "50 18" REST "616263", true, 0 },
	{ "data offset 4", PORTS "40 12" REST, false, 0 },
	{ "data offset 0", PORTS "00 12" REST, false, 0 },
	{ "data offset past the end", PORTS "60 12" REST "020405", false, 0 },
	{ "data offset 15 of nothing", PORTS "f0 12" REST, false, 0 },
};

static void
options_cannot_harm_the_segment(void **state)
{
	struct ip ip = between("198.18.7.2", "198.18.7.1");

	(void)state;
	for (size_t i = 0; i < sizeof(option_rows) / sizeof(option_rows[0]); i++) {
		struct packet p = packet_hex(option_rows[i].bytes);
		struct tcp t;
		print_message("  %s\n", option_rows[i].label);
		set_checksum(&p, 16, &ip, IP_TCP);
		assert_int_equal(option_rows[i].ok, tcp_read(packet_rd(&p), &ip, &t));
		if (option_rows[i].ok) {
			assert_int_equal(22, t.src_port);
			assert_int_equal(1, t.seq);
			assert_int_equal(2, t.ack);
			assert_int_equal(option_rows[i].mss, t.mss);
		}
		packet_free(&p);
	}
}

static void
every_flipped_bit_and_cut_byte_is_seen(void **state)
{
	struct packet p = packet_file("tests/data/tcp/synack4.hex");
	const size_t head = ETHER_HEAD + IP4_HEAD;
	struct ip ip;
	struct rd payload = open_frame(&p, &ip);
	struct tcp t;

	(void)state;
	for (size_t bit = head * 8; bit < p.n * 8; bit++) {
		p.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(tcp_read(payload, &ip, &t));
		p.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t n = head; n < p.n; n++) {
		struct packet cut = packet_of(p.bytes + head, n - head);
		assert_false(tcp_read(packet_rd(&cut), &ip, &t));
		packet_free(&cut);
	}
	packet_free(&p);
}

static void
eight_quoted_bytes_suffice(void **state)
{
	struct packet p = packet_file("tests/data/tcp/syn4.hex");

	(void)state;
	for (size_t n = 0; n <= 8; n++) {
		struct packet cut = packet_of(p.bytes + ETHER_HEAD + IP4_HEAD, n);
		struct tcp t;
		struct udp u;
		assert_int_equal(n == 8, tcp_read_quoted(packet_rd(&cut), &t));
		if (n == 8) {
			const struct tcp want = { 38712, 81, 0xbc39ff02, 0, 0, 0, 0 };
			assert_tcp_equal(&want, &t);
		}
		/* The ports of UDP lie in the same place (RFC 768). */
		assert_int_equal(n == 8, udp_read_quoted(packet_rd(&cut), &u));
		if (n == 8)
			assert_true(u.src_port == 38712 && u.dst_port == 81);
		packet_free(&cut);
	}
	packet_free(&p);
}

static const struct udp_file {
	const char *path;
	struct udp want;
} udp_files[] = {
	{ "tests/data/udp/closed4.hex", { 42125, 9 } },
	{ "tests/data/udp/closed6.hex", { 41221, 9 } },
};

static void
datagrams_of_linux_are_read_and_written_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(udp_files) / sizeof(udp_files[0]); i++) {
		struct packet p = packet_file(udp_files[i].path);
		struct ip ip;
		struct rd payload = open_frame(&p, &ip), data;
		size_t n = rd_left(&payload);
		uint8_t bytes[64];
		struct wr w = wr_to(bytes, sizeof(bytes));
		struct udp u;
		print_message("  %s\n", udp_files[i].path);
		assert_true(udp_read(payload, &ip, &u, &data));
		assert_int_equal(udp_files[i].want.src_port, u.src_port);
		assert_int_equal(udp_files[i].want.dst_port, u.dst_port);
		assert_int_equal(6, rd_left(&data));
		assert_memory_equal("hello\n", rd_take(&data, 6), 6);

		udp_write(&w, &ip, &udp_files[i].want, "hello\n", 6);
		assert_wrote(&w, p.bytes + p.n - n, n);
		w = wr_to(bytes, n - 1);
		udp_write(&w, &ip, &udp_files[i].want, "hello\n", 6);
		assert_true(w.bad);
		packet_free(&p);
	}
}

static void
a_udp_sum_of_zero_is_written_as_ones(void **state)
{
	struct ip ip = between("198.18.7.1", "198.18.7.2");
	struct udp u = { 1, 2 };
	uint8_t bytes[16];
	struct wr w = wr_to(bytes, sizeof(bytes));
	struct rd data;

	(void)state;
	/* c612 + 0701 + c612 + 0702 + 0011 + 000a + 0001 + 0002 + 000a folds to 9a50; with
	 * 65af the sum is ffff, whose complement is 0 (RFC 768). */
	udp_write(&w, &ip, &u, "\x65\xaf", 2);
	assert_wrote_hex(&w, "0001 0002 000a ffff 65af");
	assert_true(udp_read(rd_from(bytes, wr_used(&w)), &ip, &u, &data));
}

static const struct udp_row {
	const char *label, *bytes;
	enum { SUM, NO_SUM, BAD_SUM } sum;
	bool ok, ok6;
	size_t left;
} udp_rows[] = {
	{ "no data", "0089 9c40 0008 0000", SUM, true, true, 0 },
	{ "no checksum", "0089 9c40 000a 0000 6162", NO_SUM, true, false, 2 },
	{ "wrong checksum", "0089 9c40 000a 0000 6162", BAD_SUM, false, false, 0 },
	{ "length 7", "0089 9c40 0007 0000", NO_SUM, false, false, 0 },
	{ "length 0", "0089 9c40 0000 0000", NO_SUM, false, false, 0 },
	{ "length past the end", "0089 9c40 000b 0000 6162", NO_SUM, false, false, 0 },
	{ "bytes behind the length are no data", "0089 9c40 0009 0000 6162", NO_SUM,
		true, false, 1 },
	{ "seven bytes", "0089 9c40 0008 00", NO_SUM, false, false, 0 },
};

static void
udp_reader_checks_every_field(void **state)
{
	const struct ip ips[] = { between("198.18.7.2", "198.18.7.1"),
		between("2001:db8::2", "2001:db8::1") };

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(udp_rows) / sizeof(udp_rows[0]); i++) {
		const struct udp_row *row = &udp_rows[i / 2];
		const struct ip *ip = &ips[i % 2];
		struct packet p = packet_hex(row->bytes);
		struct rd data;
		struct udp u;
		print_message("  %s, IPv%d\n", row->label, ip->src.family);
		if (row->sum != NO_SUM)
			set_checksum(&p, 6, ip, IP_UDP);
		if (row->sum == BAD_SUM)
			p.bytes[7] ^= 1;
		bool ok = i % 2 ? row->ok6 : row->ok;
		assert_int_equal(ok, udp_read(packet_rd(&p), ip, &u, &data));
		if (ok) {
			assert_int_equal(137, u.src_port);
			assert_int_equal(row->left, rd_left(&data));
		}
		packet_free(&p);
	}
}

/* Of a first fragment nobody can tell the checksum; that there is none is seen. */
static void
udp_that_goes_on_elsewhere_is_read_as_far_as_it_is_there(void **state)
{
	static const struct {
		const char *label, *bytes;
		bool ok, ok6;
		size_t left;
	} rows[] = {
		{ "some of it", "14e9 9c40 ea60 1234 6162", true, true, 2 },
		{ "none of it", "14e9 9c40 ea60 1234", true, true, 0 },
		{ "no checksum", "14e9 9c40 ea60 0000 6162", true, false, 2 },
		{ "all of it, with a wrong checksum", "14e9 9c40 000a 1234 6162", false,
			false, 0 },
		{ "length 7", "14e9 9c40 0007 1234", false, false, 0 },
		{ "the head is cut", "14e9 9c40 ea60 12", false, false, 0 },
	};
	struct ip ips[] = { between("198.18.7.2", "198.18.7.1"),
		between("2001:db8::2", "2001:db8::1") };

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		struct packet p = packet_hex(rows[i / 2].bytes);
		struct ip *ip = &ips[i % 2];
		struct rd data;
		struct udp u;
		print_message("  %s, IPv%d\n", rows[i / 2].label, ip->src.family);
		ip->cut = true;
		bool ok = i % 2 ? rows[i / 2].ok6 : rows[i / 2].ok;
		assert_int_equal(ok, udp_read(packet_rd(&p), ip, &u, &data));
		if (ok) {
			assert_int_equal(5353, u.src_port);
			assert_int_equal(rows[i / 2].left, rd_left(&data));
		}
		packet_free(&p);
	}
}

static void
udp_checksum_covers_only_its_length(void **state)
{
	struct ip ip = between("198.18.7.2", "198.18.7.1");
	/* By hand: c612 + 0702 + c612 + 0701 + 0011 + 0009 + 0089 + 9c40 + 0009 + 6100 =
	 * 29813, folded 9815, complement 67ea.  The byte 62 behind is padding. */
	struct packet p = packet_hex("0089 9c40 0009 67ea 6162");
	struct rd data;
	struct udp u;

	(void)state;
	assert_true(udp_read(packet_rd(&p), &ip, &u, &data));
	assert_int_equal(1, rd_left(&data));
	packet_free(&p);
}

static void
a_udp_sum_of_zero_is_refused_over_ip6_even_when_it_adds_up(void **state)
{
	struct ip ip = between("2001:db8::2", "2001:db8::1");
	/* RFC 8200 §8.1.  By hand: 2 * (2001 + 0db8) + 0003 + 0011 + 000a + 0089 + 9c40 +
	 * 000a folds to f863; with 079c the sum is ffff. */
	struct packet p = packet_hex("0089 9c40 000a 0000 079c");
	struct rd data;
	struct udp u;

	(void)state;
	assert_false(udp_read(packet_rd(&p), &ip, &u, &data));
	packet_free(&p);
}

static void
udp_writer_refuses_too_much(void **state)
{
	struct ip ip = between("198.18.7.1", "198.18.7.2");
	static uint8_t data[65528], bytes[70000];
	struct udp u = { 1, 2 };
	struct wr w = wr_to(bytes, sizeof(bytes));

	(void)state;
	udp_write(&w, &ip, &u, data, 65527); /* and the header: 65535 */
	assert_false(w.bad);
	w = wr_to(bytes, sizeof(bytes));
	udp_write(&w, &ip, &u, data, 65528);
	assert_true(w.bad);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(segments_of_linux_are_read),
		cmocka_unit_test(segments_are_written_as_others_do),
		cmocka_unit_test(a_syn_without_mss_has_no_options),
		cmocka_unit_test(options_cannot_harm_the_segment),
		cmocka_unit_test(every_flipped_bit_and_cut_byte_is_seen),
		cmocka_unit_test(eight_quoted_bytes_suffice),
		cmocka_unit_test(datagrams_of_linux_are_read_and_written_again),
		cmocka_unit_test(a_udp_sum_of_zero_is_written_as_ones),
		cmocka_unit_test(udp_reader_checks_every_field),
		cmocka_unit_test(
			udp_that_goes_on_elsewhere_is_read_as_far_as_it_is_there),
		cmocka_unit_test(udp_checksum_covers_only_its_length),
		cmocka_unit_test(
			a_udp_sum_of_zero_is_refused_over_ip6_even_when_it_adds_up),
		cmocka_unit_test(udp_writer_refuses_too_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
