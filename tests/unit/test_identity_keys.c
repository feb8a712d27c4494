/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which facts are identifiers, in which form, and which only look like one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "inventory/identity_private.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

enum { TEXT_MAX = 8192 };

/* "kind value" of each key, ", " between. */
static void
print_keys(const struct id_key *keys, size_t n, char out[static TEXT_MAX])
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < n; i++)
		used += (size_t)snprintf(out + used, TEXT_MAX - used, "%s%s %s",
			i ? ", " : "", id_rules[keys[i].kind].name, keys[i].value);
	assert_true(used < TEXT_MAX);
}

static int
by_fact(const void *pa, const void *pb)
{
	const struct fact *a = pa, *b = pb;

	return strcmp(a->key, b->key);
}

static void
keys_of(const struct fact *facts, size_t n, enum subject subject,
	char out[static TEXT_MAX])
{
	struct arena *mem = arena_new(1 << 16);
	struct fact *sorted = malloc((n + 1) * sizeof(sorted[0]));
	struct id_key *keys;
	size_t n_keys;
	struct err e = { 0 };

	assert_non_null(mem);
	assert_non_null(sorted);
	if (n)
		memcpy(sorted, facts, n * sizeof(sorted[0]));
	qsort(sorted, n, sizeof(sorted[0]), by_fact);
	const struct observation o = {
		.subject = subject, .facts = sorted, .n_facts = n
	};
	assert_int_equal(0, identity_keys(&o, mem, &keys, &n_keys, &e));
	for (size_t i = 1; i < n_keys; i++)
		assert_true(id_key_cmp(&keys[i - 1], &keys[i]) < 0);
	print_keys(keys, n_keys, out);
	arena_free(mem);
	free(sorted);
}

static struct fact
text(const char *key, const char *value)
{
	return (struct fact){ .key = key, .type = FACT_TEXT, .text = value };
}

static struct fact
mac(const char *key, const char *value)
{
	struct fact f = { .key = key, .type = FACT_MAC };

	assert_true(mac_parse(value, &f.mac));
	return f;
}

static struct fact
flag(const char *key, bool value)
{
	return (struct fact){ .key = key, .type = FACT_BOOL, .num = value };
}

/* --- one text ------------------------------------------------------------------------------------ */

