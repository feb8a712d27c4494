/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a machine tells of itself by multicast DNS and LLMNR: avahi's messages as tshark reads
 * them; LLMNR by RFC 4795, for nothing in the lab speaks it. */
#include "packet.h"

#include "wire/ether.h"
#include "wire/llmnr.h"
#include "wire/mdns_told.h"
#include "wire/tcp.h"

static struct rd
open_frame(const struct packet *p, struct ip *ip)
{
	struct rd r = packet_rd(p), payload, data;
	struct ether e;
	struct udp u;

	assert_true(ether_read(&r, &e) && ip_read(&r, ip, &payload));
	assert_true(udp_read(payload, ip, &u, &data));
	return data;
}

static const char *
joined(const char *list, size_t size, size_t n)
{
	static char text[8192];

	text[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		size_t used = strlen(text);
		(void)snprintf(text + used, sizeof(text) - used, "%s%s", i ? "|" : "",
			list + i * size);
	}
	return text;
}

static void
assert_told(const struct mdns_told *t, const char *name, const char *services,
	const char *instances, const char *model)
{
	assert_string_equal(t->name, name);
	assert_string_equal(
		joined(t->services[0], MDNS_SERVICE_SIZE, t->n_services), services);
	assert_string_equal(
		joined(t->instances[0], MDNS_INSTANCE_SIZE, t->n_instances), instances);
	assert_string_equal(t->model, model);
}

static void
avahi_is_read_as_tshark_reads_it(void **state)
{
	static const struct {
		const char *path, *services, *instances;
	} rows[] = {
		{ "tests/data/mdns/announcement.hex", "_http._tcp",
			"Hall 2\\.0._http._tcp" },
		{ "tests/data/mdns/announcement6.hex", "_http._tcp",
			"Hall 2\\.0._http._tcp" },
		{ "tests/data/mdns/instances.hex",
			"_airplay._tcp|_ipp._tcp|_workstation._tcp",
			"lounge [b8:27:eb:12:03:12]._workstation._tcp|"
			"lounge._airplay._tcp|lounge._ipp._tcp" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct packet p = packet_file(rows[i].path);
		struct mdns_told t;
		struct err e;
		struct ip ip;
		print_message("  %s\n", rows[i].path);
		struct rd data = open_frame(&p, &ip);
		assert_int_equal(mdns_read_told(data, &ip.src, &t, &e), 0);
		assert_told(&t, "lounge.local", rows[i].services, rows[i].instances, "");
		packet_free(&p);
	}
}

static void
who_speaks_for_another_address_tells_nothing(void **state)
{
	struct packet p = packet_file("tests/data/mdns/announcement.hex");
	struct addr other = addr_ip4(0xc6120313);
	struct mdns_told t;
	struct err e;
	struct ip ip;

	(void)state;
	struct rd data = open_frame(&p, &ip);
	assert_int_equal(mdns_read_told(data, &other, &t, &e), 0);
	assert_told(&t, "", "", "", "");
	packet_free(&p);
}

/* By RFC 1035 §4.1 and RFC 6763, by hand.  From the header on: "a.local" is at 12. */
#define HEAD(n) "0000 8400 0000 000" #n " 0000 0000"
#define A_LOCAL "01 61 05 6c6f63616c 00 "
#define TTL     "00000078 "
#define TYPE_A  "0001 8001 " TTL "0004 "
#define INFO    "01 61 0c 5f6465766963652d696e666f 04 5f746370 05 6c6f63616c 00 "

static const struct {
	const char *label, *hex;
	int rc;
	const char *name, *services, *instances, *model;
} made[] = {
	{ "an address of its own", HEAD(1) A_LOCAL TYPE_A "c0000207", 0, "a.local", "",
		"", "" },
	{ "one that leaves (TTL 0)", HEAD(1) A_LOCAL "0001 8001 00000000 0004 c0000207",
		0, "", "", "", "" },
	{ "its model", HEAD(1) INFO "0010 8001" TTL "000d 0c 6d6f64656c3d4d6163312c31",
		0, "", "", "", "Mac1,1" },
	{ "a model without a value",
		HEAD(1) INFO "0010 8001" TTL "0007 06 6d6f64656c3d", 0, "", "", "", "" },
	{ "a model past its record",
		HEAD(1) INFO "0010 8001" TTL "0007 0f 6d6f64656c3d", 0, "", "", "", "" },
	{ "a service as SRV",
		HEAD(1) "01 62 04 5f697070 04 5f746370 05 6c6f63616c 00 0021 8001" TTL
			"0009 0000 0000 0277 c00e 00",
		0, "", "_ipp._tcp", "b._ipp._tcp", "" },
	{ "a service type",
		HEAD(1) "09 5f7365727669636573 07 5f646e732d7364 04 5f756470 05"
			"6c6f63616c 00 000c 0001" TTL
			"000c 04 5f697070 04 5f746370 c023",
		0, "", "_ipp._tcp", "", "" },
	{ "no service has such a name",
		HEAD(1) "01 62 04 697070ff 04 5f746370 05 6c6f63616c 00 0021 8001" TTL
			"0007 0000 0000 0277 00",
		0, "", "", "", "" },
	{ "a query", "0000 0000 0000 0000 0000 0000", -1, "", "", "", "" },
	{ "a record is missing", HEAD(2) A_LOCAL TYPE_A "c0000207", -1, "a.local", "",
		"", "" },
	{ "a name that points to itself", HEAD(1) "c00c 0001 8001" TTL "0004 c0000207",
		-1, "", "", "", "" },
};

static void
records_are_read_by_their_rules(void **state)
{
	struct addr me = addr_ip4(0xc0000207);

	(void)state;
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		struct packet p = packet_hex(made[i].hex);
		struct mdns_told t;
		struct err e = { 0 };
		print_message("  %s\n", made[i].label);
		assert_int_equal(mdns_read_told(packet_rd(&p), &me, &t, &e), made[i].rc);
		if (made[i].rc == -1)
			assert_true(e.code == ERR_PROTO && e.text[0]);
		assert_told(&t, made[i].name, made[i].services, made[i].instances,
			made[i].model);
		packet_free(&p);
	}
}

