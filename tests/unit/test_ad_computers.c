/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Entries of a directory as facts, their addresses, and whose turn it is. */
#include "packet.h"

#include "inventory/fact_print.h"
#include "ldap/changed.h"
#include "ldap/computers.h"
#include "ldap/seen.h"
#include "ldap/zones.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define GUID     "\x33\x22\x11\x00\x55\x44\x77\x66\x88\x99\xaa\xbb\xcc\xdd\xee\xff"

/* --- entries ------------------------------------------------------------------------------ */

enum { VALUES = 8 };

struct built {
	struct entry entry;
	struct berval values[ENTRY_ATTRIBUTES_MAX][VALUES];
	struct arena *mem;
};

static void
begin(struct built *b, const char *dn)
{
	*b = (struct built){ .mem = arena_new(4 << 20) };
	b->entry.dn = dn;
	b->entry.mem = b->mem;
}

static void
add_bytes(struct built *b, const char *name, const char *bytes, size_t n)
{
	struct entry *e = &b->entry;
	size_t i = 0;

	while (i < e->n && strcmp(e->attributes[i].name.bv_val, name) != 0)
		i++;
	struct entry_attribute *a = &e->attributes[i];
	if (i == e->n) {
		*a = (struct entry_attribute){
			{ strlen(name), (char *)(uintptr_t)name }, b->values[i], 0
		};
		e->n++;
	}
	b->values[i][a->n++] = (struct berval){ n, (char *)(uintptr_t)bytes };
}

static void
add(struct built *b, const char *name, const char *text)
{
	add_bytes(b, name, text, strlen(text));
}

/* "key=value\n" of all facts; "-" when there are none. */
static const char *
facts_of(struct built *b)
{
	static const struct computer_domain domain = { "corp.example", "CORP", NULL };
	static char out[8192];
	struct fact facts[COMPUTER_FACTS_MAX];
	struct sb text;
	size_t n;

	if (!computer_facts(&b->entry, &domain, facts, &n))
		return "-";
	sb_init(&text, sizeof(out) - 1);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			assert_true(strcmp(facts[i - 1].key, facts[i].key) < 0);
		assert_non_null(fact_find(facts[i].key));
		assert_int_equal(fact_find(facts[i].key)->type, facts[i].type);
		sb_printf(&text, "%s=", facts[i].key);
		fact_print(&facts[i], &text);
		sb_add(&text, "\n");
	}
	(void)snprintf(out, sizeof(out), "%s", text.text);
	sb_done(&text);
	return out;
}

static void
an_account_becomes_facts(void **state)
{
	struct built b;

	(void)state;
	begin(&b, "CN=WS1,OU=Desktops,OU=Berlin,DC=corp,DC=example");
	add_bytes(&b, "objectGUID", GUID, 16);
	add_bytes(&b, "objectSid", "\1\1\0\0\0\0\0\5\x20\2\0\0", 12);
	add(&b, "sAMAccountName", "WS1$");
	add(&b, "dNSHostName", "ws1.corp.example");
	add(&b, "operatingSystem", "Windows 7 Professional");
	add(&b, "operatingSystemServicePack", "Service Pack 1");
	add(&b, "operatingSystemVersion", "6.1 (7601)");
	add(&b, "lastLogonTimestamp", "134397648000000000");
	add(&b, "pwdLastSet", "0");
	add(&b, "userAccountControl", "4098");
	add(&b, "servicePrincipalName", "HOST/ws1");
	add(&b, "servicePrincipalName", "TERMSRV/ws1");
	add(&b, "whenChanged", "20261121201503.0Z");
	add(&b, "description", "Büro\n\xff(*)");
	add(&b, "primaryGroupID", "515");
	add(&b, "msDS-SupportedEncryptionTypes", "28");
	add(&b, "msDS-AllowedToDelegateTo", "cifs/fs2.corp.example");
	add(&b, "msDS-AllowedToDelegateTo", "cifs/fs1");
	add(&b, "msDS-AllowedToDelegateTo", "cifs/fs1");
	assert_string_equal(
		"ad.account=WS1$\n"
		"ad.changed=2026-11-21T20:15:03Z\n"
		"ad.delegates_to=cifs/fs1, cifs/fs2.corp.example\n"
		"ad.description=Büro \xef\xbf\xbd(*)\n"
		"ad.disabled=yes\n"
		"ad.dn=CN=WS1,OU=Desktops,OU=Berlin,DC=corp,DC=example\n"
		"ad.dns_name=ws1.corp.example\n"
		"ad.domain=corp.example\n"
		"ad.encryption=aes128-cts-hmac-sha1-96, aes256-cts-hmac-sha1-96, "
		"rc4-hmac\n"
		"ad.flags=disabled, workstation\n"
		"ad.guid=00112233-4455-6677-8899-aabbccddeeff\n"
		"ad.last_logon=2026-11-21T20:00:00Z\n"
		"ad.listed=yes\n"
		"ad.os_build=6.1.7601\n"
		"ad.ou=corp.example/Berlin/Desktops\n"
		"ad.roles=remote-desktop\n"
		"ad.sid=S-1-5-544\n"
		"netbios.domain=CORP\n"
		"netbios.name=WS1\n"
		"os.name=Windows 7 Professional Service Pack 1\n",
		facts_of(&b));
	arena_free(b.mem);
}