static const struct text_row {
	const char *label, *fact, *value, *want;
} texts[] = {
	{ "agent key: case counts", "agent.key",
		" SHA256:AbC+/= ", "agent SHA256:AbC+/=" },
	{ "agent key: empty", "agent.key", "", "" },
	{ "agent key: blanks", "agent.key", "   ", "" },
	{ "agent key: two lines", "agent.key", "a\nb", "" },
	{ "agent key: no key at all", "agent.key", "AAAAAAAAAAAAAAAA", "" },
	{ "AD GUID: braces and case", "ad.guid",
		"{6F9619FF-8B86-D011-B42D-00CF4FC964FF}",
		"ad 6f9619ff-8b86-d011-b42d-00cf4fc964ff" },
	{ "AD GUID: no dashes", "ad.guid", "6f9619ff8b86d011b42d00cf4fc964ff",
		"ad 6f9619ff-8b86-d011-b42d-00cf4fc964ff" },
	{ "AD GUID: too short", "ad.guid", "6f9619ff-8b86", "" },
	{ "AD GUID: too long", "ad.guid", "6f9619ff8b86d011b42d00cf4fc964ff00", "" },
	{ "AD GUID: not hexadecimal", "ad.guid", "6f9619ff-8b86-d011-b42d-00cf4fc964fg",
		"" },
	{ "instance", "instance.id", "i-0ABCDEF1234567890",
		"instance i-0abcdef1234567890" },
	{ "instance: placeholder", "instance.id", "None", "" },
	/* DSP0134 §7.2.1: {00112233-4455-6677-8899-AABBCCDDEEFF} is 33 22 11 00 55 44 … */
	{ "SMBIOS: as it is", "host.smbios_uuid", "00112233-4455-6677-8899-AABBCCDDEE00",
		"uuid 00112233-4455-6677-8899-aabbccddee00" },
	{ "SMBIOS: the other byte order", "host.smbios_uuid",
		"33221100-5544-7766-8899-AABBCCDDEE00",
		"uuid 00112233-4455-6677-8899-aabbccddee00" },
	{ "SMBIOS: zeros and a MAC", "host.smbios_uuid",
		"00000000-0000-0000-0000-AC1F6BD04D98",
		"uuid 00000000-0000-0000-0000-ac1f6bd04d98" },
	{ "SMBIOS: all 0", "host.smbios_uuid", "00000000-0000-0000-0000-000000000000",
		"" },
	{ "SMBIOS: all F", "host.smbios_uuid", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
		"" },
	{ "SMBIOS: template", "host.smbios_uuid",
		"03000200-0400-0500-0006-000700080009", "" },
	{ "SMBIOS: template, other order", "host.smbios_uuid",
		"00020003-0004-0005-0006-000700080009", "" },
	{ "SMBIOS: another template", "host.smbios_uuid",
		"03D40274-0435-05BF-D906-D20700080009", "" },
	{ "SMBIOS: another template, other order", "host.smbios_uuid",
		"7402d403-3504-bf05-d906-d20700080009", "" },
	{ "SMBIOS: counted", "host.smbios_uuid", "12345678-1234-5678-90AB-CDDEEFAABBCC",
		"" },
	{ "SMB: a GUID", "smb.guid", "6F9619FF-8B86-D011-B42D-00CF4FC964FF",
		"smb 6f9619ff-8b86-d011-b42d-00cf4fc964ff" },
	{ "SMB: Samba's name and zeros, as bytes", "smb.guid",
		"66696c65-7331-0000-0000-000000000000", "" },
	{ "SMB: Samba's name and zeros, little endian", "smb.guid",
		"656c6966-3173-0000-0000-000000000000", "" },
	{ "SMB: text after zeros is no name", "smb.guid",
		"66696c65-7331-0000-0000-000000000041",
		"smb 66696c65-7331-0000-0000-000000000041" },
	{ "engine: colons and 0x", "snmp.engine", "0x80:00:1F:88:80:AB:CD:EF:01:02",
		"engine 80001f8880abcdef0102" },
	{ "engine: 4 bytes", "snmp.engine", "80001f88", "" },
	{ "engine: 33 bytes", "snmp.engine",
		"80001f88800102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d",
		"" },
	{ "engine: half a byte", "snmp.engine", "80001f8880a", "" },
	{ "engine: RFC 3414 A.5.1", "snmp.engine", "000000000000000000000002", "" },
	{ "engine: from a MAC of zeros", "snmp.engine", "8000000903000000000000", "" },
	{ "NTLM DNS name by RDP", "rdp.dns_name", "WS-0412.corp.example",
		"ntlm ws-0412.corp.example" },
	{ "NTLM DNS name by LDAP", "ldap.dns_name", "dc1.corp.example.",
		"ntlm dc1.corp.example" },
	{ "WSD: as a URN", "wsd.uuid", "urn:uuid:84E0FF15-2A3B-4C5D-8E6F-708192A3B4C5",
		"wsd 84e0ff15-2a3b-4c5d-8e6f-708192a3b4c5" },
	{ "SSDP: with its scheme", "ssdp.uuid",
		"uuid:84e0ff15-2a3b-4c5d-8e6f-708192a3b4c5",
		"ssdp 84e0ff15-2a3b-4c5d-8e6f-708192a3b4c5" },
	{ "NTLM DNS name", "smb.dns_name", "WS-0412.corp.Example.",
		"ntlm ws-0412.corp.example" },
	{ "NTLM DNS name that is the host name", "smb.dns_name", "WS-0412", "" },
	{ "sysName", "snmp.sysname", "Core-SW1", "sysname core-sw1" },
	{ "sysName from the factory", "snmp.sysname", "Switch", "" },
	{ "sysName: localhost with a domain", "snmp.sysname", "localhost.localdomain",
		"" },
	{ "sysName: a label longer than any", "snmp.sysname",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
		"sysname "
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab" },
	{ "sysName: dots only", "snmp.sysname", "...", "" },
	{ "mDNS", "mdns.name", "Anna-MacBook.local.", "mdns anna-macbook.local" },
	{ "mDNS from the factory", "mdns.name", "raspberrypi.local", "" },
	{ "mDNS from the factory, by what it is", "mdns.name", "printer.local", "" },
	{ "sysName by what it is, with a domain", "snmp.sysname", "router.lab.example",
		"" },
	{ "DNS: people call a machine by what it is", "dns.fqdn",
		"Printer.corp.example.", "fqdn printer.corp.example" },
	{ "DNS: but not without a domain", "dns.fqdn", "printer", "" },
	{ "DNS: localhost", "dns.fqdn", "localhost.localdomain", "" },
	{ "DNS: the name that it asked for by DHCP", "dns.fqdn",
		"raspberrypi.corp.example", "" },
	{ "a PTR is no identifier", "dns.ptr", "a.example", "" },
	{ "a name said in DHCP is none", "dhcp.name", "anna-phone", "" },
	{ "a DHCP client identifier is none", "dhcp.client_id", "013c0000000001", "" },
	{ "a name claimed by LLMNR is none", "llmnr.name", "anna-pc", "" },
	{ "an unknown fact is no identifier", "x.agent.key", "secret", "" },
};

static void
a_text_is_an_identifier_in_its_normal_form(void **state)
{
	char got[TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < N(texts); i++) {
		struct fact f = text(texts[i].fact, texts[i].value);
		print_message("  %s\n", texts[i].label);
		keys_of(&f, 1, SUBJECT_DEVICE, got);
		assert_string_equal(texts[i].want, got);
	}
}

static const struct pair_row {
	const char *label, *facts[2], *values[2], *want;
} pairs[] = {
	{ "vendor and serial", { "host.vendor", "host.serial" },
		{ "Dell Inc. ", " ABC123X" }, "serial dell inc./abc123x" },
	{ "names in DHCP and LLMNR that agree", { "dhcp.name", "llmnr.name" },
		{ "anna-pc", "anna-pc" }, "" },
	{ "a name in DHCP beside another", { "dhcp.name", "mdns.name" },
		{ "anna-pc", "anna-pc.local" }, "mdns anna-pc.local" },
	{ "serial alone", { "host.serial", "host.model" }, { "ABC123X", "R640" }, "" },
	{ "vendor not filled in", { "host.vendor", "host.serial" },
		{ "System manufacturer", "ABC123X" }, "" },
	{ "serial not filled in", { "host.vendor", "host.serial" },
		{ "ASUS", "To be filled by O.E.M." }, "" },
	{ "serial Default string", { "host.vendor", "host.serial" },
		{ "Gigabyte", "Default string" }, "" },
	{ "serial None", { "host.vendor", "host.serial" }, { "QEMU", "None" }, "" },
	{ "serial Not Specified", { "host.vendor", "host.serial" },
		{ "QEMU", "Not Specified" }, "" },
	{ "serial System Serial Number", { "host.vendor", "host.serial" },
		{ "ASUS", "System Serial Number" }, "" },
	{ "serial of zeros", { "host.vendor", "host.serial" }, { "HP", "0000000" }, "" },
	{ "serial of one 0", { "host.vendor", "host.serial" }, { "HP", "0" }, "" },
	{ "NetBIOS name and domain", { "netbios.name", "netbios.domain" },
		{ "WS-0412", "CORP" }, "netbios corp\\ws-0412" },
	{ "NetBIOS name alone", { "netbios.name", "os.name" }, { "WS-0412", "x" }, "" },
	{ "NetBIOS domain may be called as a factory would",
		{ "netbios.name", "netbios.domain" }, { "WS-0412", "LINUX" },
		"netbios linux\\ws-0412" },
	{ "NetBIOS name from the factory", { "netbios.name", "netbios.domain" },
		{ "RASPBERRYPI", "WORKGROUP" }, "" },
};

static void
two_texts_are_an_identifier_only_together(void **state)
{
	char got[TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < N(pairs); i++) {
		const struct fact f[] = { text(pairs[i].facts[0], pairs[i].values[0]),
			text(pairs[i].facts[1], pairs[i].values[1]) };
		print_message("  %s\n", pairs[i].label);
		keys_of(f, 2, SUBJECT_DEVICE, got);
		assert_string_equal(pairs[i].want, got);
	}
}

/* --- MAC addresses --------------------------------------------------------------------------------- */

static const struct mac_row {
	const char *label, *mac, *onlink,
		*unit; /* what it is as mac, and as netbios.mac */
} macs[] = {
	{ "universal", "00:16:3E:5E:6C:00", "mac 00:16:3e:5e:6c:00",
		"unit 00:16:3e:5e:6c:00" },
	{ "locally administered", "52:54:00:12:34:56", "link 52:54:00:12:34:56", "" },
	{ "group", "01:00:5e:00:00:fb", "", "" },
	{ "broadcast", "ff:ff:ff:ff:ff:ff", "", "" },
	{ "zero", "00:00:00:00:00:00", "", "" },
	{ "VRRP IPv4, CARP", "00:00:5e:00:01:07", "link 00:00:5e:00:01:07", "" },
	{ "VRRP IPv6", "00:00:5e:00:02:07", "link 00:00:5e:00:02:07", "" },
	{ "IANA, not VRRP", "00:00:5e:00:03:07", "mac 00:00:5e:00:03:07",
		"unit 00:00:5e:00:03:07" },
	{ "HSRP version 1", "00:00:0c:07:ac:01", "link 00:00:0c:07:ac:01", "" },
	{ "HSRP version 2", "00:00:0c:9f:ff:ff", "link 00:00:0c:9f:ff:ff", "" },
	{ "Cisco, not HSRP", "00:00:0c:9f:ef:ff", "mac 00:00:0c:9f:ef:ff",
		"unit 00:00:0c:9f:ef:ff" },
	{ "HSRP for IPv6", "00:05:73:a0:00:01", "link 00:05:73:a0:00:01", "" },
	{ "GLBP", "00:07:b4:00:01:02", "link 00:07:b4:00:01:02", "" },
	{ "VMware host-only", "00:50:56:c0:00:08", "link 00:50:56:c0:00:08", "" },
	{ "VMware guest", "00:50:56:80:00:08", "mac 00:50:56:80:00:08",
		"unit 00:50:56:80:00:08" },
};

static void
a_mac_identifies_when_it_is_its_own_and_seen_on_link(void **state)
{
	char got[TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < N(macs); i++) {
		const struct fact onlink[] = { mac("mac", macs[i].mac),
			flag("mac.onlink", true) };
		const struct fact routed[] = { mac("mac", macs[i].mac),
			flag("mac.onlink", false) };
		const struct fact unit = mac("netbios.mac", macs[i].mac);
		print_message("  %s\n", macs[i].label);
		keys_of(onlink, 2, SUBJECT_DEVICE, got);
		assert_string_equal(macs[i].onlink, got);
		keys_of(routed, 2, SUBJECT_DEVICE, got);
		assert_string_equal("", got);
		keys_of(onlink, 1, SUBJECT_DEVICE, got); /* nobody said where */
		assert_string_equal("", got);
		keys_of(&unit, 1, SUBJECT_DEVICE, got);
		assert_string_equal(macs[i].unit, got);
	}
}

/* --- cards that a machine lists, virtual addresses ------------------------------------------------------ */

static void
own_cards_of_a_list_are_its_machines(void **state)
{
	static const char *const listed[] = { "00:00:5e:00:01:01", "00:16:3e:00:00:01",
		"02:42:ac:11:00:01", "not a MAC" };
	const struct fact facts[] = {
		{ .key = "if.macs", .type = FACT_TEXTS, .texts = { listed, N(listed) } },
		text("lldp.chassis", "00:16:3e:00:00:02"),
		mac("snmp.bridge", "00:16:3e:00:00:03"),
	};
	char got[TEXT_MAX];

	(void)state;
	keys_of(facts, N(facts), SUBJECT_DEVICE, got);
	assert_string_equal("card 00:16:3e:00:00:01, card 00:16:3e:00:00:02, "
			    "card 00:16:3e:00:00:03",
		got);
}

static void
a_virtual_address_is_known_by_its_place(void **state)
{
	const struct fact facts[] = { mac("mac", "00:00:5e:00:01:07"),
		flag("mac.onlink", true) };
	struct arena *mem = arena_new(1 << 20);
	struct observation o = { .subject = SUBJECT_DEVICE,
		.site = "berlin",
		.ip = addr_ip4(0x0a000001),
		.facts = facts,
		.n_facts = N(facts) };
	struct id_key *keys;
	struct err e;
	size_t n;

	(void)state;
	assert_non_null(mem);
	assert_int_equal(0, identity_keys(&o, mem, &keys, &n, &e));
	assert_int_equal(2, n);
	assert_int_equal(ID_VIP, keys[0].kind);
	assert_string_equal("berlin 10.0.0.1", keys[0].value);
	assert_int_equal(ID_LINK, keys[1].kind);
	arena_free(mem);
}

static void
a_virtual_mac_tells_its_group(void **state)
{
	static const struct {
		const char *mac, *group; /* NULL: none */
	} rows[] = {
		{ "00:00:5e:00:01:05", "VRRP or CARP group 5" }, /* RFC 5798 §7.3 */
		{ "00:00:5e:00:01:ff", "VRRP or CARP group 255" },
		{ "00:00:5e:00:02:0a", "VRRP group 10" },
		{ "00:00:0c:07:ac:10", "HSRP group 16" }, /* RFC 2281 §1 */
		{ "00:00:0c:9f:f1:23", "HSRP group 291" },
		{ "00:05:73:a0:0f:ff", "HSRP group 4095" },
		{ "00:07:b4:00:0a:02", "GLBP group 10" }, /* of forwarder 2 */
		{ "00:07:b4:03:ff:01", "GLBP group 1023" },
		{ "00:50:56:c0:00:08", NULL }, /* on every host of VMware's */
		{ "00:16:3e:00:00:01", NULL },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct arena *mem = arena_new(1 << 16);
		struct mac m;
		print_message("  %s\n", rows[i].mac);
		assert_true(mac_parse(rows[i].mac, &m));
		const char *group = identity_virtual_group(&m, mem);
		assert_int_equal(rows[i].group != NULL, identity_is_virtual_mac(&m));
		assert_string_equal(
			rows[i].group ? rows[i].group : "none", group ? group : "none");
		arena_free(mem);
	}
}

/* --- observations ----------------------------------------------------------------------------------- */

static void
all_identifiers_of_an_observation_come_sorted_and_once(void **state)
{
	static const char *const hostkeys[] = { "SHA256:b", "SHA256:a", "SHA256:b " };
	static const char *const fqdns[] = { "B.example.", "b.example", "nodomain" };
	const struct fact facts[] = {
		{ .key = "ssh.hostkey", .type = FACT_TEXTS, .texts = { hostkeys, 3 } },
		{ .key = "dns.fqdn", .type = FACT_TEXTS, .texts = { fqdns, 3 } },
		mac("mac", "00:16:3e:00:00:01"),
		flag("mac.onlink", true),
		text("agent.key", "k1"),
	};
	char got[TEXT_MAX];

	(void)state;
	keys_of(facts, N(facts), SUBJECT_DEVICE, got);
	assert_string_equal(
		"agent k1, ssh SHA256:a, ssh SHA256:b, mac 00:16:3e:00:00:01, "
		"fqdn b.example",
		got);
}

static void
what_is_no_device_has_no_identifiers(void **state)
{
	const struct fact f = text("ad.guid", "6f9619ff-8b86-d011-b42d-00cf4fc964ff");
	char got[TEXT_MAX];

	(void)state;
	keys_of(&f, 1, SUBJECT_NETWORK, got);
	assert_string_equal("", got);
	keys_of(&f, 1, SUBJECT_DOMAIN, got);
	assert_string_equal("", got);
	keys_of(NULL, 0, SUBJECT_DEVICE, got);
	assert_string_equal("", got);
}

static void
a_fact_of_another_type_is_no_identifier(void **state)
{
	const struct fact facts[] = {
		{ .key = "agent.key", .type = FACT_INT, .num = 7 },
		{ .key = "host.serial", .type = FACT_INT, .num = 7 },
		{ .key = "mac", .type = FACT_TEXT, .text = "00:16:3e:00:00:01" },
		{ .key = "mac.onlink", .type = FACT_TEXT, .text = "true" },
		{ .key = "netbios.mac", .type = FACT_OTHER, .text = "1" },
		text("host.vendor", "Dell"),
	};
	char got[TEXT_MAX];

	(void)state;
	keys_of(facts, N(facts), SUBJECT_DEVICE, got);
	assert_string_equal("", got);
}

/* Sixteen of a kind, whatever the observation says. */
static void
a_flood_of_host_keys_is_cut(void **state)
{
	static char names[200][16];
	static const char *items[200];
	struct arena *mem = arena_new(1 << 20);
	struct id_key *keys;
	size_t n;
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < N(items); i++) {
		(void)snprintf(names[i], sizeof(names[i]), "key %03zu", i);
		items[i] = names[i];
	}
	const struct fact f = {
		.key = "ssh.hostkey", .type = FACT_TEXTS, .texts = { items, N(items) }
	};
	const struct observation o = { .facts = &f, .n_facts = 1 };
	assert_int_equal(0, identity_keys(&o, mem, &keys, &n, &e));
	assert_int_equal(16, n);
	arena_free(mem);
}

