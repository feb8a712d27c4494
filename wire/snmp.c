/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SNMPv1 and v2c messages in BER.  Every element is read from the cursor of the one around
 * it, so that no length can lead out.  The community of an answer is skipped: it proves
 * nothing that the request id does not.
 */
#include "wire/snmp.h"

#include <stdio.h>
#include <string.h>

enum {
	/* X.690 §8.1.2; RFC 3416 §3: the tags of a message */
	TAG_INTEGER = 0x02,
	TAG_STRING = 0x04,
	TAG_NULL = 0x05,
	TAG_OID = 0x06,
	TAG_SEQUENCE = 0x30,
	TAG_GET = 0xa0,
	TAG_RESPONSE = 0xa2,
	/* X.690 §8.1.3 */
	LENGTH_LONG = 0x80,
	LENGTH_BYTES_MAX = 4,
	VERSION_2C = 1, /* RFC 1901 §3; version 1 is 0 */
	VARIABLES_MAX = 16,
};

/* RFC 3418 §2: 1.3.6.1.2.1.1.X.0, and X of what is asked. */
static const uint8_t system_oid[] = { 0x2b, 6, 1, 2, 1, 1 };
enum { SYS_DESCR = 1, SYS_OBJECT_ID = 2, SYS_NAME = 5 };
static const uint8_t asked[] = { SYS_DESCR, SYS_OBJECT_ID, SYS_NAME };

/* --- the question --------------------------------------------------------------------- */

enum {
	OID_SIZE = sizeof(system_oid) + 2,
	BINDING_SIZE = 2 + OID_SIZE + 2, /* name, NULL */
	BINDINGS_SIZE = sizeof(asked) * (2 + BINDING_SIZE),
	PDU_SIZE = (2 + 4) + (2 + 1) + (2 + 1) + 2 + BINDINGS_SIZE,
	FIXED_SIZE = (2 + 1) + 2 + 2 + PDU_SIZE, /* beside the community */
};
_Static_assert(FIXED_SIZE + SNMP_COMMUNITY_MAX < LENGTH_LONG, "lengths are one byte");
_Static_assert(2 + FIXED_SIZE + SNMP_COMMUNITY_MAX == SNMP_SYSTEM_SIZE, "as promised");

static void
write_head(struct wr *w, uint8_t tag, size_t length)
{
	wr_u8(w, tag);
	wr_u8(w, (uint8_t)length);
}

static void
write_small(struct wr *w, uint8_t n)
{
	write_head(w, TAG_INTEGER, 1);
	wr_u8(w, n);
}

void
snmp_write_get_system(struct wr *w, const char *community, uint32_t id)
{
	size_t n = strlen(community);

	if (n == 0 || n > SNMP_COMMUNITY_MAX || id != snmp_request_id(id)) {
		w->bad = true;
		return;
	}
	write_head(w, TAG_SEQUENCE, FIXED_SIZE + n);
	write_small(w, VERSION_2C);
	write_head(w, TAG_STRING, n);
	wr_bytes(w, community, n);
	write_head(w, TAG_GET, PDU_SIZE);
	write_head(w, TAG_INTEGER, 4);
	wr_be32(w, id);
	write_small(w, 0); /* error-status */
	write_small(w, 0); /* error-index */
	write_head(w, TAG_SEQUENCE, BINDINGS_SIZE);
	for (size_t i = 0; i < sizeof(asked); i++) {
		write_head(w, TAG_SEQUENCE, BINDING_SIZE);
		write_head(w, TAG_OID, OID_SIZE);
		wr_bytes(w, system_oid, sizeof(system_oid));
		wr_u8(w, asked[i]);
		wr_u8(w, 0);
		write_head(w, TAG_NULL, 0);
	}
}

/* --- the answer ----------------------------------------------------------------------- */

/* X.690 §8.1.3: short, or long with up to four bytes; the indefinite form is refused, as
 * RFC 3417 §8 forbids it. */
static size_t
read_length(struct rd *r)
{
	uint8_t first = rd_u8(r);
	size_t n = 0;

	if (first < LENGTH_LONG)
		return first;
	unsigned bytes = first & ~(unsigned)LENGTH_LONG;
	if (bytes == 0 || bytes > LENGTH_BYTES_MAX) {
		r->bad = true;
		return 0;
	}
	while (bytes-- > 0)
		n = n << 8 | rd_u8(r);
	return n;
}

/* The next element, whatever it is. */
static struct rd
read_any(struct rd *r, uint8_t *tag)
{
	*tag = rd_u8(r);
	return rd_sub(r, read_length(r));
}

/* The contents of the next element, which must have this tag: else both are bad. */
static struct rd
read_element(struct rd *r, uint8_t tag)
{
	uint8_t found;
	struct rd inner = read_any(r, &found);

	if (found != tag)
		r->bad = inner.bad = true;
	return inner;
}

/* X.690 §8.3: what our fields hold, 0 .. 2^31 - 1.  RFC 3416 §3 allows request ids below
 * zero, but none of ours is. */
