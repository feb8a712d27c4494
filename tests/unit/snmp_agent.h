/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * snmp_agent.h - an SNMP agent in memory, for tests and fuzzers
 *
 * It reads a question and writes the answer by its own BER, not by that of the library under
 * test: versions 1 and 2c, and 3 without authentication, which takes no cryptography.  What
 * it knows is a table in the order of its names.
 */
#ifndef UNIT_SNMP_AGENT_H
#define UNIT_SNMP_AGENT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

enum {
	AGENT_IDS = 64,
	AGENT_MESSAGE = 1472,
	AGENT_ENGINE_SIZE = 12,
	/* RFC 3416 §3 */
	AGENT_GET = 0xa0,
	AGENT_NEXT = 0xa1,
	AGENT_RESPONSE = 0xa2,
	AGENT_BULK = 0xa5,
	AGENT_REPORT = 0xa8,
	AGENT_NO_SUCH_NAME = 2,
	AGENT_TOO_BIG = 1,
};

/* kind: s text, x hexadecimal, i number, o name, a IPv4 address in hexadecimal */
struct agent_row {
	const char *name, *value;
	char kind;
};

struct agent {
	const struct agent_row *rows;
	size_t n;
	const char *community; /* others are not answered; NULL: none is */
	const char *user;      /* of version 3, without keys; NULL: no version 3 */
	bool only_v1;
	unsigned most; /* objects of a GetRequest before it is too big; 0: any number */
	bool stands;   /* answers each walk with the same row */
	bool backwards; /* answers each walk with the row before */
	bool endless;   /* answers each walk with one row more, for ever */
	uint32_t add_to_id;
	unsigned asked; /* questions that were read */
};

static const uint8_t agent_engine[AGENT_ENGINE_SIZE] = { 0x80, 0, 0x1f, 0x88, 4, 't',
	'e', 's', 't', 'b', 'o', 'x' };

struct agent_oid {
	unsigned long ids[AGENT_IDS];
	size_t n;
};

struct agent_question {
	uint8_t version, verb;
	struct rd community;
	uint32_t id, a, b; /* a, b: error-status and -index, or those of GetBulk */
	uint32_t message;  /* msgID */
	struct rd user;
	bool knows_engine;
	struct agent_oid oids[16];
	size_t n;
};

/* --- writing: back to front, so that lengths are known -------------------------------------- */

struct ber {
	uint8_t bytes[4096];
	size_t at; /* the first byte in use */
};

static inline void
ber_put(struct ber *b, const void *bytes, size_t n)
{
	if (n > b->at)
		abort();
	b->at -= n;
	if (n)
		memcpy(b->bytes + b->at, bytes, n);
}

static inline size_t
ber_end(const struct ber *b)
{
	return b->at;
}

/* What was put since `end` becomes an element. */
static inline void
ber_close(struct ber *b, size_t end, uint8_t tag)
{
	size_t n = end - b->at;
	uint8_t head[4] = { tag, 0x82, (uint8_t)(n >> 8), (uint8_t)n };
	uint8_t short_head[2] = { tag, (uint8_t)n };

	if (n < 128)
		ber_put(b, short_head, sizeof(short_head));
	else
		ber_put(b, head, sizeof(head));
}

static inline void
ber_bytes(struct ber *b, uint8_t tag, const void *bytes, size_t n)
{
	size_t end = ber_end(b);

	ber_put(b, bytes, n);
	ber_close(b, end, tag);
}

static inline void
ber_number(struct ber *b, uint8_t tag, uint32_t n)
{
	const uint8_t bytes[] = { 0, (uint8_t)(n >> 24), (uint8_t)(n >> 16),
		(uint8_t)(n >> 8), (uint8_t)n };
	size_t from = 0;

	while (from < 4 && bytes[from] == 0 && bytes[from + 1] < 0x80)
		from++;
	ber_bytes(b, tag, bytes + from, sizeof(bytes) - from);
}

static inline void
ber_oid(struct ber *b, const struct agent_oid *o)
{
	size_t end = ber_end(b);

	for (size_t i = o->n; i-- > 2;) {
		unsigned long n = o->ids[i];
		uint8_t byte = n & 0x7f;
		ber_put(b, &byte, 1);
		while (n >>= 7) {
			byte = (uint8_t)(0x80 | (n & 0x7f));
			ber_put(b, &byte, 1);
		}
	}
	const uint8_t first = (uint8_t)(o->ids[0] * 40 + o->ids[1]);
	ber_put(b, &first, 1);
	ber_close(b, end, 0x06);
}

