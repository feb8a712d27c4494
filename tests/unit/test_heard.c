/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From frames to what is told: each listener, who is near, and what is no news. */
/* scanner/packet.h has other things of these names. */
#define packet     packet_bytes
#define PACKET_MAX PACKET_BYTES_MAX
#include "packet.h"
#undef packet
#undef PACKET_MAX

#include "base/clock.h"
#include "base/sb.h"
#include "scanner/heard.h"
#include "scanner/repeat.h"

/* The subnet of the lab, and nothing. */
static struct heard_net lab_nets[1];
static struct heard_link lab = { .nets = lab_nets, .n_nets = 1 };
static const struct heard_link file = { .any = true };

struct ear {
	struct heard_frame x; /* first */
	struct tell tell;
	struct sb text; /* a line for each subject, then its facts */
};

static void
add_fact(struct sb *text, const struct fact *f)
{
	char mac[MAC_TEXT_MAX];

	sb_printf(text, " %s=", f->key);
	switch (f->type) {
	case FACT_MAC: sb_add(text, mac_print(&f->mac, mac)); break;
	case FACT_BOOL: sb_add(text, f->num ? "yes" : "no"); break;
	case FACT_TEXTS:
		for (size_t i = 0; i < f->texts.n; i++)
			sb_printf(text, "%s%s", i ? "|" : "", f->texts.items[i]);
		break;
	default: sb_add(text, f->text); break;
	}
}

static int
take(struct heard_frame *x, struct err *e)
{
	struct ear *ear = (struct ear *)x;
	char ip[ADDR_TEXT_MAX];

	(void)e;
	(void)tell_finish(&ear->tell);
	sb_printf(&ear->text, "%s%s", ear->text.len ? "\n" : "",
		addr_print(&ear->tell.ip, ip));
	for (size_t i = 0; i < ear->tell.n; i++) {
		const struct fact_def *def = fact_find(ear->tell.facts[i].key);
		assert_non_null(def);
		assert_int_equal(def->type, ear->tell.facts[i].type);
		add_fact(&ear->text, &ear->tell.facts[i]);
	}
	return 0;
}

static void
assert_hears(
	const struct heard_link *link, const uint8_t *frame, size_t n, const char *want)
{
	static struct ear ear;
	struct err e;

	ear.x = (struct heard_frame){ .link = link, .tell = &ear.tell, .take = take };
	sb_init(&ear.text, 1 << 16);
	assert_int_equal(heard_take(&ear.x, frame, n, &e), 0);
	assert_false(ear.text.bad);
	assert_string_equal(ear.text.text, want);
	sb_done(&ear.text);
}

#define DHCP_FACTS \
	" dhcp.client_id=013c5ab4000042 dhcp.fingerprint=1,3,6,12,15,28,42" \
	" dhcp.name=late-phone dhcp.vendor_class=android-dhcp-13" \
	" mac=3c:5a:b4:00:00:42 mac.onlink=yes"
#define LOUNGE    " mac=b8:27:eb:12:03:12 mac.onlink=yes"
#define PC9       " mac=00:16:3e:12:03:09 mac.onlink=yes"
#define NAMED_PC9 " llmnr.name=PC9" PC9
#define HALL \
	" mdns.instances=Hall 2\\.0._http._tcp mdns.name=lounge.local" \
	" mdns.services=_http._tcp"

