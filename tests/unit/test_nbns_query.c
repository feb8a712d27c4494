/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NetBIOS names and who has them: what nmblookup asks, what nmbd answers by broadcast and as
 * a WINS server, and RFC 1001 and 1002 row by row. */
#include "packet.h"

#include "wire/nbns_query.h"

/* --- names -------------------------------------------------------------------------------- */

#define ALPHA_1B \
	"20 4542454d4641454945424341434143414341434143414341434143414341424c 00 "
#define ALPHA_00 \
	"20 4542454d46414549454243414341434143414341434143414341434143414141 00 "
#define ANY "20 434b4141414141414141414141414141 41414141414141414141414141414141 00 "
/* nmblookup -M -- - */
#define MASTERS \
	"20 41424143 4650 4650 454e 4644 4543 4643 4550 4648 4644 4546 4650 4650 4143 4142 00 "

static const struct name_row {
	const char *label, *name;
	uint8_t suffix;
	const char *bytes, *print;
} names[] = {
	{ "a domain", "ALPHA", NETBIOS_DOMAIN_MASTER, ALPHA_1B, "ALPHA<1b>" },
	{ "small letters become capitals", "alpha", NETBIOS_WORKSTATION, ALPHA_00,
		"ALPHA<00>" },
	{ "all: filled up with NULs", "*", NETBIOS_WORKSTATION, ANY, "*<00>" },
	{ "all local masters", "\x01\x02__MSBROWSE__\x02", NETBIOS_BROWSE, MASTERS,
		"..__MSBROWSE__.<01>" },
	{ "more than fifteen bytes are cut", "ABCDEFGHIJKLMNOPQRS", NETBIOS_SERVER,
		"20 4542454345444545454645474548454945 4a454b454c454d454e454f45 504341 00",
		"ABCDEFGHIJKLMNO<20>" },
	{ "a byte of a code page", "B\x9aRO", NETBIOS_SERVER,
		"20 4543 4a4b 4643 4550 4341434143414341434143414341434143414341434143"
		"41 00",
		"B%9aRO<20>" },
	{ "another byte of it", "B\x9bRO", NETBIOS_SERVER,
		"20 4543 4a4c 4643 4550 4341434143414341434143414341434143414341434143"
		"41 00",
		"B%9bRO<20>" },
	{ "what looks like one", "B%9aRO", NETBIOS_SERVER,
		"20 4543 4346 444a 4542 4643 4550 434143414341434143414341434143414341 4341"
		"00",
		"B%259ARO<20>" },
};

static void
names_are_written_read_and_shown(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct netbios_name n = nbname_of(names[i].name, names[i].suffix), back;
		struct packet p = packet_hex(names[i].bytes);
		uint8_t bytes[NBNAME_SIZE];
		struct wr w = wr_to(bytes, sizeof(bytes));
		struct rd r = packet_rd(&p);
		char text[NBNAME_TEXT];
		print_message("  %s\n", names[i].label);
		nbname_write(&w, &n);
		assert_wrote(&w, p.bytes, p.n);
		assert_true(nbname_read(&r, &back));
		assert_int_equal(0, rd_left(&r));
		assert_true(nbname_equal(&n, &back));
		assert_string_equal(
			names[i].print, nbname_print(n.name, n.suffix, false, text));
		packet_free(&p);
	}
	assert_string_equal(nbname_masters().name, names[3].name);
	assert_string_equal(nbname_any().name, "*");
}

static void
the_longest_name_still_fits_when_shown(void **state)
{
	char text[NBNAME_TEXT];

	(void)state;
	memset(text, 0, sizeof(text));
	(void)nbname_print(
		"\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e", 0x1d,
		true, text);
	assert_int_equal(strlen(text), 15 * 3 + 5);
	assert_string_equal(text + 15 * 3, "<1d>G");
}

/* --- questions ------------------------------------------------------------------------------ */

