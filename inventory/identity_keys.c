/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What in an observation is an identifier, and what each kind of it weighs.
 *
 * Values are normalised so that two sources that mean the same say the same, and values
 * that a factory puts into every machine are left out.  Whether an identifier is unique in
 * this network is not judged here but measured (identity_demote.c).
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/sort.h"
#include "inventory/identity.h"

/*
 * places_max: a host answers on each of its addresses.  A server or a dual-stack client has
 * up to a dozen on one card; a core switch answers SSH and SNMP in each of its networks.
 * Above that it is proxy ARP, a cloned image, a default key or a name of many (round robin).
 *
 * macs_max: what lies on a disk or in firmware is copied with it, so more cards beside it
 * than a machine has mean copies: two for SSH and TLS keys and engine ids, which factories
 * and templates copy; four for a Windows machine (cable, radio, dock, virtual); one for a
 * name, because two machines of one name are more common than two cards in one network.
 */
const struct id_rule id_rules[ID_KINDS] = {
	[ID_AGENT_KEY] = { .name = "agent",
		.tier = 0,
		.single = true,
		.veto = VETO_ALWAYS,
		.places_max = 64,
		.facts = { "agent.key" } },
	[ID_AD_GUID] = { .name = "ad",
		.tier = 0,
		.single = true,
		.veto = VETO_ALWAYS,
		.places_max = 64,
		.facts = { "ad.guid" } },
	[ID_INSTANCE] = { .name = "instance",
		.tier = 0,
		.single = true,
		.veto = VETO_ALWAYS,
		.places_max = 64,
		.facts = { "instance.id" } },
	[ID_SMBIOS_UUID] = { .name = "uuid",
		.tier = 1,
		.single = true,
		.veto = VETO_WEAKER,
		.places_max = 64,
		.macs_max = 2,
		.facts = { "host.smbios_uuid" } },
	[ID_SERIAL] = { .name = "serial",
		.tier = 1,
		.single = true,
		.veto = VETO_ALWAYS,
		.places_max = 64,
		.macs_max = 8,
		.facts = { "host.vendor", "host.serial" } },
	[ID_VIP] = { .name = "vip",
		.tier = 1,
		.places_max = 1,
		.facts = { "mac", "mac.onlink" } },
	[ID_SSH_KEY] = { .name = "ssh",
		.tier = 1,
		.veto = VETO_NAMES,
		.at_once = true,
		.places_max = 64,
		.macs_max = 2,
		.facts = { "ssh.hostkey" } },
	[ID_TLS_KEY] = { .name = "tls",
		.tier = 1,
		.places_max = 16,
		.macs_max = 2,
		.facts = { "tls.key" } },
	[ID_SNMP_ENGINE] = { .name = "engine",
		.tier = 1,
		.single = true,
		.veto = VETO_NAMES,
		.at_once = true,
		.places_max = 256,
		.macs_max = 2,
		.facts = { "snmp.engine" } },
	[ID_SMB_GUID] = { .name = "smb",
		.tier = 1,
		.single = true,
		.veto = VETO_NAMES,
		.at_once = true,
		.places_max = 16,
		.macs_max = 4,
		.facts = { "smb.guid" } },
	[ID_WSD] = { .name = "wsd",
		.tier = 1,
		.places_max = 16,
		.macs_max = 2,
		.facts = { "wsd.uuid" } },
	[ID_SSDP] = { .name = "ssdp",
		.tier = 1,
		.places_max = 16,
		.macs_max = 2,
		.facts = { "ssdp.uuid" } },
	[ID_MAC] = { .name = "mac",
		.tier = 1,
		.places_max = 16,
		.facts = { "mac", "mac.onlink" } },
	[ID_CARD] = { .name = "card",
		.tier = 1,
		.places_max = 256,
		.facts = { "if.macs", "snmp.bridge", "lldp.chassis" } },
	[ID_NETBIOS] = { .name = "netbios",
		.tier = 2,
		.single = true,
		.veto = VETO_NAMES,
		.at_once = true,
		.places_max = 16,
		.macs_max = 1,
		.facts = { "netbios.domain", "netbios.name" } },
	[ID_NETBIOS_UNIT] = { .name = "unit",
		.tier = 2,
		.places_max = 16,
		.macs_max = 1,
		.facts = { "netbios.mac" } },
	[ID_NTLM_DNS] = { .name = "ntlm",
		.tier = 2,
		.single = true,
		.veto = VETO_NAMES,
		.at_once = true,
		.places_max = 16,
		.macs_max = 1,
		.facts = { "smb.dns_name", "rdp.dns_name", "ldap.dns_name",
			"ad.dns_name" } },
	[ID_FQDN] = { .name = "fqdn",
		.tier = 2,
		.places_max = 16,
		.macs_max = 1,
		.facts = { "dns.fqdn" } },
	[ID_SYSNAME] = { .name = "sysname",
		.tier = 2,
		.single = true,
		.veto = VETO_NAMES,
		.places_max = 256,
		.macs_max = 1,
		.facts = { "snmp.sysname" } },
	[ID_MDNS] = { .name = "mdns",
		.tier = 2,
		.places_max = 16,
		.macs_max = 1,
		.facts = { "mdns.name" } },
	[ID_LINK] = { .name = "link", .tier = 3, .facts = { "mac", "mac.onlink" } },
	[ID_ADDRESS] = { .name = "address", .tier = 3 },
};