/* What tshark says of the same frames, in our words.  file: NULL when it is the same. */
static const struct {
	const char *path, *live, *file;
} rows[] = {
	{ "dhcp/discover", "-" DHCP_FACTS, NULL },
	{ "dhcp/request", "198.18.3.205" DHCP_FACTS, NULL },
	{ "dhcp/offer",
		"198.18.3.15 dhcp.server=yes mac=00:d0:c9:12:03:0f mac.onlink=yes",
		"198.18.3.15 dhcp.server=yes" },
	{ "dhcp/ack",
		"198.18.3.15 dhcp.server=yes mac=00:d0:c9:12:03:0f mac.onlink=yes\n"
		"198.18.3.205 mac=3c:5a:b4:00:00:42",
		"198.18.3.15 dhcp.server=yes\n198.18.3.205 mac=3c:5a:b4:00:00:42" },
	{ "lldp/lldpd",
		"198.18.3.12 lldp.capabilities=station lldp.chassis=00:0c:29:12:03:0c"
		" lldp.descr=Debian GNU/Linux 12 (bookworm) lldp.name=shell.lab.example"
		" lldp.port=00:0c:29:12:03:0c mac=00:0c:29:12:03:0c mac.onlink=yes",
		NULL },
	{ "cdp/by_the_book",
		"192.0.2.9 cdp.name=sw-attic cdp.platform=stand-in WS-9"
		" cdp.port=GigabitEthernet0/3 cdp.version=Stand-in Software, Version 1.0"
		" mac=00:1a:6c:00:00:09 mac.onlink=yes",
		NULL },
	{ "mdns/announcement", "198.18.3.18" LOUNGE HALL, NULL },
	/* A link-local address alone: told by its MAC. */
	{ "mdns/announcement6", "-" LOUNGE HALL, NULL },
	{ "llmnr/claim", "198.18.3.9" NAMED_PC9, NULL },
	{ "llmnr/claim6", "-" NAMED_PC9, NULL },
	{ "llmnr/answer", "198.18.3.9" NAMED_PC9, "198.18.3.9 llmnr.name=PC9" },
	/* The names are of others. */
	{ "llmnr/question", "198.18.3.9" PC9, NULL },
	{ "llmnr/answer_for_other", "198.18.3.9" PC9, "" },
	{ "netbios/registration",
		"198.18.3.12 mac=00:0c:29:12:03:0c mac.onlink=yes netbios.name=SHELL",
		NULL },
	{ "netbios/registration_group",
		"198.18.3.12 mac=00:0c:29:12:03:0c mac.onlink=yes netbios.domain=LABCORP",
		NULL },
	{ "netbios/announcement",
		"198.18.3.10 mac=00:11:32:12:03:0a mac.onlink=yes netbios.domain=LABCORP"
		" netbios.name=FILES",
		NULL },
	{ "wsd/hello",
		"198.18.3.11 mac=00:14:22:12:03:0b mac.onlink=yes"
		" wsd.uuid=f2c19114-054b-5369-8a78-141313afc491",
		"198.18.3.11 wsd.uuid=f2c19114-054b-5369-8a78-141313afc491" },
	/* Nobody's announcement: it answers us, on the port we asked from. */
	{ "nbns/samba_status", "", NULL },
	{ "icmp/reply4", "", NULL },
	{ "tcp/synack4", "", NULL },
};

static void
each_protocol_tells_what_tshark_reads(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char path[64];
		(void)snprintf(path, sizeof(path), "tests/data/%s.hex", rows[i].path);
		struct packet_bytes p = packet_file(path);
		print_message("  %s\n", rows[i].path);
		assert_hears(&lab, p.bytes, p.n, rows[i].live);
		assert_hears(&file, p.bytes, p.n,
			rows[i].file ? rows[i].file : rows[i].live);
		packet_free(&p);
	}
}

/* --- who is near ----------------------------------------------------------------------- */

static void
set_ip4(uint8_t at[static 4], uint32_t ip)
{
	for (size_t i = 0; i < 4; i++)
		at[i] = (uint8_t)(ip >> (24 - 8 * i));
}

/* An ARP request of this sender; the frame's own sender has the MAC ...01. */
static void
assert_arp(const char *label, const struct heard_link *link, uint32_t sender,
	uint8_t last_of_mac, const char *want)
{
	struct packet_bytes p = packet_hex(
		"ffffffffffff 00163e000001 0806 0001 0800 06 04 0001"
		"00163e000001 00000000 000000000000 c6120302");

	uint8_t frame[42];

	print_message("  %s\n", label);
	assert_int_equal(p.n, sizeof(frame));
	memcpy(frame, p.bytes, sizeof(frame));
	packet_free(&p);
	frame[27] = last_of_mac;
	set_ip4(frame + 28, sender);
	assert_hears(link, frame, sizeof(frame), want);
}

