/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What Active Directory keeps in its attributes, as text: ids, times, accounts, DNS records. */
#include "packet.h"

#include "base/clock.h"
#include "ldap/account.h"
#include "ldap/adtime.h"
#include "ldap/dnsrecord.h"
#include "ldap/objectid.h"
#include "ldap/refusal.h"
#include "ldap/topology.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* --- ids --------------------------------------------------------------------------------- */

static const struct id_row {
	const char *label, *bytes, *want; /* want NULL: refused */
} guid_rows[] = {
	/* [MS-DTYP] 2.3.4.3 writes this one so; the first three fields are little end first. */
	{ "the first three fields are turned", "33221100 5544 7766 8899aabbccddeeff",
		"00112233-4455-6677-8899-aabbccddeeff" },
	{ "digits of every value", "78563412 bc9a f0de 0123456789abcdef",
		"12345678-9abc-def0-0123-456789abcdef" },
	{ "zeros", "00000000000000000000000000000000",
		"00000000-0000-0000-0000-000000000000" },
	{ "a byte short", "33221100554477668899aabbccddee", NULL },
	{ "a byte long", "33221100554477668899aabbccddeeff00", NULL },
	{ "nothing", "", NULL },
}, sid_rows[] = {
	{ "everyone", "01 01 000000000001 00000000", "S-1-1-0" },
	{ "administrators", "01 02 000000000005 20000000 20020000", "S-1-5-32-544" },
	{ "a computer", "01 05 000000000005 15000000 dcf4dc3b 833d2b46 828ba628 00020000",
		"S-1-5-21-1004336348-1177238915-682003330-512" },
	{ "no sub-authority", "01 00 000000000005", "S-1-5" },
	{ "an authority of 48 bits", "01 01 0123456789ab 01000000",
		"S-1-0x0123456789AB-1" },
	{ "the largest of 32 bits", "01 01 0000ffffffff 01000000", "S-1-4294967295-1" },
	{ "the largest number", "01 01 000000000005 ffffffff", "S-1-5-4294967295" },
	{ "fifteen sub-authorities",
		"01 0f 000000000005 01000000 02000000 03000000 04000000 05000000 06000000 "
		"07000000 08000000 09000000 0a000000 0b000000 0c000000 0d000000 0e000000 "
		"0f000000",
		"S-1-5-1-2-3-4-5-6-7-8-9-10-11-12-13-14-15" },
	{ "sixteen", "01 10 000000000005 01000000 02000000 03000000 04000000 05000000 "
		     "06000000 07000000 08000000 09000000 0a000000 0b000000 0c000000 "
		     "0d000000 0e000000 0f000000 10000000",
		NULL },
	{ "another revision", "02 01 000000000001 00000000", NULL },
	{ "a sub-authority is missing", "01 02 000000000005 20000000", NULL },
	{ "a byte is missing", "01 01 000000000001 000000", NULL },
	{ "a byte too many", "01 01 000000000001 0000000000", NULL },
	{ "half a head", "01 01 0000", NULL },
	{ "nothing", "", NULL },
};

static void
guids_are_printed_as_they_are_meant(void **state)
{
	char out[GUID_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(guid_rows); i++) {
		struct packet p = packet_hex(guid_rows[i].bytes);
		print_message("  %s\n", guid_rows[i].label);
		assert_int_equal(
			guid_rows[i].want != NULL, guid_print(packet_rd(&p), out));
		assert_string_equal(guid_rows[i].want ? guid_rows[i].want : "", out);
		packet_free(&p);
	}
}

static void
sids_are_printed_as_they_are_meant(void **state)
{
	char out[SID_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(sid_rows); i++) {
		struct packet p = packet_hex(sid_rows[i].bytes);
		print_message("  %s\n", sid_rows[i].label);
		assert_int_equal(
			sid_rows[i].want != NULL, sid_print(packet_rd(&p), out));
		assert_string_equal(sid_rows[i].want ? sid_rows[i].want : "", out);
		packet_free(&p);
	}
}

/* --- times -------------------------------------------------------------------------------- */

