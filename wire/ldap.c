/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rootDSE with liblber; names as RFC 4514 writes them. */
#include "wire/ldap.h"

#include <lber.h>
#include <string.h>
#include <strings.h>

enum {
	/* RFC 4511 §4.5.1, §4.5.2, appendix B: tags of the protocol */
	TAG_MESSAGE = 0x30,
	TAG_SEARCH = 0x63,
	TAG_FILTER_PRESENT = 0x87,
	TAG_ENTRY = 0x64,
	TAG_SEARCH_DONE = 0x65,
	TAG_EXTENDED = 0x78, /* §4.4.1: with id 0, notice of disconnection */
	BASE_OBJECT = 0,
	NEVER_DEREF = 0,
	LONG_LENGTH = 0x80, /* X.690 §8.1.3.5 */
	LENGTH_BYTES_MAX = 4,
};

/* --- attributes ------------------------------------------------------------------------- */

static void
take_contexts(struct ldap_root *root, const char *value)
{
	(void)value;
	root->n_contexts++;
}

static void
take_class(struct ldap_root *root, const char *value)
{
	root->is_openldap |= strcasecmp(value, "OpenLDAProotDSE") == 0;
}

/* [MS-ADTS] 3.1.1.3.4.3.5: LDAP_CAP_ACTIVE_DIRECTORY_ADAM_OID */
static void
take_capability(struct ldap_root *root, const char *value)
{
	root->is_light |= strcmp(value, "1.2.840.113556.1.4.1851") == 0;
}

#define TEXT(f) (offsetof(struct ldap_root, f) + 1)

static const struct attribute {
	const char *name;
	size_t text; /* TEXT(), where its first value is kept; 0: nowhere */
	void (*each)(struct ldap_root *, const char *value); /* or NULL */
} attributes[] = {
	{ "dnsHostName", TEXT(dns_name), NULL },
	{ "defaultNamingContext", TEXT(default_context), NULL },
	{ "rootDomainNamingContext", TEXT(root_context), NULL },
	{ "serverName", TEXT(server_name), NULL },
	{ "vendorName", TEXT(vendor_name), NULL },
	{ "vendorVersion", TEXT(vendor_version), NULL },
	{ "domainControllerFunctionality", TEXT(functionality), NULL },
	{ "isGlobalCatalogReady", TEXT(gc_ready), NULL },
	{ "namingContexts", TEXT(context), take_contexts },
	{ "objectClass", 0, take_class },
	{ "supportedCapabilities", 0, take_capability },
};
enum { ATTRIBUTES = sizeof(attributes) / sizeof(attributes[0]) };

/* --- the question ------------------------------------------------------------------------- */

void
ldap_write_root_query(struct wr *w)
{
	char *names[ATTRIBUTES + 1] = { NULL };
	struct berval bytes;
	BerElement *ber = ber_alloc_t(LBER_USE_DER);

	for (size_t i = 0; i < ATTRIBUTES; i++)
		names[i] = (char *)(uintptr_t)attributes[i].name; /* only read */
	if (ber &&
		ber_printf(ber, "{it{seeiibts{v}}}", LDAP_MESSAGE_ID,
			(ber_tag_t)TAG_SEARCH, "", BASE_OBJECT, NEVER_DEREF, 0, 0, 0,
			(ber_tag_t)TAG_FILTER_PRESENT, "objectClass", names) != -1 &&
		ber_flatten2(ber, &bytes, 0) == 0)
		wr_bytes(w, bytes.bv_val, bytes.bv_len);
	else
		w->bad = true; /* no memory */
	ber_free(ber, 1);
}

/* --- messages ------------------------------------------------------------------------------- */

static enum ldap_part
broken(const char **why, const char *clause)
{
	*why = clause;
	return LDAP_BROKEN;
}