#define MAC_1 " mac=00:16:3e:00:00:01 mac.onlink=yes"

static void
only_who_is_on_the_link_is_a_subject(void **state)
{
	(void)state;
	assert_arp("on the subnet", &lab, 0xc6120309, 1, "198.18.3.9" MAC_1);
	assert_arp("elsewhere", &lab, 0xc6120409, 1, "");
	assert_arp("elsewhere, in a file", &file, 0xc6120409, 1, "198.18.4.9" MAC_1);
	assert_arp("a probe (RFC 5227)", &lab, 0, 1, "");
	assert_arp("a probe, in a file", &file, 0, 1, "");
	assert_arp("the subnet itself", &lab, 0xc6120300, 1, "");
	assert_arp("everybody on it", &lab, 0xc61203ff, 1, "");
	assert_arp("a group", &file, 0xe0000001, 1, "");
	assert_arp("loopback", &file, 0x7f000001, 1, "");
	assert_arp("another MAC than the frame's", &lab, 0xc6120309, 2,
		"198.18.3.9 mac=00:16:3e:00:00:02");
}

static void
a_link_local_address_is_told_by_its_mac(void **state)
{
	struct packet_bytes p = packet_file("tests/data/ndp/advertisement.hex");
	static struct heard_net net;
	static const struct heard_link six = { .nets = &net, .n_nets = 1 };

	(void)state;
	net.bits = 64;
	assert_true(addr_parse("2001:db8:3::1", &net.addr));
	assert_hears(&six, p.bytes, p.n,
		"2001:db8:3::2 mac=00:16:3e:00:00:02 mac.onlink=yes");
	assert_true(addr_parse("2001:db8:4::1", &net.addr));
	assert_hears(&six, p.bytes, p.n, "");
	packet_free(&p);
	p = packet_file("tests/data/mdns/announcement6.hex");
	/* A MAC that anybody may have names nobody. */
	p.bytes[6] |= 2;
	assert_hears(&six, p.bytes, p.n, "");
	packet_free(&p);
}