static const struct time_row {
	const char *label, *text, *want; /* want NULL: none */
} filetime_rows[] = {
	{ "the epoch of UNIX", "116444736000000000", "1970-01-01T00:00:00.000000Z" },
	{ "the first moment", "1", "1601-01-01T00:00:00.000000Z" },
	/* date -u -d @1795291200; (1795291200 + 11644473600) * 10^7 */
	{ "a day of 2026", "134397648000000000", "2026-11-21T20:00:00.000000Z" },
	{ "microseconds", "134397648000000019", "2026-11-21T20:00:00.000001Z" },
	{ "never", "0", NULL },
	{ "never, the other way", "9223372036854775807", NULL },
	{ "the year 10000", "2650467744000000000", NULL },
	{ "the last moment before", "2650467743999999999", "9999-12-31T23:59:59.999999Z" },
	{ "negative", "-1", NULL },
	{ "no number", "12x", NULL },
	{ "nothing", "", NULL },
	{ "above 64 bits", "99999999999999999999999", NULL },
}, generalized_rows[] = {
	{ "as a controller writes it", "20261121201503.0Z", "2026-11-21T20:15:03.000000Z" },
	{ "without a fraction", "20261121201503Z", "2026-11-21T20:15:03.000000Z" },
	{ "with one", "20261121201503.25Z", "2026-11-21T20:15:03.250000Z" },
	{ "with a comma", "20261121201503,25Z", "2026-11-21T20:15:03.250000Z" },
	{ "with an offset", "20261121201503.0+0130", "2026-11-21T18:45:03.000000Z" },
	{ "west of it", "20261121201503-0800", "2026-11-22T04:15:03.000000Z" },
	{ "1601", "16010101000000.0Z", "1601-01-01T00:00:00.000000Z" },
	{ "before 1601", "00261121201502.25+0130", NULL },
	{ "no such month", "20261321201503.0Z", NULL },
	{ "no such day", "20260230201503.0Z", NULL },
	{ "no such hour", "20261121251503.0Z", NULL },
	{ "no zone", "20261121201503", NULL },
	{ "an empty fraction", "20261121201503.Z", NULL },
	{ "an offset cut short", "20261121201503.0+01", NULL },
	{ "something behind", "20261121201503.0Zx", NULL },
	{ "no seconds", "202611212015Z", NULL },
	{ "a long fraction", "20261121201503.00000000000000000000000000000000Z", NULL },
	{ "nothing", "", NULL },
};

static void
check_times(const struct time_row *rows, size_t n, bool (*read)(const char *, int64_t *))
{
	char text[TIME_TEXT_MAX];

	for (size_t i = 0; i < n; i++) {
		int64_t us = 0;
		print_message("  %s\n", rows[i].label);
		bool known = read(rows[i].text, &us);
		assert_int_equal(rows[i].want != NULL, known);
		if (known)
			assert_string_equal(rows[i].want, time_print(us, text));
	}
}

static void
file_times_are_read(void **state)
{
	(void)state;
	check_times(filetime_rows, COUNT(filetime_rows), adtime_filetime);
}

static void
generalized_times_are_read(void **state)
{
	(void)state;
	check_times(generalized_rows, COUNT(generalized_rows), adtime_generalized);
}

/* --- accounts ----------------------------------------------------------------------------- */

static void
join(const struct account_words *w, char out[static 512])
{
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < w->n; i++)
		n += (size_t)snprintf(
			out + n, 512 - n, "%s%s", i ? " " : "", w->items[i]);
}

static void
flags_are_said_in_words(void **state)
{
	/* userAccountControl as Windows sets it, [MS-ADTS] 2.2.16 */
	static const struct {
		const char *label;
		uint32_t control;
		const char *want;
		bool disabled;
	} rows[] = {
		{ "a workstation", 4096, "workstation", false },
		{ "a disabled one", 4098, "disabled workstation", true },
		{ "a controller", 532480, "dc delegation", false },
		{ "a read-only one", 83890176,
			"delegation-any-protocol rodc workstation", false },
		{ "pre-created", 4128, "no-password-needed workstation", false },
		{ "of a trust", 2080, "no-password-needed trust", false },
		{ "nothing", 0, "", false },
		{ "bits of no meaning", 0x80000000, "", false },
	};
	char text[512];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct account_words w = { .n = 0 };
		print_message("  %s\n", rows[i].label);
		account_flags(rows[i].control, &w);
		join(&w, text);
		assert_string_equal(rows[i].want, text);
		assert_int_equal(rows[i].disabled, account_is_disabled(rows[i].control));
	}
}

