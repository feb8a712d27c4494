/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads the answer section of a DNS message for PTR records.  The c-ares function for this,
 * ares_parse_ptr_reply, is not used, for it fails on a reply whose other names are good when
 * one of them is not.
 */
#include "host/ptr_reply.h"

#include <string.h>
#include <strings.h>

#include "base/hostname.h"
#include "wire/dns.h"

/* The answers are looked through once, so a chain of CNAMEs ends by itself. */
enum { ANSWERS_MAX = 256 };

struct search {
	char owner[DNS_NAME_TEXT]; /* that is asked for, after the CNAMEs so far */
	size_t records, names;
	void (*found)(void *arg, const char *name);
	void *arg;
};

static void
take_answer(const struct dns_message *m, struct dns_record *r, struct search *s)
{
	bool alias = r->type == DNS_CNAME;
	char name[DNS_NAME_TEXT];

	if (r->class != DNS_IN || (!alias && r->type != DNS_PTR) ||
		strcasecmp(r->owner, s->owner) != 0)
		return;
	bool sound = dns_read_name(m, &r->data, name);
	if (alias && sound) {
		memcpy(s->owner, name, strlen(name) + 1);
		return;
	}
	s->records++; /* an alias to nowhere counts too: the reply is not sound */
	if (sound && hostname_is_valid(name)) {
		s->names++;
		s->found(s->arg, name);
	}
}

enum ptr_outcome
ptr_reply_read(const uint8_t *p, size_t n, void (*found)(void *arg, const char *name),
	void *arg)
{
	struct search s = { .found = found, .arg = arg };
	struct dns_message m;
	struct dns_record r;

	/* Id and flags: c-ares looked at them. */
	if (!dns_open(rd_from(p, n), &m) || m.n_questions != 1 || n > UINT16_MAX)
		return PTR_UNKNOWN;
	(void)dns_next_name(&m, s.owner);
	rd_skip(&m.next, 4); /* type and class */
	for (unsigned i = 0; i < m.n_answers && i < ANSWERS_MAX && !m.next.bad; i++)
		if (dns_next_record(&m, &r))
			take_answer(&m, &r, &s);
	if (s.names)
		return PTR_NAME;
	return s.records || m.next.bad ? PTR_UNKNOWN : PTR_NONE;
}
