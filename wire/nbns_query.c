/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Name queries of RFC 1002 §4.2.12, and the positive and negative answers to them. */
#include "wire/nbns_query.h"

enum {
	/* §4.2.1.1 */
	FLAG_RESPONSE = 0x8000,
	FLAG_AUTHORITY = 0x0400, /* AA */
	FLAG_TRUNCATED = 0x0200,
	FLAG_RECURSION = 0x0100, /* RD */
	FLAG_AVAILABLE = 0x0080, /* RA */
	FLAG_BROADCAST = 0x0010,
	MASK_OPCODE = 0x7800, /* query is 0 */
	MASK_RCODE = 0x000f,
	/* §4.2.1.3 */
	TYPE_NB = 0x0020,
	CLASS_IN = 0x0001,
	LABEL_POINTER = 0xc0,
	/* §4.2.13 */
	ENTRY_SIZE = 6, /* NB_FLAGS, NB_ADDRESS */
	NB_GROUP = 0x8000,
};

void
nbns_write_query(
	struct wr *w, uint16_t id, const struct netbios_name *name, bool broadcast)
{
	wr_be16(w, id);
	wr_be16(w, (uint16_t)(FLAG_RECURSION | (broadcast ? FLAG_BROADCAST : 0)));
	wr_be16(w, 1); /* QDCOUNT */
	wr_zero(w, 6); /* ANCOUNT, NSCOUNT, ARCOUNT */
	nbname_write(w, name);
	wr_be16(w, TYPE_NB);
	wr_be16(w, CLASS_IN);
}

struct head {
	uint16_t flags, questions, answers;
};

static int
read_head(struct rd *r, struct nbns_answer *out, struct head *h, struct err *e)
{
	out->id = rd_be16(r);
	h->flags = rd_be16(r);
	h->questions = rd_be16(r);
	h->answers = rd_be16(r);
	rd_skip(r, 4); /* NSCOUNT, ARCOUNT */
	if (r->bad)
		return err_set(e, ERR_PROTO, "RFC 1002 §4.2.1.1: header is cut");
	/* Registrations and waits are answered with other opcodes. */
	if ((h->flags & (FLAG_RESPONSE | MASK_OPCODE)) != FLAG_RESPONSE)
		return err_set(e, ERR_PROTO,
			"RFC 1002 §4.2.13: no answer to a query: %04x", h->flags);
	if (h->questions > 1)
		return err_set(
			e, ERR_PROTO, "RFC 1002 §4.2.13: %u questions", h->questions);
	out->rcode = h->flags & MASK_RCODE;
	out->negative = out->rcode != 0;
	out->truncated = h->flags & FLAG_TRUNCATED;
	return 0;
}

/* A name in full, or a pointer to that of the question, which the id tells as well. */
static bool
read_owner(struct rd *r, struct netbios_name *out)
{
	struct rd ahead = *r;

	if ((rd_u8(&ahead) & LABEL_POINTER) == LABEL_POINTER) {
		rd_skip(r, 2);
		return !r->bad;
	}
	return nbname_read(r, out);
}

static int
read_question(struct rd *r, struct nbns_answer *out, struct err *e)
{
	if (!nbname_read(r, &out->name))
		return err_set(e, ERR_PROTO, "RFC 1002 §4.2.1.2: bad QUESTION_NAME");
	rd_skip(r, 4); /* QUESTION_TYPE, QUESTION_CLASS */
	return 0;
}

static int
read_record(struct rd *r, struct rd *entries, struct nbns_answer *out, struct err *e)
{
	if (!read_owner(r, &out->name))
		return err_set(e, ERR_PROTO, "RFC 1002 §4.2.13: bad RR_NAME");
	uint16_t type = rd_be16(r), class = rd_be16(r);
	rd_skip(r, 4); /* TTL */
	uint16_t length = rd_be16(r);
	*entries = rd_sub(r, length);
	if (r->bad)
		return err_set(
			e, ERR_PROTO, "RFC 1002 §4.2.1.3: RDLENGTH goes past the end");
	/* §4.2.14 has type NULL, Windows NB: of a refusal nothing else is wanted. */
	if (!out->negative && (type != TYPE_NB || class != CLASS_IN))
		return err_set(e, ERR_PROTO,
			"RFC 1002 §4.2.13: answer has type %04x, class %04x", type,
			class);
	if (!out->negative && (length == 0 || length % ENTRY_SIZE))
		return err_set(e, ERR_PROTO, "RFC 1002 §4.2.13: RDLENGTH is %u", length);
	return 0;
}

int
nbns_read_answer(struct rd r, struct nbns_answer *out, struct err *e)
{
	struct rd entries = r;
	struct head h;

	*out = (struct nbns_answer){ .negative = false };
	if (read_head(&r, out, &h, e) == -1)
		return -1;
	if (h.questions && read_question(&r, out, e) == -1)
		return -1;
	if (h.answers == 0) /* some refuse without a record */
		return out->negative
			? 0
			: err_set(e, ERR_PROTO, "RFC 1002 §4.2.13: no answer record");
	if (read_record(&r, &entries, out, e) == -1)
		return -1;
	while (!out->negative && rd_left(&entries)) {
		uint16_t flags = rd_be16(&entries);
		struct addr ip = addr_ip4(rd_be32(&entries));
		if (out->n_owners < NBNS_OWNERS_MAX)
			out->owners[out->n_owners++] = (struct nbns_owner){ ip,
				flags & NB_GROUP };
		else
			out->truncated = true;
	}
	return 0;
}

/* --- the other side ------------------------------------------------------------------------- */

int
nbns_read_question(struct rd r, struct nbns_question *out, struct err *e)
{
	out->id = rd_be16(&r);
	uint16_t flags = rd_be16(&r), questions = rd_be16(&r);
	rd_skip(&r, 6); /* ANCOUNT, NSCOUNT, ARCOUNT */
	if (r.bad)
		return err_set(e, ERR_PROTO, "RFC 1002 §4.2.1.1: header is cut");
	if (flags & (FLAG_RESPONSE | MASK_OPCODE) || questions != 1)
		return err_set(e, ERR_PROTO,
			"RFC 1002 §4.2.12: no query: %04x, %u questions", flags,
			questions);
	if (!nbname_read(&r, &out->name))
		return err_set(e, ERR_PROTO, "RFC 1002 §4.2.1.2: bad QUESTION_NAME");
	uint16_t type = rd_be16(&r), class = rd_be16(&r);
	if (r.bad || type != TYPE_NB || class != CLASS_IN)
		return err_set(e, ERR_PROTO,
			"RFC 1002 §4.2.12: question has type %04x, class %04x", type,
			class);
	return 0;
}

/* §4.2.13 */
void
nbns_write_answer(struct wr *w, const struct nbns_question *q, const struct addr *owner)
{
	wr_be16(w, q->id);
	wr_be16(w, FLAG_RESPONSE | FLAG_AUTHORITY | FLAG_RECURSION | FLAG_AVAILABLE);
	wr_be16(w, 0); /* QDCOUNT */
	wr_be16(w, 1); /* ANCOUNT */
	wr_zero(w, 4); /* NSCOUNT, ARCOUNT */
	nbname_write(w, &q->name);
	wr_be16(w, TYPE_NB);
	wr_be16(w, CLASS_IN);
	wr_zero(w, 4); /* TTL: infinite */
	wr_be16(w, ENTRY_SIZE);
	wr_be16(w, 0); /* NB_FLAGS: unique, of a B node */
	wr_bytes(w, owner->bytes, 4);
}