/* --- reading ---------------------------------------------------------------------------------- */

static inline struct rd
ber_read(struct rd *r, uint8_t *tag)
{
	*tag = rd_u8(r);
	size_t n = rd_u8(r);

	if (n > 0x80)
		for (size_t k = n & 0x7f, v = 0; k-- > 0; n = v)
			v = v << 8 | rd_u8(r);
	return rd_sub(r, n);
}

static inline uint32_t
ber_read_number(struct rd *r)
{
	uint8_t tag;
	struct rd in = ber_read(r, &tag);
	uint32_t n = 0;

	while (rd_left(&in))
		n = n << 8 | rd_u8(&in);
	return n;
}

static inline void
ber_read_oid(struct rd in, struct agent_oid *o)
{
	unsigned long n = 0;
	uint8_t first = rd_u8(&in);

	o->ids[0] = first / 40;
	o->ids[1] = first % 40;
	o->n = 2;
	while (rd_left(&in) && o->n < AGENT_IDS) {
		uint8_t byte = rd_u8(&in);
		n = n << 7 | (byte & 0x7f);
		if (byte & 0x80)
			continue;
		o->ids[o->n++] = n;
		n = 0;
	}
}

static inline void
agent_read_pdu(struct rd in, struct agent_question *q)
{
	struct rd pdu = ber_read(&in, &q->verb);
	uint8_t tag;

	q->id = ber_read_number(&pdu);
	q->a = ber_read_number(&pdu);
	q->b = ber_read_number(&pdu);
	struct rd list = ber_read(&pdu, &tag);
	for (q->n = 0; rd_left(&list) && q->n < 16; q->n++) {
		struct rd binding = ber_read(&list, &tag);
		ber_read_oid(ber_read(&binding, &tag), &q->oids[q->n]);
	}
}

/* RFC 3412 §6, RFC 3414 §2.4 */
static inline void
agent_read_v3(struct rd message, struct agent_question *q)
{
	uint8_t tag;
	struct rd head = ber_read(&message, &tag), outer = ber_read(&message, &tag),
		  security = ber_read(&outer, &tag);

	q->message = ber_read_number(&head);
	struct rd engine = ber_read(&security, &tag);
	q->knows_engine = rd_left(&engine) == AGENT_ENGINE_SIZE;
	(void)ber_read_number(&security);
	(void)ber_read_number(&security);
	q->user = ber_read(&security, &tag);
	struct rd scoped = ber_read(&message, &tag);
	(void)ber_read(&scoped, &tag);
	(void)ber_read(&scoped, &tag);
	agent_read_pdu(scoped, q);
}

static inline void
agent_read(struct rd datagram, struct agent_question *q)
{
	uint8_t tag;
	struct rd message = ber_read(&datagram, &tag);

	*q = (struct agent_question){ .version = (uint8_t)ber_read_number(&message) };
	if (q->version == 3) {
		agent_read_v3(message, q);
		return;
	}
	q->community = ber_read(&message, &tag);
	agent_read_pdu(message, q);
}

/* --- its table ------------------------------------------------------------------------------ */

static inline struct agent_oid
agent_name(const char *text)
{
	struct agent_oid o = { .n = 0 };
	char *end = NULL;

	for (; *text; text = *end == '.' ? end + 1 : end)
		o.ids[o.n++] = strtoul(text, &end, 10);
	return o;
}

static inline int
agent_order(const struct agent_oid *a, const struct agent_oid *b)
{
	for (size_t i = 0; i < a->n && i < b->n; i++)
		if (a->ids[i] != b->ids[i])
			return a->ids[i] < b->ids[i] ? -1 : 1;
	return a->n < b->n ? -1 : a->n > b->n;
}

static inline size_t
agent_hex(const char *text, uint8_t *out)
{
	size_t n = 0;

	for (; text[0] && text[1]; text += 2) {
		const char digits[] = { text[0], text[1], '\0' };
		out[n++] = (uint8_t)strtoul(digits, NULL, 16);
	}
	return n;
}

