/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mDNS by unicast: what avahi answers, and answers that are not what was asked. */
#include "datagram.h"

#include "wire/mdns.h"

static void
assert_services(const struct mdns_answer *a, const char *want)
{
	char text[MDNS_SERVICES_MAX * MDNS_SERVICE_SIZE] = "";

	for (size_t i = 0; i < a->n_services; i++) {
		size_t used = strlen(text);
		(void)snprintf(text + used, sizeof(text) - used, "%s%s", i ? " " : "",
			a->services[i]);
	}
	assert_string_equal(want, text);
}

/* By RFC 1035 §4.1.2, written by hand. */
#define REVERSE4 "02 3138 01 33 02 3138 03 313938 07 696e2d61646472 04 61727061 00 "
#define SERVICES "09 5f7365727669636573 07 5f646e732d7364 04 5f756470 05 6c6f63616c 00 "

static void
the_query_has_two_questions(void **state)
{
	struct addr ip4 = addr_ip4(0xc6120312), ip6;
	uint8_t bytes[MDNS_QUERY_MAX];
	struct wr w = wr_to(bytes, sizeof(bytes));

	(void)state;
	mdns_write_query(&w, 0xbeef, &ip4);
	assert_wrote_hex(&w,
		"beef 0000 0002 0000 0000 0000" REVERSE4 "000c 0001" SERVICES
		"000c 0001");
	assert_true(addr_parse("2001:db8::567:89ab", &ip6));
	w = wr_to(bytes, sizeof(bytes));
	mdns_write_query(&w, 0xbeef, &ip6);
	assert_false(w.bad);
	assert_int_equal(wr_used(&w), MDNS_QUERY_MAX);
	assert_memory_equal(bytes + 12, "\1b\1a\0019\0018", 8);
}

/* The services are those that avahi-browse and nmap's dns-service-discovery printed. */
static void
answers_of_avahi_are_read(void **state)
{
	struct packet p = packet_file("tests/data/mdns/avahi.hex");
	struct addr lounge = addr_ip4(0xc6120312), other = addr_ip4(0xc6120313);
	struct mdns_answer a;
	struct err e = { 0 };
	uint16_t id = 0;

	(void)state;
	assert_true(mdns_peek_id(open_frame(&p, MDNS_PORT), &id));
	assert_int_equal(0x5e0e, id);
	assert_int_equal(
		0, mdns_read_answer(open_frame(&p, MDNS_PORT), &lounge, &a, &e));
	assert_int_equal(0x5e0e, a.id);
	assert_string_equal("lounge.local", a.name);
	assert_services(&a, "_airplay._tcp _ipp._tcp _workstation._tcp");

	/* Of whom the name is, says the owner of the record. */
	assert_int_equal(0, mdns_read_answer(open_frame(&p, MDNS_PORT), &other, &a, &e));
	assert_string_equal("", a.name);
	packet_free(&p);

	p = packet_file("tests/data/mdns/avahi_services.hex");
	assert_int_equal(
		0, mdns_read_answer(open_frame(&p, MDNS_PORT), &lounge, &a, &e));
	assert_int_equal(1, a.id);
	assert_string_equal("", a.name);
	assert_services(&a, "_airplay._tcp _ipp._tcp _workstation._tcp");
	packet_free(&p);
}

/* Answers without the questions; the owners stand in the first record of each kind. */
#define HEAD(n) "beef 8400 0000 00" n " 0000 0000 "
#define PTR     "000c 0001 0000000a "
#define LOCAL   "05 6c6f63616c 00 "
#define TCP     "04 5f746370 " LOCAL
#define NAME_OF REVERSE4 PTR
#define TYPE_OF SERVICES PTR
#define LABEL63 \
	"3f 6161616161616161616161616161616161616161616161616161616161616161" \
	"61616161616161616161616161616161616161616161616161616161616161 "