static void
the_longest_text_fits_and_a_longer_one_is_none(void **state)
{
	char *longest = malloc(FACT_TEXT_LIMIT + 2);
	char got[TEXT_MAX];

	(void)state;
	assert_non_null(longest);
	memset(longest, 'a', FACT_TEXT_LIMIT + 1);
	longest[0] = 'b';
	longest[FACT_TEXT_LIMIT + 1] = '\0';
	const struct fact f[] = { text("host.vendor", longest),
		text("host.serial", longest), text("agent.key", longest),
		text("snmp.sysname", longest) };
	keys_of(f, N(f), SUBJECT_DEVICE, got);
	assert_string_equal("", got);
	longest[FACT_TEXT_LIMIT] = '\0';
	keys_of(f, N(f), SUBJECT_DEVICE, got);
	assert_int_equal(strlen("agent , serial /, sysname ") + 4 * FACT_TEXT_LIMIT,
		strlen(got));
	free(longest);
}

static void
a_full_arena_is_an_error(void **state)
{
	const struct fact f[] = { text("agent.key", "0123456789abcdef0123456789abcdef"),
		text("host.serial", "x123"), text("host.vendor", "y123") };
	size_t failed = 0;

	(void)state;
	for (size_t limit = 0;; limit += 16) {
		struct arena *mem = arena_new(limit);
		const struct observation o = { .facts = f, .n_facts = N(f) };
		struct id_key *keys;
		size_t n;
		struct err e = { 0 };
		int rc = identity_keys(&o, mem, &keys, &n, &e);
		arena_free(mem);
		if (rc == 0)
			break;
		assert_int_equal(ERR_NOMEM, e.code);
		failed++;
	}
	assert_true(failed >= 4);
}