static void
queries_are_those_of_nmblookup(void **state)
{
	struct netbios_name alpha = nbname_of("ALPHA", NETBIOS_DOMAIN_MASTER);
	struct netbios_name beta = nbname_of("BETA", NETBIOS_MASTER);
	uint8_t bytes[NBNS_QUERY_SIZE];
	struct wr w = wr_to(bytes, sizeof(bytes));

	(void)state;
	nbns_write_query(&w, 0x4c1b, &alpha, false);
	assert_wrote_hex(&w, "4c1b 0100 0001 000000000000 " ALPHA_1B "0020 0001");
	w = wr_to(bytes, sizeof(bytes));
	nbns_write_query(&w, 0x1938, &beta, true);
	assert_wrote_hex(&w,
		"1938 0110 0001 000000000000 20 454345464645454243414341434143414341"
		"434143414341434143414341424e 00 0020 0001");
	w = wr_to(bytes, sizeof(bytes) - 1);
	nbns_write_query(&w, 1, &beta, true);
	assert_true(w.bad);
}

/* --- answers -------------------------------------------------------------------------------- */

#define HEAD    "4c1b 8580 0000 0001 0000 0000 "
#define RR      "0020 0001 0003f3ff "
#define ONE     "0006 6000 c612c00a "
#define NULL_RR "000a 0001 00000000 0000 "

static const struct row {
	const char *label, *bytes;
	const char *error; /* a part of its text; NULL: it is read */
	size_t n_owners;
	bool negative;
	const char *name;
} rows[] = {
	{ "nmbd, asked by broadcast",
		"1938 8580 0000 0001 0000 0000 20 4543454646454542434143414341434143414341"
		"43414341434143414341424e 00 0020 0001 0003f480 0006 6000 c612c00c",
		NULL, 1, false, "BETA" },
	{ "nmbd as a WINS server", HEAD ALPHA_1B RR ONE, NULL, 1, false, "ALPHA" },
	{ "nmbd as a WINS server, of a group",
		"11bf 8580 0000 0001 0000 0000" ALPHA_00
		"0020 0001 0003f415 0006 e000 00000000",
		NULL, 1, false, "ALPHA" },
	{ "nmbd knows no such name", "5b25 8583 0000 0001 0000 0000" ALPHA_1B NULL_RR,
		NULL, 0, true, "ALPHA" },
	{ "two owners", HEAD ALPHA_1B RR "000c 6000 c612c00a e000 c612c00b", NULL, 2,
		false, "ALPHA" },
	{ "the question is sent back, a pointer leads to it",
		"4c1b 8580 0001 0001 0000 0000" ALPHA_1B "0020 0001 c00c" RR ONE, NULL,
		1, false, "ALPHA" },
	{ "a pointer to itself is not followed", HEAD "c00c" RR ONE, NULL, 1, false,
		"" },
	{ "a name with a scope",
		HEAD
		"20 4542454d4641454945424341434143414341434143414341434143414341424c"
		"03 6f7267 00" RR ONE,
		NULL, 1, false, "ALPHA" },
	{ "a refusal without a record", "4c1b 8585 0000 0000 0000 0000", NULL, 0, true,
		"" },
	{ "a refusal of type NB", "4c1b 8583 0000 0001 0000 0000" ALPHA_1B RR "0000",
		NULL, 0, true, "ALPHA" },

	{ "empty", "", "header is cut", 0, false, "" },
	{ "header is cut", "4c1b 8580 0000 0001 0000 00", "header is cut", 0, false,
		"" },
	{ "a query", "4c1b 0110 0001 0000 0000 0000" ALPHA_1B "0020 0001",
		"no answer to a query", 0, false, "" },
	{ "an answer to a registration", "4c1b ad80 0000 0001 0000 0000" ALPHA_1B RR ONE,
		"no answer to a query", 0, false, "" },
	{ "wait for acknowledgement", "4c1b bc00 0000 0001 0000 0000" ALPHA_1B RR ONE,
		"no answer to a query", 0, false, "" },
	{ "two questions", "4c1b 8580 0002 0001 0000 0000", "2 questions", 0, false,
		"" },
	{ "no record", "4c1b 8580 0000 0000 0000 0000", "no answer record", 0, false,
		"" },
	{ "letters that are no half bytes",
		HEAD
		"20 5a42454d4641454945424341434143414341434143414341434143414341424c"
		"00" RR ONE,
		"RR_NAME", 0, false, "" },
	{ "a scope that points",
		HEAD "20 4542454d46414549454243414341434143414341434143"
		     "41434143414341424c c00c" RR ONE,
		"RR_NAME", 0, false, "" },
	{ "a status answer", HEAD ALPHA_1B "0021 0001 00000000 0001 00",
		"type 0021, class 0001", 0, false, "" },
	{ "half an owner", HEAD ALPHA_1B RR "0009 6000 c612c00a 6000 c6",
		"RDLENGTH is 9", 0, false, "" },
	{ "no owner", HEAD ALPHA_1B RR "0000", "RDLENGTH is 0", 0, false, "" },
	{ "RDLENGTH past the end", HEAD ALPHA_1B RR "000c 6000 c612c00a",
		"goes past the end", 0, false, "" },
};