/* An answer with n instances of n kinds of services, of as many bytes each; written by
 * RFC 1035 §4.1.3. */
static size_t
many_instances(uint8_t *out, size_t size, unsigned n, unsigned kinds, unsigned bytes)
{
	struct wr w = wr_to(out, size);

	dns_write_head(&w, 0xbeef, DNS_RESPONSE | 0x0400, 0);
	wr_patch_be16(&w, 6, (uint16_t)n);
	for (unsigned i = 0; i < n; i++) {
		char type[16], name[64];
		(void)snprintf(type, sizeof(type), "_s%04u", i % kinds % 10000);
		(void)snprintf(name, sizeof(name), "%0*u", (int)bytes, i);
		wr_u8(&w, 6);
		wr_bytes(&w, type, 6);
		wr_bytes(&w, "\4_tcp\5local", 12); /* and the root */
		wr_be16(&w, DNS_PTR);
		wr_be16(&w, DNS_IN);
		wr_be32(&w, 120);
		wr_be16(&w, (uint16_t)(1 + bytes + 19));
		wr_u8(&w, (uint8_t)bytes);
		wr_bytes(&w, name, bytes);
		wr_u8(&w, 6);
		wr_bytes(&w, type, 6);
		wr_bytes(&w, "\4_tcp\5local", 12);
	}
	assert_false(w.bad);
	return wr_used(&w);
}

static void
what_there_is_no_room_for_is_told_to_be_cut(void **state)
{
	static const struct {
		const char *label;
		unsigned n, kinds;
		bool cut;
	} rows[] = {
		{ "as many instances as there is room for", 32, 1, false },
		{ "one more", 33, 1, true },
		{ "64 kinds, and as many instances", 64, 64, true },
		{ "64 KiB", 1000, 100, true },
		{ "more records than are looked at", 1100, 1, true },
	};
	static uint8_t bytes[65000];
	struct addr me = addr_ip4(0xc0000207);
	struct mdns_told t;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("  %s\n", rows[i].label);
		size_t n = many_instances(
			bytes, sizeof(bytes), rows[i].n, rows[i].kinds, 4);
		struct packet p = packet_of(bytes, n);
		assert_int_equal(0, mdns_read_told(packet_rd(&p), &me, &t, &e));
		assert_int_equal(rows[i].cut, t.cut);
		assert_int_equal(t.n_services, rows[i].kinds < 64 ? rows[i].kinds : 64);
		assert_int_equal(t.n_instances, 32);
		assert_string_equal("0000._s0000._tcp", t.instances[0]);
		packet_free(&p);
	}
}