/* --- the table ------------------------------------------------------------------------------------- */

static void
every_kind_has_a_row_with_facts_that_exist(void **state)
{
	unsigned at_once = 0;

	(void)state;
	for (int k = 0; k < ID_KINDS; k++) {
		const struct id_rule *r = &id_rules[k];
		print_message("  %s\n", r->name);
		assert_non_null(r->name);
		assert_true(r->tier <= 3);
		assert_true((r->tier <= 2) == (r->places_max > 0));
		assert_true(r->tier > 0 || r->single);
		assert_true(r->tier > 0 || r->veto == VETO_ALWAYS);
		assert_true((r->veto >= VETO_WEAKER) == (k <= ID_SERIAL));
		at_once += r->at_once;
		assert_true(k == 0 ||
			r->tier >= id_rules[k - 1].tier); /* strongest first */
		if (k == ID_ADDRESS) {                    /* in rulings only */
			assert_null(r->facts[0]);
			continue;
		}
		assert_non_null(fact_find(r->facts[0]));
		assert_true(!r->facts[1] || fact_find(r->facts[1]));
		for (int other = 0; other < k; other++)
			assert_string_not_equal(r->name, id_rules[other].name);
	}
	assert_int_equal(AT_ONCE_MAX, at_once); /* identity_differ.c has room for them */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_is_an_identifier_in_its_normal_form),
		cmocka_unit_test(two_texts_are_an_identifier_only_together),
		cmocka_unit_test(a_mac_identifies_when_it_is_its_own_and_seen_on_link),
		cmocka_unit_test(own_cards_of_a_list_are_its_machines),
		cmocka_unit_test(a_virtual_address_is_known_by_its_place),
		cmocka_unit_test(a_virtual_mac_tells_its_group),
		cmocka_unit_test(all_identifiers_of_an_observation_come_sorted_and_once),
		cmocka_unit_test(what_is_no_device_has_no_identifiers),
		cmocka_unit_test(a_fact_of_another_type_is_no_identifier),
		cmocka_unit_test(a_flood_of_host_keys_is_cut),
		cmocka_unit_test(the_longest_text_fits_and_a_longer_one_is_none),
		cmocka_unit_test(a_full_arena_is_an_error),
		cmocka_unit_test(every_kind_has_a_row_with_facts_that_exist),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
