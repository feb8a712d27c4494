/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rootDSE: what ldapsearch asks, what slapd and Samba answer, and BER that is broken. */
#include "packet.h"

#include "talk_drive.h"
#include "wire/ldap.h"

extern const struct ask ask_ldap;

static void
question_is_what_ldapsearch_asks(void **state)
{
	struct packet want = packet_file("tests/data/ldap/question.hex");
	uint8_t bytes[LDAP_QUERY_ROOM];
	struct wr w = wr_to(bytes, sizeof(bytes));

	(void)state;
	ldap_write_root_query(&w);
	assert_wrote(&w, want.bytes, want.n);
	packet_free(&want);
}

/* As ldapsearch shows them. */
static const struct file_row {
	const char *path, *facts;
} file_rows[] = {
	{ "tests/data/ldap/openldap.hex",
		"ldap.dc=false\nldap.domain=lab.example\nldap.vendor=OpenLDAP\n" },
	{ "tests/data/ldap/samba_dc.hex",
		"ldap.dc=true\nldap.dns_name=dc1.corp.lab.example\n"
		"ldap.domain=corp.lab.example\nldap.forest=corp.lab.example\n"
		"ldap.gc=true\nldap.site=Default-First-Site-Name\n"
		"ldap.vendor=Samba Team (https://www.samba.org) 4.17.12-Debian\n" },
};

static void
what_directories_say_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(file_rows) / sizeof(file_rows[0]); i++)
		for (int slowly = 0; slowly < 2; slowly++) {
			struct packet p = packet_file(file_rows[i].path);
			struct drive *d = drive_new(&ask_ldap, "192.0.2.1", 389, "");
			size_t n;
			print_message("  %s\n", file_rows[i].path);
			assert_int_equal(TALK_MORE, talk_connected(&d->talk));
			(void)drive_said(d, &n);
			assert_true(n > 0);
			assert_int_equal(TALK_DONE,
				slowly ? drive_hear_slowly(d, p.bytes, p.n)
				       : drive_hear(d, p.bytes, p.n));
			assert_string_equal(file_rows[i].facts, drive_facts(d));
			drive_free(d);
			packet_free(&p);
		}
}

static void
a_cut_answer_is_not_done(void **state)
{
	struct packet p = packet_file("tests/data/ldap/samba_dc.hex");

	(void)state;
	for (size_t n = 0; n < p.n; n++) {
		struct packet cut = packet_of(p.bytes, n);
		struct drive *d = drive_new(&ask_ldap, "192.0.2.1", 389, "");
		(void)talk_connected(&d->talk);
		assert_int_equal(
			TALK_MORE, n ? drive_hear(d, cut.bytes, cut.n) : TALK_MORE);
		drive_free(d);
		packet_free(&cut);
	}
	packet_free(&p);
}

/* --- messages, written by hand ------------------------------------------------------------- */

static const struct frame_row {
	const char *label, *bytes;
	enum ldap_part part;
	size_t size;
} frame_rows[] = {
	{ "short", "30 03 020101", LDAP_WHOLE, 5 },
	{ "long", "30 81 03 020101 ff", LDAP_WHOLE, 6 },
	{ "longer", "30 84 00000003 020101", LDAP_WHOLE, 9 },
	{ "nothing yet", "", LDAP_MORE, 0 },
	{ "a tag", "30", LDAP_MORE, 0 },
	{ "half a length", "30 82 00", LDAP_MORE, 0 },
	{ "a byte is missing", "30 03 0201", LDAP_MORE, 0 },
	{ "the largest, to come", "30 84 00008000", LDAP_MORE, 0 },
	{ "larger", "30 84 00008001", LDAP_BROKEN, 0 },
	{ "huge", "30 84 ffffffff", LDAP_BROKEN, 0 },
	{ "the indefinite form", "30 80 0000", LDAP_BROKEN, 0 },
	{ "a length of five bytes", "30 85 0000000003 020101", LDAP_BROKEN, 0 },
	{ "HTTP", "485454502f", LDAP_BROKEN, 0 },
};

static void
messages_are_framed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(frame_rows) / sizeof(frame_rows[0]); i++) {
		const struct frame_row *row = &frame_rows[i];
		struct packet p = packet_hex(row->bytes);
		struct rd stream = packet_rd(&p), message;
		const char *why = NULL;
		print_message("  %s\n", row->label);
		assert_int_equal(row->part, ldap_read_message(&stream, &message, &why));
		if (row->part == LDAP_WHOLE)
			assert_int_equal(row->size, rd_left(&message));
		assert_int_equal(row->part == LDAP_BROKEN, why != NULL);
		packet_free(&p);
	}
}