static void
a_deleted_account_has_no_place(void **state)
{
	struct built b;

	(void)state;
	begin(&b, "CN=WS1\\0ADEL:0011,CN=Deleted Objects,DC=corp,DC=example");
	add_bytes(&b, "objectGUID", GUID, 16);
	add(&b, "sAMAccountName", "WS1$");
	add(&b, "isDeleted", "TRUE");
	assert_string_equal(
		"ad.account=WS1$\nad.domain=corp.example\n"
		"ad.guid=00112233-4455-6677-8899-aabbccddeeff\nad.listed=no\n",
		facts_of(&b));
	arena_free(b.mem);
}

/* Of another type, of another length, empty: the rest is told. */
static void
wrong_values_are_left_out(void **state)
{
	static const struct {
		const char *name, *value;
		size_t n;
	} rows[] = {
		{ "objectSid", "\1\5\0\0\0\0\0\5\x20\2", 10 },
		{ "sAMAccountName", "", 0 },
		{ "sAMAccountName", "$", 1 },
		{ "sAMAccountName", "W\0S$", 4 },
		{ "dNSHostName", "a\0b", 3 },
		{ "operatingSystemVersion", "10.0", 4 },
		{ "lastLogonTimestamp", "soon", 4 },
		{ "lastLogonTimestamp", "99999999999999999999", 20 },
		{ "userAccountControl", "4096x", 5 },
		{ "userAccountControl", "4294967296", 10 },
		{ "userAccountControl", " 4096", 5 },
		{ "whenCreated", "2026", 4 },
		{ "servicePrincipalName", "/", 1 },
		{ "primaryGroupID", "-516", 4 },
		{ "msDS-SupportedEncryptionTypes", "0", 1 },
		{ "msDS-SupportedEncryptionTypes", "0x18", 4 },
		{ "msDS-AllowedToDelegateTo", "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct built b;
		print_message("  %s\n", rows[i].name);
		begin(&b, "CN=WS1,DC=corp,DC=example");
		add_bytes(&b, "objectGUID", GUID, 16);
		add_bytes(&b, rows[i].name, rows[i].value, rows[i].n);
		const char *facts = facts_of(&b);
		assert_non_null(strstr(facts, "ad.guid="));
		assert_null(strstr(facts, "ad.sid="));
		assert_null(strstr(facts, "ad.roles="));
		assert_null(strstr(facts, "ad.disabled="));
		assert_null(strstr(facts, "ad.dns_name="));
		assert_null(strstr(facts, "ad.created="));
		assert_null(strstr(facts, "ad.last_logon="));
		assert_null(strstr(facts, "ad.os_build="));
		assert_null(strstr(facts, "netbios.name="));
		arena_free(b.mem);
	}
}

static void
nobody_without_a_guid_is_told(void **state)
{
	struct built b;

	(void)state;
	begin(&b, "CN=WS1,DC=corp,DC=example");
	add_bytes(&b, "objectGUID", GUID, 15);
	add(&b, "sAMAccountName", "WS1$");
	assert_string_equal("-", facts_of(&b));
	arena_free(b.mem);
}

static void
long_texts_are_cut_between_characters(void **state)
{
	static char text[4000];
	struct built b;

	(void)state;
	for (size_t i = 0; i + 2 < sizeof(text); i += 2)
		memcpy(text + i, "\xc3\xbc", 2);
	begin(&b, "CN=WS1,DC=corp,DC=example");
	add_bytes(&b, "objectGUID", GUID, 16);
	add(&b, "description", text);
	const char *at = strstr(facts_of(&b), "ad.description=") + 15;
	assert_int_equal(FACT_TEXT_LIMIT, strcspn(at, "\n"));
	arena_free(b.mem);
}

static void
an_account_is_told_once_unless_it_changed(void **state)
{
	struct seen *s = seen_new();
	struct computer_id id = { .said = 1 };
	struct err e;

	(void)state;
	for (unsigned round = 0; round < 2; round++)
		for (unsigned i = 0; i < 20000; i++) {
			memcpy(id.guid + 9, &i, sizeof(i)); /* where they are random */
			assert_int_equal(round == 0, seen_add(s, &id, &e));
		}
	id.said = 2;
	assert_int_equal(1, seen_add(s, &id, &e));
	assert_int_equal(0, seen_add(s, &id, &e));
	seen_free(s);
}

/* Two controllers tell of one account: whenChanged is each one's own ([MS-ADA3]). */
static void
what_is_said_is_told_once_whoever_says_it(void **state)
{
	static const struct computer_domain domain = { "corp.example", "CORP", NULL };
	static const struct {
		const char *label, *name, *value;
		bool is_other;
	} rows[] = {
		{ "nothing differs", "whenChanged", "20261121201503.0Z", false },
		{ "when it came here", "whenChanged", "20261121201809.0Z", false },
		{ "how many changes came here", "uSNChanged", "88", false },
		{ "a text", "description", "Lager", true },
		{ "a flag", "userAccountControl", "4098", true },
		{ "a role", "servicePrincipalName", "MSSQLSvc/ws1", true },
	};
	struct fact facts[COMPUTER_FACTS_MAX];
	struct computer_id first = { .said = 0 }, id;
	size_t n;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct built b;
		print_message("  %s\n", rows[i].label);
		begin(&b, "CN=WS1,DC=corp,DC=example");
		add_bytes(&b, "objectGUID", GUID, 16);
		add(&b, "sAMAccountName", "WS1$");
		add(&b, rows[i].name, rows[i].value);
		assert_true(computer_facts(&b.entry, &domain, facts, &n));
		computer_id(&b.entry, facts, n, &id);
		if (i == 0)
			first = id;
		assert_memory_equal(GUID, id.guid, 16);
		assert_int_equal(rows[i].is_other, first.said != id.said);
		arena_free(b.mem);
	}
}

