/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SNMP: what snmpget asks, what snmpd answers, and BER broken clause by clause. */
#include "datagram.h"

#include "wire/snmp.h"

/* As tshark says. */
enum { ASKED_ID = 1942633591 };

static void
question_is_what_snmpget_sends(void **state)
{
	struct packet p = packet_file("tests/data/snmp/get.hex");
	struct rd want = open_frame(&p, SNMP_PORT);
	uint8_t bytes[SNMP_SYSTEM_SIZE];
	size_t n = rd_left(&want);
	struct wr w = wr_to(bytes, n);

	(void)state;
	snmp_write_get_system(&w, "public", ASKED_ID);
	assert_wrote(&w, rd_take(&want, n), n);
	w = wr_to(bytes, n - 1);
	snmp_write_get_system(&w, "public", ASKED_ID);
	assert_true(w.bad);
	packet_free(&p);
}

static void
a_community_fits_up_to_the_limit(void **state)
{
	char community[SNMP_COMMUNITY_MAX + 2];

	(void)state;
	for (size_t n = 0; n <= SNMP_COMMUNITY_MAX + 1; n++) {
		uint8_t bytes[SNMP_SYSTEM_SIZE];
		struct wr w = wr_to(bytes, sizeof(bytes));
		memset(community, 'c', n);
		community[n] = '\0';
		snmp_write_get_system(&w, community, snmp_request_id(7));
		assert_int_equal(w.bad, n == 0 || n > SNMP_COMMUNITY_MAX);
		if (w.bad)
			continue;
		assert_int_equal(wr_used(&w), 65 + n);
		assert_int_equal(bytes[1], 63 + n); /* the message fills the datagram */
		assert_int_equal(bytes[6], n);
		assert_memory_equal(bytes + 7, community, n);
	}
}

static void
request_ids_take_four_bytes(void **state)
{
	static const uint32_t bits[] = { 0, 1, 0x3fffffff, 0x40000000, 0x80000000,
		0xffffffff };
	uint8_t bytes[SNMP_SYSTEM_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
		uint32_t id = snmp_request_id(bits[i]);
		assert_int_equal(id >> 30, 1);
		assert_int_equal(id & 0x3fffffff, bits[i] & 0x3fffffff);
	}
	struct wr w = wr_to(bytes, sizeof(bytes));
	snmp_write_get_system(&w, "public", 7); /* would take one */
	assert_true(w.bad);
}

static void
assert_value(const char *want, struct rd value)
{
	size_t n = rd_left(&value);

	assert_non_null(value.p); /* an empty one can be read as well */
	assert_int_equal(n, strlen(want));
	if (n)
		assert_memory_equal(rd_take(&value, n), want, n);
}

static const struct file_row {
	const char *path;
	uint32_t id, error;
	const char *descr, *object_id, *name;
} file_rows[] = {
	{ "tests/data/snmp/response.hex", ASKED_ID, 0,
		"Lab temperature sensor, firmware 2.1", "1.3.6.1.4.1.8072.3.2.10",
		"sensor.lab.example" },
	{ "tests/data/snmp/no_such_object.hex", 791690533, 0,
		"Lab temperature sensor, firmware 2.1", "", "" },
	{ "tests/data/snmp/no_such_name.hex", 1652324200, 2, "", "", "" },
};

static void
answers_of_snmpd_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(file_rows) / sizeof(file_rows[0]); i++) {
		const struct file_row *row = &file_rows[i];
		struct packet p = packet_file(row->path);
		struct snmp_system s;
		struct err e = { 0 };
		uint32_t id = 0;
		print_message("  %s\n", row->path);
		assert_true(snmp_peek_id(open_frame(&p, SNMP_PORT), &id));
		assert_int_equal(row->id, id);
		if (snmp_read_system(open_frame(&p, SNMP_PORT), &s, &e) == -1)
			fail_msg("%s", e.text);
		assert_int_equal(row->id, s.id);
		assert_int_equal(row->error, s.error);
		assert_value(row->descr, s.descr);
		assert_value(row->name, s.name);
		assert_string_equal(row->object_id, s.object_id);
		packet_free(&p);
	}
}