#define DNS  "0b 646e73486f73744e616d65" /* dnsHostName */
#define DNSL "0b 444e53484f53544e414d45" /* in capitals */

static const struct message_row {
	const char *label, *bytes;
	enum ldap_said said;
	const char *dns_name;
} message_rows[] = {
	{ "a name", "30 1d 020101 64 18 0400 3014 3012 04" DNS "31 03 0401 61",
		LDAP_SAID_ENTRY, "a" },
	{ "in capitals (RFC 4512 §2.5)",
		"30 1d 020101 64 18 0400 3014 3012 04" DNSL "31 03 0401 61",
		LDAP_SAID_ENTRY, "a" },
	{ "two values: the first",
		"30 20 020101 64 1b 0400 3017 3015 04" DNS "31 06 0401 61 0401 62",
		LDAP_SAID_ENTRY, "a" },
	{ "a value with a NUL",
		"30 1e 020101 64 19 0400 3015 3013 04" DNS "31 04 0402 6100",
		LDAP_SAID_ENTRY, "" },
	{ "no value", "30 1a 020101 64 15 0400 3011 300f 04" DNS "31 00",
		LDAP_SAID_ENTRY, "" },
	{ "a value longer than its set",
		"30 1d 020101 64 18 0400 3014 3012 04" DNS "31 03 047f 61",
		LDAP_SAID_ENTRY, "" },
	{ "no attributes", "30 09 020101 64 04 0400 3000", LDAP_SAID_ENTRY, "" },
	{ "the end", "30 0c 020101 65 07 0a0100 0400 0400", LDAP_SAID_END, "" },
	{ "notice of disconnection", "30 0c 020100 78 07 0a0134 0400 0400",
		LDAP_SAID_END, "" },
	{ "the answer to another", "30 0c 020102 65 07 0a0100 0400 0400",
		LDAP_SAID_OTHER, "" },
	{ "a reference", "30 0b 020101 73 06 0404 6c646170", LDAP_SAID_OTHER, "" },

	{ "empty", "30 00", LDAP_SAID_GARBAGE, NULL },
	{ "no id", "30 02 0400", LDAP_SAID_GARBAGE, NULL },
	{ "only an id", "30 03 020101", LDAP_SAID_GARBAGE, NULL },
	{ "an entry without a name", "30 05 020101 64 00", LDAP_SAID_GARBAGE, NULL },
	{ "a name longer than the entry", "30 07 020101 64 02 04 7f", LDAP_SAID_GARBAGE,
		NULL },
	{ "an attribute that is none", "30 0b 020101 64 06 0400 3002 0500",
		LDAP_SAID_GARBAGE, NULL },
	{ "a value that is none",
		"30 1d 020101 64 18 0400 3014 3012 04" DNS "31 03 3001 61",
		LDAP_SAID_GARBAGE, NULL },
};

static void
messages_are_told_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(message_rows) / sizeof(message_rows[0]); i++) {
		const struct message_row *row = &message_rows[i];
		struct packet p = packet_hex(row->bytes);
		struct ldap_root root = { .n_contexts = 0 };
		const char *why = NULL;
		print_message("  %s\n", row->label);
		assert_int_equal(row->said, ldap_read_root(packet_rd(&p), &root, &why));
		if (row->dns_name)
			assert_string_equal(row->dns_name, root.dns_name);
		else
			assert_non_null(strstr(why, "RFC 4511"));
		packet_free(&p);
	}
}