static const struct row {
	const char *label, *bytes;
	const char *error; /* a part of its text; NULL: it is read */
	const char *name, *services;
} rows[] = {
	{ "nothing", HEAD("00"), NULL, "", "" },
	{ "a name", HEAD("01") NAME_OF "000b 03 626f78" LOCAL, NULL, "box.local", "" },
	{ "a name in other case",
		HEAD("01") "02 3138 01 33 02 3138 03 313938"
			   "07 494e2d41444452 04 41525041 00" PTR
			   "000b 03 426f58 05 4c4f43414c 00",
		NULL, "BoX.LOCAL", "" },
	{ "the cache-flush bit",
		HEAD("01") REVERSE4 "000c 8001 0000000a 000b 03 626f78" LOCAL, NULL,
		"box.local", "" },
	{ "the first of two names",
		HEAD("02") NAME_OF "000b 03 626f78" LOCAL NAME_OF "0009 01 62" LOCAL,
		NULL, "box.local", "" },
	{ "the longest name", HEAD("01") NAME_OF "0047" LABEL63 LOCAL, NULL,
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.local",
		"" },
	{ "UTF-8", HEAD("01") NAME_OF "000a 02 c3a9" LOCAL, NULL, "\xc3\xa9.local", "" },
	{ "not UTF-8", HEAD("01") NAME_OF "0009 01 e9" LOCAL, NULL, "", "" },
	{ "a control character", HEAD("01") NAME_OF "000a 02 6107" LOCAL, NULL, "", "" },
	{ "two labels before .local", HEAD("01") NAME_OF "000b 01 61 01 62" LOCAL, NULL,
		"", "" },
	{ ".local alone", HEAD("01") NAME_OF "0007" LOCAL, NULL, "", "" },
	{ "another domain", HEAD("01") NAME_OF "0009 03 626f78 03 636f6d 00", NULL, "",
		"" },
	{ "the name of another address",
		HEAD("01") "02 3139 01 33 02 3138 03 313938"
			   "07 696e2d61646472 04 61727061 00" PTR "000b 03 626f78" LOCAL,
		NULL, "", "" },
	{ "another type", HEAD("01") REVERSE4 "0010 0001 0000000a 000b 03 626f78" LOCAL,
		NULL, "", "" },
	{ "another class", HEAD("01") REVERSE4 "000c 0003 0000000a 000b 03 626f78" LOCAL,
		NULL, "", "" },
	{ "a name that is cut", HEAD("01") NAME_OF "000a 03 626f78" LOCAL, NULL, "",
		"" },
	{ "a service", HEAD("01") TYPE_OF "0011 04 5f697070" TCP, NULL, "",
		"_ipp._tcp" },
	{ "sorted, each once",
		HEAD("03") TYPE_OF "0011 04 5f697070" TCP TYPE_OF
				   "0011 04 5f667470" TCP TYPE_OF "0011 04 5f697070" TCP,
		NULL, "", "_ftp._tcp _ipp._tcp" },
	{ "by UDP", HEAD("01") TYPE_OF "0011 04 5f697070 04 5f756470" LOCAL, NULL, "",
		"_ipp._udp" },
	{ "by SCTP", HEAD("01") TYPE_OF "0012 04 5f697070 05 5f73637470" LOCAL, NULL,
		"", "" },
	{ "the longest service",
		HEAD("01") TYPE_OF "001d 10 5f616263646566676869 6a6b6c6d6e6f" TCP,
		NULL, "", "_abcdefghijklmno._tcp" },
	{ "a service one letter longer",
		HEAD("01") TYPE_OF "001e 11 5f616263646566676869 6a6b6c6d6e6f70" TCP,
		NULL, "", "" },
	{ "a service without underscore", HEAD("01") TYPE_OF "0010 03 697070" TCP, NULL,
		"", "" },
	{ "an underscore alone", HEAD("01") TYPE_OF "000e 01 5f" TCP, NULL, "", "" },
	{ "a space in a service", HEAD("01") TYPE_OF "0011 04 5f692070" TCP, NULL, "",
		"" },
	{ "an instance of a service", HEAD("01") TYPE_OF "0013 01 61 04 5f697070" TCP,
		NULL, "", "" },
	{ "an additional record counts too",
		"beef 8400 0000 0000 0000 0001" TYPE_OF "0011 04 5f697070" TCP, NULL,
		"", "_ipp._tcp" },

	{ "empty", "", "header is cut", "", "" },
	{ "header is cut", "beef 8400 0000 0000 0000 00", "header is cut", "", "" },
	{ "a query", "beef 0000 0000 0000 0000 0000", "no response", "", "" },
	{ "an update", "beef a800 0000 0000 0000 0000", "no response", "", "" },
	{ "response code 3", "beef 8403 0000 0000 0000 0000", "response code 3", "",
		"" },
	{ "no question where one should be", "beef 8400 0001 0000 0000 0000",
		"bad question", "", "" },
	{ "no record where one should be", HEAD("01"), "bad record 1", "", "" },
	{ "what came before a broken record is kept",
		HEAD("02") NAME_OF "000b 03 626f78" LOCAL "c0ff" PTR "0000",
		"bad record 2", "box.local", "" },
	{ "RDLENGTH past the end", HEAD("01") NAME_OF "000c 03 626f78" LOCAL,
		"bad record 1", "", "" },
};

