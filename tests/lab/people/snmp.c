/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SNMP agents: v1 and v2c by the community "public" (RFC 1157, RFC 3416), and of v3 what tells
 * the engine to who does not know it (RFC 3414 §4).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conn.h"

enum { GET = 0xa0, GET_NEXT, RESPONSE, GET_BULK = 0xa5, REPORT = 0xa8 };
enum { NO_SUCH_NAME = 2 };
enum { NO_SUCH_OBJECT = 0x80, NO_SUCH_INSTANCE, END_OF_MIB };
enum {
	NUMBER = 2,
	OCTETS = 4,
	NIL = 5,
	OID = 6,
	ADDRESS = 0x40,
	GAUGE = 0x42,
	TICKS = 0x43
};
enum { ARCS_MAX = 40, BINDINGS_MAX = 64, REPETITIONS_MAX = 50, ANSWER_MAX = 1400 };

struct oid {
	unsigned n;
	uint32_t arc[ARCS_MAX];
};

/* --- what an agent has ------------------------------------------------------------ */

void
snmp_descr(const struct person *p, char *out, size_t size)
{
	if (p->profile->descr)
		snprintf(out, size, "%s", p->profile->descr);
	else
		snprintf(out, size,
			"Hardware: Intel64 Family 6 Model 85 Stepping 7 AT/AT COMPATIBLE - "
			"Software: Windows Version %u.%u (Build %u Multiprocessor Free)",
			p->windows->major == 10 ? 6 : p->windows->major,
			p->windows->major == 10 ? 3 : p->windows->minor,
			p->windows->build);
}

static struct oid oid_of(const char *text);
static void put_oid(struct bytes *, const struct oid *);

static void
descr(struct bytes *b, const struct person *p)
{
	char text[256];

	snmp_descr(p, text, sizeof(text));
	ber_text(b, OCTETS, text);
}

static void
object(struct bytes *b, const struct person *p)
{
	struct oid o = oid_of(p->profile->object);

	put_oid(b, &o);
}

static void
uptime(struct bytes *b, const struct person *p)
{
	ber_number(b, TICKS, p->addr);
}
static void
services_(struct bytes *b, const struct person *p)
{
	ber_number(b, NUMBER, p->profile->layers);
}
static void
contact(struct bytes *b, const struct person *p)
{
	(void)p;
	ber_text(b, OCTETS, "lab@people.example");
}
static void
name(struct bytes *b, const struct person *p)
{
	ber_text(b, OCTETS, p->fault == NAMES ? p->name : p->dns);
}
static void
location(struct bytes *b, const struct person *p)
{
	ber_text(b, OCTETS, p->location);
}
static void
one(struct bytes *b, const struct person *p)
{
	(void)p;
	ber_number(b, NUMBER, 1);
}
static void
eth(struct bytes *b, const struct person *p)
{
	(void)p;
	ber_text(b, OCTETS, "eth0");
}
static void
type(struct bytes *b, const struct person *p)
{
	(void)p;
	ber_number(b, NUMBER, 6); /* ethernetCsmacd */
}
static void
speed(struct bytes *b, const struct person *p)
{
	(void)p;
	ber_number(b, GAUGE, 1000000000);
}
static void
mac(struct bytes *b, const struct person *p)
{
	ber_octets(b, OCTETS, p->mac, 6);
}
static void
forwarding(struct bytes *b, const struct person *p)
{
	ber_number(b, NUMBER, p->profile->forwards ? 1 : 2);
}
static void
address(struct bytes *b, const struct person *p)
{
	size_t at = ber_open(b, ADDRESS);

	put_be(b, p->addr, 4);
	ber_close(b, at);
}
static void
mask(struct bytes *b, const struct person *p)
{
	(void)p;
	ber_octets(b, ADDRESS, "\xff\xff\xff\x00", 4);
}
static void
ports(struct bytes *b, const struct person *p)
{
	(void)p;
	ber_number(b, NUMBER, 48);
}
static void
engine(struct bytes *b, const struct person *p)
{
	ber_octets(b, OCTETS, p->engine, sizeof(p->engine));
}

struct object {
	const char *oid;
	void (*put)(struct bytes *, const struct person *);
	bool by_address;     /* the address is the last of the oid */
	const char *profile; /* only such have it; NULL: all */
};