/* --- placeholders ----------------------------------------------------------------------- */

/* Lower case.  What firmware says when nobody filled it in. */
static const char *const unfilled[] = { "to be filled by o.e.m.",
	"to be filled by o.e.m", "to be filled by oem", "default string", "default",
	"system serial number", "system manufacturer", "chassis serial number",
	"base board serial number", "serial number", "serial", "not specified",
	"not applicable", "not available", "not present", "none", "n/a", "na", "null",
	"empty", "unknown", "undefined", "invalid", "oem", "o.e.m.", "123456789",
	"1234567890", "0123456789", "12345678", "sernum0", NULL };

/* 03000200-… and 03d40274-… are templates of board firmware; the others are typed in.
 * A value that ends in '*' stands for all that begin so. */
static const char *const template_uuids[] = { "03000200-0400-0500-0006-000700080009",
	"03d40274-*", "00010203-0405-0607-0809-0a0b0c0d0e0f",
	"00112233-4455-6677-8899-aabbccddeeff", "01234567-89ab-cdef-0123-456789abcdef",
	"12345678-1234-1234-1234-123456789abc", "12345678-1234-5678-90ab-cddeefaabbcc",
	"11111111-2222-3333-4444-555555555555", "00000000-0000-0000-0000-000000000001",
	NULL };

/* Samples of agent toolkits, and RFC 3414 A.5.1. */
static const char *const sample_engines[] = { "8000000001020304", "800000020109840301",
	"000000000000000000000002", NULL };

/* First labels that systems come with: with a domain, too, for DHCP servers give each the
 * name that it asked for. */
static const char *const factory_names[] = { "localhost", "localhost4", "localhost6",
	"unknown", "noname", "none", "(none)", "default", "host", "hostname", "linux",
	"debian", "ubuntu", "kali", "raspberrypi", "openwrt", "android", "iphone",
	"ipad", "*", NULL };

/* And those that people give, too: in DNS, printer.corp.example is the one of that domain. */
static const char *const role_names[] = { "printer", "router", "switch", "gateway",
	NULL };

static bool
is_listed(const char *const *list, const char *value)
{
	for (; list && *list; list++) {
		if (**list != *value)
			continue;
		size_t n = strlen(*list);
		if ((*list)[n - 1] == '*' && n > 1 ? strncmp(value, *list, n - 1) == 0
						   : strcmp(value, *list) == 0)
			return true;
	}
	return false;
}

