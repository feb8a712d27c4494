/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The two questions that a machine can answer about itself by multicast DNS, and what of the
 * answer is taken: PTR records of exactly those questions.
 */
#include "wire/mdns.h"

#include <string.h>
#include <strings.h>

#include "base/sb.h"

/* RFC 6763 §9 */
static const char service_types[] = "_services._dns-sd._udp.local";
static const char local[] = ".local";

enum {
	CACHE_FLUSH = 0x8000, /* RFC 6762 §10.2: a bit of the class */
	LABEL_MAX = 63,
	SERVICE_NAME_MAX = 16, /* RFC 6763 §7.2: with the underscore */
	RECORDS_MAX = 256,
};

void
mdns_write_query(struct wr *w, uint16_t id, const struct addr *about)
{
	char reverse[DNS_REVERSE_TEXT];

	dns_write_head(w, id, 0, 2);
	dns_write_question(w, dns_print_reverse(about, reverse), DNS_PTR, DNS_IN);
	dns_write_question(w, service_types, DNS_PTR, DNS_IN);
}

static bool
is_response(const struct dns_message *m)
{
	return (m->flags & (DNS_RESPONSE | DNS_OPCODE)) == DNS_RESPONSE;
}

bool
mdns_peek_id(struct rd datagram, uint16_t *id)
{
	struct dns_message m;

	if (!dns_open(datagram, &m) || !is_response(&m))
		return false;
	*id = m.id;
	return true;
}

/* The length of a name without ".local"; 0: it has none, or is nothing else. */
static size_t
before_local(const char *name)
{
	size_t n = strlen(name), tail = sizeof(local) - 1;

	return n > tail && strcasecmp(name + n - tail, local) == 0 ? n - tail : 0;
}

/* RFC 6762 §3: a host name is one label before ".local".  Escapes stand for characters that
 * no host name has. */
static bool
is_host(const char *name)
{
	size_t n = before_local(name), i = 0;

	while (i < n && name[i] != '.' && name[i] != '\\') {
		size_t size = utf8_char(name + i, n - i);
		if (size == 0)
			return false;
		i += size;
	}
	return n > 0 && i == n && n <= LABEL_MAX;
}

/* RFC 6763 §7: "_ipp._tcp.local". */
static bool
is_service(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-";
	size_t n = before_local(name), first = strcspn(name, ".");

	if (name[0] != '_' || first < 2 || first > SERVICE_NAME_MAX ||
		strspn(name + 1, letters) != first - 1)
		return false;
	return n == first + 5 &&
		(strncasecmp(name + first, "._tcp", 5) == 0 ||
			strncasecmp(name + first, "._udp", 5) == 0);
}

/* In its place, once. */
static void
add_service(struct mdns_answer *a, const char *name)
{
	char one[MDNS_SERVICE_SIZE] = "";
	size_t at = 0;

	if (a->n_services == MDNS_SERVICES_MAX)
		return;
	memcpy(one, name, before_local(name)); /* is_service() has measured it */
	while (at < a->n_services && strcmp(a->services[at], one) < 0)
		at++;
	if (at < a->n_services && strcmp(a->services[at], one) == 0)
		return;
	memmove(a->services[at + 1], a->services[at],
		(a->n_services - at) * sizeof(a->services[0]));
	memcpy(a->services[at], one, sizeof(one));
	a->n_services++;
}

static void
take_record(const struct dns_message *m, struct dns_record *r, const char *reverse,
	struct mdns_answer *out)
{
	bool of_address = strcasecmp(r->owner, reverse) == 0;
	bool of_services = strcasecmp(r->owner, service_types) == 0;
	char target[DNS_NAME_TEXT];

	if (r->type != DNS_PTR || (r->class & ~CACHE_FLUSH) != DNS_IN ||
		!(of_address || of_services) || !dns_read_name(m, &r->data, target))
		return;
	if (of_services && is_service(target))
		add_service(out, target);
	if (of_address && !out->name[0] && is_host(target))
		memcpy(out->name, target, strlen(target) + 1);
}

int
mdns_read_answer(struct rd datagram, const struct addr *about, struct mdns_answer *out,
	struct err *e)
{
	char reverse[DNS_REVERSE_TEXT];
	struct dns_message m;
	struct dns_record r;

	*out = (struct mdns_answer){ 0 };
	if (!dns_open(datagram, &m))
		return err_set(e, ERR_PROTO, "RFC 1035 §4.1.1: header is cut");
	out->id = m.id;
	if (!is_response(&m))
		return err_set(e, ERR_PROTO, "RFC 6762 §18: no response: %04x", m.flags);
	if (m.flags & DNS_RCODE)
		return err_set(e, ERR_PROTO, "RFC 6762 §18.11: response code %u",
			m.flags & DNS_RCODE);
	dns_print_reverse(about, reverse);
	for (unsigned i = 0; i < m.n_questions; i++)
		if (!dns_skip_question(&m))
			return err_set(e, ERR_PROTO, "RFC 1035 §4.1.2: bad question");
	unsigned n = (unsigned)m.n_answers + m.n_authority + m.n_additional;
	for (unsigned i = 0; i < n && i < RECORDS_MAX; i++) {
		if (!dns_next_record(&m, &r))
			return err_set(
				e, ERR_PROTO, "RFC 1035 §4.1.3: bad record %u", i + 1);
		take_record(&m, &r, reverse, out);
	}
	return 0;
}