static void
a_value_that_is_too_long_is_none(void **state)
{
	uint8_t bytes[1024];
	static const uint8_t id[] = { 2, 1, 1 };

	(void)state;
	for (size_t n = LDAP_TEXT_MAX - 2; n <= LDAP_TEXT_MAX + 1; n++) {
		struct wr w = wr_to(bytes, sizeof(bytes));
		struct ldap_root root = { .n_contexts = 0 };
		const char *why = NULL;
		static const size_t heads[] = { 36, 29, 23, 19,
			4 }; /* behind each length */
		static const uint8_t tags[] = { 0x30, 0x64, 0x30, 0x30, 0x31, 0x04 };
		for (size_t i = 0; i < sizeof(tags); i++) {
			wr_u8(&w, tags[i]);
			wr_u8(&w, 0x82);
			wr_be16(&w, (uint16_t)(n + (i < 5 ? heads[i] : 0)));
			if (i == 0)
				wr_bytes(&w, id, sizeof(id));
			if (i == 1)
				wr_be16(&w, 0x0400);
			if (i == 3)
				wr_bytes(&w,
					"\x04\x0b"
					"dnsHostName",
					13);
		}
		for (size_t i = 0; i < n; i++)
			wr_u8(&w, 'x');
		/* lengths from the inside out: value, set, attribute, list, entry, message */
		wr_patch_be16(&w, 2, (uint16_t)(wr_used(&w) - 4));
		wr_patch_be16(&w, 9, (uint16_t)(wr_used(&w) - 11));
		wr_patch_be16(&w, 15, (uint16_t)(wr_used(&w) - 17));
		wr_patch_be16(&w, 19, (uint16_t)(wr_used(&w) - 21));
		wr_patch_be16(&w, 36, (uint16_t)(wr_used(&w) - 38));
		assert_false(w.bad);
		assert_int_equal(LDAP_SAID_ENTRY,
			ldap_read_root(rd_from(bytes, wr_used(&w)), &root, &why));
		assert_int_equal(n < LDAP_TEXT_MAX ? n : 0, strlen(root.dns_name));
	}
}

/* --- names ---------------------------------------------------------------------------------- */

static const struct name_row {
	const char *dn, *domain, *site; /* NULL: none */
} name_rows[] = {
	{ "dc=lab,dc=example", "lab.example", NULL },
	{ "DC=corp, DC=lab,DC=example", "corp.lab.example", NULL },
	{ "dc=one", "one", NULL },
	{ "o=lab", NULL, NULL },
	{ "ou=x,dc=lab", NULL, NULL },
	{ "dc=a.b,dc=c", NULL, NULL },
	{ "dc=a+dc=b", NULL, NULL },
	{ "dc=", NULL, NULL },
	{ "dc", NULL, NULL },
	{ "", NULL, NULL },
	{ "dc=a\\62c", "abc", NULL },
	{ "dc=a\\00b", NULL, NULL },
	{ "dc=a\\", NULL, NULL },
	{ "CN=DC1,CN=Servers,CN=Berlin,CN=Sites,CN=Configuration,DC=a", NULL, "Berlin" },
	{ "cn=DC1,cn=servers,cn=Nord\\, West,cn=sites", NULL, "Nord, West" },
	{ "CN=DC1,CN=Servers,CN=M\\c3\\bcnchen,CN=Sites", NULL, "M\xc3\xbcnchen" },
	{ "CN=DC1,CN=Berlin,CN=Sites,CN=Configuration", NULL, NULL },
	{ "CN=DC1,CN=Servers,CN=Berlin", NULL, NULL },
	{ "CN=DC1,CN=Servers,CN=,CN=Sites", NULL, NULL },
};

static void
names_become_domains_and_sites(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(name_rows) / sizeof(name_rows[0]); i++) {
		const struct name_row *row = &name_rows[i];
		struct packet p = packet_of(row->dn, strlen(row->dn) + 1);
		char text[LDAP_TEXT_MAX];
		print_message("  %s\n", row->dn);
		bool domain = ldap_print_domain((char *)p.bytes, text);
		assert_int_equal(row->domain != NULL, domain);
		if (domain)
			assert_string_equal(row->domain, text);
		bool site = ldap_print_site((char *)p.bytes, text);
		assert_int_equal(row->site != NULL, site);
		if (site)
			assert_string_equal(row->site, text);
		packet_free(&p);
	}
}

static void
a_long_name_is_no_domain(void **state)
{
	char dn[1024] = "", text[LDAP_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < 130; i++)
		memcpy(dn + 5 * i, "dc=a,", 6);
	dn[5 * 128 - 1] = '\0'; /* 128 labels: 255 characters */
	assert_true(ldap_print_domain(dn, text));
	assert_int_equal(255, strlen(text));
	dn[5 * 128 - 1] = ',';
	dn[5 * 129 - 1] = '\0';
	assert_false(ldap_print_domain(dn, text));
	memset(dn, 'x', 400);
	memcpy(dn, "dc=", 3);
	dn[400] = '\0';
	assert_false(ldap_print_domain(dn, text));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(question_is_what_ldapsearch_asks),
		cmocka_unit_test(what_directories_say_is_told),
		cmocka_unit_test(a_cut_answer_is_not_done),
		cmocka_unit_test(messages_are_framed),
		cmocka_unit_test(messages_are_told_apart),
		cmocka_unit_test(a_value_that_is_too_long_is_none),
		cmocka_unit_test(names_become_domains_and_sites),
		cmocka_unit_test(a_long_name_is_no_domain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