enum ldap_part
ldap_read_message(struct rd *stream, struct rd *message, const char **why)
{
	struct rd r = *stream;
	uint8_t tag = rd_u8(&r), first = rd_u8(&r);
	size_t n = first, bytes = first & ~(unsigned)LONG_LENGTH;

	if (rd_left(stream) && tag != TAG_MESSAGE)
		return broken(why, "RFC 4511 §4.1.1: no LDAPMessage");
	if (first >= LONG_LENGTH) { /* §5.1: the indefinite form is not allowed */
		if (bytes == 0 || bytes > LENGTH_BYTES_MAX)
			return broken(why, "RFC 4511 §5.1: bad length");
		for (n = 0; bytes > 0; bytes--)
			n = n << 8 | rd_u8(&r);
	}
	if (r.bad)
		return LDAP_MORE;
	if (n > LDAP_MESSAGE_MAX)
		return broken(why, "RFC 4511 §5.1: message longer than 32 KiB");
	rd_skip(&r, n);
	if (r.bad)
		return LDAP_MORE;
	*message = rd_sub(stream, (size_t)(r.p - stream->p));
	return LDAP_WHOLE;
}

static const struct attribute *
find_attribute(const struct berval *name)
{
	for (size_t i = 0; i < ATTRIBUTES; i++)
		if (strlen(attributes[i].name) == name->bv_len &&
			strncasecmp(attributes[i].name, name->bv_val, name->bv_len) == 0)
			return &attributes[i];
	return NULL;
}

static void
take_value(struct ldap_root *root, const struct attribute *attribute,
	const struct berval *v)
{
	char text[LDAP_TEXT_MAX];

	if (v->bv_len == 0 || v->bv_len >= sizeof(text) ||
		memchr(v->bv_val, '\0', v->bv_len))
		return;
	memcpy(text, v->bv_val, v->bv_len);
	text[v->bv_len] = '\0';
	if (attribute->text) {
		char *kept = (char *)root + attribute->text - 1;
		if (!kept[0])
			memcpy(kept, text, v->bv_len + 1);
	}
	if (attribute->each)
		attribute->each(root, text);
}

/* §4.1.7: PartialAttribute ::= SEQUENCE { type, vals SET OF value }.  false: it is broken. */
static bool
read_attribute(BerElement *ber, struct ldap_root *root)
{
	struct berval name, value;
	ber_len_t len;
	char *last = NULL;

	if (ber_scanf(ber, "{m", &name) == LBER_ERROR)
		return false;
	const struct attribute *attribute = find_attribute(&name);
	ber_tag_t tag = ber_first_element(ber, &len, &last);
	for (; tag != LBER_DEFAULT; tag = ber_next_element(ber, &len, last)) {
		if (tag != LBER_OCTETSTRING || ber_scanf(ber, "m", &value) == LBER_ERROR)
			return false;
		if (attribute)
			take_value(root, attribute, &value);
	}
	return true;
}

/* §4.5.2: SearchResultEntry ::= [APPLICATION 4] SEQUENCE { objectName, attributes } */
static bool
read_entry(BerElement *ber, struct ldap_root *root)
{
	struct berval dn;
	ber_len_t len;
	char *last = NULL;

	if (ber_scanf(ber, "{m", &dn) == LBER_ERROR)
		return false;
	ber_tag_t tag = ber_first_element(ber, &len, &last);
	for (; tag != LBER_DEFAULT; tag = ber_next_element(ber, &len, last))
		if (!read_attribute(ber, root))
			return false;
	return true;
}

