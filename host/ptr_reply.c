/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads the answer section of a DNS message (RFC 1035 §4.1) for PTR records.  c-ares
 * expands compressed names; its own ares_parse_ptr_reply is not used, for it fails on a
 * reply whose other names are good when one of them is not.
 */
#include "host/ptr_reply.h"

#include <ares.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/hostname.h"

enum { TYPE_CNAME = 5, TYPE_PTR = 12, CLASS_IN = 1 }; /* RFC 1035 §3.2.2, §3.2.4 */

/* The answers are looked through once, so a chain of CNAMEs ends by itself. */
enum { ANSWERS_MAX = 256 };

struct message {
	const uint8_t *start;
	size_t size;
	struct rd rd;
};

struct record {
	char *owner; /* freed with ares_free_string */
	unsigned type, class;
	struct rd data;
};

/* The name at the cursor, expanded; NULL, and the cursor bad, when there is none.  What is
 * no letter or digit in a label comes out with a backslash. */
static char *
take_name(const struct message *m, struct rd *rd)
{
	char *name = NULL;
	long length = 0;

	if (rd_left(rd) == 0 ||
		ares_expand_name(rd->p, m->start, (int)m->size, &name, &length) !=
			ARES_SUCCESS) {
		rd->bad = true;
		return NULL;
	}
	rd_skip(rd, (size_t)length);
	return name;
}

/* False at the end of what can be read. */
static bool
take_record(struct message *m, struct record *out)
{
	*out = (struct record){ .owner = take_name(m, &m->rd) };
	out->type = rd_be16(&m->rd);
	out->class = rd_be16(&m->rd);
	rd_skip(&m->rd, 4); /* TTL */
	out->data = rd_sub(&m->rd, rd_be16(&m->rd));
	return !m->rd.bad;
}

struct search {
	char *owner; /* the name that is asked for, after the CNAMEs so far */
	size_t records, names;
	void (*found)(void *arg, const char *name);
	void *arg;
};

static void
take_answer(const struct message *m, struct record *r, struct search *s)
{
	bool alias = r->type == TYPE_CNAME;

	if (r->class != CLASS_IN || (!alias && r->type != TYPE_PTR) ||
		strcasecmp(r->owner, s->owner) != 0)
		return;
	char *name = take_name(m, &r->data);
	if (alias && name) {
		ares_free_string(s->owner);
		s->owner = name;
		return;
	}
	s->records++; /* an alias to nowhere counts too: the reply is not sound */
	if (name && hostname_is_valid(name)) {
		s->names++;
		s->found(s->arg, name);
	}
	ares_free_string(name);
}

enum ptr_outcome
ptr_reply_read(const uint8_t *p, size_t n, void (*found)(void *arg, const char *name),
	void *arg)
{
	struct message m = { p, n, rd_from(p, n) };
	struct search s = { .found = found, .arg = arg };

	rd_skip(&m.rd, 4); /* id and flags: c-ares looked at them */
	unsigned questions = rd_be16(&m.rd), answers = rd_be16(&m.rd);
	rd_skip(&m.rd, 4);
	if (questions != 1 || n > UINT16_MAX)
		return PTR_UNKNOWN;
	s.owner = take_name(&m, &m.rd);
	rd_skip(&m.rd, 4); /* type and class */
	for (unsigned i = 0; i < answers && i < ANSWERS_MAX && !m.rd.bad; i++) {
		struct record r;
		if (take_record(&m, &r))
			take_answer(&m, &r, &s);
		ares_free_string(r.owner);
	}
	ares_free_string(s.owner);
	if (s.names)
		return PTR_NAME;
	return s.records || m.rd.bad ? PTR_UNKNOWN : PTR_NONE;
}