/* RFC 4861 §4.3: who asks for another, or for what it is about to take, tells of itself. */
static const struct {
	const char *label, *frame, *want;
} solicitations[] = {
	{ "it tells its own MAC",
		"3333ff000002 00163e000001 86dd 6000000000203aff"
		"20010db8000300000000000000000001 ff0200000000000000000001ff000002"
		"8700e00a00000000 20010db8000300000000000000000002 010100163e000001",
		"2001:db8:3::1" MAC_1 },
	{ "of the link alone",
		"3333ff000002 00163e000001 86dd 6000000000203aff"
		"fe800000000000000000000000000001 ff0200000000000000000001ff000002"
		"87000f4600000000 20010db8000300000000000000000002 010100163e000001",
		"-" MAC_1 },
	{ "elsewhere",
		"3333ff000002 00163e000001 86dd 6000000000203aff"
		"20010db8000400000000000000000001 ff0200000000000000000001ff000002"
		"8700e00900000000 20010db8000300000000000000000002 010100163e000001",
		"" },
	{ "who takes an address (RFC 4862 §5.4.2)",
		"3333ff000002 00163e000001 86dd 6000000000183aff"
		"00000000000000000000000000000000 ff0200000000000000000001ff000002"
		"87004ce800000000 20010db8000300000000000000000002",
		"2001:db8:3::2" MAC_1 },
	{ "of the link alone",
		"3333ff000002 00163e000001 86dd 6000000000183aff"
		"00000000000000000000000000000000 ff0200000000000000000001ff000002"
		"87007c2300000000 fe800000000000000000000000000002",
		"-" MAC_1 },
	{ "by a MAC that was made up",
		"3333ff000002 02163e000001 86dd 6000000000183aff"
		"00000000000000000000000000000000 ff0200000000000000000001ff000002"
		"87004ce800000000 20010db8000300000000000000000002",
		"2001:db8:3::2 mac=02:16:3e:00:00:01 mac.onlink=yes" },
	{ "elsewhere",
		"3333ff000002 00163e000001 86dd 6000000000183aff"
		"00000000000000000000000000000000 ff0200000000000000000001ff000002"
		"87004ce700000000 20010db8000400000000000000000002",
		"" },
	{ "to another group (§7.1.1)",
		"3333ff000003 00163e000001 86dd 6000000000183aff"
		"00000000000000000000000000000000 ff0200000000000000000001ff000003"
		"87004ce700000000 20010db8000300000000000000000002",
		"" },
	{ "forwarded",
		"3333ff000002 00163e000001 86dd 6000000000183afe"
		"00000000000000000000000000000000 ff0200000000000000000001ff000002"
		"87004ce800000000 20010db8000300000000000000000002",
		"" },
	{ "to one that is known, without the option",
		"00163e000002 00163e000001 86dd 6000000000183aff"
		"20010db8000300000000000000000001 20010db8000300000000000000000002"
		"8700ef7300000000 20010db8000300000000000000000002",
		"2001:db8:3::1" MAC_1 },
	{ "of the link alone",
		"00163e000002 00163e000001 86dd 6000000000183aff"
		"fe800000000000000000000000000001 20010db8000300000000000000000002"
		"87001eaf00000000 20010db8000300000000000000000002",
		"-" MAC_1 },
	{ "elsewhere",
		"00163e000002 00163e000001 86dd 6000000000183aff"
		"20010db8000400000000000000000001 20010db8000300000000000000000002"
		"8700ef7200000000 20010db8000300000000000000000002",
		"" },
	{ "to all, without the option that belongs there",
		"3333ff000002 00163e000001 86dd 6000000000183aff"
		"20010db8000300000000000000000001 ff0200000000000000000001ff000002"
		"87001f2b00000000 20010db8000300000000000000000002",
		"" },
	{ "another MAC than the frame's",
		"3333ff000002 00163e000001 86dd 6000000000203aff"
		"20010db8000300000000000000000001 ff0200000000000000000001ff000002"
		"8700e00800000000 20010db8000300000000000000000002 010100163e000003",
		"2001:db8:3::1 mac=00:16:3e:00:00:03" },
	{ "a router was in between (§7.1.1)",
		"3333ff000002 00163e000001 86dd 6000000000203afe"
		"20010db8000300000000000000000001 ff0200000000000000000001ff000002"
		"8700e00a00000000 20010db8000300000000000000000002 010100163e000001",
		"" },
	{ "a wrong checksum",
		"3333ff000002 00163e000001 86dd 6000000000203aff"
		"20010db8000300000000000000000001 ff0200000000000000000001ff000002"
		"8700e00b00000000 20010db8000300000000000000000002 010100163e000001",
		"" },
};

static void
who_solicits_a_neighbour_tells_of_itself(void **state)
{
	static struct heard_net net;
	static const struct heard_link six = { .nets = &net, .n_nets = 1 };

	(void)state;
	net.bits = 64;
	assert_true(addr_parse("2001:db8:3::9", &net.addr));
	for (size_t i = 0; i < sizeof(solicitations) / sizeof(solicitations[0]); i++) {
		struct packet_bytes p = packet_hex(solicitations[i].frame);
		print_message("  %s\n", solicitations[i].label);
		assert_hears(&six, p.bytes, p.n, solicitations[i].want);
		packet_free(&p);
	}
}

/* --- what the cases of DHCP say of addresses ------------------------------------------- */

