/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * DNS messages by RFC 1035 §4.1: a cursor over questions and records.  What a message means
 * is for its readers; here is only where its parts begin and end.
 */
#include "wire/dns.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
	/* RFC 1035 §4.1.4: the two high bits of a length */
	KIND = 0xc0,
	KIND_LABEL = 0x00,
	KIND_POINTER = 0xc0,
	/* §2.3.4 */
	LABEL_MAX = 63,
	NAME_MAX_SIZE = 255,
	HOPS_MAX = 128, /* a pointer before each label there is room for */
};

void
dns_write_head(struct wr *w, uint16_t id, uint16_t flags, uint16_t n_questions)
{
	wr_be16(w, id);
	wr_be16(w, flags);
	wr_be16(w, n_questions);
	wr_zero(w, 6); /* ANCOUNT, NSCOUNT, ARCOUNT */
}

void
dns_write_question(struct wr *w, const char *name, uint16_t type, uint16_t class)
{
	size_t size = strlen(name) + 2;

	if (size > NAME_MAX_SIZE)
		w->bad = true;
	while (*name) {
		size_t n = strcspn(name, ".");
		if (n == 0 || n > LABEL_MAX)
			w->bad = true;
		wr_u8(w, (uint8_t)n);
		wr_bytes(w, name, n);
		name += n;
		name += *name == '.';
	}
	wr_u8(w, 0);
	wr_be16(w, type);
	wr_be16(w, class);
}

const char *
dns_print_reverse(const struct addr *a, char out[static DNS_REVERSE_TEXT])
{
	static const char hex[] = "0123456789abcdef";
	const uint8_t *b = a->bytes;
	char *p = out;

	if (a->family != ADDR_IP6) {
		(void)snprintf(out, DNS_REVERSE_TEXT, "%u.%u.%u.%u.in-addr.arpa", b[3],
			b[2], b[1], b[0]);
		return out;
	}
	for (int i = 15; i >= 0; i--) {
		*p++ = hex[b[i] & 0xf];
		*p++ = '.';
		*p++ = hex[b[i] >> 4];
		*p++ = '.';
	}
	memcpy(p, "ip6.arpa", sizeof("ip6.arpa"));
	return out;
}

bool
dns_open(struct rd datagram, struct dns_message *m)
{
	*m = (struct dns_message){ .all = datagram, .next = datagram };
	m->id = rd_be16(&m->next);
	m->flags = rd_be16(&m->next);
	m->n_questions = rd_be16(&m->next);
	m->n_answers = rd_be16(&m->next);
	m->n_authority = rd_be16(&m->next);
	m->n_additional = rd_be16(&m->next);
	return !m->next.bad;
}

/* One label as text, with the dot before it unless it is the first. */
static size_t
add_label(struct rd label, char *out, size_t at)
{
	if (at > 0)
		out[at++] = '.';
	while (rd_left(&label)) {
		uint8_t c = rd_u8(&label);
		if (c < 0x20 || c == 0x7f) {
			(void)snprintf(out + at, 5, "\\%03u", c);
			at += 4;
			continue;
		}
		if (c == '.' || c == '\\')
			out[at++] = '\\';
		out[at++] = (char)c;
	}
	return at;
}

/* Where a pointer leads, if that is behind the header and before `from`. */
static bool
follow(const struct dns_message *m, struct rd *r, uint8_t high, size_t *from)
{
	size_t to = (size_t)(high & ~KIND) << 8 | rd_u8(r);

	if (r->bad || to < DNS_HEAD || to >= *from)
		return false;
	*r = m->all;
	rd_skip(r, to);
	*from = to;
	return true;
}

