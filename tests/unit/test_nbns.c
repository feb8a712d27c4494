/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NetBIOS node status: what nmblookup asks, what nmbd answers, and RFC 1002 row by row. */
#include "datagram.h"

#include "wire/nbns.h"

static void
query_is_what_nmblookup_sends(void **state)
{
	struct packet p = packet_file("tests/data/nbns/samba_query.hex");
	uint8_t bytes[NBNS_STATUS_QUERY_SIZE];
	struct wr w = wr_to(bytes, sizeof(bytes));
	struct rd want = open_frame(&p, NBNS_PORT);

	(void)state;
	nbns_write_status_query(&w, 0x08ff);
	assert_int_equal(NBNS_STATUS_QUERY_SIZE, rd_left(&want));
	assert_wrote(&w, rd_take(&want, sizeof(bytes)), sizeof(bytes));

	w = wr_to(bytes, sizeof(bytes) - 1);
	nbns_write_status_query(&w, 1);
	assert_true(w.bad);
	packet_free(&p);
}

static void
assert_name(
	const struct nbns_name *n, const char *name, uint8_t suffix, const char *flags)
{
	assert_string_equal(name, n->name);
	assert_int_equal(suffix, n->suffix);
	assert_int_equal(strchr(flags, 'G') != NULL, n->group);
	assert_int_equal(strchr(flags, 'A') != NULL, n->active);
	assert_int_equal(strchr(flags, 'C') != NULL, n->conflict);
}

static struct nbns_status
read_file(const char *path)
{
	struct packet p = packet_file(path);
	struct nbns_status s;
	struct err e = { 0 };

	if (nbns_read_status(open_frame(&p, NBNS_PORT), &s, &e) == -1)
		fail_msg("%s: %s", path, e.text);
	packet_free(&p);
	return s;
}

/* The names are those that nmblookup -A printed for the same answers. */
static void
answers_of_samba_are_read(void **state)
{
	struct nbns_status s = read_file("tests/data/nbns/samba_status.hex");

	(void)state;
	assert_int_equal(0x08ff, s.id);
	assert_int_equal(5, s.n_names);
	assert_name(&s.names[0], "WS-0412", 0x00, "A");
	assert_name(&s.names[1], "WS-0412", 0x03, "A");
	assert_name(&s.names[2], "WS-0412", 0x20, "A");
	assert_name(&s.names[3], "CORP", 0x00, "GA");
	assert_name(&s.names[4], "CORP", 0x1e, "GA");
	assert_true(mac_is_zero(&s.unit_id));
	assert_string_equal("WS-0412", nbns_computer(&s));
	assert_string_equal("CORP", nbns_domain(&s));

	s = read_file("tests/data/nbns/samba_master.hex");
	assert_int_equal(7, s.n_names);
	assert_name(&s.names[3], "\x01\x02__MSBROWSE__\x02", 0x01, "GA");
	assert_name(&s.names[5], "CORP", 0x1b, "A");
	assert_string_equal("WS-0412", nbns_computer(&s));
	assert_string_equal("CORP", nbns_domain(&s));
}

static void
flags_and_unit_id_are_those_of_rfc_1002(void **state)
{
	struct nbns_status s = read_file("tests/data/nbns/by_the_book.hex");
	char text[MAC_TEXT_MAX];

	(void)state;
	assert_int_equal(0xcafe, s.id);
	assert_int_equal(7, s.n_names);
	assert_name(&s.names[0], "PRINT SRV", 0x00, "C"); /* DRG, not active */
	assert_name(&s.names[1], "WS-0099", 0x00, "A");
	assert_name(&s.names[2], "WS-0099", 0x20, "A");
	assert_name(&s.names[3], "CORP", 0x1c, "GA");
	assert_name(&s.names[4], "CORP", 0x00, "GA");
	assert_name(&s.names[5], "ADMIN", 0x03, "AC");
	assert_name(&s.names[6], "BUCHHALTUNG-NO\x81", 0x20, "A");
	assert_string_equal("00:15:5d:01:02:03", mac_print(&s.unit_id, text));
	assert_string_equal("WS-0099", nbns_computer(&s));
	assert_string_equal("CORP", nbns_domain(&s));
}