/* A message around a PDU, and a PDU around bindings; lengths are written by hand. */
#define V2C      "02 01 01 04 01 61 "
#define ID       "02 04 41424344 "
#define ZEROES   "02 01 00 02 01 00 "
#define NAME_OID "06 08 2b06010201010500 "
#define OBJECT   "06 08 2b06010201010200 "

static const struct row {
	const char *label, *bytes;
	const char *error; /* a part of its text; NULL: it is read */
	const char *name, *object_id;
} rows[] = {
	{ "no bindings", "30 16" V2C "a2 0e" ID ZEROES "30 00", NULL, "", "" },
	{ "version 1", "30 16 02 01 00 04 01 61 a2 0e" ID ZEROES "30 00", NULL, "", "" },
	{ "an empty community", "30 15 02 01 01 04 00 a2 0e" ID ZEROES "30 00", NULL,
		"", "" },
	{ "bytes behind the message", "30 16" V2C "a2 0e" ID ZEROES "30 00 ffff", NULL,
		"", "" },
	{ "long lengths", "30 82 0018" V2C "a2 81 0e" ID ZEROES "30 00 0000", NULL, "",
		"" },
	{ "a length of four bytes", "30 84 00000016" V2C "a2 0e" ID ZEROES "30 00",
		NULL, "", "" },
	{ "a name", "30 24" V2C "a2 1c" ID ZEROES "30 0e 30 0c" NAME_OID "04 00", NULL,
		"", "" },
	{ "a name with text",
		"30 27" V2C "a2 1f" ID ZEROES "30 11 30 0f" NAME_OID "04 03 616263",
		NULL, "abc", "" },
	{ "a name that is a number",
		"30 25" V2C "a2 1d" ID ZEROES "30 0f 30 0d" NAME_OID "02 01 07", NULL,
		"", "" },
	{ "an object id",
		"30 26" V2C "a2 1e" ID ZEROES "30 10 30 0e" OBJECT "06 02 2b 06", NULL,
		"", "1.3.6" },
	{ "an object id in 2.",
		"30 26" V2C "a2 1e" ID ZEROES "30 10 30 0e" OBJECT "06 02 8837", NULL,
		"", "2.999" },
	{ "an object id of one number",
		"30 25" V2C "a2 1d" ID ZEROES "30 0f 30 0d" OBJECT "06 01 27", NULL, "",
		"0.39" },
	{ "the largest number",
		"30 2a" V2C "a2 22" ID ZEROES "30 14 30 12" OBJECT "06 06 2b 8fffffff7f",
		NULL, "", "1.3.4294967295" },
	{ "a number too large",
		"30 2a" V2C "a2 22" ID ZEROES "30 14 30 12" OBJECT "06 06 2b 9080808000",
		NULL, "", "" },
	{ "an object id that is cut",
		"30 26" V2C "a2 1e" ID ZEROES "30 10 30 0e" OBJECT "06 02 2b 86", NULL,
		"", "" },
	{ "an object id with a leading 80",
		"30 27" V2C "a2 1f" ID ZEROES "30 11 30 0f" OBJECT "06 03 2b 80 06",
		NULL, "", "" },
	{ "an empty object id",
		"30 24" V2C "a2 1c" ID ZEROES "30 0e 30 0c" OBJECT "06 00", NULL, "",
		"" },
	{ "a name of another instance",
		"30 27" V2C "a2 1f" ID ZEROES
		"30 11 30 0f 06 08 2b06010201010501 04 03 616263",
		NULL, "", "" },
	{ "a longer name",
		"30 28" V2C "a2 20" ID ZEROES
		"30 12 30 10 06 09 2b0601020101050000 04 03 616263",
		NULL, "", "" },
	{ "an error status", "30 16" V2C "a2 0e" ID "02 01 10 02 01 03 30 00", NULL, "",
		"" },

	{ "empty", "", "no message", NULL, NULL },
	{ "no sequence", "31 16" V2C "a2 0e" ID ZEROES "30 00", "no message", NULL,
		NULL },
	{ "the message is longer than the datagram",
		"30 17" V2C "a2 0e" ID ZEROES "30 00", "no message", NULL, NULL },
	{ "the indefinite form", "30 80" V2C "a2 0e" ID ZEROES "30 00 0000",
		"no message", NULL, NULL },
	{ "a length of five bytes", "30 85 0000000016" V2C "a2 0e" ID ZEROES "30 00",
		"no message", NULL, NULL },
	{ "a length that would wrap", "30 84 ffffffff" V2C "a2 0e" ID ZEROES "30 00",
		"no message", NULL, NULL },
	{ "version 3", "30 16 02 01 03 04 01 61 a2 0e" ID ZEROES "30 00", "version",
		NULL, NULL },
	{ "a version without bytes", "30 15 02 00 04 01 61 a2 0e" ID ZEROES "30 00",
		"version", NULL, NULL },
	{ "a version below zero",
		"30 19 02 04 ffffffff 04 01 61 a2 0e" ID ZEROES "30 00", "version",
		NULL, NULL },
	{ "the community is a number", "30 16 02 01 01 02 01 61 a2 0e" ID ZEROES "30 00",
		"community", NULL, NULL },
	{ "the community is cut", "30 07 02 01 01 04 7f 6162", "community", NULL, NULL },
	{ "a GetRequest", "30 16" V2C "a0 0e" ID ZEROES "30 00", "no Response", NULL,
		NULL },
	{ "a Report", "30 16" V2C "a8 0e" ID ZEROES "30 00", "no Response", NULL, NULL },
	{ "nothing behind the community", "30 06" V2C, "no Response", NULL, NULL },
	{ "the PDU is longer than the message", "30 16" V2C "a2 0f" ID ZEROES "30 00",
		"no Response", NULL, NULL },
	{ "the request id has five bytes",
		"30 17" V2C "a2 0f 02 05 0041424344" ZEROES "30 00", "request-id", NULL,
		NULL },
	{ "the request id is below zero",
		"30 16" V2C "a2 0e 02 04 c1424344" ZEROES "30 00", "request-id", NULL,
		NULL },
	{ "the error status is text", "30 16" V2C "a2 0e" ID "04 01 00 02 01 00 30 00",
		"error-status", NULL, NULL },
	{ "no error index", "30 11" V2C "a2 09" ID "02 01 00", "error-index", NULL,
		NULL },
	{ "no bindings at all", "30 14" V2C "a2 0c" ID ZEROES, "variable-bindings",
		NULL, NULL },
	{ "bindings longer than the PDU", "30 16" V2C "a2 0e" ID ZEROES "30 01",
		"variable-bindings", NULL, NULL },
	{ "a binding that is none", "30 18" V2C "a2 10" ID ZEROES "30 02 04 00",
		"binding 1", NULL, NULL },
	{ "a binding longer than all of them",
		"30 18" V2C "a2 10" ID ZEROES "30 02 30 01", "binding 1", NULL, NULL },
	{ "a binding without a value",
		"30 22" V2C "a2 1a" ID ZEROES "30 0c 30 0a" NAME_OID, "binding 1", NULL,
		NULL },
	{ "a value longer than its binding",
		"30 24" V2C "a2 1c" ID ZEROES "30 0e 30 0c" NAME_OID "04 01",
		"binding 1", NULL, NULL },
	{ "the second binding is cut",
		"30 25" V2C "a2 1d" ID ZEROES "30 0f 30 0c" NAME_OID "04 00 30",
		"binding 2", NULL, NULL },
};

