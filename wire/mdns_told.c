/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The records of an announcement: each kind has a function that takes what it tells. */
#include "wire/mdns_told.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/sb.h"

static const char local[] = ".local";
static const char service_types[] = "_services._dns-sd._udp.local"; /* RFC 6763 §9 */
static const char device_info[] = "._device-info._tcp.local";

enum {
	CLASS_MASK = 0x7fff, /* RFC 6762 §10.2: the high bit is the cache's */
	LABEL_MAX = 63,
	SERVICE_NAME_MAX = 16, /* RFC 6763 §7.2: with the underscore */
	RECORDS_MAX = 1024,    /* that are looked at; 64 KiB may hold 6,000 */
	TXT_MAX = 64,          /* strings of one record */
};

static bool
ends(const char *name, const char *with)
{
	size_t n = strlen(name), tail = strlen(with);

	return n > tail && strcasecmp(name + n - tail, with) == 0;
}

/* RFC 6763 §7: "_ipp._tcp.local"; n: without ".local". */
static bool
is_service(const char *name, size_t *n)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-";
	size_t first = strcspn(name, ".");

	if (name[0] != '_' || first < 2 || first > SERVICE_NAME_MAX ||
		strspn(name + 1, letters) != first - 1)
		return false;
	*n = first + 5;
	return strcasecmp(name + first, "._tcp.local") == 0 ||
		strcasecmp(name + first, "._udp.local") == 0;
}

/* In its place of a sorted list of texts of `size` bytes, once; a full list stays as it is.
 * False: there is no room for it. */
static bool
add_sorted(char *list, size_t size, size_t *n, size_t max, const char *text, size_t len)
{
	char one[MDNS_INSTANCE_SIZE] = "";
	size_t at = 0;

	if (len == 0 || len >= size)
		return len == 0;
	memcpy(one, text, len);
	while (at < *n && strcmp(list + at * size, one) < 0)
		at++;
	if (at < *n && strcmp(list + at * size, one) == 0)
		return true;
	if (*n == max)
		return false;
	memmove(list + (at + 1) * size, list + at * size, (*n - at) * size);
	memcpy(list + at * size, one, size);
	(*n)++;
	return true;
}

static void
add_service(struct mdns_told *t, const char *name)
{
	size_t n;

	if (is_service(name, &n))
		t->cut |= !add_sorted(t->services[0], MDNS_SERVICE_SIZE, &t->n_services,
			MDNS_SERVICES_MAX, name, n);
}

/* The service of "Hall 2\.0._ipp._tcp.local": what stands behind the first label, whose
 * dots are escaped; NULL: it has none. */
static const char *
service_of(const char *instance)
{
	const char *p = instance;

	while (*p && *p != '.')
		p += *p == '\\' && p[1] ? 2 : 1;
	return *p == '.' && p > instance ? p + 1 : NULL;
}

/* A character that is none is a machine's mistake, or malice. */
static bool
is_utf8(const char *s, size_t n)
{
	for (size_t i = 0, size; i < n; i += size)
		if ((size = utf8_char(s + i, n - i)) == 0)
			return false;
	return true;
}

static void
add_instance(struct mdns_told *t, const char *name)
{
	const char *service = service_of(name);
	size_t n;

	if (!service || !is_service(service, &n) || !is_utf8(name, strlen(name)))
		return;
	add_service(t, service);
	t->cut |= !add_sorted(t->instances[0], MDNS_INSTANCE_SIZE, &t->n_instances,
		MDNS_INSTANCES_MAX, name, (size_t)(service - name) + n);
}

/* --- a record each --------------------------------------------------------------------- */

struct reading {
	const struct dns_message *m;
	const struct addr *about;
	const char *reverse;
	struct mdns_told *out;
	bool own, others; /* addresses that it gives */
};

/* RFC 6762 §3: one label before ".local"; escapes stand for what no host name has. */
static void
take_host(struct reading *x, const char *name)
{
	size_t n = strcspn(name, ".\\");

	if (!x->out->name[0] && n > 0 && n <= LABEL_MAX &&
		strcasecmp(name + n, local) == 0 && is_utf8(name, n))
		memcpy(x->out->name, name, n + sizeof(local));
}

static void
take_address(struct reading *x, struct dns_record *r)
{
	bool same = (r->type == DNS_AAAA) == (x->about->family == ADDR_IP6);

	if (!dns_is_address(r, x->about)) {
		x->others |= same; /* of the other family it says nothing of this one */
		return;
	}
	x->own = true;
	take_host(x, r->owner);
}

