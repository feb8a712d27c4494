/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DNS messages: names there and back, and RFC 1035 §4.1 broken clause by clause. */
#include "packet.h"

#include "wire/dns.h"

/* Id, flags, counts; the name under test stands at 0x0c. */
#define HEAD "beef 8400 0001 0000 0000 0000 "
#define LABEL63 \
	"3f 6161616161616161616161616161616161616161616161616161616161616161" \
	"61616161616161616161616161616161616161616161616161616161616161 "
#define TEXT63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct name_row {
	const char *label, *bytes; /* behind the header */
	const char *want;          /* NULL: refused */
	size_t at, left;           /* where it begins, bytes behind it */
} name_rows[] = {
	{ "two labels", "03 776562 07 6578616d706c65 00", "web.example", 0, 0 },
	{ "the root", "00", "", 0, 0 },
	{ "bytes behind it", "03 776562 00 ffff", "web", 0, 2 },
	{ "a dot in a label", "03 612e62 01 63 00", "a\\.b.c", 0, 0 },
	{ "a backslash", "03 615c62 00", "a\\\\b", 0, 0 },
	{ "control characters", "04 00071f7f 00", "\\000\\007\\031\\127", 0, 0 },
	{ "UTF-8 stays", "03 c3a962 00",
		"\xc3\xa9"
		"b",
		0, 0 },
	{ "case stays", "03 576542 00", "WeB", 0, 0 },
	{ "a pointer back", "03 776562 00 c00c", "web", 5, 0 },
	{ "a label, then a pointer, then bytes", "03 776562 00 01 61 c00c 2222",
		"a.web", 5, 2 },
	{ "a pointer to a pointer", "03 776562 00 01 61 c00c 01 62 c011", "b.a.web", 9,
		0 },
	{ "255 bytes",
		LABEL63 LABEL63 LABEL63
		"3d 61616161616161616161616161616161616161616161616161616161616161"
		"616161616161616161616161616161616161616161616161616161616161 00",
		TEXT63 "." TEXT63 "." TEXT63
		       ".aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		0, 0 },

	{ "256 bytes",
		LABEL63 LABEL63 LABEL63
		"3e 61616161616161616161616161616161616161616161616161616161616161"
		"61616161616161616161616161616161616161616161616161616161616161 00",
		NULL, 0, 0 },
	{ "256 bytes by a pointer", LABEL63 LABEL63 LABEL63 "00" LABEL63 "c00c", NULL,
		193, 0 },
	{ "nothing", "", NULL, 0, 0 },
	{ "a label that is cut", "03 7765", NULL, 0, 0 },
	{ "no end", "03 776562", NULL, 0, 0 },
	{ "half a pointer", "c0", NULL, 0, 0 },
	{ "a pointer to itself", "c00c", NULL, 0, 0 },
	{ "a pointer to its own label", "01 61 c00c", NULL, 0, 0 },
	{ "a pointer forward", "c00e 01 61 00", NULL, 0, 0 },
	{ "a pointer behind the end", "ffff", NULL, 0, 0 },
	{ "a pointer into the header", "c000", NULL, 0, 0 },
	{ "a pointer to a zero of the header", "c006", NULL, 0, 0 },
	{ "two pointers in a circle", "c00e c00c", NULL, 2, 0 },
	{ "a kind of label that is reserved", "41 61 00", NULL, 0, 0 },
	{ "the other reserved kind", "81 61 00", NULL, 0, 0 },
};

static void
names_are_read_and_end_where_they_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(name_rows) / sizeof(name_rows[0]); i++) {
		const struct name_row *row = &name_rows[i];
		char hex[PACKET_MAX], text[DNS_NAME_TEXT] = "?";
		struct dns_message m;
		print_message("  %s\n", row->label);
		(void)snprintf(hex, sizeof(hex), "%s%s", HEAD, row->bytes);
		struct packet p = packet_hex(hex);
		assert_true(dns_open(packet_rd(&p), &m));
		rd_skip(&m.next, row->at);
		assert_int_equal(row->want != NULL, dns_next_name(&m, text));
		assert_string_equal(row->want ? row->want : "", text);
		assert_int_equal(!row->want, m.next.bad);
		assert_int_equal(row->left, rd_left(&m.next));
		assert_false(m.next.bad && dns_next_name(&m, text));
		packet_free(&p);
	}
}

/* A name has at most 127 labels: nobody needs more pointers, and each takes time. */
static void
a_name_has_at_most_128_pointers(void **state)
{
	enum { MOST = 128 };
	uint8_t bytes[DNS_HEAD + 3 + 2 * (MOST + 1)];
	char text[DNS_NAME_TEXT];
	struct dns_message m;
	struct wr w = wr_to(bytes, sizeof(bytes));

	(void)state;
	dns_write_head(&w, 0xbeef, DNS_RESPONSE, 0);
	wr_bytes(&w, "\1a", 3);
	wr_be16(&w, 0xc000 | DNS_HEAD);
	for (unsigned i = 0; i < MOST; i++)
		wr_be16(&w, (uint16_t)(0xc000 | (DNS_HEAD + 3 + 2 * i)));
	assert_int_equal(wr_used(&w), sizeof(bytes));
	assert_true(dns_open(rd_from(bytes, sizeof(bytes)), &m));
	struct rd at = m.all;
	rd_skip(&at, sizeof(bytes) - 4);
	assert_true(dns_read_name(&m, &at, text));
	assert_string_equal("a", text);
	assert_false(dns_read_name(&m, &at, text));
}