#define HEAD "beef 8400 0000 0001 0000 0000 "
#define ANY  "20 434b4141414141414141414141414141 41414141414141414141414141414141 00 "
#define LABEL40 \
	"28 4141414141414141414141414141414141414141414141414141414141414141" \
	"4141414141414141 "
#define RR   "0021 0001 00000000 "
#define NAME "412020202020202020202020202020 00 0400 " /* "A" <00> unique, ACT */
#define MAC  "00155d010203 "

static const struct row {
	const char *label, *bytes;
	const char *error; /* a part of its text; NULL: it is read */
	size_t n_names;
	bool has_mac;
} rows[] = {
	{ "no names, no statistics", HEAD ANY RR "0001 00", NULL, 0, false },
	{ "one name, no statistics", HEAD ANY RR "0013 01" NAME, NULL, 1, false },
	{ "one name and a unit id", HEAD ANY RR "0019 01" NAME MAC, NULL, 1, true },
	{ "unit id is cut by RDLENGTH", HEAD ANY RR "0018 01" NAME MAC, NULL, 1, false },
	{ "bytes behind the answer", HEAD ANY RR "0013 01" NAME "ffff", NULL, 1, false },
	{ "RR_NAME with a scope",
		HEAD "20 4142434445464748494a4b4c4d4e4f50"
		     "4142434445464748494a4b4c4d4e4f50"
		     "03 666f6f 03 626172 00" RR "0013 01" NAME,
		NULL, 1, false },
	{ "the question is sent back, RR_NAME points to it",
		"beef 8400 0001 0001 0000 0000" ANY "0021 0001 c00c" RR "0013 01" NAME,
		NULL, 1, false },
	{ "a label, then a pointer",
		"beef 8400 0001 0001 0000 0000" ANY "0021 0001 01 41 c00c" RR
		"0013 01" NAME,
		NULL, 1, false },
	{ "root name", HEAD "00" RR "0013 01" NAME, NULL, 1, false },
	{ "TTL is not looked at", HEAD ANY "0021 0001 00000e10 0013 01" NAME, NULL, 1,
		false },
	{ "truncated by its sender: TC",
		"beef 8600 0000 0001 0000 0000" ANY RR "0015 02" NAME "4141", NULL, 1,
		false },

	{ "empty", "", "header is cut", 0, false },
	{ "header is cut", "beef 8400 0000 0001 0000 00", "header is cut", 0, false },
	{ "a query", "beef 0000 0000 0001 0000 0000" ANY RR "0001 00", "not a response",
		0, false },
	{ "a registration response", "beef ac00 0000 0001 0000 0000" ANY RR "0001 00",
		"not a response", 0, false },
	{ "RCODE 3", "beef 8403 0000 0001 0000 0000" ANY RR "0001 00", "RCODE 3", 0,
		false },
	{ "no answer", "beef 8400 0000 0000 0000 0000", "0 answers", 0, false },
	{ "two questions", "beef 8400 0002 0001 0000 0000" ANY "00210001" ANY "00210001",
		"2 questions", 0, false },
	{ "question is cut", "beef 8400 0001 0001 0000 0000 20 4142", "QUESTION_NAME",
		0, false },
	{ "nothing behind the header", HEAD, "RR_NAME", 0, false },
	{ "RR_NAME without its end", HEAD "02 4142", "RR_NAME", 0, false },
	{ "pointer to itself", HEAD "c00c" RR "0001 00", "RR_NAME", 0, false },
	{ "pointer forward", HEAD "c0ff" RR "0001 00", "RR_NAME", 0, false },
	{ "pointer into the header", HEAD "c00b" RR "0001 00", "RR_NAME", 0, false },
	{ "half a pointer", HEAD "c0", "RR_NAME", 0, false },
	{ "label of the reserved kind 10", HEAD "80 41 00" RR "0001 00", "RR_NAME", 0,
		false },
	{ "label of the reserved kind 01", HEAD "41 41 00" RR "0001 00", "RR_NAME", 0,
		false },
	{ "name longer than 255 bytes",
		HEAD LABEL40 LABEL40 LABEL40 LABEL40 LABEL40 LABEL40 LABEL40 "00" RR
									     "0001 00",
		"RR_NAME", 0, false },
	{ "type NB", HEAD ANY "0020 0001 00000000 0001 00", "type 0020", 0, false },
	{ "class 2", HEAD ANY "0021 0002 00000000 0001 00", "class 0002", 0, false },
	{ "resource record is cut", HEAD ANY "0021 0001 000000", "RDLENGTH", 0, false },
	{ "RDLENGTH past the end", HEAD ANY RR "0014 01" NAME, "RDLENGTH", 0, false },
	{ "RDLENGTH 0", HEAD ANY RR "0000 01" NAME, "no NUM_NAMES", 0, false },
	{ "fewer names than NUM_NAMES", HEAD ANY RR "0013 02" NAME,
		"NUM_NAMES is 2, RDATA holds 1", 0, false },
	{ "the last name is cut",
		HEAD ANY RR "0012 01 412020202020202020202020202020 00 04",
		"NUM_NAMES is 1, RDATA holds 0", 0, false },
};

