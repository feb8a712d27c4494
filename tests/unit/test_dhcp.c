/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DHCP: what udhcpc and dnsmasq say, as tshark reads it, and messages that are broken. */
#include "datagram.h"

#include "wire/dhcp.h"

static void
assert_addr(const struct addr *a, const char *want)
{
	char text[ADDR_TEXT_MAX];

	assert_string_equal(addr_print(a, text), want);
}

/* The values are those of tshark: dhcp.option.hostname, .vendor_class_id, .value, ... */
static const struct {
	const char *path;
	bool reply;
	enum dhcp_type type;
	const char *yours, *wanted, *server, *name, *vendor_class, *client_id, *asked,
		*fqdn;
} heard[] = {
	{ "tests/data/dhcp/discover.hex", false, DHCP_DISCOVER, "-", "-", "-",
		"late-phone", "android-dhcp-13", "\x01\x3c\x5a\xb4\x00\x00\x42",
		"\x01\x03\x06\x0c\x0f\x1c\x2a", "late-phone.example" },
	{ "tests/data/dhcp/offer.hex", true, DHCP_OFFER, "198.18.3.205", "-",
		"198.18.3.15", "late-phone", "", "", "", "late-phone.lab.example" },
	{ "tests/data/dhcp/request.hex", false, DHCP_REQUEST, "-", "198.18.3.205",
		"198.18.3.15", "late-phone", "android-dhcp-13",
		"\x01\x3c\x5a\xb4\x00\x00\x42", "\x01\x03\x06\x0c\x0f\x1c\x2a",
		"late-phone.example" },
	{ "tests/data/dhcp/ack.hex", true, DHCP_ACK, "198.18.3.205", "-", "198.18.3.15",
		"late-phone", "", "", "", "late-phone.lab.example" },
};

static void
a_host_that_joins_is_read_as_tshark_reads_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(heard) / sizeof(heard[0]); i++) {
		struct packet p = packet_file(heard[i].path);
		char mac[MAC_TEXT_MAX];
		struct dhcp d;
		struct err e;
		print_message("  %s\n", heard[i].path);
		assert_int_equal(dhcp_read(open_frame(&p, 0), &d, &e), 0);
		assert_int_equal(d.reply, heard[i].reply);
		assert_int_equal(d.type, heard[i].type);
		assert_string_equal(mac_print(&d.mac, mac), "3c:5a:b4:00:00:42");
		assert_addr(&d.client, "-");
		assert_addr(&d.yours, heard[i].yours);
		assert_addr(&d.wanted, heard[i].wanted);
		assert_addr(&d.server, heard[i].server);
		assert_addr(&d.relay, "-");
		assert_rd(d.name, heard[i].name);
		assert_rd(d.vendor_class, heard[i].vendor_class);
		assert_string_equal(d.fqdn, heard[i].fqdn);
		assert_int_equal(rd_left(&d.asked), strlen(heard[i].asked));
		if (rd_left(&d.client_id))
			assert_memory_equal(
				rd_take(&d.client_id, 7), heard[i].client_id, 7);
		packet_free(&p);
	}
}

enum { HEAD = 236 }; /* before the magic cookie: RFC 2131 §2 */

/* A BOOTREQUEST with options (hexadecimal, cookie first), file and server name. */
static int
read_made(const char *options, const char *file, const char *sname, struct dhcp *d)
{
	struct packet o = packet_hex(options), f = packet_hex(file),
		      s = packet_hex(sname);
	uint8_t bytes[1024] = { 1, 1, 6 };
	struct err e = { 0 };

	memcpy(bytes + 28, "\x00\x16\x3e\x01\x02\x03", 6);
	memcpy(bytes + 44, s.bytes, s.n);
	memcpy(bytes + 108, f.bytes, f.n);
	memcpy(bytes + HEAD, o.bytes, o.n);
	struct packet p = packet_of(bytes, HEAD + o.n);
	int rc = dhcp_read(packet_rd(&p), d, &e);
	if (rc == -1)
		assert_true(e.code == ERR_PROTO && strncmp(e.text, "RFC", 3) == 0);
	/* Cursors point into the packet: what matters of them is copied for the test. */
	static char kept[4][256];
	struct rd *const texts[] = { &d->name, &d->domain, &d->dns, &d->wins };
	for (size_t i = 0; i < 4; i++) {
		size_t n = rd_left(texts[i]);
		rd_copy(texts[i], kept[i], n);
		*texts[i] = rd_from(kept[i], n);
	}
	packet_free(&p);
	packet_free(&o);
	packet_free(&f);
	packet_free(&s);
	return rc;
}

#define COOKIE "63825363"