/* "00000000", "ffff-ffff", "xxxxxxx": one character all along. */
static bool
is_constant(const char *value)
{
	char only = 0;

	for (; *value; value++) {
		if (*value == '-' || *value == ':' || *value == ' ')
			continue;
		if (only && *value != only)
			return false;
		only = *value;
	}
	return true;
}

/* --- normal forms: true when the text is an identifier of that form ------------------------ */

enum { VALUE_MAX = 2 * FACT_TEXT_LIMIT + 2, GUID_DIGITS = 32, LABEL_SIZE = 64 };

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Without blanks around, no control characters: a value is one line. */
static bool
norm_exact(const char *text, char out[static VALUE_MAX])
{
	size_t n;

	text += strspn(text, " ");
	n = strlen(text);
	while (n > 0 && text[n - 1] == ' ')
		n--;
	if (n == 0 || n > FACT_TEXT_LIMIT)
		return false;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return false;
	memcpy(out, text, n);
	out[n] = '\0';
	return n < 4 || !is_constant(out);
}

static bool
norm_lower(const char *text, char out[static VALUE_MAX])
{
	if (!norm_exact(text, out))
		return false;
	for (char *p = out; *p; p++)
		*p = lower(*p);
	return true;
}

static bool
norm_firmware(const char *text, char out[static VALUE_MAX])
{
	return norm_lower(text, out) && !is_constant(out) && !is_listed(unfilled, out);
}

/* A host name in any name space, without a trailing dot, and its first label: "" of one that
 * is longer than a label (RFC 1035 §2.3.4), which is no factory's. */
static bool
split_name(const char *text, char out[static VALUE_MAX], char label[static LABEL_SIZE])
{
	if (!norm_lower(text, out))
		return false;
	size_t n = strlen(out);
	while (n > 0 && out[n - 1] == '.')
		out[--n] = '\0';
	size_t first = strcspn(out, ".");
	if (first == 0)
		return false;
	if (first >= LABEL_SIZE) {
		label[0] = '\0';
		return true;
	}
	memcpy(label, out, first);
	label[first] = '\0';
	return true;
}

/* None that a factory gave. */
static bool
norm_name(const char *text, char out[static VALUE_MAX])
{
	char label[LABEL_SIZE];

	return split_name(text, out, label) && !is_listed(factory_names, label) &&
		!is_listed(role_names, label);
}

/* A name with its domain: a bare host name only repeats the NetBIOS name. */
static bool
norm_dns_name(const char *text, char out[static VALUE_MAX])
{
	return norm_name(text, out) && strchr(out, '.');
}

/* What DNS calls an address and leads back to it. */
static bool
norm_fqdn(const char *text, char out[static VALUE_MAX])
{
	char label[LABEL_SIZE];

	return split_name(text, out, label) && !is_listed(factory_names, label) &&
		strchr(out, '.');
}

/* The hexadecimal digits of text; false when there is something else but "-:{}" and 0x. */
static bool
hex_digits(const char *text, char *out, size_t max, size_t *n)
{
	*n = 0;
	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		text += 2;
	for (; *text; text++) {
		char c = lower(*text);
		bool is_digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
		if (!is_digit && strchr("-:{} ", c))
			continue;
		if (!is_digit || *n >= max)
			return false;
		out[(*n)++] = c;
	}
	return true;
}

static void
print_guid(const char digits[static GUID_DIGITS], char out[static VALUE_MAX])
{
	static const size_t fields[] = { 8, 4, 4, 4, 12 };

	for (size_t f = 0; f < sizeof(fields) / sizeof(fields[0]); f++) {
		if (f > 0)
			*out++ = '-';
		memcpy(out, digits, fields[f]);
		out += fields[f];
		digits += fields[f];
	}
	*out = '\0';
}

static bool
read_guid(const char *text, char digits[static GUID_DIGITS], char out[static VALUE_MAX])
{
	size_t n;

	if (!hex_digits(text, digits, GUID_DIGITS, &n) || n != GUID_DIGITS)
		return false;
	print_guid(digits, out);
	return !is_constant(out) && !is_listed(template_uuids, out);
}