static void
each_clause_is_checked(void **state)
{
	struct addr about = addr_ip4(0xc6120312);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct packet p = packet_hex(row->bytes);
		struct mdns_answer a;
		struct err e = { 0 };
		print_message("  %s\n", row->label);
		int rc = mdns_read_answer(packet_rd(&p), &about, &a, &e);
		assert_int_equal(row->error ? -1 : 0, rc);
		if (row->error) {
			assert_int_equal(ERR_PROTO, e.code);
			if (!strstr(e.text, row->error) || !strstr(e.text, "RFC "))
				fail_msg("%s", e.text);
		}
		assert_string_equal(row->name, a.name);
		assert_services(&a, row->services);
		packet_free(&p);
	}
}

static void
peek_tells_responses_from_the_rest(void **state)
{
	static const struct {
		const char *label, *bytes;
		bool ok;
	} peeks[] = {
		{ "response", "beef 8400 0000 0001 0000 0000", true },
		{ "response with a code", "beef 8403 0000 0000 0000 0000", true },
		{ "query", "beef 0000 0001 0000 0000 0000", false },
		{ "opcode 5", "beef a800 0000 0000 0000 0000", false },
		{ "eleven bytes", "beef 8400 0000 0001 0000 00", false },
		{ "empty", "", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(peeks) / sizeof(peeks[0]); i++) {
		struct packet p = packet_hex(peeks[i].bytes);
		uint16_t id = 0;
		print_message("  %s\n", peeks[i].label);
		assert_int_equal(peeks[i].ok, mdns_peek_id(packet_rd(&p), &id));
		assert_int_equal(peeks[i].ok ? 0xbeef : 0, id);
		packet_free(&p);
	}
}

static void
services_past_the_limit_are_dropped(void **state)
{
	struct addr about = addr_ip4(0xc6120312);
	struct packet first = packet_hex(SERVICES);
	uint8_t bytes[PACKET_MAX];
	struct wr w = wr_to(bytes, sizeof(bytes));
	struct mdns_answer a;
	struct err e = { 0 };

	(void)state;
	dns_write_head(&w, 1, 0x8400, 0);
	w.start[7] = 100; /* ANCOUNT */
	for (unsigned i = 0; i < 100; i++) {
		char name[8];
		(void)snprintf(name, sizeof(name), "\4_%03u", 999 - i);
		if (i == 0)
			wr_bytes(&w, first.bytes, first.n);
		else
			wr_be16(&w, 0xc00c);
		wr_bytes(&w, "\0\x0c\0\1\0\0\0\x0a\0\x11", 10);
		wr_bytes(&w, name, 5);
		wr_bytes(&w, "\4_tcp\5local", 12);
	}
	assert_false(w.bad);
	assert_int_equal(
		0, mdns_read_answer(rd_from(bytes, wr_used(&w)), &about, &a, &e));
	assert_int_equal(MDNS_SERVICES_MAX, a.n_services);
	assert_string_equal("_936._tcp", a.services[0]);
	assert_string_equal("_999._tcp", a.services[63]);
	packet_free(&first);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_query_has_two_questions),
		cmocka_unit_test(answers_of_avahi_are_read),
		cmocka_unit_test(each_clause_is_checked),
		cmocka_unit_test(peek_tells_responses_from_the_rest),
		cmocka_unit_test(services_past_the_limit_are_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
