/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ethernet and ARP: bytes of Linux (tests/data/arp), and each field broken in turn. */
#include "packet.h"

#include "wire/ether.h"

static const struct mac broadcast = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } };
static const struct mac mac_a = { { 0x00, 0x16, 0x3e, 0x00, 0x00, 0x0a } };
static const struct mac mac_b = { { 0x00, 0x16, 0x3e, 0x00, 0x00, 0x0b } };

static void
arp_request_is_what_linux_sends(void **state)
{
	struct packet want = packet_file("tests/data/arp/request.hex");
	struct ether e = { .dst = broadcast, .src = mac_a, .type = ETHER_ARP };
	struct arp a = { .op = ARP_REQUEST,
		.sender_mac = mac_a,
		.sender = addr_ip4(0xc6120701),
		.target = addr_ip4(0xc6120702) };
	uint8_t frame[ETHER_MIN];
	struct wr w = wr_to(frame, sizeof(frame));

	(void)state;
	ether_write(&w, &e);
	assert_int_equal(ETHER_HEAD, wr_used(&w));
	arp_write(&w, &a);
	assert_int_equal(ETHER_HEAD + ARP_SIZE, wr_used(&w));
	assert_wrote(&w, want.bytes, want.n);
	packet_free(&want);
}

static void
arp_reply_of_linux_is_read(void **state)
{
	struct packet p = packet_file("tests/data/arp/reply.hex");
	struct rd r = packet_rd(&p);
	struct ether e;
	struct arp a;

	(void)state;
	assert_true(ether_read(&r, &e));
	assert_true(mac_equal(&mac_a, &e.dst) && mac_equal(&mac_b, &e.src));
	assert_int_equal(ETHER_ARP, e.type);
	assert_true(arp_read(&r, &a));
	assert_int_equal(ARP_REPLY, a.op);
	assert_true(
		mac_equal(&mac_b, &a.sender_mac) && mac_equal(&mac_a, &a.target_mac));
	assert_int_equal(0xc6120702, addr_to_ip4(&a.sender));
	assert_int_equal(0xc6120701, addr_to_ip4(&a.target));
	assert_int_equal(0, rd_left(&r));
	packet_free(&p);
}

static void
every_shorter_frame_is_refused(void **state)
{
	struct packet whole = packet_file("tests/data/arp/reply.hex");

	(void)state;
	for (size_t n = 0; n < whole.n; n++) {
		struct packet p = packet_of(whole.bytes, n);
		struct rd r = packet_rd(&p);
		struct ether e;
		struct arp a;
		assert_int_equal(n >= ETHER_HEAD, ether_read(&r, &e));
		assert_false(arp_read(&r, &a));
		packet_free(&p);
	}
	packet_free(&whole);
}

#define MACS "ffffffffffff 00163e00000a "

static const struct frame {
	const char *label, *bytes;
	bool ok;
	uint16_t type;
	size_t left;
} frames[] = {
	{ "IPv4", MACS "0800 45", true, ETHER_IP4, 1 },
	{ "no payload", MACS "86dd", true, ETHER_IP6, 0 },
	/* IEEE 802.1Q §9.6: priority 5, VLAN 42, then the type of the payload */
	{ "VLAN tag", MACS "8100 a02a 0806 00", true, ETHER_ARP, 1 },
	{ "priority tag, VLAN 0", MACS "8100 0000 0800", true, ETHER_IP4, 0 },
	{ "VLAN tag, then nothing", MACS "8100", false, 0, 0 },
	{ "VLAN tag is cut", MACS "8100 002a 08", false, 0, 0 },
	{ "only one tag is skipped", MACS "8100 0001 8100 0002 0800", true, ETHER_VLAN,
		4 },
	{ "IEEE 802.3 length", MACS "0003 424203", true, 3, 3 },
};

static void
one_vlan_tag_is_skipped(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		struct packet p = packet_hex(frames[i].bytes);
		struct rd r = packet_rd(&p);
		struct ether e;
		print_message("  %s\n", frames[i].label);
		assert_int_equal(frames[i].ok, ether_read(&r, &e));
		if (frames[i].ok) {
			assert_int_equal(frames[i].type, e.type);
			assert_int_equal(frames[i].left, rd_left(&r));
			assert_true(mac_equal(&broadcast, &e.dst));
			assert_true(mac_equal(&mac_a, &e.src));
		}
		packet_free(&p);
	}
}

#define REST "00163e00000b c6120702 00163e00000a c6120701"

static const struct body {
	const char *label, *bytes;
	bool ok;
} bodies[] = {
	{ "reply", "0001 0800 06 04 0002 " REST, true },
	{ "unknown operation is the caller's matter", "0001 0800 06 04 0009 " REST,
		true },
	{ "Ethernet padding behind it", "0001 0800 06 04 0002 " REST "00000000", true },
	{ "hardware is IEEE 802 (6)", "0006 0800 06 04 0002 " REST, false },
	{ "protocol is IPv6", "0001 86dd 06 04 0002 " REST, false },
	{ "hardware length 8", "0001 0800 08 04 0002 " REST, false },
	{ "hardware length 0", "0001 0800 00 04 0002 " REST, false },
	{ "protocol length 16", "0001 0800 06 10 0002 " REST, false },
};

static void
arp_is_for_ethernet_and_ipv4_only(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct packet p = packet_hex(bodies[i].bytes);
		struct rd r = packet_rd(&p);
		struct arp a;
		print_message("  %s\n", bodies[i].label);
		assert_int_equal(bodies[i].ok, arp_read(&r, &a));
		packet_free(&p);
	}
}

static void
writers_refuse_what_does_not_fit(void **state)
{
	struct arp a = {
		.op = ARP_REQUEST, .sender = addr_ip4(1), .target = addr_ip4(2)
	};
	struct ether e = { .type = ETHER_ARP };
	uint8_t room[ETHER_HEAD + ARP_SIZE - 1];
	struct wr w = wr_to(room, sizeof(room));

	(void)state;
	ether_write(&w, &e);
	assert_false(w.bad);
	arp_write(&w, &a);
	assert_true(w.bad);

	/* RFC 826 has no room for an IPv6 address of length 4. */
	uint8_t more[64];
	w = wr_to(more, sizeof(more));
	assert_true(addr_parse("2001:db8::1", &a.target));
	arp_write(&w, &a);
	assert_true(w.bad);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arp_request_is_what_linux_sends),
		cmocka_unit_test(arp_reply_of_linux_is_read),
		cmocka_unit_test(every_shorter_frame_is_refused),
		cmocka_unit_test(one_vlan_tag_is_skipped),
		cmocka_unit_test(arp_is_for_ethernet_and_ipv4_only),
		cmocka_unit_test(writers_refuse_what_does_not_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
