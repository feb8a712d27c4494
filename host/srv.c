/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/srv.h"

#include <string.h>
#include <strings.h>

#include "base/hostname.h"
#include "wire/dns.h"

/* The answers are looked through once, so a chain of CNAMEs ends by itself. */
enum { ANSWERS_MAX = 512 };

/* RFC 2782: the target must not be an alias, and is not compressed; that one is read too. */
static bool
read_srv(const struct dns_message *m, struct dns_record *r, struct srv *out)
{
	char name[DNS_NAME_TEXT];

	out->priority = rd_be16(&r->data);
	out->weight = rd_be16(&r->data);
	out->port = rd_be16(&r->data);
	if (!dns_read_name(m, &r->data, name) || !hostname_is_valid(name) ||
		strlen(name) >= sizeof(out->target))
		return false;
	memcpy(out->target, name, strlen(name) + 1);
	return out->port != 0;
}

bool
srv_reply_read(
	const uint8_t *reply, size_t size, struct srv *out, size_t room, size_t *n)
{
	char owner[DNS_NAME_TEXT], name[DNS_NAME_TEXT];
	struct dns_message m;
	struct dns_record r;

	*n = 0;
	if (size > UINT16_MAX || !dns_open(rd_from(reply, size), &m) ||
		m.n_questions != 1)
		return false;
	(void)dns_next_name(&m, owner);
	rd_skip(&m.next, 4); /* type and class */
	for (unsigned i = 0; i < m.n_answers && i < ANSWERS_MAX && !m.next.bad; i++) {
		if (!dns_next_record(&m, &r) || r.class != DNS_IN ||
			strcasecmp(r.owner, owner) != 0)
			continue;
		if (r.type == DNS_CNAME && dns_read_name(&m, &r.data, name))
			memcpy(owner, name, strlen(name) + 1);
		else if (r.type == DNS_SRV && *n < room && read_srv(&m, &r, &out[*n]))
			++*n;
	}
	return !m.next.bad;
}

/* Those of weight 0 come first of the sum, so that they have a small chance (RFC 2782). */
static size_t
draw(const struct srv *s, size_t n, uint32_t (*random)(uint32_t below))
{
	uint32_t sum = 0, at = 0;

	for (size_t i = 0; i < n; i++)
		sum += s[i].weight;
	uint32_t mark = random(sum + 1);
	for (size_t i = 0; i < n; i++)
		if (s[i].weight == 0 && mark == 0)
			return i;
	for (size_t i = 0; i < n; i++) {
		at += s[i].weight;
		if (s[i].weight && at >= mark)
			return i;
	}
	return 0; /* all weigh nothing */
}

static void
swap(struct srv *a, struct srv *b)
{
	struct srv c = *a;

	*a = *b;
	*b = c;
}

static void
sort_by_priority(struct srv *s, size_t n)
{
	for (size_t i = 1; i < n; i++)
		for (size_t k = i; k > 0 && s[k].priority < s[k - 1].priority; k--)
			swap(&s[k], &s[k - 1]);
}

void
srv_order(struct srv *s, size_t n, uint32_t (*random)(uint32_t below))
{
	sort_by_priority(s, n);
	for (size_t i = 0; i < n; i++) {
		size_t equals = 1;
		while (i + equals < n && s[i + equals].priority == s[i].priority)
			equals++;
		swap(&s[i], &s[i + draw(s + i, equals, random)]);
	}
}
