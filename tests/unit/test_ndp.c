/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Neighbour discovery: messages of Linux, and each clause of RFC 4861 §7.1 broken once. */
#include "packet.h"

#include "wire/checksum.h"
#include "wire/ether.h"
#include "wire/ndp.h"

#define SOLICITATION  "tests/data/ndp/solicitation.hex"
#define ADVERTISEMENT "tests/data/ndp/advertisement.hex"

static struct addr
ip6(const char *text)
{
	struct addr a;

	assert_true(addr_parse(text, &a));
	return a;
}

static struct rd
open_frame(const struct packet *p, struct ip *ip)
{
	struct rd r = packet_rd(p), payload;
	struct ether e;

	assert_true(ether_read(&r, &e) && ip_read(&r, ip, &payload));
	return payload;
}

static void
assert_mac(const struct mac *mac, const char *want)
{
	char text[MAC_TEXT_MAX];

	assert_string_equal(want, mac_print(mac, text));
}

static void
messages_of_linux_are_read(void **state)
{
	struct packet ask = packet_file(SOLICITATION);
	struct packet answer = packet_file(ADVERTISEMENT);
	struct addr target = ip6("2001:db8:3::2");
	struct ndp m;
	struct ip ip;

	(void)state;
	struct rd payload = open_frame(&ask, &ip);
	assert_true(ndp_read(payload, &ip, &m));
	assert_int_equal(m.type, NDP_SOLICITATION);
	assert_true(addr_equal(&m.target, &target));
	assert_mac(&m.mac, "00:16:3e:00:00:01");
	payload = open_frame(&answer, &ip);
	assert_true(ndp_read(payload, &ip, &m));
	assert_int_equal(m.type, NDP_ADVERTISEMENT);
	assert_true(addr_equal(&m.target, &target));
	assert_mac(&m.mac, "00:16:3e:00:00:02");
	assert_true(m.router && m.solicited && m.override);
	packet_free(&ask);
	packet_free(&answer);
}

/* The whole frame, so that the group and its MAC are those of Linux too. */
static void
a_solicitation_is_what_linux_sends(void **state)
{
	static const struct mac ours = { { 0, 0x16, 0x3e, 0, 0, 1 } };
	struct packet want = packet_file(SOLICITATION);
	struct addr target = ip6("2001:db8:3::2");
	struct ip ip = { .src = ip6("2001:db8:3::1"),
		.dst = ndp_solicited_node(&target),
		.proto = IP_ICMP6,
		.ttl = NDP_HOP_LIMIT };
	struct ether e = { ndp_group_mac(&ip.dst), ours, ETHER_IP6 };
	uint8_t bytes[128];
	struct wr w = wr_to(bytes, want.n);

	(void)state;
	ether_write(&w, &e);
	ip_write(&w, &ip, NDP_SOLICITATION_SIZE);
	ndp_write_solicitation(&w, &ip, &target, &ours);
	assert_wrote(&w, want.bytes, want.n);

	w = wr_to(bytes, NDP_SOLICITATION_SIZE - 1);
	ndp_write_solicitation(&w, &ip, &target, &ours);
	assert_true(w.bad);
	w = wr_to(bytes, sizeof(bytes));
	target = addr_ip4(1);
	ndp_write_solicitation(&w, &ip, &target, &ours);
	assert_true(w.bad);
	packet_free(&want);
}

/* RFC 4291 §2.7.1 has this example. */
static void
groups_are_made_of_the_last_three_bytes(void **state)
{
	struct addr a = ip6("4037::1:800:200e:8c6c");
	struct addr group = ndp_solicited_node(&a), want = ip6("ff02::1:ff0e:8c6c");
	struct addr all = ip6("ff02::1");
	struct mac mac = ndp_group_mac(&group);

	(void)state;
	assert_true(addr_equal(&group, &want));
	assert_mac(&mac, "33:33:ff:0e:8c:6c");
	mac = ndp_group_mac(&all);
	assert_mac(&mac, "33:33:00:00:00:01");
}