static void
each_clause_is_checked(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct packet p = packet_hex(row->bytes);
		struct snmp_system s;
		struct err e = { 0 };
		print_message("  %s\n", row->label);
		int rc = snmp_read_system(packet_rd(&p), &s, &e);
		if (row->error) {
			assert_int_equal(-1, rc);
			assert_int_equal(ERR_PROTO, e.code);
			if (!strstr(e.text, row->error) || !strstr(e.text, "RFC "))
				fail_msg("%s", e.text);
		} else {
			assert_int_equal(0, rc);
			assert_int_equal(0x41424344, s.id);
			assert_value(row->name, s.name);
			assert_string_equal(row->object_id, s.object_id);
		}
		packet_free(&p);
	}
}

static void
a_cut_answer_is_refused_at_every_length(void **state)
{
	struct packet frame = packet_file("tests/data/snmp/response.hex");
	struct rd data = open_frame(&frame, SNMP_PORT);
	size_t whole = rd_left(&data);
	const uint8_t *bytes = rd_take(&data, whole);

	(void)state;
	for (size_t n = 0; n < whole; n++) {
		struct packet p = packet_of(bytes, n);
		struct snmp_system s;
		struct err e = { 0 };
		uint32_t id;
		assert_int_equal(-1, snmp_read_system(packet_rd(&p), &s, &e));
		assert_false(snmp_peek_id(packet_rd(&p), &id));
		packet_free(&p);
	}
	packet_free(&frame);
}