/* In the order of their oids. */
static const struct object objects[] = {
	{ "1.3.6.1.2.1.1.1.0", descr, false, NULL },
	{ "1.3.6.1.2.1.1.2.0", object, false, NULL },
	{ "1.3.6.1.2.1.1.3.0", uptime, false, NULL },
	{ "1.3.6.1.2.1.1.4.0", contact, false, NULL },
	{ "1.3.6.1.2.1.1.5.0", name, false, NULL },
	{ "1.3.6.1.2.1.1.6.0", location, false, NULL },
	{ "1.3.6.1.2.1.1.7.0", services_, false, NULL },
	{ "1.3.6.1.2.1.2.1.0", one, false, NULL },
	{ "1.3.6.1.2.1.2.2.1.1.1", one, false, NULL },
	{ "1.3.6.1.2.1.2.2.1.2.1", eth, false, NULL },
	{ "1.3.6.1.2.1.2.2.1.3.1", type, false, NULL },
	{ "1.3.6.1.2.1.2.2.1.5.1", speed, false, NULL },
	{ "1.3.6.1.2.1.2.2.1.6.1", mac, false, NULL },
	{ "1.3.6.1.2.1.2.2.1.7.1", one, false, NULL },
	{ "1.3.6.1.2.1.2.2.1.8.1", one, false, NULL },
	{ "1.3.6.1.2.1.4.1.0", forwarding, false, NULL },
	{ "1.3.6.1.2.1.4.20.1.1", address, true, NULL },
	{ "1.3.6.1.2.1.4.20.1.2", one, true, NULL },
	{ "1.3.6.1.2.1.4.20.1.3", mask, true, NULL },
	{ "1.3.6.1.2.1.17.1.1.0", mac, false, "switch" },
	{ "1.3.6.1.2.1.17.1.2.0", ports, false, "switch" },
	{ "1.3.6.1.2.1.31.1.1.1.1.1", eth, false, NULL },
	{ "1.3.6.1.2.1.43.5.1.1.1.1", one, false, "printer" },
	{ "1.3.6.1.6.3.10.2.1.1.0", engine, false, NULL },
	{ "1.3.6.1.6.3.10.2.1.2.0", one, false, NULL },
	{ "1.3.6.1.6.3.10.2.1.3.0", uptime, false, NULL },
};
enum { N_OBJECTS = sizeof(objects) / sizeof(objects[0]) };

static struct oid oids[N_OBJECTS]; /* the same as numbers, from snmp_begin() on */

/* --- oids ------------------------------------------------------------------------- */

static struct oid
oid_of(const char *text)
{
	struct oid o = { 0 };

	while (*text && o.n < ARCS_MAX) {
		char *end;
		o.arc[o.n++] = (uint32_t)strtoul(text, &end, 10);
		text = *end ? end + 1 : end;
	}
	return o;
}

void
snmp_begin(void)
{
	for (size_t i = 0; i < N_OBJECTS; i++)
		oids[i] = oid_of(objects[i].oid);
}

static struct oid
oid_of_object(size_t i, const struct person *p)
{
	struct oid o = oids[i];

	for (int at = 0; objects[i].by_address && at < 4; at++)
		o.arc[o.n++] = p->addr >> (24 - 8 * at) & 255;
	return o;
}

static void
put_oid(struct bytes *b, const struct oid *o)
{
	size_t at = ber_open(b, OID);

	put_8(b, o->arc[0] * 40 + o->arc[1]);
	for (unsigned i = 2; i < o->n; i++)
		for (int shift = 28; shift >= 0; shift -= 7)
			if (o->arc[i] >> shift || shift == 0)
				put_8(b,
					(o->arc[i] >> shift & 0x7f) |
						(shift ? 0x80 : 0));
	ber_close(b, at);
}

static struct oid
read_oid(const struct ber *e)
{
	struct oid o = { 0 };
	uint32_t arc = 0;

	if (e->n == 0)
		return o;
	o.n = 2;
	o.arc[0] = e->p[0] / 40;
	o.arc[1] = e->p[0] % 40;
	for (size_t i = 1; i < e->n && o.n < ARCS_MAX; i++) {
		arc = arc << 7 | (e->p[i] & 0x7f);
		if (!(e->p[i] & 0x80)) {
			o.arc[o.n++] = arc;
			arc = 0;
		}
	}
	return o;
}