static void
answers_are_read_by_their_clauses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct packet p = packet_hex(row->bytes);
		struct nbns_answer a;
		struct err e = { 0 };
		print_message("  %s\n", row->label);
		int rc = nbns_read_answer(packet_rd(&p), &a, &e);
		assert_int_equal(row->error ? -1 : 0, rc);
		if (row->error) {
			assert_int_equal(ERR_PROTO, e.code);
			assert_non_null(strstr(e.text, row->error));
		} else {
			assert_int_equal(row->n_owners, a.n_owners);
			assert_int_equal(row->negative, a.negative);
			assert_string_equal(row->name, a.name.name);
		}
		packet_free(&p);
	}
}

static void
owners_are_told_with_their_flag(void **state)
{
	struct packet p = packet_hex(
		HEAD ALPHA_1B RR "000c 6000 c612c00a e000 c612c00b");
	struct nbns_answer a;
	struct err e;
	char ip[ADDR_TEXT_MAX];

	(void)state;
	assert_int_equal(0, nbns_read_answer(packet_rd(&p), &a, &e));
	assert_int_equal(0x4c1b, a.id);
	assert_int_equal(NETBIOS_DOMAIN_MASTER, a.name.suffix);
	assert_string_equal("198.18.192.10", addr_print(&a.owners[0].ip, ip));
	assert_false(a.owners[0].group);
	assert_string_equal("198.18.192.11", addr_print(&a.owners[1].ip, ip));
	assert_true(a.owners[1].group);
	packet_free(&p);
}

static void
owners_past_the_limit_are_dropped_and_that_is_said(void **state)
{
	struct packet head = packet_hex(HEAD ALPHA_1B RR);
	uint8_t bytes[PACKET_MAX];
	struct nbns_answer a;
	struct err e;

	(void)state;
	for (unsigned n = NBNS_OWNERS_MAX; n <= NBNS_OWNERS_MAX + 1; n++) {
		struct wr w = wr_to(bytes, sizeof(bytes));
		wr_bytes(&w, head.bytes, head.n);
		wr_be16(&w, (uint16_t)(n * 6));
		for (unsigned i = 0; i < n; i++) {
			wr_be16(&w, 0);
			wr_be32(&w, 0xc6120000 + i);
		}
		struct packet p = packet_of(bytes, wr_used(&w));
		assert_int_equal(0, nbns_read_answer(packet_rd(&p), &a, &e));
		assert_int_equal(NBNS_OWNERS_MAX, a.n_owners);
		assert_int_equal(n > NBNS_OWNERS_MAX, a.truncated);
		packet_free(&p);
	}
	packet_free(&head);
}

