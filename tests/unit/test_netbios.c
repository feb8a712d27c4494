/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NetBIOS names as they are claimed: what nmbd sends, as tshark reads it, and broken ones. */
#include "datagram.h"

#include "wire/netbios.h"

static void
registrations_of_nmbd_are_read(void **state)
{
	static const struct {
		const char *path, *name;
		bool group;
	} rows[] = {
		{ "tests/data/netbios/registration.hex", "SHELL", false },
		{ "tests/data/netbios/registration_group.hex", "LABCORP", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct packet p = packet_file(rows[i].path);
		struct netbios_claim c;
		char ip[ADDR_TEXT_MAX];
		struct err e;
		assert_int_equal(netbios_read_claim(open_frame(&p, 0), &c, &e), 0);
		assert_string_equal(c.name.name, rows[i].name);
		assert_int_equal(c.name.suffix, NETBIOS_WORKSTATION);
		assert_int_equal(c.group, rows[i].group);
		assert_string_equal(addr_print(&c.ip, ip), "198.18.3.12");
		packet_free(&p);
	}
}

static void
an_announcement_of_nmbd_is_read(void **state)
{
	struct packet p = packet_file("tests/data/netbios/announcement.hex");
	struct netbios_datagram d;
	char ip[ADDR_TEXT_MAX];
	struct err e;

	(void)state;
	assert_int_equal(netbios_read_datagram(open_frame(&p, 0), &d, &e), 0);
	assert_string_equal(d.from.name, "FILES");
	assert_int_equal(d.from.suffix, NETBIOS_WORKSTATION);
	assert_string_equal(d.to.name, "LABCORP");
	assert_int_equal(d.to.suffix, NETBIOS_ELECTION);
	assert_string_equal(addr_print(&d.ip, ip), "198.18.3.10");
	packet_free(&p);
}

/* RFC 1002 §4.2.2, "PC" padded with blanks and <00>, by hand. */
#define NAME "20 4641454443414341434143414341434143414341434143414341434143414141 "
#define HEAD "beef 2910 0001 0000 0000 0001 "
#define ASKS "00 0020 0001 "
#define REST "0020 0001 00000000 0006 "

static const struct {
	const char *label, *hex;
	int rc;
	const char *name;
	bool group;
} claims[] = {
	{ "unique", HEAD NAME ASKS "c00c" REST "0000 c0000207", 0, "PC", false },
	{ "group", HEAD NAME ASKS "c00c" REST "8000 c0000207", 0, "PC", true },
	{ "refresh",
		"beef 4010 0001 0000 0000 0001" NAME ASKS "c00c" REST "0000 c0000207",
		0, "PC", false },
	{ "multi-homed",
		"beef 7910 0001 0000 0000 0001" NAME ASKS "c00c" REST "0000 c0000207",
		0, "PC", false },
	{ "owner in full", HEAD NAME ASKS NAME "00" REST "0000 c0000207", 0, "PC",
		false },
	{ "a scope behind", HEAD NAME "03 616263" ASKS "c00c" REST "0000 c0000207", 0,
		"PC", false },
	{ "a query", "beef 0110 0001 0000 0000 0000" NAME ASKS, -1, "", false },
	{ "a response",
		"beef ad80 0001 0000 0000 0001" NAME ASKS "c00c" REST "0000 c0000207",
		-1, "", false },
	{ "a release",
		"beef 3010 0001 0000 0000 0001" NAME ASKS "c00c" REST "0000 c0000207",
		-1, "", false },
	{ "a letter above P",
		HEAD
		"20 5141454443414341434143414341434143414341434143414341434143414141" ASKS
		"c00c" REST "0000 c0000207",
		-1, "", false },
	{ "a pointer where the name is", HEAD "c00c" ASKS "c00c" REST "0000 c0000207",
		-1, "", false },
	{ "a label of 31", HEAD "1f 46" ASKS, -1, "", false },
	{ "no address", HEAD NAME ASKS "c00c" REST "0000 c000", -1, "PC", false },
	{ "another type", HEAD NAME ASKS "c00c 0021 0001 00000000 0006 0000 c0000207",
		-1, "PC", false },
	{ "cut", "beef 2910 0001", -1, "", false },
};

static void
claims_are_read_by_their_rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(claims) / sizeof(claims[0]); i++) {
		struct packet p = packet_hex(claims[i].hex);
		struct netbios_claim c;
		struct err e = { 0 };
		print_message("  %s\n", claims[i].label);
		assert_int_equal(
			netbios_read_claim(packet_rd(&p), &c, &e), claims[i].rc);
		if (claims[i].rc == -1)
			assert_true(e.code == ERR_PROTO && e.text[0]);
		else
			assert_string_equal(c.name.name, claims[i].name);
		assert_int_equal(c.group, claims[i].group);
		packet_free(&p);
	}
}

static void
a_cut_datagram_is_refused(void **state)
{
	struct packet p = packet_file("tests/data/netbios/announcement.hex");
	struct rd all = open_frame(&p, 0);
	enum { NAMES_END = 14 + 34 + 34 }; /* RFC 1002 §4.4.1: head, two names */

	(void)state;
	for (size_t n = 0; n < NAMES_END; n++) {
		struct packet cut = packet_of(all.p, n);
		struct netbios_datagram d;
		struct err e;
		assert_int_equal(netbios_read_datagram(packet_rd(&cut), &d, &e), -1);
		packet_free(&cut);
	}
	packet_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(registrations_of_nmbd_are_read),
		cmocka_unit_test(an_announcement_of_nmbd_is_read),
		cmocka_unit_test(claims_are_read_by_their_rules),
		cmocka_unit_test(a_cut_datagram_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