static bool
norm_guid(const char *text, char out[static VALUE_MAX])
{
	char digits[GUID_DIGITS];

	return read_guid(text, digits, out);
}

/* "urn:uuid:…" and "uuid:…" (RFC 4122 §3; UPnP Device Architecture 2.0 §1.1.4). */
static bool
norm_uuid(const char *text, char out[static VALUE_MAX])
{
	if (strncasecmp(text, "urn:", 4) == 0)
		text += 4;
	if (strncasecmp(text, "uuid:", 5) == 0)
		text += 5;
	return norm_guid(text, out);
}

/* Bytes of the first three fields backwards: the two ways to read them off the wire. */
static void
swap_guid(const char in[static GUID_DIGITS], char out[static GUID_DIGITS])
{
	static const unsigned char byte_of[GUID_DIGITS / 2] = { 3, 2, 1, 0, 5, 4, 7, 6,
		8, 9, 10, 11, 12, 13, 14, 15 };

	for (size_t i = 0; i < GUID_DIGITS / 2; i++)
		memcpy(out + 2 * i, in + 2 * (size_t)byte_of[i], 2);
}

/* Before SMBIOS 2.6 the byte order was not said (DSP0134 §7.2.1) and tools differ; the
 * smaller of both readings stands for the pair. */
static bool
norm_smbios(const char *text, char out[static VALUE_MAX])
{
	char digits[GUID_DIGITS], swapped[GUID_DIGITS], other[VALUE_MAX];

	if (!read_guid(text, digits, out))
		return false;
	swap_guid(digits, swapped);
	print_guid(swapped, other);
	if (is_listed(template_uuids, other))
		return false;
	if (strcmp(other, out) < 0)
		memcpy(out, other, strlen(other) + 1);
	return true;
}