static void
questions_and_answers_are_told_apart(void **state)
{
	struct packet get = packet_file("tests/data/snmp/get.hex"),
		      response = packet_file("tests/data/snmp/response.hex");
	uint32_t id = 0;

	(void)state;
	assert_true(snmp_peek_question(open_frame(&get, SNMP_PORT), &id));
	assert_int_equal(ASKED_ID, id);
	assert_false(snmp_peek_id(open_frame(&get, SNMP_PORT), &id));
	assert_false(snmp_peek_question(open_frame(&response, SNMP_PORT), &id));
	packet_free(&get);
	packet_free(&response);
}

static void
an_object_id_too_long_to_tell_is_none(void **state)
{
	uint8_t bytes[256];
	struct snmp_system s;
	struct err e = { 0 };

	(void)state;
	/* ".1" for each byte behind the first, which is "1.3". */
	for (size_t n = 1; n < 100; n++) {
		struct wr w = wr_to(bytes, sizeof(bytes));
		struct packet head = packet_hex(V2C), id = packet_hex(ID ZEROES),
			      oid = packet_hex(OBJECT);
		uint8_t size = (uint8_t)n;
		wr_u8(&w, 0x30);
		wr_u8(&w, 0x81);
		wr_u8(&w, (uint8_t)(38 + n));
		wr_bytes(&w, head.bytes, head.n);
		wr_bytes(&w, (uint8_t[]){ 0xa2, 0x81, (uint8_t)(29 + n) }, 3);
		wr_bytes(&w, id.bytes, id.n);
		wr_bytes(&w, (uint8_t[]){ 0x30, 0x81, (uint8_t)(14 + n) }, 3);
		wr_bytes(&w, (uint8_t[]){ 0x30, (uint8_t)(12 + n) }, 2);
		wr_bytes(&w, oid.bytes, oid.n);
		wr_bytes(&w, (uint8_t[]){ 0x06, size, 0x2b }, 3);
		for (size_t i = 1; i < n; i++)
			wr_u8(&w, 1);
		struct packet p = packet_of(bytes, wr_used(&w));
		if (snmp_read_system(packet_rd(&p), &s, &e) == -1)
			fail_msg("%zu: %s", n, e.text);
		assert_int_equal(strlen(s.object_id),
			3 + 2 * (n - 1) < SNMP_OID_TEXT ? 3 + 2 * (n - 1) : 0);
		packet_free(&p);
		packet_free(&head);
		packet_free(&id);
		packet_free(&oid);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(question_is_what_snmpget_sends),
		cmocka_unit_test(a_community_fits_up_to_the_limit),
		cmocka_unit_test(request_ids_take_four_bytes),
		cmocka_unit_test(answers_of_snmpd_are_read),
		cmocka_unit_test(each_clause_is_checked),
		cmocka_unit_test(a_cut_answer_is_refused_at_every_length),
		cmocka_unit_test(questions_and_answers_are_told_apart),
		cmocka_unit_test(an_object_id_too_long_to_tell_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
