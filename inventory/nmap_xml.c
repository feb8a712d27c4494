/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Streams nmap's XML through expat: one host is kept at a time and becomes an observation
 * at its end tag.  Each element that says something is a row, found by its path from the
 * root; everything else is passed over.  Nothing is declared in a document that we read
 * (no internal DTD subset), so no entity can grow; depth and the size of a tag are bounded.
 */
#include "inventory/nmap_xml.h"

#include <expat.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "inventory/nmap_host.h"

enum {
	DEPTH_MAX = 64, /* nmap's own go to about 10, NSE tables included */
	PATH_MAX_LENGTH = 512,
	TAG_MAX = 4 << 20,  /* bytes of one tag: a script's output is an attribute */
	SLICE = 64 << 10,   /* bytes given to expat at once */
	HOST_MAX = 1 << 20, /* bytes kept of one host */
};

struct nmap_xml {
	XML_Parser parser;
	struct sink *sink;
	struct arena *mem; /* of the host */
	struct nmap_host host;
	int64_t now;       /* the latest time that the document has told */
	char slice[SLICE]; /* not yet given to expat */
	size_t n;
	uint64_t fed;               /* bytes given to expat */
	char path[PATH_MAX_LENGTH]; /* "/nmaprun/host/ports" */
	size_t ends[DEPTH_MAX];     /* length of the path outside of each element */
	unsigned depth;
	bool port_is_tcp, port_is_udp;
	uint16_t port;
	bool in_smb;      /* the script whose elements are names */
	const char *elem; /* key of the <elem> that is being read, or NULL */
	char text[FACT_TEXT_LIMIT + 1];
	size_t text_length;
	struct err failed; /* ERR_NONE: all well */
};

/* --- errors ------------------------------------------------------------------------------- */

static void
stop(struct nmap_xml *x)
{
	(void)XML_StopParser(x->parser, XML_FALSE); /* fails only when it has stopped */
}

static void complain(struct nmap_xml *, const char *fmt, ...) ERR_PRINTF(2, 3);

/* "line:column: what", the first time only. */
static void
complain(struct nmap_xml *x, const char *fmt, ...)
{
	char what[sizeof(x->failed.text)];
	va_list ap;

	if (x->failed.code != ERR_NONE)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap); /* a cut text is fine */
	va_end(ap);
	err_set(&x->failed, ERR_PROTO, "%lu:%lu: %s",
		(unsigned long)XML_GetCurrentLineNumber(x->parser),
		(unsigned long)XML_GetCurrentColumnNumber(x->parser) + 1, what);
	stop(x);
}

static void
fail_nomem(struct nmap_xml *x)
{
	err_set(&x->failed, ERR_NOMEM, "a host of more than %d KiB", HOST_MAX >> 10);
	stop(x);
}

/* --- values ------------------------------------------------------------------------------- */

/* "" when the element has no such attribute. */
static const char *
attribute(const char **attributes, const char *name)
{
	for (; *attributes; attributes += 2)
		if (strcmp(attributes[0], name) == 0)
			return attributes[1];
	return "";
}

/* Digits only, at most max. */
static bool
read_number(const char *s, uint64_t max, uint64_t *out)
{
	uint64_t n = 0;

	if (!*s || s[strspn(s, "0123456789")])
		return false;
	for (; *s; s++) {
		n = n * 10 + (uint64_t)(*s - '0');
		if (n > max)
			return false;
	}
	*out = n;
	return true;
}

static bool
starts_with(const char *s, const char *prefix)
{
	size_t n = strlen(prefix);

	return strlen(s) >= n && memcmp(s, prefix, n) == 0;
}

/* Seconds since 1970; no attribute: *out stays. */
static void
read_time(struct nmap_xml *x, const char *text, int64_t *out)
{
	const uint64_t end_of_9999 = 253402300799;
	uint64_t seconds;

	if (!*text)
		return;
	if (!read_number(text, end_of_9999, &seconds)) {
		complain(x, "'%.40s' is no time", text);
		return;
	}
	*out = (int64_t)seconds * SECOND;
	if (*out > x->now)
		x->now = *out;
}

/* A copy in the host's arena, cut when it is longer than a fact may be. */
static const char *
keep(struct nmap_xml *x, const char *text, size_t n)
{
	if (n > FACT_TEXT_LIMIT) {
		for (n = FACT_TEXT_LIMIT; n && ((uint8_t)text[n] & 0xc0) == 0x80; n--)
			; /* not inside of a character */
		x->host.truncated = true;
	}
	const char *copy = arena_strndup(x->mem, text, n);
	if (!copy)
		fail_nomem(x);
	return copy;
}

/* --- elements ------------------------------------------------------------------------------- */