static unsigned
hex_value(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* Samba fills ServerGuid with its NetBIOS name and zeros ([MS-SMB2] 2.2.4 wants a GUID):
 * that is a name, not something only one machine has. */
static bool
is_text_guid(const char guid[static GUID_DIGITS])
{
	bool ended = false;

	for (size_t i = 0; i < GUID_DIGITS; i += 2) {
		unsigned byte = hex_value(guid[i]) << 4 | hex_value(guid[i + 1]);
		if (byte == 0)
			ended = true;
		else if (ended || byte < 0x20 || byte > 0x7e)
			return false;
	}
	return ended;
}

static bool
norm_smb_guid(const char *text, char out[static VALUE_MAX])
{
	char digits[GUID_DIGITS], wire[GUID_DIGITS];

	if (!read_guid(text, digits, out))
		return false;
	swap_guid(digits, wire);
	return !is_text_guid(digits) && !is_text_guid(wire);
}

/* 5 to 32 bytes (RFC 3411 §5 SnmpEngineID); one made of a MAC of zeros is nobody's. */
static bool
norm_engine(const char *text, char out[static VALUE_MAX])
{
	enum { LEAST = 10, MOST = 64, MAC_DIGITS = 12 };
	size_t n;

	if (!hex_digits(text, out, MOST, &n) || n < LEAST || n % 2 != 0)
		return false;
	out[n] = '\0';
	if (is_constant(out) || is_listed(sample_engines, out))
		return false;
	return n < MAC_DIGITS || strspn(out + n - MAC_DIGITS, "0") < MAC_DIGITS;
}

/* --- MAC addresses ------------------------------------------------------------------------- */

/* Addresses that move between routers, or that every copy of a program has.  The last
 * nibbles that vary are masked off. */
static const struct virtual_mac {
	uint64_t prefix;
	unsigned bits;
	const char *moves; /* by what, between the machines behind a virtual address */
	unsigned group_at, group_bits; /* from the right */
} virtual_macs[] = {
	{ 0x00005e000100, 40, "VRRP or CARP group", 0, 8 }, /* RFC 5798 §7.3 */
	{ 0x00005e000200, 40, "VRRP group", 0, 8 },         /* for IPv6, the same */
	{ 0x00000c07ac00, 40, "HSRP group", 0, 8 },         /* RFC 2281 §1 */
	{ 0x00000c9ff000, 36, "HSRP group", 0, 12 },        /* version 2 */
	{ 0x000573a00000, 36, "HSRP group", 0, 12 },        /* for IPv6 */
	{ 0x0007b4000000, 24, "GLBP group", 8, 10 }, /* the last eight: the forwarder */
	{ 0x005056c00000, 40, NULL, 0,
		0 }, /* VMware's host-only networks, on every host */
};

static const struct virtual_mac *
find_virtual(const struct mac *m)
{
	uint64_t number = mac_number(m);

	for (size_t i = 0; i < sizeof(virtual_macs) / sizeof(virtual_macs[0]); i++) {
		unsigned rest = 48 - virtual_macs[i].bits;
		if (number >> rest == virtual_macs[i].prefix >> rest)
			return &virtual_macs[i];
	}
	return NULL;
}

bool
identity_is_virtual_mac(const struct mac *m)
{
	const struct virtual_mac *found = find_virtual(m);

	return found && found->moves;
}

const char *
identity_virtual_group(const struct mac *m, struct arena *mem)
{
	const struct virtual_mac *found = find_virtual(m);

	if (!found || !found->moves)
		return NULL;
	unsigned group = (unsigned)(mac_number(m) >> found->group_at) &
		((1U << found->group_bits) - 1);
	return arena_printf(mem, "%s %u", found->moves, group);
}

/* Belongs to one network card in the world. */
static bool
is_own(const struct mac *m)
{
	return !mac_is_local(m) && !find_virtual(m);
}

/* --- from facts to keys ------------------------------------------------------------------- */

/* A host has a handful of keys and names; more in one observation are a forgery. */
enum { VALUES_MAX = 16, CARDS_MAX = 64 };

struct keys {
	const struct observation *from;
	uint64_t bits;            /* of the keys of its facts (fact_key_bit) */
	const struct mac *onlink; /* what answers on the link; NULL: nothing tells it */
	struct arena *mem;
	struct id_key items[ID_KINDS * 4 * VALUES_MAX]; /* of four facts each */
	size_t n;
};

static int
add_key(struct keys *k, enum id_kind kind, const char *value, struct err *e)
{
	const char *copy = arena_strdup(k->mem, value);

	if (!copy)
		return err_nomem(e);
	k->items[k->n++] = (struct id_key){ kind, copy };
	return 0;
}

static const struct fact *
fact_of(const struct keys *k, const char *name)
{
	if (!(k->bits & fact_key_bit(name)))
		return NULL;
	return fact_get(k->from->facts, k->from->n_facts, name);
}

struct reader {
	int (*read)(struct keys *, enum id_kind, struct err *);
	bool (*normalise)(const char *, char out[static VALUE_MAX]);
	bool (*normalise_first)(
		const char *, char out[static VALUE_MAX]); /* of a pair */
	char between;                                      /* the halves of a pair */
};

static const struct reader readers[ID_ADDRESS];

/* One text, or several. */
static int
read_fact(struct keys *k, enum id_kind kind, const struct fact *f, struct err *e)
{
	char value[VALUE_MAX];

	if (f->type != FACT_TEXT && f->type != FACT_TEXTS)
		return 0;
	size_t n = f->type == FACT_TEXTS ? f->texts.n : 1;
	for (size_t i = 0; i < n && i < VALUES_MAX; i++) {
		const char *text = f->type == FACT_TEXTS ? f->texts.items[i] : f->text;
		if (readers[kind].normalise(text, value) &&
			add_key(k, kind, value, e) == -1)
			return -1;
	}
	return 0;
}

enum { FACTS_OF_KIND = sizeof(id_rules[0].facts) / sizeof(id_rules[0].facts[0]) };

static int
read_text(struct keys *k, enum id_kind kind, struct err *e)
{
	for (size_t i = 0; i < FACTS_OF_KIND && id_rules[kind].facts[i]; i++) {
		const struct fact *f = fact_of(k, id_rules[kind].facts[i]);
		if (f && read_fact(k, kind, f, e) == -1)
			return -1;
	}
	return 0;
}

/* Two texts that mean something only together. */
static int
read_pair(struct keys *k, enum id_kind kind, struct err *e)
{
	const struct fact *a = fact_of(k, id_rules[kind].facts[0]);
	const struct fact *b = fact_of(k, id_rules[kind].facts[1]);
	char pair[2 * VALUE_MAX];

	if (!a || !b || a->type != FACT_TEXT || b->type != FACT_TEXT ||
		!readers[kind].normalise_first(a->text, pair))
		return 0;
	size_t first = strlen(pair);
	pair[first] = readers[kind].between;
	return readers[kind].normalise(b->text, pair + first + 1)
		? add_key(k, kind, pair, e)
		: 0;
}

static int
add_mac(struct keys *k, enum id_kind kind, const struct mac *m, struct err *e)
{
	char text[MAC_TEXT_MAX];

	return add_key(k, kind, mac_print(m, text), e);
}

static const struct mac *
usable_mac(const struct fact *f)
{
	return f && f->type == FACT_MAC && !mac_is_zero(&f->mac) &&
			!mac_is_group(&f->mac)
		? &f->mac
		: NULL;
}

static const struct mac *
find_onlink(const struct keys *k)
{
	const struct mac *m = usable_mac(fact_of(k, id_rules[ID_MAC].facts[0]));
	const struct fact *onlink = m ? fact_of(k, id_rules[ID_MAC].facts[1]) : NULL;

	return onlink && onlink->type == FACT_BOOL && onlink->num ? m : NULL;
}

/* What answers on the link: a card's own address identifies, any other only distinguishes. */
static int
read_link(struct keys *k, enum id_kind kind, struct err *e)
{
	if (!k->onlink || is_own(k->onlink) != (kind == ID_MAC))
		return 0;
	return add_mac(k, kind, k->onlink, e);
}

/* Cards that a machine lists itself: its own, wherever they are seen. */
static int
add_card(struct keys *k, const char *text, struct err *e)
{
	struct mac m;

	if (!mac_parse(text, &m) || mac_is_zero(&m) || mac_is_group(&m) || !is_own(&m))
		return 0;
	return add_mac(k, ID_CARD, &m, e);
}

static int
read_cards(struct keys *k, enum id_kind kind, struct err *e)
{
	const struct fact *list = fact_of(k, id_rules[kind].facts[0]);
	const struct mac *bridge = usable_mac(fact_of(k, id_rules[kind].facts[1]));
	const struct fact *chassis = fact_of(k, id_rules[kind].facts[2]);
	size_t n = list && list->type == FACT_TEXTS ? list->texts.n : 0;

	for (size_t i = 0; i < n && i < CARDS_MAX; i++)
		if (add_card(k, list->texts.items[i], e) == -1)
			return -1;
	if (chassis && chassis->type == FACT_TEXT && add_card(k, chassis->text, e) == -1)
		return -1;
	return bridge && is_own(bridge) ? add_mac(k, kind, bridge, e) : 0;
}

/* A virtual address is an object of its own: what it is, is where it is. */
static int
read_vip(struct keys *k, enum id_kind kind, struct err *e)
{
	char ip[ADDR_TEXT_MAX];

	if (!k->onlink || !identity_is_virtual_mac(k->onlink) ||
		!addr_is_set(&k->from->ip))
		return 0;
	const char *value = arena_printf(k->mem, "%s %s",
		k->from->site ? k->from->site : "", addr_print(&k->from->ip, ip));
	return value ? add_key(k, kind, value, e) : err_nomem(e);
}

static int
read_unit(struct keys *k, enum id_kind kind, struct err *e)
{
	const struct mac *m = usable_mac(fact_of(k, id_rules[kind].facts[0]));

	return m && is_own(m) ? add_mac(k, kind, m, e) : 0;
}

/* Fingerprints may be base64, where case counts; everything else is folded. */
static const struct reader readers[ID_ADDRESS] = {
	[ID_AGENT_KEY] = { read_text, norm_exact, NULL, 0 },
	[ID_AD_GUID] = { read_text, norm_guid, NULL, 0 },
	[ID_INSTANCE] = { read_text, norm_firmware, NULL, 0 },
	[ID_SMBIOS_UUID] = { read_text, norm_smbios, NULL, 0 },
	[ID_SERIAL] = { read_pair, norm_firmware, norm_firmware, '/' },
	[ID_VIP] = { read_vip, NULL, NULL, 0 },
	[ID_SSH_KEY] = { read_text, norm_exact, NULL, 0 },
	[ID_TLS_KEY] = { read_text, norm_exact, NULL, 0 },
	[ID_SNMP_ENGINE] = { read_text, norm_engine, NULL, 0 },
	[ID_SMB_GUID] = { read_text, norm_smb_guid, NULL, 0 },
	[ID_WSD] = { read_text, norm_uuid, NULL, 0 },
	[ID_SSDP] = { read_text, norm_uuid, NULL, 0 },
	[ID_MAC] = { read_link, NULL, NULL, 0 },
	[ID_CARD] = { read_cards, NULL, NULL, 0 },
	[ID_NETBIOS] = { read_pair, norm_name, norm_lower, '\\' },
	[ID_NETBIOS_UNIT] = { read_unit, NULL, NULL, 0 },
	[ID_NTLM_DNS] = { read_text, norm_dns_name, NULL, 0 },
	[ID_FQDN] = { read_text, norm_fqdn, NULL, 0 },
	[ID_SYSNAME] = { read_text, norm_name, NULL, 0 },
	[ID_MDNS] = { read_text, norm_dns_name, NULL, 0 },
	[ID_LINK] = { read_link, NULL, NULL, 0 },
};

int
id_key_cmp(const struct id_key *a, const struct id_key *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return strcmp(a->value, b->value);
}

bool
id_key_twin(const struct id_key *k, struct id_key *out)
{
	out->kind = k->kind == ID_MAC ? ID_CARD : ID_MAC;
	out->value = k->value;
	return k->kind == ID_MAC || k->kind == ID_CARD;
}

static int
by_key(const void *a, const void *b)
{
	return id_key_cmp(a, b);
}

int
identity_keys(const struct observation *from, struct arena *mem, struct id_key **out,
	size_t *n, struct err *e)
{
	struct keys k; /* large, and its items are set one by one: never cleared whole */
	size_t kept = 0;

	k.from = from;
	k.bits = 0;
	k.mem = mem;
	k.n = 0;
	for (size_t i = 0; i < from->n_facts; i++)
		k.bits |= fact_key_bit(from->facts[i].key);
	k.onlink = find_onlink(&k);
	for (unsigned kind = 0; kind < ID_ADDRESS && from->subject == SUBJECT_DEVICE;
		kind++)
		if (readers[kind].read(&k, (enum id_kind)kind, e) == -1)
			return -1;
	sort_mostly_sorted(
		k.items, k.n, sizeof(k.items[0]), by_key); /* by kind they are */
	for (size_t i = 0; i < k.n; i++) /* two spellings may have one normal form */
		if (kept == 0 || id_key_cmp(&k.items[kept - 1], &k.items[i]) != 0)
			k.items[kept++] = k.items[i];
	*out = arena_dup(mem, k.items, kept * sizeof(k.items[0]));
	if (!*out)
		return err_nomem(e);
	*n = kept;
	return 0;
}
