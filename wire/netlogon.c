/* SPDX-License-Identifier: GPL-3.0-or-later */
/* BER is liblber's, the answer inside is read by the cursor. */
#include "wire/netlogon.h"

#include <lber.h>
#include <string.h>
#include <strings.h>

#include "wire/dns.h"

enum {
	/* RFC 4511 §4.5.1, §4.5.2, appendix B: tags of the protocol */
	TAG_SEARCH = 0x63,
	TAG_FILTER_AND = 0xa0,
	TAG_FILTER_EQUAL = 0xa3,
	TAG_ENTRY = 0x64,
	TAG_SEARCH_DONE = 0x65,
	/* [MS-ADTS] 6.3.1.1: NETLOGON_NT_VERSION_5, _5EX, _WITH_CLOSEST_SITE */
	VERSION_5 = 0x2,
	VERSION_5EX = 0x4,
	VERSION_CLOSEST = 0x10,
	/* 6.3.1.3: LOGON_SAM_LOGON_RESPONSE_EX, LOGON_SAM_USER_UNKNOWN_EX */
	RESPONSE_EX = 23,
	UNKNOWN_EX = 25,
	TAIL = 8, /* NtVersion and two tokens */
};

static const char attribute[] = "netlogon";

void
netlogon_write_query(struct wr *w, uint16_t id, const char *domain)
{
	static const char version[] = { VERSION_5 | VERSION_5EX | VERSION_CLOSEST, 0, 0,
		0 };
	BerElement *ber = ber_alloc_t(LBER_USE_DER);
	struct berval bytes;

	if (ber &&
		ber_printf(ber, "{it{seeiibt{t{ss}t{so}}{s}}}", (int)id,
			(ber_tag_t)TAG_SEARCH, "", 0, 0, 0, 0, 0,
			(ber_tag_t)TAG_FILTER_AND, (ber_tag_t)TAG_FILTER_EQUAL,
			"DnsDomain", domain, (ber_tag_t)TAG_FILTER_EQUAL, "NtVer",
			version, (ber_len_t)sizeof(version), attribute) != -1 &&
		ber_flatten2(ber, &bytes, 0) == 0)
		wr_bytes(w, bytes.bv_val, bytes.bv_len);
	else
		w->bad = true; /* no memory */
	ber_free(ber, 1);
}

/* --- the answer ---------------------------------------------------------------------------- */

/* A name of hosts or sites; what is longer than ours may be is broken. */
static bool
read_name(const struct dns_message *m, struct rd *at, char out[static NETLOGON_NAME_MAX])
{
	char name[DNS_NAME_TEXT];

	if (!dns_read_name(m, at, name))
		return false;
	size_t n = strlen(name);
	if (n >= NETLOGON_NAME_MAX)
		return false;
	memcpy(out, name, n + 1);
	return true;
}

/* 6.3.1.9.  What follows the sites is there only when it was asked for, so the version, which
 * says whether, is read from the end. */
static bool
read_response(struct rd all, struct netlogon *out)
{
	struct dns_message m = { .all = all };
	struct rd at = all, tail = all;
	char user[NETLOGON_NAME_MAX];

	unsigned opcode = rd_le16(&at);
	rd_skip(&at, 2);
	out->flags = rd_le32(&at);
	rd_copy(&at, out->domain_guid, sizeof(out->domain_guid));
	if (at.bad || (opcode != RESPONSE_EX && opcode != UNKNOWN_EX) ||
		rd_left(&at) < TAIL)
		return false;
	rd_skip(&tail, rd_left(&all) - TAIL);
	at.end -= TAIL;
	if (!read_name(&m, &at, out->forest) || !read_name(&m, &at, out->domain) ||
		!read_name(&m, &at, out->host) ||
		!read_name(&m, &at, out->netbios_domain) ||
		!read_name(&m, &at, out->netbios_host) || !read_name(&m, &at, user) ||
		!read_name(&m, &at, out->site) || !read_name(&m, &at, out->our_site))
		return false;
	if (rd_le32(&tail) & VERSION_CLOSEST && rd_left(&at))
		(void)read_name(&m, &at, out->closest_site);
	return true;
}

static enum netlogon_said
garbage(const char **why, const char *text)
{
	*why = text;
	return NETLOGON_GARBAGE;
}

/* RFC 4511 §4.5.2: the first value of the attribute we asked for. */
static enum netlogon_said
read_entry(BerElement *ber, struct netlogon *out, const char **why)
{
	struct berval name, value;
	ber_len_t len;
	char *last = NULL, *inner;

	if (ber_scanf(ber, "{m", &name) == LBER_ERROR)
		return garbage(why, "RFC 4511 §4.5.2: broken SearchResultEntry");
	ber_tag_t tag = ber_first_element(ber, &len, &last);
	for (; tag != LBER_DEFAULT; tag = ber_next_element(ber, &len, last)) {
		if (ber_scanf(ber, "{m", &name) == LBER_ERROR)
			break;
		tag = ber_first_element(ber, &len, &inner);
		bool wanted = name.bv_len == strlen(attribute) &&
			strncasecmp(name.bv_val, attribute, name.bv_len) == 0;
		for (; tag != LBER_DEFAULT; tag = ber_next_element(ber, &len, inner)) {
			if (tag != LBER_OCTETSTRING ||
				ber_scanf(ber, "m", &value) == LBER_ERROR)
				return garbage(why, "RFC 4511 §4.1.7: broken attribute");
			if (wanted)
				return read_response(
					       rd_from(value.bv_val, value.bv_len), out)
					? NETLOGON_ANSWER
					: garbage(why,
						  "[MS-ADTS] 6.3.1.9: broken answer");
		}
	}
	return NETLOGON_NOT_IT;
}

static enum netlogon_said
read_message(BerElement *ber, uint16_t want, struct netlogon *out, const char **why)
{
	ber_len_t len;
	ber_int_t id;

	if (ber_scanf(ber, "{i", &id) == LBER_ERROR)
		return garbage(why, "RFC 4511 §4.1.1: broken LDAPMessage");
	ber_tag_t tag = ber_peek_tag(ber, &len);
	if (id != want)
		return NETLOGON_OTHER;
	if (tag == TAG_SEARCH_DONE)
		return NETLOGON_NOT_IT;
	if (tag != TAG_ENTRY)
		return garbage(why, "RFC 4511 §4.5.2: no SearchResultEntry");
	return read_entry(ber, out, why);
}

enum netlogon_said
netlogon_read(struct rd datagram, uint16_t id, struct netlogon *out, const char **why)
{
	struct berval bytes = { rd_left(&datagram), (char *)(uintptr_t)datagram.p };

	*out = (struct netlogon){ 0 };
	*why = "";
	if (bytes.bv_len == 0 || bytes.bv_len > NETLOGON_ANSWER_MAX)
		return garbage(why, "an empty or too long datagram");
	BerElement *ber = ber_init(&bytes);
	if (!ber)
		return garbage(why, "there is no memory for its answer");
	enum netlogon_said said = read_message(ber, id, out, why);
	ber_free(ber, 1);
	if (said != NETLOGON_ANSWER)
		*out = (struct netlogon){ 0 };
	return said;
}