/* One row; row NULL: it has none of this name (tag: which exception, RFC 3416 §3). */
static inline void
agent_put_row(struct ber *b, const struct agent_oid *name, const struct agent_row *row,
	uint8_t tag)
{
	size_t end = ber_end(b);
	struct agent_oid value;
	uint8_t bytes[512];

	if (!row)
		ber_bytes(b, tag, NULL, 0);
	else if (row->kind == 's')
		ber_bytes(b, 0x04, row->value, strlen(row->value));
	else if (row->kind == 'i')
		ber_number(b, 0x02, (uint32_t)strtoul(row->value, NULL, 10));
	else if (row->kind == 'o')
		value = agent_name(row->value), ber_oid(b, &value);
	else
		ber_bytes(b, row->kind == 'a' ? 0x40 : 0x04, bytes,
			agent_hex(row->value, bytes));
	ber_oid(b, name);
	ber_close(b, end, 0x30);
}

static inline const struct agent_row *
agent_get(const struct agent *a, const struct agent_oid *name)
{
	for (size_t i = 0; i < a->n; i++) {
		struct agent_oid o = agent_name(a->rows[i].name);
		if (agent_order(&o, name) == 0)
			return &a->rows[i];
	}
	return NULL;
}

/* The first behind the name; a->n: none. */
static inline size_t
agent_next(const struct agent *a, const struct agent_oid *name)
{
	for (size_t i = 0; i < a->n; i++) {
		struct agent_oid o = agent_name(a->rows[i].name);
		if (agent_order(&o, name) > 0)
			return i;
	}
	return a->n;
}

/* --- its answers ----------------------------------------------------------------------------- */

/* Everything around what was put as bindings, for community versions. */
static inline void
agent_wrap(const struct agent *a, struct ber *b, const struct agent_question *q,
	size_t end, uint32_t error, uint32_t index)
{
	ber_close(b, end, 0x30);
	ber_number(b, 0x02, index);
	ber_number(b, 0x02, error);
	ber_number(b, 0x02, q->id + a->add_to_id);
	ber_close(b, end, AGENT_RESPONSE);
	ber_bytes(b, 0x04, q->community.p, rd_left(&q->community));
	ber_number(b, 0x02, q->version);
	ber_close(b, end, 0x30);
}

/* The same of version 3, without authentication; what was put is one PDU. */
static inline void
agent_wrap_v3(
	struct ber *b, uint32_t message, const void *user, size_t n_user, size_t end)
{
	const uint8_t flags = 0;

	ber_bytes(b, 0x04, NULL, 0); /* context */
	ber_bytes(b, 0x04, agent_engine, sizeof(agent_engine));
	ber_close(b, end, 0x30);
	size_t security = ber_end(b);
	ber_bytes(b, 0x04, NULL, 0);
	ber_bytes(b, 0x04, NULL, 0);
	ber_bytes(b, 0x04, user, n_user);
	ber_number(b, 0x02, 4711); /* time */
	ber_number(b, 0x02, 7);    /* boots */
	ber_bytes(b, 0x04, agent_engine, sizeof(agent_engine));
	ber_close(b, security, 0x30);
	ber_close(b, security, 0x04);
	size_t head = ber_end(b);
	ber_number(b, 0x02, 3); /* USM */
	ber_bytes(b, 0x04, &flags, 1);
	ber_number(b, 0x02, AGENT_MESSAGE);
	ber_number(b, 0x02, message);
	ber_close(b, head, 0x30);
	ber_number(b, 0x02, 3);
	ber_close(b, end, 0x30);
}

static inline void
agent_close_pdu(struct ber *b, uint8_t tag, uint32_t id, size_t end)
{
	ber_close(b, end, 0x30);
	ber_number(b, 0x02, 0);
	ber_number(b, 0x02, 0);
	ber_number(b, 0x02, id);
	ber_close(b, end, tag);
}

/* RFC 3414 §5: usmStats; 3: unknown user names, 4: unknown engine ids */
static inline void
agent_report(struct ber *b, const struct agent_question *q, unsigned long which)
{
	const struct agent_oid name = { .ids = { 1, 3, 6, 1, 6, 3, 15, 1, 1, which, 0 },
		.n = 11 };
	size_t end = ber_end(b), row = end;

	ber_number(b, 0x41, 1);
	ber_oid(b, &name);
	ber_close(b, row, 0x30);
	agent_close_pdu(b, AGENT_REPORT, 0, end);
	agent_wrap_v3(b, q->message, q->user.p, rd_left(&q->user), end);
}