static enum ldap_said
read_operation(BerElement *ber, struct ldap_root *root, const char **why)
{
	ber_len_t len;
	ber_int_t id;

	*why = "RFC 4511 §4.1.1: broken LDAPMessage";
	if (ber_scanf(ber, "{i", &id) == LBER_ERROR)
		return LDAP_SAID_GARBAGE;
	ber_tag_t tag = ber_peek_tag(ber, &len);
	if (tag == LBER_DEFAULT)
		return LDAP_SAID_GARBAGE;
	if (id == 0 && tag == TAG_EXTENDED)
		return LDAP_SAID_END;
	if (id != LDAP_MESSAGE_ID)
		return LDAP_SAID_OTHER;
	if (tag == TAG_SEARCH_DONE)
		return LDAP_SAID_END;
	if (tag != TAG_ENTRY)
		return LDAP_SAID_OTHER;
	*why = "RFC 4511 §4.5.2: broken SearchResultEntry";
	return read_entry(ber, root) ? LDAP_SAID_ENTRY : LDAP_SAID_GARBAGE;
}

enum ldap_said
ldap_read_root(struct rd message, struct ldap_root *root, const char **why)
{
	struct berval bytes = { rd_left(&message), (char *)(uintptr_t)message.p };
	BerElement *ber = ber_init(&bytes); /* a copy */

	if (!ber) {
		*why = "there is no memory for its answer";
		return LDAP_SAID_GARBAGE;
	}
	enum ldap_said said = read_operation(ber, root, why);
	ber_free(ber, 1);
	return said;
}

/* --- names (RFC 4514 §3) ---------------------------------------------------------------------- */

struct rdn {
	char type[32], value[LDAP_TEXT_MAX];
};

static int
hex_value(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* One character of a value; false at its end, or when it is one that ends nothing here: '+'
 * of a name with several parts, or a NUL by its digits. */
static bool
next_char(const char **at, char *c)
{
	const char *p = *at;

	if (*p == '\0' || *p == ',' || *p == '+')
		return false;
	if (*p != '\\') {
		*c = *p;
		*at = p + 1;
		return true;
	}
	int high = hex_value(p[1]), low = high >= 0 ? hex_value(p[2]) : -1;
	*c = low >= 0 ? (char)(high << 4 | low) : p[1];
	if (*c == '\0')
		return false;
	*at = p + (low >= 0 ? 3 : 2);
	return true;
}

/* The first part of the name, and behind its comma; false at the end, or when it is one
 * that cannot be read. */
static bool
next_rdn(const char **dn, struct rdn *rdn)
{
	const char *at = *dn + strspn(*dn, " ");
	size_t n = strcspn(at, "=,+"), len = 0;

	if (n == 0 || n >= sizeof(rdn->type) || at[n] != '=')
		return false;
	memcpy(rdn->type, at, n);
	rdn->type[n] = '\0';
	at += n + 1;
	char c;
	while (len + 1 < sizeof(rdn->value) && next_char(&at, &c))
		rdn->value[len++] = c;
	rdn->value[len] = '\0';
	if (len == 0 || (*at != ',' && *at != '\0'))
		return false;
	*dn = at + (*at == ',');
	return true;
}

bool
ldap_print_domain(const char *dn, char out[static LDAP_TEXT_MAX])
{
	size_t n = 0;
	struct rdn rdn;

	out[0] = '\0';
	while (*dn) {
		if (!next_rdn(&dn, &rdn) || strcasecmp(rdn.type, "dc") != 0 ||
			strchr(rdn.value, '.'))
			return false;
		size_t len = strlen(rdn.value);
		if (n + 1 + len >= LDAP_TEXT_MAX)
			return false;
		if (n > 0)
			out[n++] = '.';
		memcpy(out + n, rdn.value, len + 1);
		n += len;
	}
	return n > 0;
}

bool
ldap_print_site(const char *dn, char out[static LDAP_TEXT_MAX])
{
	struct rdn server, servers, site, sites;

	if (!next_rdn(&dn, &server) || !next_rdn(&dn, &servers) ||
		!next_rdn(&dn, &site) || !next_rdn(&dn, &sites) ||
		strcasecmp(servers.value, "Servers") != 0 ||
		strcasecmp(sites.value, "Sites") != 0)
		return false;
	memcpy(out, site.value, sizeof(site.value));
	return true;
}