static void
the_same_again_is_no_cut(void **state)
{
	static uint8_t bytes[8192];
	struct addr me = addr_ip4(0xc0000207);
	struct mdns_told t;
	struct err e;
	size_t n = many_instances(bytes, sizeof(bytes), 32, 1, 4);

	(void)state;
	size_t records = n - DNS_HEAD;
	memcpy(bytes + n, bytes + DNS_HEAD, records);
	bytes[7] = 64;
	assert_int_equal(0, mdns_read_told(rd_from(bytes, n + records), &me, &t, &e));
	assert_int_equal(t.n_instances, 32);
	assert_false(t.cut);
}

static void
the_second_question_is_about_the_first_answer(void **state)
{
	struct mdns_told t = {
		.name = "a.local", .services = { "_ipp._tcp" }, .n_services = 1
	};
	uint8_t bytes[128];
	struct wr w = wr_to(bytes, sizeof(bytes));

	(void)state;
	mdns_write_instances(&w, 0xbeef, &t);
	assert_wrote_hex(&w,
		"beef 0000 0002 0000 0000 0000" INFO "0010 0001"
		"04 5f697070 04 5f746370 05 6c6f63616c 00 000c 0001");
	/* What does not fit is left out, and not counted. */
	w = wr_to(bytes, 60);
	mdns_write_instances(&w, 0xbeef, &t);
	assert_wrote_hex(&w, "beef 0000 0001 0000 0000 0000" INFO "0010 0001");
}

/* RFC 4795 §2.1.1 */
#define ASKED "03 5043 37 00 "
static const struct {
	const char *label, *hex;
	int rc;
	const char *name;
} llmnr[] = {
	{ "it answers with its own address",
		"beef 8000 0001 0001 0000 0000" ASKED
		"0001 0001 c00c 0001 0001 0000001e 0004"
		"c0000207",
		0, "PC7" },
	{ "with another's",
		"beef 8000 0001 0001 0000 0000" ASKED
		"0001 0001 c00c 0001 0001 0000001e 0004"
		"c0000208",
		0, "" },
	{ "it asks whether its name is free (§4.1)",
		"beef 0000 0001 0000 0000 0000" ASKED "00ff 0001", 0, "PC7" },
	{ "it looks for another", "beef 0000 0001 0000 0000 0000" ASKED "0001 0001", 0,
		"" },
	{ "a name with dots", "beef 0000 0001 0000 0000 0000 01 61 01 62 00 00ff 0001",
		0, "" },
	{ "no name", "beef 0000 0001 0000 0000 0000 00 00ff 0001", 0, "" },
	{ "two questions", "beef 0000 0002 0000 0000 0000" ASKED "00ff 0001", -1, "" },
	{ "cut in the question", "beef 0000 0001 0000 0000 0000" ASKED "00", -1, "" },
	{ "cut in the answer",
		"beef 8000 0001 0001 0000 0000" ASKED "0001 0001 c00c 0001", -1, "" },
	{ "cut in the head", "beef 8000", -1, "" },
};

static void
llmnr_names_are_taken_from_their_owner(void **state)
{
	struct addr me = addr_ip4(0xc0000207);

	(void)state;
	for (size_t i = 0; i < sizeof(llmnr) / sizeof(llmnr[0]); i++) {
		struct packet p = packet_hex(llmnr[i].hex);
		char name[DNS_NAME_TEXT];
		struct err e = { 0 };
		print_message("  %s\n", llmnr[i].label);
		assert_int_equal(
			llmnr_read_name(packet_rd(&p), &me, name, &e), llmnr[i].rc);
		assert_string_equal(name, llmnr[i].name);
		packet_free(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(avahi_is_read_as_tshark_reads_it),
		cmocka_unit_test(who_speaks_for_another_address_tells_nothing),
		cmocka_unit_test(records_are_read_by_their_rules),
		cmocka_unit_test(what_there_is_no_room_for_is_told_to_be_cut),
		cmocka_unit_test(the_same_again_is_no_cut),
		cmocka_unit_test(the_second_question_is_about_the_first_answer),
		cmocka_unit_test(llmnr_names_are_taken_from_their_owner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