static int
compare_oids(const struct oid *a, const struct oid *b)
{
	for (unsigned i = 0; i < a->n && i < b->n; i++)
		if (a->arc[i] != b->arc[i])
			return a->arc[i] < b->arc[i] ? -1 : 1;
	return (a->n > b->n) - (a->n < b->n);
}

/* The object at an oid, or the first behind it; NULL: none.  Its oid goes to *found. */
static const struct object *
look_up(const struct person *p, const struct oid *o, bool next, struct oid *found)
{
	for (size_t i = 0; i < N_OBJECTS; i++) {
		if (objects[i].profile &&
			strcmp(objects[i].profile, p->profile->name) != 0)
			continue;
		*found = oid_of_object(i, p);
		int order = compare_oids(found, o);
		if (next ? order > 0 : order == 0)
			return &objects[i];
		if (order > 0)
			return NULL;
	}
	return NULL;
}

/* --- messages --------------------------------------------------------------------- */

struct request {
	uint32_t version, id;
	unsigned tag;
	uint32_t first,
		second; /* error status and index, or non-repeaters and repetitions */
	struct oid oid[BINDINGS_MAX];
	unsigned n;
};

static bool
read_bindings(struct ber list, struct request *r)
{
	struct ber binding, oid;

	while (list.n && r->n < BINDINGS_MAX) {
		if (!ber_next(&list.p, &list.n, &binding) ||
			!ber_next(&binding.p, &binding.n, &oid) || oid.tag != OID)
			return false;
		r->oid[r->n++] = read_oid(&oid);
	}
	return true;
}

static bool
read_request(struct ber m, struct request *r)
{
	struct ber version, community, pdu, id, first, second, list;

	if (!ber_next(&m.p, &m.n, &version) || !ber_next(&m.p, &m.n, &community) ||
		!ber_next(&m.p, &m.n, &pdu) || community.n != 6 ||
		memcmp(community.p, "public", 6) != 0 ||
		!ber_next(&pdu.p, &pdu.n, &id) || !ber_next(&pdu.p, &pdu.n, &first) ||
		!ber_next(&pdu.p, &pdu.n, &second) || !ber_next(&pdu.p, &pdu.n, &list))
		return false;
	r->version = ber_value(&version);
	r->tag = pdu.tag;
	r->id = ber_value(&id);
	r->first = ber_value(&first);
	r->second = ber_value(&second);
	return (r->tag == GET || r->tag == GET_NEXT ||
		       (r->tag == GET_BULK && r->version)) &&
		read_bindings(list, r);
}

/* One binding.  false: there is none such, which v1 cannot say in its place. */
static bool
put_binding(struct bytes *b, const struct person *p, struct oid *o, bool next)
{
	struct oid found;
	const struct object *object = look_up(p, o, next, &found);
	size_t at = ber_open(b, 0x30);

	if (object)
		*o = found;
	put_oid(b, o);
	if (object)
		object->put(b, p);
	else
		ber_octets(b, next ? END_OF_MIB : NO_SUCH_INSTANCE, NULL, 0);
	ber_close(b, at);
	return object;
}

static void
put_bulk(struct bytes *b, const struct person *p, struct request *r)
{
	uint32_t times = r->second < REPETITIONS_MAX ? r->second : REPETITIONS_MAX;

	for (unsigned i = 0; i < r->n && i < r->first; i++)
		(void)put_binding(b, p, &r->oid[i], true);
	for (uint32_t t = 0; t < times && b->n < ANSWER_MAX - 300; t++)
		for (unsigned i = r->first; i < r->n; i++)
			(void)put_binding(b, p, &r->oid[i], true);
}

/* All bindings; returns which of them was bad, from 1 on. */
static unsigned
put_bindings(struct bytes *b, const struct person *p, struct request *r)
{
	unsigned bad = 0;

	if (r->tag == GET_BULK) {
		put_bulk(b, p, r);
		return 0;
	}
	for (unsigned i = 0; i < r->n; i++) {
		bool good = put_binding(b, p, &r->oid[i], r->tag == GET_NEXT);
		if (!good && !bad)
			bad = i + 1;
	}
	return r->version == 0 ? bad : 0;
}

static void
put_null_bindings(struct bytes *b, const struct request *r)
{
	for (unsigned i = 0; i < r->n; i++) {
		size_t at = ber_open(b, 0x30);
		put_oid(b, &r->oid[i]);
		ber_octets(b, NIL, NULL, 0);
		ber_close(b, at);
	}
}