/* One byte of a message changed, or some cut off or put behind; the checksum is put right. */
static const struct broken {
	const char *label;
	const char *path;
	size_t at;
	int byte;         /* -1: nothing is changed */
	size_t n;         /* bytes of the ICMPv6 message; 0: as it was */
	const char *tail; /* hexadecimal, put behind */
	bool valid;
	const char *mac; /* when valid */
} rows[] = {
	{ "as it was", ADVERTISEMENT, 0, -1, 0, "", true, "00:16:3e:00:00:02" },
	{ "hop limit 254", ADVERTISEMENT, 21, 254, 0, "", false, NULL },
	{ "code 1", ADVERTISEMENT, 55, 1, 0, "", false, NULL },
	{ "another type", ADVERTISEMENT, 54, 134, 0, "", false, NULL },
	{ "multicast target", ADVERTISEMENT, 62, 0xff, 0, "", false, NULL },
	{ "shorter than 24", ADVERTISEMENT, 0, -1, 23, "", false, NULL },
	{ "no option", ADVERTISEMENT, 0, -1, 24, "", true, "00:00:00:00:00:00" },
	{ "half an option", ADVERTISEMENT, 0, -1, 28, "", false, NULL },
	{ "option head alone", ADVERTISEMENT, 0, -1, 25, "", false, NULL },
	{ "option of length 0", ADVERTISEMENT, 79, 0, 0, "", false, NULL },
	{ "option past the end", ADVERTISEMENT, 79, 2, 0, "", false, NULL },
	{ "source option only", ADVERTISEMENT, 78, 1, 0, "", true, "00:00:00:00:00:00" },
	{ "option of 16 bytes is no MAC", ADVERTISEMENT, 79, 2, 0, "0102030405060708",
		true, "00:00:00:00:00:00" },
	{ "unknown option before", ADVERTISEMENT, 78, 14, 0, "0201 00163e000009", true,
		"00:16:3e:00:00:09" },
	{ "the first address counts", ADVERTISEMENT, 0, -1, 0, "0201 00163e000009",
		true, "00:16:3e:00:00:02" },
	{ "broken option behind", ADVERTISEMENT, 0, -1, 0, "0e00", false, NULL },
	{ "solicited answer to a group", ADVERTISEMENT, 38, 0xff, 0, "", false, NULL },
	{ "solicitation", SOLICITATION, 0, -1, 0, "", true, "00:16:3e:00:00:01" },
	{ "its target option only", SOLICITATION, 78, 2, 0, "", true,
		"00:00:00:00:00:00" },
};

static void
put_right(uint8_t *b, size_t n)
{
	size_t at = ETHER_HEAD + IP6_HEAD;
	struct addr src = addr_ip6(b + 22), dst = addr_ip6(b + 38);

	b[18] = (uint8_t)((n - at) >> 8);
	b[19] = (uint8_t)(n - at);
	b[at + 2] = b[at + 3] = 0;
	uint16_t sum = checksum_end(checksum_add(
		checksum_pseudo(&src, &dst, IP_ICMP6, n - at), b + at, n - at));
	b[at + 2] = (uint8_t)(sum >> 8);
	b[at + 3] = (uint8_t)sum;
}

static bool
read_changed(const struct broken *row, struct ndp *m)
{
	struct packet p = packet_file(row->path), tail = packet_hex(row->tail);
	uint8_t bytes[256];
	size_t n = row->n ? ETHER_HEAD + IP6_HEAD + row->n : p.n;
	struct ip ip;

	memcpy(bytes, p.bytes, n);
	memcpy(bytes + n, tail.bytes, tail.n);
	if (row->byte != -1)
		bytes[row->at] = (uint8_t)row->byte;
	put_right(bytes, n + tail.n);
	struct packet changed = packet_of(bytes, n + tail.n);
	struct rd payload = open_frame(&changed, &ip);
	bool ok = ndp_read(payload, &ip, m);
	packet_free(&changed);
	packet_free(&tail);
	packet_free(&p);
	return ok;
}

static void
only_valid_messages_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ndp m;
		print_message("  %s\n", rows[i].label);
		assert_int_equal(read_changed(&rows[i], &m), rows[i].valid);
		if (rows[i].valid)
			assert_mac(&m.mac, rows[i].mac);
	}
}

static void
a_wrong_checksum_is_refused(void **state)
{
	struct packet p = packet_file(ADVERTISEMENT);
	struct ndp m;
	struct ip ip;

	(void)state;
	p.bytes[p.n - 1] ^= 1;
	struct rd payload = open_frame(&p, &ip);
	assert_false(ndp_read(payload, &ip, &m));
	packet_free(&p);
}

/* Who has no address yet (RFC 4862 §5.4.2) asks the group, without its MAC. */
static void
the_unspecified_address_asks_only_the_group(void **state)
{
	static const struct {
		const char *label, *dst;
		size_t n;
		bool valid;
	} asks[] = {
		{ "group, no option", "ff02::1:ff00:2", 24, true },
		{ "group, with its MAC", "ff02::1:ff00:2", 32, false },
		{ "another group", "ff02::1:ff00:3", 24, false },
		{ "the target itself", "2001:db8:3::2", 24, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(asks) / sizeof(asks[0]); i++) {
		struct packet p = packet_file(SOLICITATION);
		struct addr dst = ip6(asks[i].dst);
		size_t n = ETHER_HEAD + IP6_HEAD + asks[i].n;
		struct ndp m;
		struct ip ip;
		print_message("  %s\n", asks[i].label);
		memset(p.bytes + 22, 0, 16);
		memcpy(p.bytes + 38, dst.bytes, 16);
		put_right(p.bytes, n);
		struct packet exact = packet_of(p.bytes, n);
		struct rd payload = open_frame(&exact, &ip);
		assert_int_equal(ndp_read(payload, &ip, &m), asks[i].valid);
		packet_free(&exact);
		packet_free(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_of_linux_are_read),
		cmocka_unit_test(a_solicitation_is_what_linux_sends),
		cmocka_unit_test(groups_are_made_of_the_last_three_bytes),
		cmocka_unit_test(only_valid_messages_are_read),
		cmocka_unit_test(a_wrong_checksum_is_refused),
		cmocka_unit_test(the_unspecified_address_asks_only_the_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
