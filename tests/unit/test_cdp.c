/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CDP.  No Cisco device can be in the lab: the frame is built by hand, and what tshark reads
 * in it is what is expected here. */
#include "packet.h"

#include "wire/cdp.h"
#include "wire/ether.h"

static void
an_announcement_is_read_as_tshark_reads_it(void **state)
{
	struct packet p = packet_file("tests/data/cdp/by_the_book.hex");
	struct rd r = packet_rd(&p);
	char ip[ADDR_TEXT_MAX];
	struct ether ether;
	struct cdp c;
	struct err e;

	(void)state;
	assert_true(ether_read(&r, &ether));
	assert_true(mac_equal(&ether.dst, &cdp_group));
	assert_int_equal(cdp_read(r, &c, &e), 0);
	assert_int_equal(c.version, 2);
	assert_int_equal(c.ttl, 180);
	assert_rd(c.name, "sw-attic");
	assert_rd(c.port, "GigabitEthernet0/3");
	assert_rd(c.software, "Stand-in Software, Version 1.0");
	assert_rd(c.platform, "stand-in WS-9");
	assert_int_equal(c.capabilities, 0x28);
	assert_string_equal(addr_print(&c.address, ip), "192.0.2.9");
	packet_free(&p);
}

#define HEAD "aaaa03 00000c 2000 02 b4 0000"

static const struct {
	const char *label, *hex;
	int rc;
	const char *name, *address;
} rows[] = {
	{ "a name", HEAD "0001 0006 7377", 0, "sw", "-" },
	{ "nothing but a head", HEAD, 0, "", "-" },
	{ "another organisation", "aaaa03 00000b 2000 02 b4 0000", -1, "", "-" },
	{ "version 0", "aaaa03 00000c 2000 00 b4 0000", -1, "", "-" },
	{ "cut in its head", "aaaa03 00000c 2000 02", -1, "", "-" },
	{ "a length below its own head", HEAD "0001 0003 7377", -1, "", "-" },
	{ "a length of 0", HEAD "0001 0000", -1, "", "-" },
	{ "past the end", HEAD "0001 0007 7377", -1, "", "-" },
	{ "what came before counts", HEAD "0001 0006 7377 0003 00ff 61", -1, "sw", "-" },
	{ "an address that is no IP first",
		HEAD "0002 0021 00000002 02 08 aaaa0300000086dd 0004 01020304"
		     "01 01 cc 0004 c0000202",
		0, "", "192.0.2.2" },
	{ "more addresses than there are",
		HEAD "0002 0011 ffffffff 01 01 cc 0004 c0000202", 0, "", "192.0.2.2" },
	{ "an address past its TLV", HEAD "0002 000f 00000001 01 01 cc 0004 c000", 0,
		"", "-" },
};

static void
tlvs_are_read_by_their_lengths(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct packet p = packet_hex(rows[i].hex);
		char ip[ADDR_TEXT_MAX];
		struct err e = { 0 };
		struct cdp c;
		print_message("  %s\n", rows[i].label);
		assert_int_equal(cdp_read(packet_rd(&p), &c, &e), rows[i].rc);
		if (rows[i].rc == -1)
			assert_true(e.code == ERR_PROTO && e.text[0]);
		assert_rd(c.name, rows[i].name);
		assert_string_equal(addr_print(&c.address, ip), rows[i].address);
		packet_free(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_announcement_is_read_as_tshark_reads_it),
		cmocka_unit_test(tlvs_are_read_by_their_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
