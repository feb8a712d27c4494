/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads the answer section of a DNS message for PTR, A and AAAA records.  The c-ares function for this,
 * ares_parse_ptr_reply, is not used, for it fails on a reply whose other names are good when
 * one of them is not.
 */
#include "host/ptr_reply.h"

#include <string.h>
#include <strings.h>

#include "base/hostname.h"
#include "wire/dns.h"

enum { NAMES_MAX = 256 }; /* that are told of one address */

struct search {
	char owner[DNS_NAME_TEXT]; /* that is asked for, after the CNAMEs so far */
	size_t records, names;
	void (*found)(void *arg, const char *name);
	void *arg;
	const struct addr *wanted; /* of a search for an address */
	bool leads_back;
};

/* Is it about the owner?  An alias moves on to its name; one to nowhere is no sound record. */
static bool
is_about_owner(const struct dns_message *m, struct dns_record *r, struct search *s)
{
	char name[DNS_NAME_TEXT];

	if (r->class != DNS_IN || strcasecmp(r->owner, s->owner) != 0)
		return false;
	if (r->type != DNS_CNAME)
		return true;
	if (dns_read_name(m, &r->data, name))
		memcpy(s->owner, name, strlen(name) + 1);
	else
		s->records++;
	return false;
}

static void
take_name(const struct dns_message *m, struct dns_record *r, struct search *s)
{
	char name[DNS_NAME_TEXT];

	if (!is_about_owner(m, r, s) || r->type != DNS_PTR)
		return;
	s->records++;
	if (!dns_read_name(m, &r->data, name) || !hostname_is_valid(name))
		return;
	if (++s->names <= NAMES_MAX)
		s->found(s->arg, name);
}

static void
take_address(const struct dns_message *m, struct dns_record *r, struct search *s)
{
	struct addr a = { 0 };
	size_t n = rd_left(&r->data);
	const uint8_t *p;

	if (!is_about_owner(m, r, s) || !(p = rd_take(&r->data, n)))
		return;
	if (r->type == DNS_A && n == 4)
		a = addr_ip4((uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
			(uint32_t)p[2] << 8 | p[3]);
	else if (r->type == DNS_AAAA && n == 16)
		a = addr_ip6(p);
	s->leads_back |= addr_is_set(&a) && addr_equal(&a, s->wanted);
}

/* Goes through the answers, once: a chain of CNAMEs ends by itself, and a message of 64 KiB has
 * fewer than 5,500.  False: it is no reply to one question, or broke off. */
static bool
read_answers(const uint8_t *p, size_t n,
	void (*take)(const struct dns_message *, struct dns_record *, struct search *),
	struct search *s)
{
	struct dns_message m;
	struct dns_record r;

	/* Id and flags: c-ares looked at them. */
	if (!dns_open(rd_from(p, n), &m) || m.n_questions != 1 || n > UINT16_MAX)
		return false;
	(void)dns_next_name(&m, s->owner);
	rd_skip(&m.next, 4); /* type and class */
	for (unsigned i = 0; i < m.n_answers && !m.next.bad; i++)
		if (dns_next_record(&m, &r))
			take(&m, &r, s);
	return !m.next.bad;
}

enum ptr_outcome
ptr_reply_read(const uint8_t *p, size_t n, void (*found)(void *arg, const char *name),
	void *arg)
{
	struct search s = { .found = found, .arg = arg };
	bool sound = read_answers(p, n, take_name, &s);

	if (s.names)
		return s.names > NAMES_MAX ? PTR_MORE : PTR_NAME;
	return s.records || !sound ? PTR_UNKNOWN : PTR_NONE;
}

enum ptr_outcome
name_reply_read(const uint8_t *p, size_t n, const struct addr *a)
{
	struct search s = { .wanted = a };
	bool sound = read_answers(p, n, take_address, &s);

	if (s.leads_back)
		return PTR_CONFIRMED;
	return s.records || !sound ? PTR_UNCONFIRMED : PTR_REFUTED;
}