static void
put_response(struct bytes *out, const struct person *p, struct request *r)
{
	struct request asked = *r;
	struct bytes list = { 0 };
	unsigned bad = put_bindings(&list, p, r);
	size_t all, pdu;

	if (bad) { /* RFC 1157 §4.1.2: as it was asked */
		list.n = 0;
		put_null_bindings(&list, &asked);
	}
	all = ber_open(out, 0x30);
	ber_number(out, NUMBER, r->version);
	ber_text(out, OCTETS, "public");
	pdu = ber_open(out, RESPONSE);
	ber_number(out, NUMBER, r->id);
	ber_number(out, NUMBER, bad ? NO_SUCH_NAME : 0);
	ber_number(out, NUMBER, bad);
	ber_octets(out, 0x30, list.p, list.n);
	ber_close(out, pdu);
	ber_close(out, all);
	bytes_free(&list);
}

/* --- v3 --------------------------------------------------------------------------- */

static void
put_engine(struct bytes *out, const struct person *p)
{
	size_t octets = ber_open(out, OCTETS), parameters = ber_open(out, 0x30);

	ber_octets(out, OCTETS, p->engine, sizeof(p->engine));
	ber_number(out, NUMBER, 1);
	ber_number(out, NUMBER, 100);
	for (int i = 0; i < 3; i++)
		ber_octets(out, OCTETS, NULL, 0);
	ber_close(out, parameters);
	ber_close(out, octets);
}

/* usmStatsUnknownEngineIDs, RFC 3414 §3.2 */
static void
put_report(struct bytes *out, const struct person *p, uint32_t id)
{
	struct oid o = oid_of("1.3.6.1.6.3.15.1.1.4.0");
	size_t scoped = ber_open(out, 0x30), pdu, list, binding;

	ber_octets(out, OCTETS, p->engine, sizeof(p->engine));
	ber_octets(out, OCTETS, NULL, 0);
	pdu = ber_open(out, REPORT);
	ber_number(out, NUMBER, id);
	ber_number(out, NUMBER, 0);
	ber_number(out, NUMBER, 0);
	list = ber_open(out, 0x30);
	binding = ber_open(out, 0x30);
	put_oid(out, &o);
	ber_number(out, 0x41, 1);
	ber_close(out, binding);
	ber_close(out, list);
	ber_close(out, pdu);
	ber_close(out, scoped);
}

static void
answer_v3(const struct person *p, struct ber m, struct bytes *out)
{
	struct ber version, head, id, security, scoped, context, engine_id, pdu,
		request_id;
	bool plain = ber_next(&m.p, &m.n, &version) && ber_next(&m.p, &m.n, &head) &&
		ber_next(&head.p, &head.n, &id) && ber_next(&m.p, &m.n, &security) &&
		ber_next(&m.p, &m.n, &scoped) && scoped.tag == 0x30 &&
		ber_next(&scoped.p, &scoped.n, &engine_id) &&
		ber_next(&scoped.p, &scoped.n, &context) &&
		ber_next(&scoped.p, &scoped.n, &pdu) &&
		ber_next(&pdu.p, &pdu.n, &request_id);
	size_t all, part;

	if (!plain)
		return;
	all = ber_open(out, 0x30);
	ber_number(out, NUMBER, 3);
	part = ber_open(out, 0x30);
	ber_number(out, NUMBER, ber_value(&id));
	ber_number(out, NUMBER, 65507);
	ber_octets(out, OCTETS, "", 1); /* flags: none */
	ber_number(out, NUMBER, 3);     /* the user-based security model */
	ber_close(out, part);
	put_engine(out, p);
	put_report(out, p, ber_value(&request_id));
	ber_close(out, all);
}

void
snmp_answer(const struct person *p, const uint8_t *data, size_t n, struct bytes *out)
{
	struct ber message, version;
	struct request r = { 0 };

	if (!ber_read(data, n, &message) || message.tag != 0x30 ||
		!ber_read(message.p, message.n, &version) || version.tag != NUMBER)
		return;
	if (ber_value(&version) == 3)
		answer_v3(p, message, out);
	else if (ber_value(&version) <= 1 && read_request(message, &r))
		put_response(out, p, &r);
}
