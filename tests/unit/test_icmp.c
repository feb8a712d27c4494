/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ICMP and ICMPv6: echoes and errors of Linux, and messages broken on purpose. */
#include "packet.h"

#include "wire/checksum.h"
#include "wire/ether.h"
#include "wire/icmp.h"
#include "wire/tcp.h"

/* The IP header of a captured frame, and a cursor over what it carries. */
static struct rd
open_frame(const struct packet *p, struct ip *ip)
{
	struct rd r = packet_rd(p), payload;
	struct ether e;

	assert_true(ether_read(&r, &e) && ip_read(&r, ip, &payload));
	return payload;
}

static const struct echo_row {
	const char *path;
	uint8_t type;
	uint16_t id;
} echo_rows[] = {
	{ "tests/data/icmp/echo4.hex", ICMP_ECHO, 0x6bf0 },
	{ "tests/data/icmp/reply4.hex", ICMP_ECHO_REPLY, 0x6bf0 },
	{ "tests/data/icmp/echo6.hex", ICMP6_ECHO, 0x6bf1 },
	{ "tests/data/icmp/reply6.hex", ICMP6_ECHO_REPLY, 0x6bf1 },
};

static void
echoes_of_linux_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(echo_rows) / sizeof(echo_rows[0]); i++) {
		struct packet p = packet_file(echo_rows[i].path);
		struct ip ip;
		struct rd payload = open_frame(&p, &ip);
		struct icmp m;
		print_message("  %s\n", echo_rows[i].path);
		assert_true(icmp_read(payload, &ip, &m));
		assert_int_equal(echo_rows[i].type, m.type);
		assert_int_equal(0, m.code);
		assert_int_equal(echo_rows[i].id, m.echo.id);
		assert_int_equal(1, m.echo.seq);
		assert_int_equal(56, m.echo.size); /* what ping sends by default */
		assert_ptr_equal(p.bytes + p.n - 56, m.echo.data);
		assert_false(m.is_error);
		packet_free(&p);
	}
}

static void
echo_request_is_what_ping_sends(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i += 2) {
		struct packet p = packet_file(echo_rows[i].path);
		struct ip ip;
		struct rd payload = open_frame(&p, &ip);
		size_t n = rd_left(&payload);
		const uint8_t *want = rd_take(&payload, n);
		struct icmp_echo echo = { echo_rows[i].id, 1, want + ICMP_HEAD,
			n - ICMP_HEAD };
		uint8_t bytes[128];
		struct wr w = wr_to(bytes, n);
		print_message("  %s\n", echo_rows[i].path);
		ip.proto = 0; /* the family alone decides */
		icmp_write_echo(&w, &ip, &echo);
		assert_wrote(&w, want, n);

		w = wr_to(bytes, n - 1);
		icmp_write_echo(&w, &ip, &echo);
		assert_true(w.bad);
		packet_free(&p);
	}
}

/* As tshark reads them. */
static void
timestamps_of_nmap_and_linux_are_read(void **state)
{
	static const struct {
		const char *path;
		uint8_t type;
		uint32_t time;
	} files[] = {
		{ "tests/data/icmp/timestamp4.hex", ICMP_TIMESTAMP, 0 },
		{ "tests/data/icmp/timestamp_reply4.hex", ICMP_TIMESTAMP_REPLY,
			7184915 },
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct packet p = packet_file(files[i].path);
		struct ip ip;
		struct rd payload = open_frame(&p, &ip);
		struct icmp m;
		print_message("  %s\n", files[i].path);
		assert_true(icmp_read(payload, &ip, &m));
		assert_int_equal(files[i].type, m.type);
		assert_int_equal(23912, m.timestamp.id);
		assert_int_equal(0, m.timestamp.seq);
		assert_int_equal(0, m.timestamp.originate);
		assert_int_equal(files[i].time, m.timestamp.receive);
		assert_int_equal(files[i].time, m.timestamp.transmit);
		assert_false(m.is_error || m.echo.data);
		packet_free(&p);
	}
}

static void
timestamp_request_is_what_nmap_sends(void **state)
{
	struct packet p = packet_file("tests/data/icmp/timestamp4.hex");
	struct icmp_timestamp ask = { .id = 23912 };
	struct ip ip;
	struct rd payload = open_frame(&p, &ip);
	uint8_t bytes[ICMP_TIMESTAMP_SIZE];
	struct wr w = wr_to(bytes, sizeof(bytes));

	(void)state;
	icmp_write_timestamp(&w, &ask);
	assert_wrote(&w, rd_take(&payload, sizeof(bytes)), sizeof(bytes));
	w = wr_to(bytes, sizeof(bytes) - 1);
	icmp_write_timestamp(&w, &ask);
	assert_true(w.bad);
	packet_free(&p);
}