static void
a_cut_answer_is_refused_at_every_length(void **state)
{
	struct packet whole = packet_hex(HEAD ALPHA_1B RR ONE);

	(void)state;
	for (size_t n = 0; n < whole.n; n++) {
		struct packet p = packet_of(whole.bytes, n);
		struct nbns_answer a;
		struct err e;
		assert_int_equal(-1, nbns_read_answer(packet_rd(&p), &a, &e));
		packet_free(&p);
	}
	packet_free(&whole);
}

/* --- the other side ------------------------------------------------------------------------- */

/* What libsmbclient and nmblookup ask by broadcast. */
#define ASKS "1234 0110 0001 0000 0000 0000 "

static const struct question_row {
	const char *label, *bytes;
	const char *why; /* NULL: it is one */
} question_rows[] = {
	{ "a domain", ASKS ALPHA_1B "0020 0001", NULL },
	{ "recursion is not asked for",
		"1234 0000 0001 0000 0000 0000 " ALPHA_1B "0020 0001", NULL },
	{ "an answer", "1234 8500 0001 0000 0000 0000 " ALPHA_1B "0020 0001", "4.2.12" },
	{ "a registration", "1234 2910 0001 0000 0000 0000 " ALPHA_1B "0020 0001",
		"4.2.12" },
	{ "two questions", "1234 0110 0002 0000 0000 0000 " ALPHA_1B "0020 0001",
		"4.2.12" },
	{ "node status", ASKS ALPHA_1B "0021 0001", "4.2.12" },
	{ "a name that points elsewhere", ASKS "c00c 0020 0001", "4.2.1.2" },
};

static void
questions_are_read_by_their_clauses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(question_rows) / sizeof(question_rows[0]); i++) {
		const struct question_row *row = &question_rows[i];
		struct packet p = packet_hex(row->bytes);
		struct nbns_question q;
		struct err e = { 0 };
		print_message("  %s\n", row->label);
		assert_int_equal(
			row->why ? -1 : 0, nbns_read_question(packet_rd(&p), &q, &e));
		if (row->why)
			assert_non_null(strstr(e.text, row->why));
		else
			assert_string_equal(q.name.name, "ALPHA");
		for (size_t n = 0; n < p.n && !row->why; n++) {
			struct packet cut = packet_of(p.bytes, n);
			assert_int_equal(
				-1, nbns_read_question(packet_rd(&cut), &q, &e));
			packet_free(&cut);
		}
		packet_free(&p);
	}
}

/* RFC 1002 §4.2.13, byte by byte. */
static void
an_answer_is_for_good_and_of_one(void **state)
{
	const struct nbns_question q = { 0x1234,
		nbname_of("ALPHA", NETBIOS_DOMAIN_MASTER) };
	const struct addr owner = addr_ip4(0xc612c00a);
	uint8_t bytes[NBNS_ANSWER_SIZE];
	struct wr w = wr_to(bytes, sizeof(bytes));

	(void)state;
	nbns_write_answer(&w, &q, &owner);
	assert_wrote_hex(&w,
		"1234 8580 0000 0001 0000 0000 " ALPHA_1B
		"0020 0001 00000000 0006 0000 c612c00a");
	assert_int_equal(wr_used(&w), NBNS_ANSWER_SIZE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_written_read_and_shown),
		cmocka_unit_test(the_longest_name_still_fits_when_shown),
		cmocka_unit_test(queries_are_those_of_nmblookup),
		cmocka_unit_test(answers_are_read_by_their_clauses),
		cmocka_unit_test(owners_are_told_with_their_flag),
		cmocka_unit_test(owners_past_the_limit_are_dropped_and_that_is_said),
		cmocka_unit_test(a_cut_answer_is_refused_at_every_length),
		cmocka_unit_test(questions_are_read_by_their_clauses),
		cmocka_unit_test(an_answer_is_for_good_and_of_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