/* The captured request, with type, ciaddr, and without the server's id. */
static void
assert_dhcp(const char *label, uint8_t type, uint32_t client, bool with_server,
	const char *ip)
{
	struct packet_bytes p = packet_file("tests/data/dhcp/request.hex");
	char want[512];
	enum { DATA = 14 + 20 + 8, OPTIONS = DATA + 240, SIZE = 372 };
	uint8_t frame[SIZE];

	print_message("  %s\n", label);
	assert_int_equal(p.n, SIZE);
	memcpy(frame, p.bytes, SIZE);
	packet_free(&p);
	set_ip4(frame + DATA + 12, client);
	for (size_t i = OPTIONS; i + 2 < SIZE && frame[i] != 255;
		i += 2u + frame[i + 1]) {
		if (frame[i] == 53)
			frame[i + 2] = type;
		if (frame[i] == 54 && !with_server)
			frame[i] = 150; /* of no meaning here */
	}
	frame[14 + 20 + 6] = frame[14 + 20 + 7] = 0; /* RFC 768: no checksum */
	(void)snprintf(want, sizeof(want), "%s%s", ip, *ip ? DHCP_FACTS : "");
	assert_hears(&lab, frame, SIZE, want);
}

static void
an_address_is_told_only_when_dhcp_makes_it_sure(void **state)
{
	(void)state;
	assert_dhcp("it takes an offer", 3, 0, true, "198.18.3.205");
	assert_dhcp("after a reboot it asks for the old one", 3, 0, false, "-");
	assert_dhcp("it renews", 3, 0xc6120363, false, "198.18.3.99");
	assert_dhcp("it informs", 8, 0xc6120363, false, "198.18.3.99");
	assert_dhcp("it renews one of elsewhere", 3, 0xc6120463, false, "-");
	assert_dhcp("it releases", 7, 0xc6120363, true, "");
	assert_dhcp("it declines", 4, 0, true, "");
}

/* --- hostile text, repetition ----------------------------------------------------------- */

static void
what_does_not_fit_is_left_out(void **state)
{
	static struct tell t;
	char text[300];

	(void)state;
	memset(text, 'a', sizeof(text));
	tell_begin(&t, NULL);
	tell_text(&t, "dhcp.name", rd_from("\x1b[31m\xff", 6));
	tell_text(&t, "dhcp.name", rd_from("second", 6));
	tell_text(&t, "lldp.name", rd_from("  ", 2));
	for (unsigned i = 0; i < 1000; i++) {
		(void)snprintf(text, 8, "%u", i);
		text[strlen(text)] = 'a';
		tell_item(&t, "mdns.services", rd_from(text, sizeof(text)));
	}
	(void)tell_finish(&t);
	assert_int_equal(t.n, 2);
	assert_string_equal(t.facts[0].text, "[31m\xef\xbf\xbd");
	assert_in_range(t.facts[1].texts.n, 10, TELL_ITEMS_MAX);
	assert_true(t.used <= TELL_POOL);
	for (size_t i = 1; i < t.facts[1].texts.n; i++)
		assert_true(strcmp(t.facts[1].texts.items[i - 1],
				    t.facts[1].texts.items[i]) < 0);
}

static uint64_t
number_of(const char *ip, const char *key, const char *text)
{
	static struct tell t;
	struct addr a;

	assert_true(addr_parse(ip, &a));
	tell_begin(&t, &a);
	tell_str(&t, key, text);
	return tell_finish(&t);
}

/* Sets are sorted each by itself, whatever the order of their keys. */
static void
finishing_again_changes_nothing(void **state)
{
	static struct tell t;

	(void)state;
	tell_begin(&t, NULL);
	tell_item(&t, "mdns.services", rd_from("b", 1));
	tell_item(&t, "mdns.services", rd_from("a", 1));
	tell_item(&t, "mdns.instances", rd_from("d", 1));
	tell_item(&t, "mdns.instances", rd_from("c", 1));
	tell_item(&t, "mdns.instances", rd_from("e", 1));
	uint64_t number = tell_finish(&t);
	assert_true(tell_finish(&t) == number);
	assert_string_equal(t.facts[0].key, "mdns.instances");
	assert_string_equal(t.facts[0].texts.items[2], "e");
	assert_string_equal(t.facts[1].texts.items[1], "b");
}