static void
start_run(struct nmap_xml *x, const char **attributes)
{
	read_time(x, attribute(attributes, "start"), &x->now);
}

static void
start_task(struct nmap_xml *x, const char **attributes)
{
	read_time(x, attribute(attributes, "time"), &x->now);
}

static void
start_host(struct nmap_xml *x, const char **attributes)
{
	arena_reset(x->mem);
	x->host = (struct nmap_host){ 0 };
	/* The end is when it was known; a ping scan tells neither. */
	read_time(x, attribute(attributes, "starttime"), &x->host.at);
	read_time(x, attribute(attributes, "endtime"), &x->host.at);
}

static void
start_status(struct nmap_xml *x, const char **attributes)
{
	const char *state = attribute(attributes, "state");
	const char *reason = attribute(attributes, "reason");
	struct nmap_host *h = &x->host;

	h->down = strcmp(state, "down") == 0;
	/* nmap -Pn calls every target "up" because the user said so. */
	h->answered = strcmp(state, "up") == 0 && strcmp(reason, "user-set") != 0;
	h->onlink = strcmp(reason, "arp-response") == 0 ||
		strcmp(reason, "nd-response") == 0;
	h->echo = strcmp(reason, "echo-reply") == 0;
}

static void
start_address(struct nmap_xml *x, const char **attributes)
{
	const char *text = attribute(attributes, "addr");
	const char *vendor = attribute(attributes, "vendor");
	struct nmap_host *h = &x->host;
	struct addr ip;

	if (strcmp(attribute(attributes, "addrtype"), "mac") == 0) {
		h->has_mac = mac_parse(text, &h->mac);
		if (!h->has_mac)
			complain(x, "'%.40s' is no MAC address", text);
		else if (*vendor)
			h->vendor = keep(x, vendor, strlen(vendor));
		return;
	}
	if (!addr_parse(text, &ip))
		complain(x, "'%.60s' is no address", text);
	else if (!addr_is_set(&h->ip)) /* the first is the one that was asked */
		h->ip = ip;
}

static void
start_hostname(struct nmap_xml *x, const char **attributes)
{
	const char *name = attribute(attributes, "name");
	struct nmap_host *h = &x->host;

	/* The other type, "user", is what stood on nmap's command line. */
	if (strcmp(attribute(attributes, "type"), "PTR") != 0 || !*name)
		return;
	if (h->n_names == NMAP_NAMES_MAX)
		h->truncated = true;
	else if ((h->names[h->n_names] = keep(x, name, strlen(name))))
		h->n_names++;
}

static void
start_port(struct nmap_xml *x, const char **attributes)
{
	const char *protocol = attribute(attributes, "protocol");
	const char *text = attribute(attributes, "portid");
	uint64_t port = 0;

	if (!read_number(text, UINT16_MAX, &port))
		complain(x, "'%.40s' is no port", text);
	x->port = (uint16_t)port;
	x->port_is_tcp = strcmp(protocol, "tcp") == 0;
	x->port_is_udp = strcmp(protocol, "udp") == 0;
}

static void
start_port_state(struct nmap_xml *x, const char **attributes)
{
	const char *state = attribute(attributes, "state");
	bool open = strcmp(state, "open") == 0, closed = strcmp(state, "closed") == 0;

	/* "filtered", "open|filtered": nobody answered.  Port 0 is no fact of ours. */
	if ((!open && !closed) || (!x->port_is_tcp && !x->port_is_udp) || x->port == 0)
		return;
	enum nmap_port_set set = x->port_is_tcp
		? (open ? NMAP_TCP_OPEN : NMAP_TCP_CLOSED)
		: (open ? NMAP_UDP_OPEN : NMAP_UDP_CLOSED);
	struct nmap_ports *l = &x->host.ports[set];
	x->host.answered = true;
	if (l->n == FACT_ITEMS_LIMIT) {
		x->host.truncated = true;
		return;
	}
	if (!l->items)
		l->items = arena_new_array(x->mem, uint16_t, FACT_ITEMS_LIMIT);
	if (!l->items) {
		fail_nomem(x);
		return;
	}
	l->items[l->n++] = x->port;
}

/*
 * nbstat has no elements, only a text for people:
 *
 *	NetBIOS name: WS-0412, NetBIOS user: <unknown>, NetBIOS MAC: 00163e5e6c02 (Xensource)
 *	Names:
 *	  WS-0412<00>          Flags: <unique><active>
 *	  CORP<00>             Flags: <group><active>
 */