static void
services_tell_roles(void **state)
{
	static const struct {
		const char *spn, *want;
	} rows[] = {
		{ "MSSQLSvc/db1.corp.example:1433", "sql" },
		{ "mssqlsvc/db1", "sql" },
		{ "TERMSRV/WS1", "remote-desktop" },
		{ "WSMAN/ws1.corp.example", "remote-management" },
		{ "HTTP/web.corp.example", "web" },
		{ "exchangeMDB/mail1", "exchange" },
		{ "Microsoft Virtual Console Service/hv1", "hyper-v" },
		{ "E3514235-4B06-11D1-AB04-00C04FC2DCD2/8a2f0000-0000-0000-0000-000000000000/"
		  "corp.example",
			"dc" },
		{ "GC/dc1.corp.example/corp.example", "global-catalogue" },
		{ "HOST/ws1", "" },
		{ "RestrictedKrbHost/ws1", "" },
		{ "HTTPS/ws1", "" },
		{ "HTT/ws1", "" },
		{ "HTTP", "" },
		{ "/HTTP", "" },
		{ "", "" },
	};
	char text[512];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct account_words w = { .n = 0 };
		print_message("  %s\n", rows[i].spn);
		account_add_role(rows[i].spn, &w);
		account_add_role(rows[i].spn, &w); /* each word once */
		join(&w, text);
		assert_string_equal(rows[i].want, text);
	}
}

static void
words_are_sorted_and_bounded(void **state)
{
	static char many[2 * ACCOUNT_WORDS_MAX][8];
	struct account_words w = { .n = 0 };

	(void)state;
	account_add_group(516, &w);
	account_add_role("MSSQLSvc/a", &w);
	account_add_role("DNS/a", &w);
	account_add_group(515, &w);
	assert_int_equal(3, w.n);
	assert_string_equal("dc", w.items[0]);
	assert_string_equal("dns", w.items[1]);
	assert_string_equal("sql", w.items[2]);
	for (size_t i = 0; i < COUNT(many); i++) {
		(void)snprintf(many[i], sizeof(many[i]), "w%zu", i);
		account_add_word(&w, many[i]);
	}
	assert_int_equal(ACCOUNT_WORDS_MAX, w.n);
}

static void
versions_have_builds(void **state)
{
	static const struct {
		const char *version, *want;
	} rows[] = {
		{ "10.0 (22631)", "10.0.22631" },
		{ "6.1 (7601)", "6.1.7601" },
		{ "5.0 (2195)", "5.0.2195" },
		{ "10.0", "" },
		{ "10.0 (22631", "" },
		{ "10.0 ()", "" },
		{ "10.0 (22631) x", "" },
		{ "4.17.12-Debian", "" },
		{ "(22631)", "" },
		{ "", "" },
		{ "10.0 (22222222222222222222222222222222)", "" },
	};
	char out[ACCOUNT_BUILD_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		print_message("  %s\n", rows[i].version);
		assert_int_equal(
			rows[i].want[0] != '\0', account_build(rows[i].version, out));
		assert_string_equal(rows[i].want, out);
	}
}

/* --- DNS records ----------------------------------------------------------------------------- */

#define HEAD(n, type) n type "05 f0 0000 01000000 00000384 00000000"
#define STATIC        "00000000"