/* --- zones -------------------------------------------------------------------------------- */

#define IN_ZONE(node, zone) \
	"DC=" node ",DC=" zone ",CN=MicrosoftDNS,DC=DomainDnsZones,DC=corp,DC=example"

static void
nodes_are_names_of_hosts(void **state)
{
	static const struct {
		const char *dn, *name; /* NULL: none */
	} rows[] = {
		{ IN_ZONE("ws1", "corp.example"), "ws1.corp.example" },
		{ "DC=ws1.sub,DC=corp.example,cn=microsoftdns,CN=System,DC=corp,DC=example",
			"ws1.sub.corp.example" },
		{ IN_ZONE("@", "corp.example"), NULL },
		{ IN_ZONE("*", "corp.example"), NULL },
		{ IN_ZONE("gc", "_msdcs.corp.example"), NULL },
		{ IN_ZONE("7", "2.0.192.in-addr.arpa"), NULL },
		{ IN_ZONE("a", "RootDNSServers"), NULL },
		{ IN_ZONE("a", "..TrustAnchors"), NULL },
		{ IN_ZONE("a\\,DC=evil", "corp.example"), NULL },
		{ IN_ZONE("a b", "corp.example"), NULL },
		{ "DC=ws1,DC=corp.example", NULL },
		{ "CN=ws1,DC=corp.example,CN=MicrosoftDNS,DC=corp", NULL },
		{ "", NULL },
	};
	char name[256];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		print_message("  %s\n", rows[i].dn);
		assert_int_equal(
			rows[i].name != NULL, zones_node_name(rows[i].dn, name));
		if (rows[i].name)
			assert_string_equal(rows[i].name, name);
	}
}

