/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The LDAP ping: what Samba answers, as `net ads lookup` shows it, and what nobody should. */
#include "packet.h"

#include "wire/netlogon.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum { ID = 0x1234 };

static void
question_is_the_one_of_the_specification(void **state)
{
	struct packet want = packet_file("tests/data/netlogon/question.hex");
	uint8_t bytes[NETLOGON_QUERY_ROOM];
	struct wr w = wr_to(bytes, sizeof(bytes));

	(void)state;
	netlogon_write_query(&w, ID, "corp.example");
	assert_false(w.bad);
	assert_int_equal(want.n, wr_used(&w));
	assert_memory_equal(want.bytes, bytes, want.n);
	packet_free(&want);
}

static void
a_controller_says_who_it_is(void **state)
{
	static const uint8_t guid[] = { 0x25, 0x3c, 0x63, 0xae, 0x04, 0xaf, 0x5d, 0x4a,
		0x8e, 0x89, 0x62, 0x9c, 0x26, 0xeb, 0x24, 0x2f };
	struct packet p = packet_file("tests/data/netlogon/samba_dc.hex");
	struct netlogon n;
	const char *why;

	(void)state;
	assert_int_equal(NETLOGON_ANSWER, netlogon_read(packet_rd(&p), ID, &n, &why));
	assert_int_equal(NETLOGON_PDC | NETLOGON_GC | NETLOGON_LDAP | NETLOGON_DS |
			NETLOGON_KDC | NETLOGON_CLOSEST | NETLOGON_WRITABLE,
		n.flags & 0x1bd);
	assert_string_equal("corp.example", n.forest);
	assert_string_equal("corp.example", n.domain);
	assert_string_equal("dc1.corp.example", n.host);
	assert_string_equal("CORP", n.netbios_domain);
	assert_string_equal("DC1", n.netbios_host);
	assert_string_equal("Default-First-Site-Name", n.site);
	assert_string_equal("Default-First-Site-Name", n.our_site);
	assert_string_equal("", n.closest_site);
	assert_memory_equal(guid, n.domain_guid, sizeof(guid));
	packet_free(&p);
}

static void
who_serves_another_domain_is_told_apart(void **state)
{
	struct packet p = packet_file("tests/data/netlogon/samba_unknown.hex");
	struct netlogon n;
	const char *why;

	(void)state;
	assert_int_equal(NETLOGON_NOT_IT, netlogon_read(packet_rd(&p), ID, &n, &why));
	assert_int_equal(NETLOGON_OTHER, netlogon_read(packet_rd(&p), ID + 1, &n, &why));
	packet_free(&p);
}

static void
a_cut_answer_is_garbage(void **state)
{
	struct packet p = packet_file("tests/data/netlogon/samba_dc.hex");
	size_t first = 2 + 0x77; /* behind it the SearchResultDone may be missing */

	(void)state;
	for (size_t n = 0; n < p.n; n++) {
		struct packet cut = packet_of(p.bytes, n);
		struct netlogon out;
		const char *why = "";
		enum netlogon_said said = netlogon_read(packet_rd(&cut), ID, &out, &why);
		assert_int_equal(n < first ? NETLOGON_GARBAGE : NETLOGON_ANSWER, said);
		if (said == NETLOGON_GARBAGE) {
			assert_true(why[0]);
			assert_string_equal("", out.host);
		}
		packet_free(&cut);
	}
	packet_free(&p);
}

/* --- answers written by hand: [MS-ADTS] 6.3.1.9 ---------------------------------------------- */

#define GUID "000102030405060708090a0b0c0d0e0f"

static const struct row {
	const char *label, *value; /* of the attribute */
	bool known;
	const char *domain, *our_site, *closest_site;
} rows[] = {
	{ "all names by pointer",
		"1700 0000 00000000" GUID "0164 00 c018 c018 c018 c018 c018 0173 00 c025"
		"06000000 ffff ffff",
		true, "d", "s", "" },
	{ "the user is unknown",
		"1900 0000 00000000" GUID "0164 00 c018 c018 c018 c018 c018 0173 00 c025"
		"06000000 ffff ffff",
		true, "d", "s", "" },
	{ "with the next closest site",
		"1700 0000 00000000" GUID "0164 00 c018 c018 c018 c018 c018 0173 00 c025"
		"016e 00 16000000 ffff ffff",
		true, "d", "s", "n" },
	{ "of no site",
		"1700 0000 00000000" GUID "0164 00 c018 c018 c018 c018 c018 0173 00 00"
		"06000000 ffff ffff",
		true, "d", "", "" },
	{ "a pointer to itself",
		"1700 0000 00000000" GUID "c018 c018 c018 c018 c018 c018 0173 00 00"
		"06000000 ffff ffff",
		false, "", "", "" },
	{ "a pointer forward",
		"1700 0000 00000000" GUID "c020 00 c018 c018 c018 c018 c018 0173 00 00"
		"06000000 ffff ffff",
		false, "", "", "" },
	{ "names are missing", "1700 0000 00000000" GUID "0164 00 06000000 ffff ffff",
		false, "", "", "" },
	{ "the old answer",
		"1300 0000 00000000" GUID "0164 00 c018 c018 c018 c018 c018 0173 00"
		"c025 06000000 ffff ffff",
		false, "", "", "" },
	{ "a head alone", "1700 0000 00000000" GUID, false, "", "", "" },
	{ "nothing", "", false, "", "", "" },
};

static struct packet
entry_of(const char *value)
{
	struct packet v = packet_hex(value);
	uint8_t all[256];
	uint8_t n = (uint8_t)v.n, at = 0;
	const uint8_t head[] = { 0x30, (uint8_t)(n + 26), 2, 2, 0x12, 0x34, 0x64,
		(uint8_t)(n + 20), 4, 0, 0x30, (uint8_t)(n + 16), 0x30,
		(uint8_t)(n + 14), 4, 8, 'N', 'e', 't', 'l', 'o', 'g', 'o', 'n', 0x31,
		(uint8_t)(n + 2), 4, n };

	memcpy(all, head, sizeof(head));
	at = sizeof(head);
	memcpy(all + at, v.bytes, v.n);
	packet_free(&v);
	return packet_of(all, (size_t)at + n);
}

static void
answers_are_read_by_the_letter(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct packet p = entry_of(rows[i].value);
		struct netlogon n;
		const char *why;
		print_message("  %s\n", rows[i].label);
		assert_int_equal(rows[i].known ? NETLOGON_ANSWER : NETLOGON_GARBAGE,
			netlogon_read(packet_rd(&p), ID, &n, &why));
		assert_string_equal(rows[i].domain, n.domain);
		assert_string_equal(rows[i].our_site, n.our_site);
		assert_string_equal(rows[i].closest_site, n.closest_site);
		packet_free(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(question_is_the_one_of_the_specification),
		cmocka_unit_test(a_controller_says_who_it_is),
		cmocka_unit_test(who_serves_another_domain_is_told_apart),
		cmocka_unit_test(a_cut_answer_is_garbage),
		cmocka_unit_test(answers_are_read_by_the_letter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