static const struct dns_row {
	const char *label, *bytes;
	enum dnsrecord_kind kind;
	const char *ip, *stamp; /* NULL: none */
} dns_rows[] = {
	{ "an address", HEAD("0400", "0100") STATIC "c6336407", DNSRECORD_ADDRESS,
		"198.51.100.7", NULL },
	/* 3733296 hours: 134398656000000000 / 36 * 10^9, which is 2026-11-23T00:00:00Z */
	{ "one that ages",
		HEAD("0400", "0100") "30f73800"
				     "c6336407",
		DNSRECORD_ADDRESS, "198.51.100.7", "2026-11-23T00:00:00.000000Z" },
	{ "of IPv6", HEAD("1000", "1c00") STATIC "20010db8000000000000000000000007",
		DNSRECORD_ADDRESS, "2001:db8::7", NULL },
	{ "a tombstone", HEAD("0800", "0000") STATIC "0000000000000000",
		DNSRECORD_TOMBSTONE, NULL, NULL },
	{ "an alias", HEAD("0600", "0500") STATIC "040102647700", DNSRECORD_OTHER, NULL,
		NULL },
	{ "a length that promises more", HEAD("0500", "0100") STATIC "c6336407",
		DNSRECORD_BROKEN, NULL, NULL },
	{ "a length that hides some", HEAD("0300", "0100") STATIC "c6336407",
		DNSRECORD_BROKEN, NULL, NULL },
	{ "a huge length", HEAD("ffff", "0100") STATIC "c6336407", DNSRECORD_BROKEN,
		NULL, NULL },
	{ "an address of three bytes", HEAD("0300", "0100") STATIC "c63364",
		DNSRECORD_BROKEN, NULL, NULL },
	{ "an address of IPv4 as one of IPv6", HEAD("0400", "1c00") STATIC "c6336407",
		DNSRECORD_BROKEN, NULL, NULL },
	{ "another version",
		"0400 0100 04 f0 0000 01000000 00000384 00000000 00000000 "
		"c6336407",
		DNSRECORD_BROKEN, NULL, NULL },
	{ "a head alone", "0400 0100 05 f0 0000 01000000 00000384 00000000 0000",
		DNSRECORD_BROKEN, NULL, NULL },
	{ "nothing", "", DNSRECORD_BROKEN, NULL, NULL },
};

static void
dns_records_are_read(void **state)
{
	char text[ADDR_TEXT_MAX], at[TIME_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(dns_rows); i++) {
		const struct dns_row *row = &dns_rows[i];
		struct packet p = packet_hex(row->bytes);
		print_message("  %s\n", row->label);
		struct dnsrecord r = dnsrecord_read(packet_rd(&p));
		assert_int_equal(row->kind, r.kind);
		if (row->ip) {
			assert_string_equal(row->ip, addr_print(&r.ip, text));
			assert_int_equal(900, r.ttl);
		}
		assert_int_equal(row->stamp != NULL, r.is_dynamic);
		if (row->stamp)
			assert_string_equal(row->stamp, time_print(r.stamp_us, at));
		packet_free(&p);
	}
}

/* --- domains, trusts, subnets ------------------------------------------------------------------ */

static void
cross_references_to_domains_are_told(void **state)
{
	(void)state;
	assert_true(topology_is_domain(3));
	assert_true(topology_is_domain(7));
	assert_false(topology_is_domain(1)); /* configuration, schema */
	assert_false(topology_is_domain(5)); /* an application's: DNS zones */
	assert_false(topology_is_domain(2));
	assert_false(topology_is_domain(0)); /* outside of the forest */
	assert_string_equal("2016", topology_level(7));
	assert_string_equal("2008 R2", topology_level(4));
	assert_string_equal("2025", topology_level(10));
	assert_null(topology_level(8));
	assert_null(topology_level(-1));
	assert_null(topology_level(11));
}

static void
trusts_are_said_in_words(void **state)
{
	static const struct {
		uint32_t type, direction, attributes;
		const char *want;
		bool asked;
	} rows[] = {
		{ 2, 3, 0x8, "domain, both ways, forest", true },
		{ 2, 3, 0x20, "domain, both ways, within the forest", false },
		{ 2, 1, 0x4, "domain, trusts us, SIDs filtered", true },
		{ 2, 2, 0x1, "domain, trusted by us, not transitive", false },
		{ 2, 0, 0, "domain, disabled", false },
		{ 1, 3, 0, "NT domain, both ways", false },
		{ 3, 3, 0, "Kerberos realm, both ways", false },
		{ 99, 7, 0xffffffff,
			"unknown, both ways, not transitive, SIDs filtered, forest, "
			"selective, within the forest",
			false },
	};
	char out[TRUST_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		print_message("  %s\n", rows[i].want);
		assert_string_equal(rows[i].want,
			topology_print_trust(rows[i].type, rows[i].direction,
				rows[i].attributes, out));
		assert_int_equal(rows[i].asked,
			topology_trust_is_asked(
				rows[i].type, rows[i].direction, rows[i].attributes));
	}
}