static void
read_nbstat(struct nmap_xml *x, const char *s)
{
	static const char intro[] = "NetBIOS name: ", user[] = ", NetBIOS user: ";
	const char *end = strstr(s, user);

	if (!starts_with(s, intro) || !end)
		return;
	s += sizeof(intro) - 1;
	if (end > s && !starts_with(s, "<unknown>"))
		x->host.nbstat_name = keep(x, s, (size_t)(end - s));
	while ((s = strchr(s, '\n'))) {
		s += 1 + strspn(s + 1, " ");
		size_t line = strcspn(s, "\n");
		const char *type = memmem(s, line, "<00>", 4);
		if (type && type > s &&
			memmem(type, line - (size_t)(type - s), "<group>", 7)) {
			x->host.nbstat_domain = keep(x, s, (size_t)(type - s));
			return;
		}
	}
}

static void
start_script(struct nmap_xml *x, const char **attributes)
{
	const char *id = attribute(attributes, "id");

	if (strcmp(id, "nbstat") == 0)
		read_nbstat(x, attribute(attributes, "output"));
	x->in_smb = strcmp(id, "smb-os-discovery") == 0;
}

static void
end_script(struct nmap_xml *x)
{
	x->in_smb = false;
}

/* Where the elements of smb-os-discovery go; the first in the document counts. */
static const struct smb_elem {
	const char *key;
	size_t at;
} smb_elems[] = {
	{ "server", offsetof(struct nmap_host, smb_name) },
	{ "workgroup", offsetof(struct nmap_host, smb_domain) },
	{ "domain", offsetof(struct nmap_host, smb_domain) },
	{ "fqdn", offsetof(struct nmap_host, dns_name) },
};

static void
start_elem(struct nmap_xml *x, const char **attributes)
{
	const char *key = attribute(attributes, "key");

	x->text_length = 0;
	for (size_t i = 0; i < sizeof(smb_elems) / sizeof(smb_elems[0]) && x->in_smb;
		i++)
		if (strcmp(key, smb_elems[i].key) == 0)
			x->elem = smb_elems[i].key;
}

static void
end_elem(struct nmap_xml *x)
{
	static const char nul[] = "\\x00"; /* as nmap prints the one at the end of a name */
	const size_t n_nul = sizeof(nul) - 1;
	size_t n = x->text_length;

	while (n >= n_nul && memcmp(x->text + n - n_nul, nul, n_nul) == 0)
		n -= n_nul;
	for (size_t i = 0; i < sizeof(smb_elems) / sizeof(smb_elems[0]) && x->elem;
		i++) {
		const char **field = (const char **)((char *)&x->host + smb_elems[i].at);
		if (x->elem == smb_elems[i].key && n && !*field)
			*field = keep(x, x->text, n);
	}
	x->elem = NULL;
}

static void
end_host(struct nmap_xml *x)
{
	struct nmap_host *h = &x->host;
	struct fact facts[NMAP_FACTS_MAX];

	if (!addr_is_set(&h->ip)) {
		complain(x, "a host without an address");
		return;
	}
	size_t n = nmap_host_facts(h, facts);
	/* Of a host that did not answer, only its names are worth something. */
	if (h->down || (!h->answered && n == 0))
		return;
	if (!h->at)
		h->at = x->now;
	if (!h->at) {
		complain(x, "a host, and no time anywhere before it");
		return;
	}
	struct observation o = { .subject = SUBJECT_DEVICE,
		.source = "import",
		.at = h->at,
		.ip = h->ip,
		.evidence = h->answered ? EVIDENCE_REPLY : EVIDENCE_LISTED,
		.facts = facts,
		.n_facts = n,
		.truncated = h->truncated };
	if (x->sink->take(x->sink, &o, &x->failed) == -1)
		stop(x);
}

/* --- walking the document ------------------------------------------------------------------- */

static const struct element {
	const char *path;
	void (*start)(struct nmap_xml *, const char **attributes);
	void (*end)(struct nmap_xml *);
} elements[] = {
	{ "/nmaprun", start_run, NULL },
	{ "/nmaprun/taskbegin", start_task, NULL },
	{ "/nmaprun/taskprogress", start_task, NULL },
	{ "/nmaprun/taskend", start_task, NULL },
	{ "/nmaprun/host", start_host, end_host },
	{ "/nmaprun/host/status", start_status, NULL },
	{ "/nmaprun/host/address", start_address, NULL },
	{ "/nmaprun/host/hostnames/hostname", start_hostname, NULL },
	{ "/nmaprun/host/ports/port", start_port, NULL },
	{ "/nmaprun/host/ports/port/state", start_port_state, NULL },
	{ "/nmaprun/host/hostscript/script", start_script, end_script },
	{ "/nmaprun/host/hostscript/script/elem", start_elem, end_elem },
};

static const struct element *
find_element(const struct nmap_xml *x)
{
	for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++)
		if (strcmp(x->path, elements[i].path) == 0)
			return &elements[i];
	return NULL;
}