static void
a_quoted_question_needs_eight_bytes(void **state)
{
	struct packet p = packet_hex("0d 00 9597 5d68 0007 ffff");
	struct icmp_quoted q;

	(void)state;
	for (size_t n = 0; n <= p.n; n++)
		assert_int_equal(n >= 8, icmp_read_quoted(rd_from(p.bytes, n), &q));
	assert_int_equal(ICMP_TIMESTAMP, q.type);
	assert_int_equal(0x5d68, q.id);
	assert_int_equal(7, q.seq);
	packet_free(&p);
}

static const struct error_row {
	const char *path, *asked; /* asked: the packet that the error quotes */
	uint8_t type, code;
	uint16_t src_port;
} error_rows[] = {
	{ "tests/data/icmp/port_unreachable4.hex", "tests/data/udp/closed4.hex",
		ICMP_UNREACHABLE, 3, 42125 },
	{ "tests/data/icmp/port_unreachable6.hex", "tests/data/udp/closed6.hex",
		ICMP6_UNREACHABLE, 4, 41221 },
};

static void
errors_of_linux_quote_what_was_asked(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(error_rows) / sizeof(error_rows[0]); i++) {
		const struct error_row *row = &error_rows[i];
		struct packet p = packet_file(row->path),
			      asked = packet_file(row->asked);
		struct ip ip, sent, quoted;
		struct icmp m;
		struct rd payload;
		struct udp u;
		print_message("  %s\n", row->path);
		(void)open_frame(&asked, &sent);
		assert_true(icmp_read(open_frame(&p, &ip), &ip, &m));
		assert_int_equal(row->type, m.type);
		assert_int_equal(row->code, m.code);
		assert_true(m.is_error);
		assert_int_equal(asked.n - ETHER_HEAD, rd_left(&m.quoted));
		assert_true(ip_read_quoted(&m.quoted, &quoted, &payload));
		assert_true(addr_equal(&sent.src, &quoted.src));
		assert_true(addr_equal(&sent.dst, &quoted.dst));
		assert_int_equal(IP_UDP, quoted.proto);
		assert_true(udp_read_quoted(payload, &u));
		assert_int_equal(row->src_port, u.src_port);
		assert_int_equal(9, u.dst_port);
		packet_free(&p);
		packet_free(&asked);
	}
}

/* The message behind its checksum, which the test fills in. */
static bool
read_with_checksum(const char *hex, enum addr_family family, struct icmp *m)
{
	struct packet p = packet_hex(hex);
	struct ip ip = { .proto = family == ADDR_IP6 ? IP_ICMP6 : IP_ICMP };
	uint32_t sum = 0;

	ip.src.family = ip.dst.family = (uint8_t)family;
	if (family == ADDR_IP6) /* the pseudo-header of :: and :: (RFC 4443 §2.3) */
		sum = (uint32_t)p.n + 58;
	assert_true(p.n >= 4);
	for (size_t i = 0; i < p.n; i++)
		sum += (uint32_t)p.bytes[i] << (i % 2 ? 0 : 8);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = 0xffff - ((sum & 0xffff) + (sum >> 16));
	p.bytes[2] = (uint8_t)(sum >> 8);
	p.bytes[3] = (uint8_t)sum;
	bool ok = icmp_read(packet_rd(&p), &ip, m);
	m->echo.data = NULL; /* it goes with the packet */
	packet_free(&p);
	return ok;
}

enum what { REFUSED, OTHER, AN_ECHO, AN_ERROR };