static void
each_clause_is_checked(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct packet p = packet_hex(row->bytes);
		struct nbns_status s;
		struct err e = { 0 };
		print_message("  %s\n", row->label);
		int rc = nbns_read_status(packet_rd(&p), &s, &e);
		packet_free(&p);
		if (row->error) {
			assert_int_equal(-1, rc);
			assert_int_equal(ERR_PROTO, e.code);
			assert_non_null(strstr(e.text, row->error));
			assert_non_null(strstr(e.text, "RFC 1002"));
			continue;
		}
		assert_int_equal(0, rc);
		assert_int_equal(0xbeef, s.id);
		assert_int_equal(row->n_names, s.n_names);
		if (s.n_names)
			assert_name(&s.names[0], "A", 0x00, "A");
		assert_int_equal(row->has_mac, !mac_is_zero(&s.unit_id));
	}
}

static void
a_cut_answer_is_refused_at_every_length(void **state)
{
	struct packet frame = packet_file("tests/data/nbns/samba_master.hex");
	struct rd data = open_frame(&frame, NBNS_PORT);
	size_t whole = rd_left(&data);
	const uint8_t *bytes = rd_take(&data, whole);

	(void)state;
	for (size_t n = 0; n < whole; n++) {
		struct packet p = packet_of(bytes, n);
		struct nbns_status s;
		struct err e = { 0 };
		assert_int_equal(-1, nbns_read_status(packet_rd(&p), &s, &e));
		packet_free(&p);
	}
	packet_free(&frame);
}

/* A response with n names "N<i>" <00> unique and a unit id. */
static struct packet
many_names(unsigned n)
{
	struct packet head = packet_hex(HEAD ANY RR);
	uint8_t bytes[PACKET_MAX * 2];
	struct wr w = wr_to(bytes, sizeof(bytes));

	wr_bytes(&w, head.bytes, head.n);
	packet_free(&head);
	wr_be16(&w, (uint16_t)(1 + n * 18 + 6));
	wr_u8(&w, (uint8_t)n);
	for (unsigned i = 0; i < n; i++) {
		char name[32];
		(void)snprintf(name, sizeof(name), "N%-14u", i);
		wr_bytes(&w, name, 15);
		wr_u8(&w, 0x00);
		wr_be16(&w, 0x0400);
	}
	wr_bytes(&w, "\x00\x15\x5d\x01\x02\x03", 6);
	assert_false(w.bad);
	return packet_of(bytes, wr_used(&w));
}

static void
all_names_are_taken_and_the_unit_id(void **state)
{
	static const unsigned counts[] = { 1, 64, 65, 254, 255 };

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		struct packet p = many_names(counts[i]);
		size_t want = counts[i];
		struct nbns_status s;
		struct err e = { 0 };
		char last[32];
		print_message("  %u names\n", counts[i]);
		assert_int_equal(0, nbns_read_status(packet_rd(&p), &s, &e));
		assert_int_equal(want, s.n_names);
		(void)snprintf(last, sizeof(last), "N%zu", want - 1);
		assert_string_equal(last, s.names[want - 1].name);
		assert_int_equal(0x00155d010203, mac_number(&s.unit_id));
		packet_free(&p);
	}
}