static void
subnets_are_prefixes(void **state)
{
	static const struct {
		const char *name, *net; /* net NULL: none */
		unsigned bits;
	} rows[] = {
		{ "192.0.2.0/24", "192.0.2.0", 24 },
		{ "10.0.0.0/8", "10.0.0.0", 8 },
		{ "192.0.2.1/32", "192.0.2.1", 32 },
		{ "2001:db8::/32", "2001:db8::", 32 },
		{ "2001:db8::/128", "2001:db8::", 128 },
		{ "192.0.2.1/24", NULL, 0 },
		{ "2001:db8::1/64", NULL, 0 },
		{ "192.0.2.0/33", NULL, 0 },
		{ "192.0.2.0/0", NULL, 0 },
		{ "192.0.2.0/024", NULL, 0 },
		{ "192.0.2.0/", NULL, 0 },
		{ "192.0.2.0", NULL, 0 },
		{ "192.0.2.0/24x", NULL, 0 },
		{ "192.0.2.0/-1", NULL, 0 },
		{ "192.0.2.0/4294967320", NULL, 0 },
		{ "/24", NULL, 0 },
		{ "192.0.2.0/24\nCNF:8a2f", NULL, 0 }, /* a replication conflict */
		{ "", NULL, 0 },
		{ "11111111111111111111111111111111111111111111111111111/24", NULL, 0 },
	};
	char text[ADDR_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct addr net;
		unsigned bits;
		print_message("  %s\n", rows[i].name);
		bool known = topology_subnet(rows[i].name, &net, &bits);
		assert_int_equal(rows[i].net != NULL, known);
		if (!known)
			continue;
		assert_string_equal(rows[i].net, addr_print(&net, text));
		assert_int_equal(rows[i].bits, bits);
	}
}

/* What Windows Server and Samba write behind a simple bind. */
static void
refused_logins_are_said_in_words(void **state)
{
#define BIND "80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error"
	static const struct {
		const char *label, *said, *want;
	} rows[] = {
		{ "disabled", BIND ", data 533, v4563", "the account is disabled" },
		{ "expired password", BIND ", data 532, v1db1",
			"the password has expired" },
		{ "locked", BIND ", data 775, v1db1", "the account is locked" },
		{ "wrong", BIND ", data 52e, v1db1",
			"the user or the password is wrong" },
		{ "another number", BIND ", data 5330, v1db1", NULL },
		{ "a number that does not end", BIND ", data 533", NULL },
		{ "no number", BIND, NULL },
		{ "nothing", "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *words = refusal_words(rows[i].said);
		print_message("  %s\n", rows[i].label);
		assert_int_equal(rows[i].want != NULL, words != NULL);
		if (words)
			assert_string_equal(rows[i].want, words);
	}
#undef BIND
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guids_are_printed_as_they_are_meant),
		cmocka_unit_test(sids_are_printed_as_they_are_meant),
		cmocka_unit_test(file_times_are_read),
		cmocka_unit_test(generalized_times_are_read),
		cmocka_unit_test(flags_are_said_in_words),
		cmocka_unit_test(services_tell_roles),
		cmocka_unit_test(words_are_sorted_and_bounded),
		cmocka_unit_test(versions_have_builds),
		cmocka_unit_test(dns_records_are_read),
		cmocka_unit_test(cross_references_to_domains_are_told),
		cmocka_unit_test(trusts_are_said_in_words),
		cmocka_unit_test(subnets_are_prefixes),
		cmocka_unit_test(refused_logins_are_said_in_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
