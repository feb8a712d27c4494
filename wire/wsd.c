/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SOAP envelopes: two that are written from templates, and a table of elements that are
 * kept of those that are read. */
#include "wire/wsd.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define SOAP       "http://www.w3.org/2003/05/soap-envelope"
#define ADDRESSING "http://schemas.xmlsoap.org/ws/2004/08/addressing"
#define DISCOVERY  "http://schemas.xmlsoap.org/ws/2005/04/discovery"
#define PROFILE    "http://schemas.xmlsoap.org/ws/2006/02/devprof"
#define TRANSFER   "http://schemas.xmlsoap.org/ws/2004/09/transfer"

#define AT(field) offsetof(struct wsd_message, field)

/* --- reading --------------------------------------------------------------------------- */

static void
keep(char out[static WSD_TEXT], struct rd text)
{
	size_t n = rd_left(&text) < WSD_TEXT ? rd_left(&text) : WSD_TEXT - 1;

	if (out[0])
		return;
	rd_copy(&text, out, n);
	out[n] = '\0';
}

/* The word up to the next of these bytes; what is left stands behind it. */
static struct rd
next_word(struct rd *r, const char *marks)
{
	size_t n = 0, left = rd_left(r);
	struct rd ahead = *r;
	const uint8_t *p = rd_take(&ahead, left);

	while (n < left && !(p[n] && strchr(marks, p[n])))
		n++;
	struct rd word = rd_sub(r, n);
	rd_skip(r, n < left);
	return word;
}

static bool
is(struct rd text, const char *what)
{
	size_t n = strlen(what);

	return rd_left(&text) == n && memcmp(rd_take(&text, n), what, n) == 0;
}

/* The last part of the URI says it, whichever version of the document it is of. */
static void
take_action(struct wsd_message *m, struct rd text)
{
	static const struct {
		const char *end;
		enum wsd_action action;
	} rows[] = {
		{ "Hello", WSD_HELLO },
		{ "Bye", WSD_BYE },
		{ "Probe", WSD_PROBE },
		{ "ProbeMatches", WSD_PROBE_MATCHES },
		{ "ResolveMatches", WSD_RESOLVE_MATCHES },
		{ "GetResponse", WSD_GET_RESPONSE },
	};
	struct rd last = text;

	while (rd_left(&text))
		last = next_word(&text, "/");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (is(last, rows[i].end))
			m->action = rows[i].action;
}

/* Qualified names with blanks between; a prefix means nothing outside the document. */
static void
take_types(struct wsd_message *m, struct rd text)
{
	while (rd_left(&text) && m->n_types < WSD_TYPES_MAX) {
		struct rd word = next_word(&text, " \t\r\n"), local = word;
		while (rd_left(&word))
			local = next_word(&word, ":");
		if (rd_left(&local))
			keep(m->types[m->n_types++], local);
	}
}

/* [MS-PBSD] 2.2.1: "NAME/Workgroup:X", "NAME/Domain:X", or "NAME/NotJoined". */
static void
take_computer(struct wsd_message *m, struct rd text)
{
	struct rd name = next_word(&text, "/\\");
	struct rd how = next_word(&text, ":");

	m->name[0] = '\0'; /* it knows better than the device around it */
	keep(m->name, name);
	m->in_domain = is(how, "Domain");
	if (m->in_domain || is(how, "Workgroup"))
		keep(m->domain, text);
}

/* parent: NULL, or the element around it. */
static const struct {
	const char *name, *parent;
	size_t at;                                     /* of a text */
	void (*take)(struct wsd_message *, struct rd); /* in place of that */
} elements[] = {
	{ "Action", "Header", 0, take_action },
	{ "RelatesTo", "Header", AT(relates_to), NULL },
	{ "Address", "EndpointReference", AT(endpoint), NULL },
	{ "Types", NULL, 0, take_types },
	{ "XAddrs", NULL, AT(xaddrs), NULL },
	{ "FriendlyName", NULL, AT(name), NULL },
	{ "Manufacturer", NULL, AT(maker), NULL },
	{ "ModelName", NULL, AT(model), NULL },
	{ "Computer", NULL, 0, take_computer },
};