static const struct peek_row {
	const char *label, *bytes;
	bool ok;
} peek_rows[] = {
	{ "response", "beef 8400 0000 0001 0000 0000", true },
	{ "negative response", "beef 8403 0000 0000 0000 0000", true },
	{ "query", "beef 0000 0001 0000 0000 0000", false },
	{ "release response: opcode 6", "beef b400 0000 0001 0000 0000", false },
	{ "eleven bytes", "beef 8400 0000 0001 0000 00", false },
	{ "empty", "", false },
};

static void
peek_tells_responses_from_the_rest(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(peek_rows) / sizeof(peek_rows[0]); i++) {
		struct packet p = packet_hex(peek_rows[i].bytes);
		uint16_t id = 0;
		print_message("  %s\n", peek_rows[i].label);
		assert_int_equal(peek_rows[i].ok, nbns_peek_id(packet_rd(&p), &id));
		assert_int_equal(peek_rows[i].ok ? 0xbeef : 0, id);
		packet_free(&p);
	}
}

static const struct pick_row {
	const char *label;
	struct nbns_name names[4];
	const char *computer, *domain;
} pick_rows[] = {
	{ "no names", { { .name = "" } }, NULL, NULL },
	{ "server name when there is no workstation name",
		{ { .name = "SRV", .suffix = 0x20, .active = true } }, "SRV", NULL },
	{ "workstation name comes first",
		{ { .name = "SRV", .suffix = 0x20, .active = true },
			{ .name = "WS", .suffix = 0x00, .active = true } },
		"WS", NULL },
	{ "inactive names do not count",
		{ { .name = "OLD", .suffix = 0x00 },
			{ .name = "GRP", .suffix = 0x00, .group = true },
			{ .name = "NEW", .suffix = 0x00, .active = true } },
		"NEW", NULL },
	{ "an empty name is none",
		{ { .name = "", .suffix = 0x00, .active = true },
			{ .name = "SRV", .suffix = 0x20, .active = true } },
		"SRV", NULL },
	{ "a user or browser name is no computer",
		{ { .name = "ALICE", .suffix = 0x03, .active = true },
			{ .name = "CORP", .suffix = 0x1b, .active = true } },
		NULL, NULL },
	{ "domain controllers name the domain",
		{ { .name = "B", .suffix = 0x1e, .group = true, .active = true },
			{ .name = "A", .suffix = 0x1c, .group = true, .active = true } },
		NULL, "A" },
	{ "elections name the workgroup",
		{ { .name = "B", .suffix = 0x1e, .group = true, .active = true } },
		NULL, "B" },
	{ "group <00> comes first",
		{ { .name = "A", .suffix = 0x1c, .group = true, .active = true },
			{ .name = "C", .suffix = 0x00, .group = true, .active = true } },
		NULL, "C" },
};

static void
assert_text(const char *want, const char *got)
{
	if (want && got)
		assert_string_equal(want, got);
	else
		assert_true(want == got);
}

static void
computer_and_domain_are_picked_by_suffix(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(pick_rows) / sizeof(pick_rows[0]); i++) {
		struct nbns_status s = { .n_names = i == 0 ? 0 : 4 };
		print_message("  %s\n", pick_rows[i].label);
		memcpy(s.names, pick_rows[i].names, sizeof(pick_rows[i].names));
		assert_text(pick_rows[i].computer, nbns_computer(&s));
		assert_text(pick_rows[i].domain, nbns_domain(&s));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(query_is_what_nmblookup_sends),
		cmocka_unit_test(answers_of_samba_are_read),
		cmocka_unit_test(flags_and_unit_id_are_those_of_rfc_1002),
		cmocka_unit_test(each_clause_is_checked),
		cmocka_unit_test(a_cut_answer_is_refused_at_every_length),
		cmocka_unit_test(all_names_are_taken_and_the_unit_id),
		cmocka_unit_test(peek_tells_responses_from_the_rest),
		cmocka_unit_test(computer_and_domain_are_picked_by_suffix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