/* A record of 198.51.100.N, or of what the bytes say. */
static void
add_record(struct built *b, const char *hex)
{
	struct packet p = packet_hex(hex);

	add_bytes(b, "dnsRecord", arena_dup(b->mem, p.bytes, p.n), p.n);
	packet_free(&p);
}

#define A_RECORD(ip) "0400 0100 05f0 0000 01000000 00000384 00000000 00000000" ip

static void
addresses_are_found_by_name(void **state)
{
	static const char *const dns[] = { IN_ZONE("ws1", "corp.example"),
		IN_ZONE("ws2", "corp.example"), IN_ZONE("ws3", "corp.example"),
		IN_ZONE("ws4", "corp.example") };
	struct zones *z;
	struct err e;
	size_t at = 0;
	char text[ADDR_TEXT_MAX];

	(void)state;
	assert_int_equal(0, zones_new(&z, 16 << 20, &e));
	for (size_t i = 0; i < COUNT(dns); i++) {
		struct built b;
		begin(&b, dns[i]);
		add_record(&b, A_RECORD("c6336407"));
		if (i == 1)
			add_record(&b, A_RECORD("c6336408"));
		if (i == 1)
			add_record(&b, A_RECORD("7f000001")); /* loopback is nobody's */
		if (i == 2)
			add(&b, "dNSTombstoned", "TRUE");
		if (i == 3)
			add_record(&b,
				"0800 0000 05f0 0000 01000000 00000000 00000000 "
				"00000000 0000000000000000");
		assert_int_equal(0, zones_add(z, &b.entry, &e));
		arena_free(b.mem);
	}
	assert_int_equal(2, zones_count(z));
	const struct zone_name *n = zones_find(z, "WS2.Corp.Example");
	assert_non_null(n);
	assert_int_equal(2, n->n);
	assert_string_equal("198.51.100.8", addr_print(&n->items[1].ip, text));
	assert_null(zones_find(z, "ws3.corp.example"));
	assert_null(zones_find(z, "ws4.corp.example"));
	n = zones_next_unused(z, &at);
	assert_string_equal("ws1.corp.example", n->name);
	assert_null(zones_next_unused(z, &at));
	zones_free(z);
}

static void
many_names_are_kept_within_a_limit(void **state)
{
	struct zones *z;
	struct err e;
	int rc = 0;

	(void)state;
	assert_int_equal(0, zones_new(&z, 1 << 20, &e));
	for (int i = 0; i < 100000 && rc == 0; i++) {
		struct built b;
		char dn[200];
		begin(&b, dn);
		(void)snprintf(dn, sizeof(dn), IN_ZONE("ws%d", "corp.example"), i);
		add_record(&b, A_RECORD("c6336407"));
		rc = zones_add(z, &b.entry, &e);
		arena_free(b.mem);
	}
	assert_int_equal(-1, rc);
	assert_int_equal(ERR_NOMEM, e.code);
	assert_true(zones_count(z) > 3000);
	assert_non_null(zones_find(z, "ws2999.corp.example"));
	zones_free(z);
}

/* --- who changed --------------------------------------------------------------------------- */

static int
add_changed(struct changed *c, const char *guid, size_t n, const char *is_deleted)
{
	static struct built b;
	struct err e = { 0 };

	begin(&b, "CN=x");
	if (guid)
		add_bytes(&b, "objectGUID", guid, n);
	if (is_deleted)
		add(&b, "isDeleted", is_deleted);
	int rc = changed_add(c, &b.entry, &e);
	arena_free(b.mem);
	return rc;
}