static void
take_pointer(struct reading *x, struct dns_record *r)
{
	char target[DNS_NAME_TEXT];
	size_t n;

	if (!dns_read_name(x->m, &r->data, target))
		return;
	if (strcasecmp(r->owner, service_types) == 0)
		add_service(x->out, target);
	else if (strcasecmp(r->owner, x->reverse) == 0)
		take_host(x, target);
	else if (is_service(r->owner, &n))
		add_instance(x->out, target);
}

static void
take_service(struct reading *x, struct dns_record *r)
{
	add_instance(x->out, r->owner);
}

/* RFC 6763 §6: strings of key=value; "model" is what Macs and printers tell. */
static void
take_text(struct reading *x, struct dns_record *r)
{
	static const char key[] = "model=";
	size_t n = sizeof(key) - 1;

	if (!ends(r->owner, device_info))
		return;
	for (unsigned i = 0; i < TXT_MAX && rd_left(&r->data); i++) {
		size_t size = rd_u8(&r->data);
		const char *s = (const char *)rd_take(&r->data, size);
		if (!s || size <= n || size - n >= MDNS_MODEL_SIZE ||
			strncasecmp(s, key, n) != 0 || x->out->model[0])
			continue;
		memcpy(x->out->model, s + n, size - n);
		x->out->model[size - n] = '\0';
	}
}

static const struct {
	uint16_t type;
	void (*take)(struct reading *, struct dns_record *);
} kinds[] = {
	{ DNS_A, take_address },
	{ DNS_AAAA, take_address },
	{ DNS_PTR, take_pointer },
	{ DNS_SRV, take_service },
	{ DNS_TXT, take_text },
};

static void
take_record(struct reading *x, struct dns_record *r)
{
	if ((r->class & CLASS_MASK) != DNS_IN || r->ttl == 0)
		return;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].type == r->type)
			kinds[i].take(x, r);
}

static int
read_records(struct reading *x, struct dns_message *m, struct err *e)
{
	unsigned n = (unsigned)m->n_answers + m->n_authority + m->n_additional;
	struct dns_record r;

	for (unsigned i = 0; i < m->n_questions; i++)
		if (!dns_skip_question(m))
			return err_set(e, ERR_PROTO, "RFC 1035 §4.1.2: bad question");
	for (unsigned i = 0; i < n && i < RECORDS_MAX; i++) {
		if (!dns_next_record(m, &r))
			return err_set(
				e, ERR_PROTO, "RFC 1035 §4.1.3: bad record %u", i + 1);
		take_record(x, &r);
	}
	x->out->cut |= n > RECORDS_MAX;
	return 0;
}

int
mdns_read_told(struct rd datagram, const struct addr *about, struct mdns_told *out,
	struct err *e)
{
	char reverse[DNS_REVERSE_TEXT];
	struct dns_message m;
	struct reading x = { .m = &m, .about = about, .out = out };

	*out = (struct mdns_told){ .n_services = 0 };
	x.reverse = dns_print_reverse(about, reverse);
	if (!dns_open(datagram, &m))
		return err_set(e, ERR_PROTO, "RFC 1035 §4.1.1: header is cut");
	if ((m.flags & (DNS_RESPONSE | DNS_OPCODE)) != DNS_RESPONSE)
		return err_set(e, ERR_PROTO, "RFC 6762 §18: no response: %04x", m.flags);
	int rc = read_records(&x, &m, e);
	if (x.others && !x.own)
		*out = (struct mdns_told){ .n_services = 0 };
	return rc;
}

/* --- questions ------------------------------------------------------------------------- */

/* One more question, or what there was before it. */
static bool
add_question(struct wr *w, const char *name, uint16_t type)
{
	struct wr before = *w;

	dns_write_question(w, name, type, DNS_IN);
	if (!w->bad)
		return true;
	*w = before;
	return false;
}

void
mdns_write_instances(struct wr *w, uint16_t id, const struct mdns_told *told)
{
	char name[MDNS_NAME_SIZE + sizeof(device_info)];
	struct wr start = *w;
	uint16_t asked = 0;

	dns_write_head(w, id, 0, 0);
	if (told->name[0]) {
		(void)snprintf(name, sizeof(name), "%.*s%s",
			(int)(strlen(told->name) - strlen(local)), told->name,
			device_info);
		asked += add_question(w, name, DNS_TXT);
	}
	for (size_t i = 0; i < told->n_services; i++) {
		(void)snprintf(name, sizeof(name), "%s%s", told->services[i], local);
		asked += add_question(w, name, DNS_PTR);
	}
	dns_write_head(&start, id, 0, asked);
}
