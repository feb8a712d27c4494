/* SPDX-License-Identifier: GPL-3.0-or-later */
/* LLDP: what lldpd announces, as tshark reads it, and TLVs out of their order. */
#include "packet.h"

#include "wire/ether.h"
#include "wire/lldp.h"

static void
lldpd_is_read_as_tshark_reads_it(void **state)
{
	struct packet p = packet_file("tests/data/lldp/lldpd.hex");
	struct rd r = packet_rd(&p);
	char ip[ADDR_TEXT_MAX];
	struct ether ether;
	struct lldp l;
	struct err e;

	(void)state;
	assert_true(ether_read(&r, &ether));
	assert_int_equal(ether.type, LLDP_TYPE);
	assert_int_equal(lldp_read(r, &l, &e), 0);
	assert_string_equal(l.chassis, "00:0c:29:12:03:0c");
	assert_string_equal(l.port, "00:0c:29:12:03:0c");
	assert_true(mac_equal(&l.chassis_mac, &ether.src));
	assert_int_equal(l.ttl, 120);
	assert_rd(l.name, "shell.lab.example");
	assert_rd(l.descr, "Debian GNU/Linux 12 (bookworm)");
	assert_rd(l.port_descr, "eth0");
	assert_int_equal(l.enabled, 0x80);
	assert_string_equal(lldp_capability_names[7], "station");
	assert_string_equal(addr_print(&l.address, ip), "198.18.3.12");
	packet_free(&p);
}

/* Written by IEEE 802.1AB §8: type and length, value. */
#define CHASSIS "0207 04 00163e010203"
#define PORT    "0406 05 4769302f33"
#define TTL     "0602 0078"
#define END     "0000"

static const struct {
	const char *label, *hex;
	int rc;
	const char *chassis, *port, *address;
	unsigned ttl, enabled;
} rows[] = {
	{ "the least", CHASSIS PORT TTL END, 0, "00:16:3e:01:02:03", "Gi0/3", "-", 120,
		0 },
	{ "it leaves", CHASSIS PORT "0602 0000" END, 0, "00:16:3e:01:02:03", "Gi0/3",
		"-", 0, 0 },
	{ "no end", CHASSIS PORT TTL, 0, "00:16:3e:01:02:03", "Gi0/3", "-", 120, 0 },
	{ "behind the end nothing counts", CHASSIS PORT TTL END "0e04 00140014", 0,
		"00:16:3e:01:02:03", "Gi0/3", "-", 120, 0 },
	{ "a bridge and router", CHASSIS PORT TTL "0e04 00140014" END, 0,
		"00:16:3e:01:02:03", "Gi0/3", "-", 120, 0x14 },
	{ "an address", CHASSIS PORT TTL "100c 05 01 c0000201 02 00000001 00" END, 0,
		"00:16:3e:01:02:03", "Gi0/3", "192.0.2.1", 120, 0 },
	{ "an IPv6 address behind a MAC",
		CHASSIS PORT TTL
		"100e 07 06 00163e010203 02 00000001 00"
		"1018 11 02 20010db8000000000000000000000001 02 00000001 00" END,
		0, "00:16:3e:01:02:03", "Gi0/3", "2001:db8::1", 120, 0 },
	{ "an address longer than its TLV", CHASSIS PORT TTL "1004 20 01 c000" END, 0,
		"00:16:3e:01:02:03", "Gi0/3", "-", 120, 0 },
	{ "chassis by address", "0206 05 01 c0000207" PORT TTL END, 0, "192.0.2.7",
		"Gi0/3", "-", 120, 0 },
	{ "chassis by name", "0204 07 737731" PORT TTL END, 0, "sw1", "Gi0/3", "-", 120,
		0 },
	{ "chassis of bytes", "0204 07 000102" PORT TTL END, 0, "000102", "Gi0/3", "-",
		120, 0 },
	{ "empty chassis", "0201 07" PORT TTL END, -1, "", "", "-", 0, 0 },
	{ "port first (§8.4.1)", PORT CHASSIS TTL END, -1, "", "", "-", 0, 0 },
	{ "no port", CHASSIS TTL END, -1, "00:16:3e:01:02:03", "", "-", 0, 0 },
	{ "no TTL", CHASSIS PORT END, -1, "00:16:3e:01:02:03", "Gi0/3", "-", 0, 0 },
	{ "half a TTL", CHASSIS PORT "0601 00" END, -1, "00:16:3e:01:02:03", "Gi0/3",
		"-", 0, 0 },
	{ "cut in the port", CHASSIS "0406 05 47", -1, "00:16:3e:01:02:03", "", "-", 0,
		0 },
	{ "an optional one past the end", CHASSIS PORT TTL "0a20 61", 0,
		"00:16:3e:01:02:03", "Gi0/3", "-", 120, 0 },
	{ "nothing", "", -1, "", "", "-", 0, 0 },
};

static void
tlvs_are_read_by_their_rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct packet p = packet_hex(rows[i].hex);
		char ip[ADDR_TEXT_MAX];
		struct err e = { 0 };
		struct lldp l;
		print_message("  %s\n", rows[i].label);
		assert_int_equal(lldp_read(packet_rd(&p), &l, &e), rows[i].rc);
		if (rows[i].rc == -1)
			assert_true(e.code == ERR_PROTO && e.text[0]);
		assert_string_equal(l.chassis, rows[i].chassis);
		assert_string_equal(l.port, rows[i].port);
		assert_string_equal(addr_print(&l.address, ip), rows[i].address);
		assert_int_equal(l.ttl, rows[i].ttl);
		assert_int_equal(l.enabled, rows[i].enabled);
		packet_free(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lldpd_is_read_as_tshark_reads_it),
		cmocka_unit_test(tlvs_are_read_by_their_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