static void
who_changed_is_found_by_guid(void **state)
{
	struct changed *c = changed_new();
	size_t at = 0;
	struct sb filter;

	(void)state;
	sb_init(&filter, CHANGED_FILTER_MAX);
	assert_false(changed_filter(c, false, &at, &filter));
	assert_int_equal(0, add_changed(c, GUID, 16, NULL));
	assert_int_equal(0, add_changed(c, "(*)\\\0abcdefghijk", 16, "TRUE"));
	assert_int_equal(0, add_changed(c, NULL, 0, NULL)); /* left out */
	assert_int_equal(0, add_changed(c, GUID, 15, NULL));
	assert_true(changed_filter(c, false, &at, &filter));
	assert_string_equal("(&(objectCategory=computer)(|(objectGUID="
			    "\\33\\22\\11\\00\\55\\44\\77\\66"
			    "\\88\\99\\aa\\bb\\cc\\dd\\ee\\ff)))",
		filter.text);
	assert_false(changed_filter(c, false, &at, &filter));
	at = 0;
	assert_true(changed_filter(c, true, &at, &filter));
	assert_string_equal("(&(isDeleted=TRUE)(objectClass=computer)(|(objectGUID="
			    "\\28\\2a\\29\\5c\\00\\61\\62\\63"
			    "\\64\\65\\66\\67\\68\\69\\6a\\6b)))",
		filter.text);
	assert_false(changed_filter(c, true, &at, &filter));
	sb_done(&filter);
	changed_free(c);
}

static size_t
guids_in(const char *text)
{
	size_t n = 0;

	for (; (text = strstr(text, "(objectGUID=")); text++)
		n++;
	return n;
}

/* None is missing or twice, a filter is never too long, and there is an end of it. */
static void
many_that_changed_take_several_filters(void **state)
{
	static const size_t counts[] = { 1, 39, 40, 41, 80, 1000 };
	char guid[16] = "";
	struct sb filter;

	(void)state;
	sb_init(&filter, CHANGED_FILTER_MAX);
	for (size_t i = 0; i < COUNT(counts); i++) {
		struct changed *c = changed_new();
		size_t at = 0, n = 0, n_filters = 0;
		for (size_t k = 0; k < counts[i]; k++) {
			memcpy(guid, &k, sizeof(k));
			assert_int_equal(0, add_changed(c, guid, sizeof(guid), "FALSE"));
		}
		for (; changed_filter(c, false, &at, &filter); n_filters++) {
			assert_false(filter.bad);
			n += guids_in(filter.text);
		}
		assert_int_equal(counts[i], n);
		assert_int_equal((counts[i] + 39) / 40, n_filters);
		changed_free(c);
	}
	sb_done(&filter);
}

static void
too_many_that_changed_are_refused(void **state)
{
	struct changed *c = changed_new();
	static struct built b;
	struct err e = { 0 };

	(void)state;
	begin(&b, "CN=x");
	add_bytes(&b, "objectGUID", GUID, 16);
	for (size_t k = 0; k < CHANGED_MAX; k++)
		assert_int_equal(0, changed_add(c, &b.entry, &e));
	assert_int_equal(-1, changed_add(c, &b.entry, &e));
	assert_int_equal(ERR_ARG, e.code);
	arena_free(b.mem);
	changed_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_account_becomes_facts),
		cmocka_unit_test(a_deleted_account_has_no_place),
		cmocka_unit_test(wrong_values_are_left_out),
		cmocka_unit_test(nobody_without_a_guid_is_told),
		cmocka_unit_test(long_texts_are_cut_between_characters),
		cmocka_unit_test(an_account_is_told_once_unless_it_changed),
		cmocka_unit_test(what_is_said_is_told_once_whoever_says_it),
		cmocka_unit_test(nodes_are_names_of_hosts),
		cmocka_unit_test(addresses_are_found_by_name),
		cmocka_unit_test(many_names_are_kept_within_a_limit),
		cmocka_unit_test(who_changed_is_found_by_guid),
		cmocka_unit_test(many_that_changed_take_several_filters),
		cmocka_unit_test(too_many_that_changed_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
