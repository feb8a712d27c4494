/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rootDSE of a domain controller (RFC 4511 §4.5, [MS-ADTS] 3.1.1.3.2), to whoever asks. */
#include <stdio.h>
#include <string.h>

#include "conn.h"

enum { BIND = 0x60, BOUND = 0x61, SEARCH = 0x63, ENTRY = 0x64, DONE = 0x65 };
enum { OPERATIONS_ERROR = 1 };

static void
put_attribute(struct bytes *b, const char *name, const char *const *values)
{
	size_t all = ber_open(b, 0x30), set;

	ber_text(b, 0x04, name);
	set = ber_open(b, 0x31);
	for (; *values; values++)
		ber_text(b, 0x04, *values);
	ber_close(b, set);
	ber_close(b, all);
}

static void
put_one(struct bytes *b, const char *name, const char *value)
{
	put_attribute(b, name, (const char *const[]){ value, NULL });
}

/* corp.example: DC=corp,DC=example */
static void
print_context(const char *dns, char *out, size_t size)
{
	size_t n = 0;

	while (*dns && n < size) {
		size_t len = strcspn(dns, ".");
		n += (size_t)snprintf(
			out + n, size - n, "%sDC=%.*s", n ? "," : "", (int)len, dns);
		dns += len + (dns[len] == '.');
	}
}

static void
put_root(struct bytes *b, const struct person *p)
{
	static const char *const capabilities[] = { "1.2.840.113556.1.4.800",
		"1.2.840.113556.1.4.1670", "1.2.840.113556.1.4.1791", NULL };
	char domain[128], forest[128], config[160], server[256];

	print_context(p->domain->dns, domain, sizeof(domain));
	print_context(p->domain->forest, forest, sizeof(forest));
	snprintf(config, sizeof(config), "CN=Configuration,%s", forest);
	snprintf(server, sizeof(server), "CN=%s,CN=Servers,CN=Berlin,CN=Sites,%s",
		p->name, config);
	put_one(b, "dnsHostName", p->dns);
	put_one(b, "defaultNamingContext", domain);
	put_one(b, "rootDomainNamingContext", forest);
	put_one(b, "configurationNamingContext", config);
	put_one(b, "serverName", server);
	put_one(b, "isGlobalCatalogReady", "TRUE");
	put_one(b, "domainControllerFunctionality", "7");
	put_one(b, "domainFunctionality", "7");
	put_one(b, "forestFunctionality", "7");
	put_one(b, "supportedLDAPVersion", "3");
	put_attribute(b, "supportedCapabilities", capabilities);
}

static void
put_result(struct bytes *b, uint32_t id, unsigned tag, unsigned code)
{
	size_t all = ber_open(b, 0x30), result;

	ber_number(b, 0x02, id);
	result = ber_open(b, tag);
	ber_number(b, 0x0a, code);
	ber_text(b, 0x04, "");
	ber_text(b, 0x04, "");
	ber_close(b, result);
	ber_close(b, all);
}

static void
put_entry(struct bytes *b, uint32_t id, const struct person *p)
{
	size_t all = ber_open(b, 0x30), entry, list;

	ber_number(b, 0x02, id);
	entry = ber_open(b, ENTRY);
	ber_text(b, 0x04, "");
	list = ber_open(b, 0x30);
	put_root(b, p);
	ber_close(b, list);
	ber_close(b, entry);
	ber_close(b, all);
}

static enum next
answer(struct conn *c, const struct ber *message)
{
	const uint8_t *p = message->p;
	size_t n = message->n;
	struct ber id, operation, base, scope;

	if (message->tag != 0x30 || !ber_next(&p, &n, &id) ||
		!ber_next(&p, &n, &operation))
		return END;
	p = operation.p;
	n = operation.n;
	switch (operation.tag) {
	case BIND: put_result(&c->out, ber_value(&id), BOUND, 0); return MORE;
	case SEARCH: break;
	default: return END; /* unbind, and what nobody needs here */
	}
	if (!ber_next(&p, &n, &base) || !ber_next(&p, &n, &scope))
		return END;
	bool root = base.n == 0 && ber_value(&scope) == 0;
	if (root)
		put_entry(&c->out, ber_value(&id), c->who);
	put_result(&c->out, ber_value(&id), DONE, root ? 0 : OPERATIONS_ERROR);
	return MORE;
}

enum next
ldap_hear(struct conn *c)
{
	struct ber message;

	if (c->in.n == 0)
		return MORE;
	if (!ber_read(c->in.p, c->in.n, &message))
		return c->in.n > 65536 ? END : MORE;
	enum next next = answer(c, &message);
	bytes_take(&c->in, message.all);
	return next;
}