static void
whatever_differs_has_another_number(void **state)
{
	uint64_t a = number_of("192.0.2.1", "lldp.name", "a");

	(void)state;
	assert_true(a == number_of("192.0.2.1", "lldp.name", "a"));
	assert_true(a != number_of("192.0.2.2", "lldp.name", "a"));
	assert_true(a != number_of("192.0.2.1", "lldp.name", "b"));
	assert_true(a != number_of("192.0.2.1", "lldp.port", "a"));
}

static void
a_subject_is_its_mac_or_its_address(void **state)
{
	static const struct mac macs[] = { { { 2, 0, 0, 0, 0, 1 } },
		{ { 2, 0, 0, 0, 0, 2 } } };
	struct addr a = addr_ip4(0xc0000201), b = addr_ip4(0xc0000202);
	static struct tell t[4];

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		tell_begin(&t[i], i % 2 ? &b : &a);
		if (i < 2)
			tell_mac(&t[i], "mac", &macs[0]);
	}
	assert_true(tell_subject(&t[0]) == tell_subject(&t[1]));
	assert_true(tell_subject(&t[2]) != tell_subject(&t[3]));
	assert_true(tell_subject(&t[0]) != tell_subject(&t[2]));
	tell_begin(&t[0], &a);
	tell_mac(&t[0], "mac", &macs[1]);
	assert_true(tell_subject(&t[0]) != tell_subject(&t[1]));
}

static void
what_repeats_within_a_minute_is_no_news(void **state)
{
	struct arena *mem = arena_new(8 << 20);
	struct repeat *r = repeat_new(mem);
	const int64_t at = 1700000000 * (int64_t)SECOND;
	bool first;

	(void)state;
	assert_non_null(r);
	assert_true(repeat_is_news(r, 7, at, &first) && first);
	assert_false(repeat_is_news(r, 7, at, &first));
	assert_false(repeat_is_news(r, 7, at + 60 * SECOND - 1, &first));
	assert_true(repeat_is_news(r, 8, at, &first) && first);
	assert_true(repeat_is_news(r, 7, at + 60 * SECOND, &first) && !first);
	assert_false(repeat_is_news(r, 7, at + 119 * (int64_t)SECOND, &first));
	assert_true(
		repeat_is_news(r, 7, at - SECOND, &first)); /* the clock was put back */
	arena_free(mem);
}

static void
a_flood_makes_the_oldest_forgotten_and_costs_no_memory(void **state)
{
	struct arena *mem = arena_new(8 << 20);
	struct repeat *r = repeat_new(mem);
	size_t used = arena_used(mem);
	uint64_t known = 0;
	bool first;

	(void)state;
	for (uint64_t i = 0; i < 4 * REPEAT_MAX; i++)
		assert_true(repeat_is_news(
			r, i * UINT64_C(0x9e3779b97f4a7c15), (int64_t)i, &first));
	assert_int_equal(arena_used(mem), used);
	/* The newest are known. */
	for (uint64_t i = 4 * REPEAT_MAX - 1000; i < 4 * REPEAT_MAX; i++)
		known += !repeat_is_news(
			r, i * UINT64_C(0x9e3779b97f4a7c15), 4 * REPEAT_MAX, &first);
	assert_int_equal(known, 1000);
	arena_free(mem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_protocol_tells_what_tshark_reads),
		cmocka_unit_test(only_who_is_on_the_link_is_a_subject),
		cmocka_unit_test(a_link_local_address_is_told_by_its_mac),
		cmocka_unit_test(who_solicits_a_neighbour_tells_of_itself),
		cmocka_unit_test(an_address_is_told_only_when_dhcp_makes_it_sure),
		cmocka_unit_test(what_does_not_fit_is_left_out),
		cmocka_unit_test(finishing_again_changes_nothing),
		cmocka_unit_test(whatever_differs_has_another_number),
		cmocka_unit_test(a_subject_is_its_mac_or_its_address),
		cmocka_unit_test(what_repeats_within_a_minute_is_no_news),
		cmocka_unit_test(a_flood_makes_the_oldest_forgotten_and_costs_no_memory),
	};

	lab_nets[0] = (struct heard_net){ addr_ip4(0xc6120302), 24 };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