static void
on_element(void *arg, const struct xml_path *path, struct rd text)
{
	const char *name = xml_name(path);
	struct wsd_message *m = arg;

	if (rd_left(&text) == 0)
		return;
	for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++) {
		if (strcmp(name, elements[i].name) != 0 ||
			(elements[i].parent &&
				strcmp(xml_parent(path), elements[i].parent) != 0))
			continue;
		if (elements[i].take)
			elements[i].take(m, text);
		else
			keep((char *)m + elements[i].at, text);
	}
}

int
wsd_read(struct rd document, struct wsd_message *out, struct err *e)
{
	*out = (struct wsd_message){ .action = WSD_OTHER };
	return xml_read(document, on_element, out, e);
}

const char *
wsd_uuid_of(const char *endpoint)
{
	static const char *const schemes[] = { "urn:uuid:", "uuid:" };

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (strncasecmp(endpoint, schemes[i], strlen(schemes[i])) == 0)
			return endpoint + strlen(schemes[i]);
	return "";
}

const char *
wsd_uuid(const struct wsd_message *m)
{
	return wsd_uuid_of(m->endpoint);
}

/* --- writing --------------------------------------------------------------------------- */

static void
write_text(struct wr *w, const char *text, int n)
{
	if (n < 0 || n >= WSD_MESSAGE_MAX)
		w->bad = true;
	else
		wr_bytes(w, text, (size_t)n);
}

/* WS-Discovery §5.2.  A prefix could be any; there are readers that know only this one. */
void
wsd_write_probe(struct wr *w, const char *id, bool devices)
{
	char text[WSD_MESSAGE_MAX];
	int n = snprintf(text, sizeof(text),
		"<?xml version=\"1.0\" encoding=\"utf-8\"?>"
		"<s:Envelope xmlns:s=\"" SOAP "\" xmlns:a=\"" ADDRESSING
		"\" xmlns:d=\"" DISCOVERY "\"><s:Header>"
		"<a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To>"
		"<a:Action>" DISCOVERY "/Probe</a:Action>"
		"<a:MessageID>urn:uuid:%s</a:MessageID>"
		"</s:Header><s:Body><d:Probe>%s</d:Probe></s:Body></s:Envelope>",
		id,
		devices ? "<d:Types xmlns:wsdp=\"" PROFILE "\">wsdp:Device</d:Types>"
			: "");

	write_text(w, text, n);
}

/* What would end the element it stands in is no endpoint. */
static bool
is_plain(const char *text)
{
	return !strpbrk(text, "<>&\"'");
}

/* WS-Discovery §6.2 */
void
wsd_write_resolve(struct wr *w, const char *id, const char *endpoint)
{
	char text[WSD_MESSAGE_MAX];
	int n = snprintf(text, sizeof(text),
		"<?xml version=\"1.0\" encoding=\"utf-8\"?>"
		"<s:Envelope xmlns:s=\"" SOAP "\" xmlns:a=\"" ADDRESSING
		"\" xmlns:d=\"" DISCOVERY "\"><s:Header>"
		"<a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To>"
		"<a:Action>" DISCOVERY "/Resolve</a:Action>"
		"<a:MessageID>urn:uuid:%s</a:MessageID>"
		"</s:Header><s:Body><d:Resolve><a:EndpointReference><a:Address>%s</a:Address>"
		"</a:EndpointReference></d:Resolve></s:Body></s:Envelope>",
		id, endpoint);

	w->bad |= !is_plain(endpoint);
	write_text(w, text, n);
}

/* WS-Transfer §3.1, as Devices Profile for Web Services §4.2 asks for metadata. */
void
wsd_write_get(struct wr *w, const char *id, const char *to)
{
	char text[WSD_MESSAGE_MAX];
	int n = snprintf(text, sizeof(text),
		"<?xml version=\"1.0\" encoding=\"utf-8\"?>"
		"<s:Envelope xmlns:s=\"" SOAP "\" xmlns:a=\"" ADDRESSING
		"\"><s:Header><a:To>%s</a:To>"
		"<a:Action>" TRANSFER "/Get</a:Action>"
		"<a:MessageID>urn:uuid:%s</a:MessageID>"
		"<a:ReplyTo><a:Address>" ADDRESSING
		"/role/anonymous</a:Address></a:ReplyTo>"
		"<a:From><a:Address>urn:uuid:%s</a:Address></a:From>"
		"</s:Header><s:Body/></s:Envelope>",
		to, id, id);

	w->bad |= !is_plain(to);
	write_text(w, text, n);
}