static const struct type_row {
	const char *label;
	enum addr_family family;
	const char *bytes;
	enum what what;
} type_rows[] = {
	{ "echo without data", ADDR_IP4, "08 00 0000 1234 0007", AN_ECHO },
	{ "odd data", ADDR_IP4, "00 00 0000 1234 0007 61", AN_ECHO },
	{ "seven bytes", ADDR_IP4, "08 00 0000 1234 00", REFUSED },
	{ "unreachable", ADDR_IP4, "03 01 0000 00000000 45", AN_ERROR },
	{ "source quench", ADDR_IP4, "04 00 0000 00000000 45", AN_ERROR },
	{ "redirect", ADDR_IP4, "05 01 0000 c6120701 45", AN_ERROR },
	{ "time exceeded", ADDR_IP4, "0b 00 0000 00000000 45", AN_ERROR },
	{ "parameter problem", ADDR_IP4, "0c 00 0000 14000000 45", AN_ERROR },
	{ "error that quotes nothing", ADDR_IP4, "03 01 0000 00000000", AN_ERROR },
	{ "timestamp reply", ADDR_IP4,
		"0e 00 0000 1234 0007 00000001 00000002 00000003", OTHER },
	{ "timestamp reply of 19 bytes", ADDR_IP4,
		"0e 00 0000 1234 0007 00000001 00000002 000000", REFUSED },
	{ "timestamp without times", ADDR_IP4, "0d 00 0000 1234 0007", REFUSED },
	{ "timestamp type over v6 is an error", ADDR_IP6, "0e 00 0000 1234 0007",
		AN_ERROR },
	{ "ICMPv6 echo type over IPv4", ADDR_IP4, "80 00 0000 1234 0007", OTHER },
	{ "type 1 is unassigned", ADDR_IP4, "01 00 0000 00000000 45", OTHER },
	{ "type 255", ADDR_IP4, "ff 00 0000 00000000 45", OTHER },
	{ "v6 echo", ADDR_IP6, "80 00 0000 1234 0007", AN_ECHO },
	{ "v6 echo reply", ADDR_IP6, "81 00 0000 1234 0007 6162", AN_ECHO },
	{ "v6 seven bytes", ADDR_IP6, "80 00 0000 1234 00", REFUSED },
	{ "v6 unreachable", ADDR_IP6, "01 03 0000 00000000 60", AN_ERROR },
	{ "v6 packet too big", ADDR_IP6, "02 00 0000 00000500 60", AN_ERROR },
	{ "v6 time exceeded", ADDR_IP6, "03 00 0000 00000000 60", AN_ERROR },
	{ "v6 parameter problem", ADDR_IP6, "04 01 0000 00000028 60", AN_ERROR },
	{ "v6 last error, reserved", ADDR_IP6, "7f 00 0000 00000000 60", AN_ERROR },
	{ "v6 neighbour advertisement", ADDR_IP6, "88 00 0000 60000000", OTHER },
	{ "IPv4 echo type over v6 is an error", ADDR_IP6, "08 00 0000 1234 0007",
		AN_ERROR },
};

static void
type_and_family_say_what_it_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(type_rows) / sizeof(type_rows[0]); i++) {
		const struct type_row *row = &type_rows[i];
		struct icmp m = { 0 };
		print_message("  %s\n", row->label);
		assert_int_equal(row->what != REFUSED,
			read_with_checksum(row->bytes, row->family, &m));
		assert_int_equal(row->what == AN_ERROR, m.is_error);
		assert_int_equal(row->what == AN_ECHO ? 0x1234 : 0, m.echo.id);
		assert_int_equal(row->what == AN_ECHO ? 7 : 0, m.echo.seq);
	}
}

static void
every_flipped_bit_is_seen(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(echo_rows) / sizeof(echo_rows[0]); i++) {
		struct packet p = packet_file(echo_rows[i].path);
		struct ip ip;
		struct rd payload = open_frame(&p, &ip);
		struct icmp m;
		size_t head = p.n - rd_left(&payload);
		for (size_t bit = head * 8; bit < p.n * 8; bit++) {
			p.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
			assert_false(icmp_read(payload, &ip, &m));
			p.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		packet_free(&p);
	}
}

static void
protocol_of_the_other_family_is_refused(void **state)
{
	struct packet p = packet_file("tests/data/icmp/reply4.hex");
	struct ip ip;
	struct rd payload = open_frame(&p, &ip);
	struct icmp m;

	(void)state;
	assert_true(icmp_read(payload, &ip, &m));
	ip.proto = IP_ICMP6;
	assert_false(icmp_read(payload, &ip, &m));
	packet_free(&p);
}

static void
a_cut_reply_is_refused(void **state)
{
	struct packet whole = packet_file("tests/data/icmp/reply6.hex");
	const size_t head = ETHER_HEAD + IP6_HEAD;
	struct ip ip;

	(void)state;
	(void)open_frame(&whole, &ip);
	for (size_t n = head; n < whole.n; n++) {
		struct packet p = packet_of(whole.bytes + head, n - head);
		struct icmp m;
		assert_false(icmp_read(packet_rd(&p), &ip, &m));
		packet_free(&p);
	}
	packet_free(&whole);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(echoes_of_linux_are_read),
		cmocka_unit_test(echo_request_is_what_ping_sends),
		cmocka_unit_test(timestamps_of_nmap_and_linux_are_read),
		cmocka_unit_test(timestamp_request_is_what_nmap_sends),
		cmocka_unit_test(a_quoted_question_needs_eight_bytes),
		cmocka_unit_test(errors_of_linux_quote_what_was_asked),
		cmocka_unit_test(type_and_family_say_what_it_is),
		cmocka_unit_test(every_flipped_bit_is_seen),
		cmocka_unit_test(protocol_of_the_other_family_is_refused),
		cmocka_unit_test(a_cut_reply_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