/* What is in the data of a record ends with it, though a pointer may lead out. */
static void
a_name_in_a_record_stays_in_it(void **state)
{
	static const struct {
		const char *label, *record;
		const char *want;
	} rows[] = {
		{ "whole", "0003 01 61 00", "a" },
		{ "with a pointer", "0004 01 61 c00c", "a.web" },
		{ "cut by RDLENGTH", "0002 01 61 00", NULL },
		{ "pointer cut by RDLENGTH", "0003 01 61 c00c", NULL },
		{ "empty", "0000 01 61 00", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char hex[512], text[DNS_NAME_TEXT];
		struct dns_message m;
		struct dns_record r;
		print_message("  %s\n", rows[i].label);
		(void)snprintf(hex, sizeof(hex),
			"%s 03 776562 00 000c 0001 c00c 000c 8001 00000e10 %s", HEAD,
			rows[i].record);
		struct packet p = packet_hex(hex);
		assert_true(dns_open(packet_rd(&p), &m));
		assert_true(dns_skip_question(&m));
		assert_true(dns_next_record(&m, &r));
		assert_string_equal("web", r.owner);
		assert_int_equal(DNS_PTR, r.type);
		assert_int_equal(0x8001, r.class);
		assert_int_equal(rows[i].want != NULL, dns_read_name(&m, &r.data, text));
		assert_string_equal(rows[i].want ? rows[i].want : "", text);
		packet_free(&p);
	}
}

static void
the_header_is_read(void **state)
{
	struct packet p = packet_hex("0102 0304 0506 0708 090a 0b0c");
	struct dns_message m;

	(void)state;
	assert_true(dns_open(packet_rd(&p), &m));
	assert_int_equal(0x0102, m.id);
	assert_int_equal(0x0304, m.flags);
	assert_int_equal(0x0506, m.n_questions);
	assert_int_equal(0x0708, m.n_answers);
	assert_int_equal(0x090a, m.n_authority);
	assert_int_equal(0x0b0c, m.n_additional);
	assert_false(dns_skip_question(&m));
	for (size_t n = 0; n < DNS_HEAD; n++)
		assert_false(dns_open(rd_from(p.bytes, n), &m));
	packet_free(&p);
}

static void
records_and_questions_that_are_cut_are_refused(void **state)
{
	struct packet whole = packet_hex(
		HEAD "03 776562 00 000c 0001 c00c 000c 0001 00000e10 0003 01 61 00");
	struct dns_message m;
	struct dns_record r;

	(void)state;
	for (size_t n = DNS_HEAD; n <= whole.n; n++) {
		struct packet p = packet_of(whole.bytes, n);
		assert_true(dns_open(packet_rd(&p), &m));
		assert_int_equal(n >= 12 + 9, dns_skip_question(&m));
		assert_int_equal(n == whole.n, dns_next_record(&m, &r));
		packet_free(&p);
	}
	packet_free(&whole);
}

static void
questions_are_written_by_the_book(void **state)
{
	static const struct {
		const char *name, *want; /* NULL: refused */
	} rows[] = {
		{ "web.example", "03776562 076578616d706c65 00 000c 0001" },
		{ "", "00 000c 0001" },
		{ "a..b", NULL },
		{ ".a", NULL },
		{ TEXT63 "a", NULL },
		{ TEXT63 "." TEXT63 "." TEXT63 "." TEXT63, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t bytes[512];
		struct wr w = wr_to(bytes, sizeof(bytes));
		print_message("  \"%s\"\n", rows[i].name);
		dns_write_question(&w, rows[i].name, DNS_PTR, DNS_IN);
		if (rows[i].want)
			assert_wrote_hex(&w, rows[i].want);
		else
			assert_true(w.bad);
	}
}

/* As dig -x prints them. */
static void
reverse_names_are_those_of_the_rfcs(void **state)
{
	static const struct {
		const char *address, *want;
	} rows[] = {
		{ "192.0.2.7", "7.2.0.192.in-addr.arpa" },
		{ "255.255.255.255", "255.255.255.255.in-addr.arpa" },
		{ "2001:db8::567:89ab",
			"b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2"
			".ip6.arpa" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[DNS_REVERSE_TEXT];
		struct addr a;
		assert_true(addr_parse(rows[i].address, &a));
		assert_string_equal(rows[i].want, dns_print_reverse(&a, text));
	}
}

#define PC1        "03 504331 00 "
#define PC1_LOCAL  "03 504331 05 6c6f63616c 00 "
#define A_7        "0001 0001 0000001e 0004 0a000007 "
#define AAAA(last) "001c 0001 0000001e 0010 20010db8 00000000 00000000 000000" last " "

static const struct address_row {
	const char *label, *bytes, *name, *want;
} address_rows[] = {
	{ "one of each family, and a question before",
		"0001 8400 0001 0002 0000 0000" PC1_LOCAL
		"0001 0001" PC1_LOCAL AAAA("07") "c00c" A_7,
		"PC1.local", "2001:db8::7 10.0.0.7 " },
	{ "each once, by any case, in all sections",
		"0001 8000 0000 0001 0001 0002" PC1 AAAA("07") "c00c" AAAA(
			"07") "03 706331 00" AAAA("08") "c00c" A_7,
		"pc1", "2001:db8::7 2001:db8::8 10.0.0.7 " },
	{ "with the bit of a cache",
		"0001 8400 0000 0001 0000 0000" PC1_LOCAL
		"0001 8001 0000001e 0004 0a000007",
		"pc1.local", "10.0.0.7 " },
	{ "of another name", "0001 8400 0000 0001 0000 0000" PC1 A_7, "PC2", "" },
	{ "of a longer name", "0001 8400 0000 0001 0000 0000" PC1_LOCAL A_7, "PC1", "" },
	{ "that takes leave",
		"0001 8400 0000 0001 0000 0000" PC1 "0001 0001 00000000 0004 0a000007",
		"PC1", "" },
	{ "of another size",
		"0001 8400 0000 0001 0000 0000" PC1 "001c 0001 0000001e 0004 0a000007",
		"PC1", "" },
	{ "of another kind",
		"0001 8400 0000 0001 0000 0000" PC1 "0010 0001 0000001e 0004 0a000007",
		"PC1", "" },
	{ "of another class",
		"0001 8400 0000 0001 0000 0000" PC1 "0001 0003 0000001e 0004 0a000007",
		"PC1", "" },
	{ "up to where it breaks off",
		"0001 8400 0000 0002 0000 0000" PC1 A_7
		"c00c 001c 0001 0000001e 0010 20",
		"PC1", "10.0.0.7 " },
	{ "no response", "0001 0000 0000 0001 0000 0000" PC1 A_7, "PC1", "" },
	{ "an error", "0001 8403 0000 0001 0000 0000" PC1 A_7, "PC1", "" },
	{ "half a header", "0001 8400", "PC1", "" },
	{ "half a question", "0001 8400 0001 0001 0000 0000 03 50", "PC1", "" },
};

static void
addresses_of_a_name_are_read_and_of_no_other(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(address_rows) / sizeof(address_rows[0]); i++) {
		const struct address_row *row = &address_rows[i];
		struct packet p = packet_hex(row->bytes);
		struct dns_addresses got;
		char text[256] = "", ip[ADDR_TEXT_MAX];

		print_message("  %s\n", row->label);
		dns_read_addresses(packet_rd(&p), row->name, &got);
		for (size_t k = 0; k < got.n; k++) {
			strcat(text, addr_print(&got.items[k], ip));
			strcat(text, " ");
		}
		assert_string_equal(row->want, text);
		packet_free(&p);
	}
}

static void
no_more_addresses_are_kept_than_there_is_room_for(void **state)
{
	uint8_t bytes[2048];
	struct wr w = wr_to(bytes, sizeof(bytes));
	struct dns_addresses got;

	(void)state;
	dns_write_head(&w, 1, DNS_RESPONSE, 0);
	bytes[7] = DNS_ADDRESSES_MAX + 1; /* answers */
	for (uint32_t i = 0; i <= DNS_ADDRESSES_MAX; i++) {
		dns_write_question(&w, "PC1", DNS_A, DNS_IN); /* begins like a record */
		wr_be32(&w, 30);
		wr_be16(&w, 4);
		wr_be32(&w, 0x0a000000 + i);
	}
	dns_read_addresses(rd_from(bytes, wr_used(&w)), "PC1", &got);
	assert_int_equal(DNS_ADDRESSES_MAX, got.n);
	assert_int_equal(0x0a000000 + DNS_ADDRESSES_MAX - 1,
		addr_to_ip4(&got.items[DNS_ADDRESSES_MAX - 1]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_read_and_end_where_they_end),
		cmocka_unit_test(a_name_has_at_most_128_pointers),
		cmocka_unit_test(a_name_in_a_record_stays_in_it),
		cmocka_unit_test(the_header_is_read),
		cmocka_unit_test(records_and_questions_that_are_cut_are_refused),
		cmocka_unit_test(questions_are_written_by_the_book),
		cmocka_unit_test(reverse_names_are_those_of_the_rfcs),
		cmocka_unit_test(addresses_of_a_name_are_read_and_of_no_other),
		cmocka_unit_test(no_more_addresses_are_kept_than_there_is_room_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