static const struct {
	const char *label, *options, *file, *sname;
	int rc;
	enum dhcp_type type;
	const char *name, *fqdn;
} made[] = {
	{ "plain BOOTP", "", "", "", 0, DHCP_BOOTP, "", "" },
	{ "another cookie", "63825364 350101ff", "", "", -1, DHCP_BOOTP, "", "" },
	{ "half a cookie", "6382", "", "", -1, DHCP_BOOTP, "", "" },
	{ "discover", COOKIE "350101ff", "", "", 0, DHCP_DISCOVER, "", "" },
	{ "pads between", COOKIE "00 350101 00 00 0c0161 ff", "", "", 0, DHCP_DISCOVER,
		"a", "" },
	{ "no end", COOKIE "350108", "", "", 0, DHCP_INFORM, "", "" },
	{ "no such type", COOKIE "350109ff", "", "", 0, DHCP_BOOTP, "", "" },
	{ "an option past the end", COOKIE "350101 0c0561", "", "", -1, DHCP_DISCOVER,
		"", "" },
	{ "a length is missing", COOKIE "350101 0c", "", "", -1, DHCP_DISCOVER, "", "" },
	{ "behind the end nothing counts", COOKIE "350101 ff 0c0161", "", "", 0,
		DHCP_DISCOVER, "", "" },
	{ "NULs at the end of a name (RFC 2132 §2)", COOKIE "0c0461620000 ff", "", "",
		0, DHCP_BOOTP, "ab", "" },
	{ "the first name counts", COOKIE "0c0161 0c0162 ff", "", "", 0, DHCP_BOOTP,
		"a", "" },
	{ "overloaded file (RFC 2132 §9.3)", COOKIE "340101 350101 ff", "0c0166ff",
		"0c0173ff", 0, DHCP_DISCOVER, "f", "" },
	{ "overloaded server name", COOKIE "340102 ff", "0c0166ff", "0c0173ff", 0,
		DHCP_BOOTP, "s", "" },
	{ "file that is no options", COOKIE "350101 ff", "0c0166ff", "", 0,
		DHCP_DISCOVER, "", "" },
	{ "encoded FQDN (RFC 4702 §2.3.1)", COOKIE "510a 040000 0161 03636f6d00 ff", "",
		"", 0, DHCP_BOOTP, "", "a.com" },
	{ "encoded FQDN with a long label", COOKIE "5106 040000 40 6161 ff", "", "", 0,
		DHCP_BOOTP, "", "" },
	{ "ASCII FQDN with a dot at its end", COOKIE "5108 000000 612e636f2e ff", "",
		"", 0, DHCP_BOOTP, "", "a.co" },
	{ "FQDN of flags alone", COOKIE "5103 000000 ff", "", "", 0, DHCP_BOOTP, "",
		"" },
	{ "FQDN of half its flags", COOKIE "5102 0000 ff", "", "", 0, DHCP_BOOTP, "",
		"" },
};

static void
options_are_read_by_their_rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		struct dhcp d;
		print_message("  %s\n", made[i].label);
		assert_int_equal(
			read_made(made[i].options, made[i].file, made[i].sname, &d),
			made[i].rc);
		assert_int_equal(d.type, made[i].type);
		assert_rd(d.name, made[i].name);
		assert_string_equal(d.fqdn, made[i].fqdn);
	}
}

static void
every_cut_of_a_message_is_refused_or_shorter(void **state)
{
	struct packet p = packet_file("tests/data/dhcp/request.hex");
	struct rd all = open_frame(&p, 0);
	size_t whole = rd_left(&all);

	(void)state;
	for (size_t n = 0; n < whole; n++) {
		struct packet cut = packet_of(all.p, n);
		struct dhcp d;
		struct err e;
		int rc = dhcp_read(packet_rd(&cut), &d, &e);
		assert_true(n >= HEAD || rc == -1);
		packet_free(&cut);
	}
	packet_free(&p);
}

/* RFC 2131 table 5, field by field; and our own reader. */
static void
a_question_is_what_the_rfc_says(void **state)
{
	const struct dhcp_inform q = { .id = 0x01020304,
		.own = addr_ip4(0xc61203c8), /* 198.18.3.200 */
		.mac = { { 0x3c, 0x5a, 0xb4, 0, 0, 0x42 } } };
	static const uint8_t head[] = { 1, 1, 6, 0, 1, 2, 3, 4, 0, 0, 0, 0, 198, 18, 3,
		200, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x3c, 0x5a, 0xb4, 0, 0, 0x42,
		0, 0 },
			     options[] = { 0x63, 0x82, 0x53, 0x63, 53, 1, 8, 55, 4, 6,
				     15, 44, 54, 255, 0 };
	uint8_t bytes[DHCP_INFORM_SIZE];
	struct wr w = wr_to(bytes, sizeof(bytes));
	struct dhcp d;
	struct err e;

	(void)state;
	dhcp_write_inform(&w, &q);
	assert_false(w.bad);
	assert_int_equal(DHCP_INFORM_SIZE, wr_used(&w));
	assert_memory_equal(head, bytes, sizeof(head));
	assert_memory_equal(options, bytes + HEAD, sizeof(options));
	assert_int_equal(0, dhcp_read(rd_from(bytes, sizeof(bytes)), &d, &e));
	assert_int_equal(DHCP_INFORM, d.type);
	assert_int_equal(0x01020304, d.id);
	assert_addr(&d.client, "198.18.3.200");
}

static void
what_an_answer_says_of_the_network_is_read(void **state)
{
	struct dhcp d;

	(void)state;
	assert_int_equal(0,
		read_made(
			"63 82 53 63 35 01 05 36 04 c6 12 03 0f 06 08 c6 12 03 0f c6 12 03 10"
			" 0f 0c 6c 61 62 2e 65 78 61 6d 70 6c 65 00 2c 04 c6 12 03 11 ff",
			"", "", &d));
	assert_addr(&d.server, "198.18.3.15");
	assert_int_equal(8, rd_left(&d.dns));
	assert_int_equal(0xc612030f, rd_be32(&d.dns));
	assert_rd(d.domain, "lab.example");
	assert_int_equal(0xc6120311, rd_be32(&d.wins));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_host_that_joins_is_read_as_tshark_reads_it),
		cmocka_unit_test(a_question_is_what_the_rfc_says),
		cmocka_unit_test(what_an_answer_says_of_the_network_is_read),
		cmocka_unit_test(options_are_read_by_their_rules),
		cmocka_unit_test(every_cut_of_a_message_is_refused_or_shorter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