static uint32_t
read_integer(struct rd *r)
{
	struct rd n = read_element(r, TAG_INTEGER);
	size_t size = rd_left(&n);
	uint32_t value = 0;

	if (size == 0 || size > 4)
		r->bad = true;
	while (rd_left(&n))
		value = value << 8 | rd_u8(&n);
	if (size == 4 && value >> 31)
		r->bad = true;
	return value;
}

struct head {
	struct rd variables;
	uint32_t id, error;
};

/* From the message to the bindings of its PDU of this kind; the first clause that is broken,
 * or NULL. */
static const char *
read_head(struct rd datagram, uint8_t kind, struct head *h)
{
	struct rd message = read_element(&datagram, TAG_SEQUENCE);

	if (datagram.bad)
		return "RFC 3416 §3, X.690 §8.1: no message";
	if (read_integer(&message) > VERSION_2C || message.bad)
		return "RFC 1157 §4, RFC 1901 §3: version is neither 1 nor 2c";
	(void)read_element(&message, TAG_STRING);
	if (message.bad)
		return "RFC 1157 §4: no community";
	struct rd pdu = read_element(&message, kind);
	if (message.bad)
		return "RFC 3416 §4.2.1: no Response";
	h->id = read_integer(&pdu);
	h->error = read_integer(&pdu);
	(void)read_integer(&pdu); /* error-index */
	if (pdu.bad)
		return "RFC 3416 §3: bad request-id, error-status or error-index";
	h->variables = read_element(&pdu, TAG_SEQUENCE);
	return pdu.bad ? "RFC 3416 §3: bad variable-bindings" : NULL;
}

static bool
peek(struct rd datagram, uint8_t kind, uint32_t *id)
{
	struct head h;

	if (read_head(datagram, kind, &h))
		return false;
	*id = h.id;
	return true;
}

bool
snmp_peek_question(struct rd datagram, uint32_t *id)
{
	return peek(datagram, TAG_GET, id);
}

bool
snmp_peek_id(struct rd datagram, uint32_t *id)
{
	return peek(datagram, TAG_RESPONSE, id);
}

/* X.690 §8.19: groups of seven bits; the first number holds two.  false: too long to tell,
 * or not ended. */
static bool
print_oid(struct rd r, char *out, size_t room)
{
	size_t at = 0;
	uint64_t n = 0;
	bool first = true, open = false;

	while (rd_left(&r)) {
		uint8_t byte = rd_u8(&r);
		if ((!open && byte == 0x80) || n >> 32)
			return false; /* §8.19.2: no leading 0x80; RFC 2578 §3.5: 2^32 - 1 */
		n = n << 7 | (byte & 0x7f);
		open = byte & 0x80;
		if (open)
			continue;
		uint64_t x = n < 80 ? n / 40 : 2; /* §8.19.4 */
		if (n > UINT32_MAX)
			return false;
		int len = first ? snprintf(out, room, "%u.%u", (unsigned)x,
					  (unsigned)(n - 40 * x))
				: snprintf(out + at, room - at, ".%u", (unsigned)n);
		if (len < 0 || (size_t)len >= room - at)
			return false;
		at += (size_t)len;
		first = false;
		n = 0;
	}
	return !open && !first;
}

/* Which of the system group's objects; 0: none of them. */
static uint8_t
which(struct rd oid)
{
	uint8_t name[OID_SIZE];

	if (rd_left(&oid) != sizeof(name))
		return 0;
	rd_copy(&oid, name, sizeof(name));
	if (memcmp(name, system_oid, sizeof(system_oid)) != 0 || name[OID_SIZE - 1])
		return 0;
	return name[OID_SIZE - 2];
}

/* A value of another type is no value: noSuchObject and its like (RFC 3416 §4.2.1), NULL. */
static void
take_value(struct snmp_system *s, uint8_t object, uint8_t tag, struct rd value)
{
	if (object == SYS_DESCR && tag == TAG_STRING)
		s->descr = value;
	else if (object == SYS_NAME && tag == TAG_STRING)
		s->name = value;
	else if (object == SYS_OBJECT_ID && tag == TAG_OID &&
		!print_oid(value, s->object_id, sizeof(s->object_id)))
		s->object_id[0] = '\0';
}

int
snmp_read_system(struct rd datagram, struct snmp_system *s, struct err *e)
{
	struct head h;
	const char *fault = read_head(datagram, TAG_RESPONSE, &h);

	*s = (struct snmp_system){ .descr = rd_from(NULL, 0), .name = rd_from(NULL, 0) };
	if (fault)
		return err_set(e, ERR_PROTO, "%s", fault);
	s->id = h.id;
	s->error = h.error;
	for (size_t i = 0; rd_left(&h.variables) && i < VARIABLES_MAX; i++) {
		struct rd binding = read_element(&h.variables, TAG_SEQUENCE);
		struct rd oid = read_element(&binding, TAG_OID);
		uint8_t tag;
		struct rd value = read_any(&binding, &tag);
		if (h.variables.bad || binding.bad)
			return err_set(e, ERR_PROTO,
				"RFC 3416 §3: binding %zu is broken", i + 1);
		take_value(s, which(oid), tag, value);
	}
	return 0;
}