/* Rows in the order of the answer, put from the last on. */
struct agent_list {
	struct agent_oid names[64];
	const struct agent_row *rows[64];
	uint8_t tags[64];
	size_t n;
};

static inline void
agent_walk(const struct agent *a, const struct agent_question *q, struct agent_list *l)
{
	static const struct agent_row more = { "", "000102030405", 'x' };
	size_t most = q->verb == AGENT_BULK ? q->b : 1;
	struct agent_oid name = q->oids[0];

	for (l->n = 0; l->n < most && l->n < 20; l->n++) {
		size_t next = agent_next(a, &name);
		l->rows[l->n] = next < a->n ? &a->rows[next] : NULL;
		if (a->endless && name.n > 9) {
			l->rows[l->n] = &more;
			if (name.n == 10)
				name.ids[name.n++] = 0;
			name.ids[name.n - 1]++;
		} else if (l->rows[l->n]) {
			name = agent_name(l->rows[l->n]->name);
		}
		if (a->backwards && l->n > 0 && name.ids[name.n - 1] > 0)
			name.ids[name.n - 1]--;
		l->names[l->n] = name;
		l->tags[l->n] = 0x82; /* endOfMibView */
		if (a->stands)
			name = q->oids[0];
		if (!l->rows[l->n]) {
			l->n++;
			break;
		}
	}
}

static inline void
agent_list(const struct agent *a, const struct agent_question *q, struct agent_list *l)
{
	if (q->verb != AGENT_GET) {
		agent_walk(a, q, l);
		return;
	}
	for (l->n = 0; l->n < q->n; l->n++) {
		l->names[l->n] = q->oids[l->n];
		l->rows[l->n] = agent_get(a, &q->oids[l->n]);
		l->tags[l->n] = 0x80; /* noSuchObject */
	}
}

/* In version 1: the first that is missing, from 1; 0: none is. */
static inline uint32_t
agent_first_missing(const struct agent_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (!l->rows[i])
			return (uint32_t)i + 1;
	return 0;
}

static inline bool
agent_knows(const struct agent *a, const struct agent_question *q)
{
	if (q->version == 3)
		return a->user != NULL;
	return a->community && strlen(a->community) == rd_left(&q->community) &&
		memcmp(a->community, q->community.p, strlen(a->community)) == 0 &&
		(!a->only_v1 || q->version == 0);
}

static inline bool
agent_refuses_v3(const struct agent *a, struct ber *b, const struct agent_question *q)
{
	if (!q->knows_engine)
		agent_report(b, q, 4);
	else if (rd_left(&q->user) != strlen(a->user) ||
		memcmp(q->user.p, a->user, strlen(a->user)) != 0)
		agent_report(b, q, 3);
	else
		return false;
	return true;
}

/* The answer to a datagram; its size, 0: none.  *out: valid until the ber is used again. */
static inline size_t
agent_answer(struct agent *a, struct rd datagram, struct ber *b, const uint8_t **out)
{
	struct agent_question q;
	struct agent_list l;
	uint32_t error = 0, index = 0;

	agent_read(datagram, &q);
	b->at = sizeof(b->bytes);
	size_t end = ber_end(b);
	a->asked++;
	*out = b->bytes;
	if (!agent_knows(a, &q))
		return 0;
	if (q.version == 3 && agent_refuses_v3(a, b, &q))
		goto done;
	agent_list(a, &q, &l);
	if (q.version == 0 && (index = agent_first_missing(&l)) != 0)
		error = AGENT_NO_SUCH_NAME;
	if (a->most && q.verb == AGENT_GET && q.n > a->most)
		error = AGENT_TOO_BIG;
	for (size_t i = error ? 0 : l.n; i-- > 0;)
		agent_put_row(b, &l.names[i], l.rows[i], l.tags[i]);
	if (q.version == 3) {
		agent_close_pdu(b, AGENT_RESPONSE, q.id + a->add_to_id, end);
		agent_wrap_v3(b, q.message, a->user, strlen(a->user), end);
	} else {
		agent_wrap(a, b, &q, end, error, index);
	}
done:
	*out = b->bytes + b->at;
	return sizeof(b->bytes) - b->at;
}

#endif