static void XMLCALL
on_start(void *arg, const char *name, const char **attributes)
{
	struct nmap_xml *x = arg;
	size_t outside = strlen(x->path), n = strlen(name);

	if (x->failed.code != ERR_NONE)
		return;
	if (x->depth == 0 && strcmp(name, "nmaprun") != 0) {
		complain(x, "<%.40s> begins no nmap document, that would be <nmaprun>",
			name);
		return;
	}
	if (x->depth == DEPTH_MAX || outside + 1 + n >= sizeof(x->path)) {
		complain(x, "elements are nested too deep");
		return;
	}
	x->ends[x->depth++] = outside;
	x->path[outside] = '/';
	memcpy(x->path + outside + 1, name, n + 1);
	const struct element *element = find_element(x);
	if (element)
		element->start(x, attributes);
}

static void XMLCALL
on_end(void *arg, const char *name)
{
	struct nmap_xml *x = arg;
	const struct element *element = find_element(x);

	(void)name; /* expat has compared it */
	if (x->failed.code != ERR_NONE)
		return; /* an empty element ends although its start stopped the parser */
	if (element && element->end)
		element->end(x);
	x->path[x->ends[--x->depth]] = '\0';
}

static void XMLCALL
on_text(void *arg, const char *text, int length)
{
	struct nmap_xml *x = arg;
	size_t n = (size_t)length, room = FACT_TEXT_LIMIT - x->text_length;

	if (!x->elem)
		return;
	if (n > room) {
		complain(x, "an element of more than %d bytes", FACT_TEXT_LIMIT);
		return;
	}
	memcpy(x->text + x->text_length, text, n);
	x->text_length += n;
}

static void XMLCALL
on_doctype(void *arg, const char *name, const char *system, const char *public,
	int internal)
{
	(void)name;
	(void)system; /* never opened */
	(void)public;
	if (internal)
		complain(arg,
			"declarations in the document are refused (<!DOCTYPE ... [)");
}

static void XMLCALL
on_skipped_entity(void *arg, const char *name, int is_parameter)
{
	(void)is_parameter;
	complain(arg, "entity &%.40s; is not known", name);
}

/* --- life ------------------------------------------------------------------------------------ */

int
nmap_xml_new(struct nmap_xml **out, struct sink *sink, struct err *e)
{
	struct nmap_xml *x = calloc(1, sizeof(*x));

	if (!x)
		return err_nomem(e);
	x->sink = sink;
	x->mem = arena_new(HOST_MAX);
	x->parser = XML_ParserCreate(NULL);
	if (!x->mem || !x->parser) {
		nmap_xml_free(x);
		return err_nomem(e);
	}
	XML_SetUserData(x->parser, x);
	XML_SetElementHandler(x->parser, on_start, on_end);
	XML_SetCharacterDataHandler(x->parser, on_text);
	XML_SetStartDoctypeDeclHandler(x->parser, on_doctype);
	XML_SetSkippedEntityHandler(x->parser, on_skipped_entity);
	*out = x;
	return 0;
}

void
nmap_xml_free(struct nmap_xml *x)
{
	if (!x)
		return;
	if (x->parser)
		XML_ParserFree(x->parser);
	arena_free(x->mem);
	free(x);
}

/* Gives expat what was collected.  It keeps an unfinished tag, and looks through all of it
 * again with every piece: hence whole slices and a limit. */
static int
parse(struct nmap_xml *x, bool last, struct err *e)
{
	if (x->failed.code == ERR_NONE &&
		XML_Parse(x->parser, x->slice, (int)x->n, last) != XML_STATUS_OK)
		complain(x, "%s", XML_ErrorString(XML_GetErrorCode(x->parser)));
	x->fed += x->n;
	x->n = 0;
	XML_Index at = XML_GetCurrentByteIndex(x->parser);
	if (at >= 0 && x->fed > (uint64_t)at && x->fed - (uint64_t)at > TAG_MAX)
		complain(x, "a tag of more than %d MiB", TAG_MAX >> 20);
	if (x->failed.code == ERR_NONE)
		return 0;
	*e = x->failed;
	return -1;
}

int
nmap_xml_feed(struct nmap_xml *x, const char *p, size_t n, struct err *e)
{
	while (n) {
		size_t more = n < SLICE - x->n ? n : SLICE - x->n;
		memcpy(x->slice + x->n, p, more);
		x->n += more;
		p += more;
		n -= more;
		if (x->n == SLICE && parse(x, false, e) == -1)
			return -1;
	}
	return 0;
}

int
nmap_xml_end(struct nmap_xml *x, struct err *e)
{
	return parse(x, true, e);
}