/* *end: behind the name where it stands, once that is known. */
static bool
read_labels(const struct dns_message *m, struct rd r, struct rd *end, char *out)
{
	size_t size = 0, at = 0, from = (size_t)(r.p - m->all.p);
	unsigned hops = 0;

	for (;;) {
		uint8_t n = rd_u8(&r);
		if ((n & KIND) == KIND_POINTER) {
			struct rd behind = r;
			rd_skip(&behind, 1);
			if (hops == 0)
				*end = behind;
			if (++hops > HOPS_MAX || !follow(m, &r, n, &from))
				return false;
			continue;
		}
		struct rd label = rd_sub(&r, n);
		size += 1u + n;
		if (r.bad || (n & KIND) != KIND_LABEL || size > NAME_MAX_SIZE)
			return false;
		if (n == 0)
			break;
		at = add_label(label, out, at);
	}
	out[at] = '\0';
	if (hops == 0)
		*end = r;
	return true;
}

bool
dns_read_name(const struct dns_message *m, struct rd *at, char out[static DNS_NAME_TEXT])
{
	struct rd end = *at;

	if (!at->bad && read_labels(m, *at, &end, out)) {
		*at = end;
		return true;
	}
	at->bad = true;
	out[0] = '\0';
	return false;
}

bool
dns_next_name(struct dns_message *m, char out[static DNS_NAME_TEXT])
{
	return dns_read_name(m, &m->next, out);
}

bool
dns_skip_question(struct dns_message *m)
{
	char ignored[DNS_NAME_TEXT];

	(void)dns_next_name(m, ignored);
	rd_skip(&m->next, 4); /* QTYPE, QCLASS */
	return !m->next.bad;
}

bool
dns_next_question(struct dns_message *m, char out[static DNS_NAME_TEXT], uint16_t *type,
	uint16_t *class)
{
	(void)dns_next_name(m, out);
	*type = rd_be16(&m->next);
	*class = rd_be16(&m->next);
	return !m->next.bad;
}

bool
dns_is_address(const struct dns_record *r, const struct addr *a)
{
	size_t n = rd_left(&r->data);
	struct rd data = r->data;
	uint16_t type = a->family == ADDR_IP6 ? DNS_AAAA : DNS_A;

	return r->type == type && n == addr_size(a) && n > 0 &&
		memcmp(rd_take(&data, n), a->bytes, n) == 0;
}

bool
dns_next_record(struct dns_message *m, struct dns_record *r)
{
	(void)dns_next_name(m, r->owner);
	r->type = rd_be16(&m->next);
	r->class = rd_be16(&m->next);
	r->ttl = rd_be32(&m->next);
	r->data = rd_sub(&m->next, rd_be16(&m->next));
	return !m->next.bad;
}

/* --- what a response says of a name -------------------------------------------------------- */

enum {
	CLASS_MASK = 0x7fff, /* RFC 6762 §10.2: the high bit is the cache's */
	RECORDS_MAX = 64,    /* that are looked at */
};

static bool
read_address(const struct dns_record *r, struct addr *out)
{
	struct rd data = r->data;
	size_t n = rd_left(&data);

	if (r->type == DNS_A && n == 4)
		*out = addr_ip4(rd_be32(&data));
	else if (r->type == DNS_AAAA && n == 16)
		*out = addr_ip6(rd_take(&data, n));
	else
		return false;
	return true;
}

static void
add_address(struct dns_addresses *all, const struct addr *a)
{
	for (size_t i = 0; i < all->n; i++)
		if (addr_equal(&all->items[i], a))
			return;
	if (all->n < DNS_ADDRESSES_MAX)
		all->items[all->n++] = *a;
}

void
dns_read_addresses(struct rd datagram, const char *name, struct dns_addresses *out)
{
	struct dns_message m;
	struct dns_record r;
	struct addr a;

	out->n = 0;
	if (!dns_open(datagram, &m) ||
		(m.flags & (DNS_RESPONSE | DNS_OPCODE | DNS_RCODE)) != DNS_RESPONSE)
		return;
	for (unsigned i = 0; i < m.n_questions; i++)
		if (!dns_skip_question(&m))
			return;
	unsigned n = (unsigned)m.n_answers + m.n_authority + m.n_additional;
	for (unsigned i = 0; i < n && i < RECORDS_MAX && dns_next_record(&m, &r); i++)
		if ((r.class & CLASS_MASK) == DNS_IN && r.ttl &&
			strcasecmp(r.owner, name) == 0 && read_address(&r, &a))
			add_address(out, &a);
}
