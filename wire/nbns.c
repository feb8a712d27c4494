/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * NetBIOS node status: the question of RFC 1002 §4.2.17 and the answer of §4.2.18.  Names
 * are not decoded from their half-byte form (§4.1): in an answer they only say what was
 * asked, which the transaction id says already.
 */
#include "wire/nbns.h"

#include <string.h>

enum {
	/* §4.2.1.1 */
	HEAD_SIZE = 12,
	FLAG_RESPONSE = 0x8000,
	FLAG_TRUNCATED = 0x0200,
	MASK_OPCODE = 0x7800, /* query is 0 */
	MASK_RCODE = 0x000f,
	/* §4.2.1.3 */
	TYPE_NBSTAT = 0x0021,
	CLASS_IN = 0x0001,
	/* RFC 883 §3.1, by §4.1: the two high bits of a label's length, and the limits */
	LABEL_KIND = 0xc0,
	LABEL_PLAIN = 0x00,
	LABEL_POINTER = 0xc0,
	NAME_MAX_SIZE = 255,
	/* §4.2.18 */
	NODE_NAME_SIZE = 18, /* 15 characters, suffix, NAME_FLAGS */
	NAME_G = 0x8000,
	NAME_DRG = 0x1000,
	NAME_CNF = 0x0800,
	NAME_ACT = 0x0400,
};

/* The name "*" and fifteen NULs, each half byte as a letter from 'A' (§4.1). */
static const uint8_t any_name[] = "\x20"
				  "CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

struct head {
	uint16_t id, flags, questions, answers;
};

void
nbns_write_status_query(struct wr *w, uint16_t id)
{
	wr_be16(w, id);
	wr_be16(w, 0); /* a query, not by broadcast, no recursion */
	wr_be16(w, 1); /* QDCOUNT */
	wr_zero(w, 6); /* ANCOUNT, NSCOUNT, ARCOUNT */
	wr_bytes(w, any_name, sizeof(any_name)); /* its NUL is the root label */
	wr_be16(w, TYPE_NBSTAT);
	wr_be16(w, CLASS_IN);
}

static struct head
read_head(struct rd *r)
{
	struct head h;

	h.id = rd_be16(r);
	h.flags = rd_be16(r);
	h.questions = rd_be16(r);
	h.answers = rd_be16(r);
	rd_skip(r, 4); /* NSCOUNT, ARCOUNT */
	return h;
}

static bool
is_response(const struct head *h)
{
	return (h->flags & (FLAG_RESPONSE | MASK_OPCODE)) == FLAG_RESPONSE;
}

bool
nbns_peek_id(struct rd datagram, uint16_t *id)
{
	struct head h = read_head(&datagram);

	if (datagram.bad || !is_response(&h))
		return false;
	*id = h.id;
	return true;
}

/* Past one name: labels up to the root, or up to a pointer, which ends it and must lead
 * back behind the header.  Nothing is followed, so nothing can loop. */
static bool
skip_name(struct rd *r, size_t at)
{
	size_t used = 0;

	while (!r->bad && used < NAME_MAX_SIZE) {
		uint8_t n = rd_u8(r);
		if (n == 0)
			return !r->bad;
		if ((n & LABEL_KIND) == LABEL_POINTER) {
			size_t to = (size_t)(n & ~LABEL_KIND) << 8 | rd_u8(r);
			return !r->bad && to >= HEAD_SIZE && to < at;
		}
		if ((n & LABEL_KIND) != LABEL_PLAIN)
			return false;
		rd_skip(r, n);
		used += 1u + n;
	}
	return false;
}

/* From the header to the RDATA of the one answer. */
static int
find_answer(struct rd *r, struct rd *rdata, struct head *h, const struct rd *all,
	struct err *e)
{
	size_t size = rd_left(all);

	*h = read_head(r);
	if (r->bad)
		return err_set(e, ERR_PROTO, "RFC 1002 §4.2.1.1: header is cut");
	if (!is_response(h))
		return err_set(e, ERR_PROTO, "RFC 1002 §4.2.18: not a response: %04x",
			h->flags);
	if (h->flags & MASK_RCODE)
		return err_set(e, ERR_PROTO, "RFC 1002 §4.2.18: RCODE %u",
			h->flags & MASK_RCODE);
	/* QDCOUNT is 0 by §4.2.18; a question sent back is harmless. */
	if (h->questions > 1 || h->answers == 0)
		return err_set(e, ERR_PROTO,
			"RFC 1002 §4.2.18: %u questions, %u answers", h->questions,
			h->answers);
	if (h->questions == 1) {
		if (!skip_name(r, size - rd_left(r)))
			return err_set(
				e, ERR_PROTO, "RFC 1002 §4.2.1.2: bad QUESTION_NAME");
		rd_skip(r, 4); /* QUESTION_TYPE, QUESTION_CLASS */
	}
	if (!skip_name(r, size - rd_left(r)))
		return err_set(e, ERR_PROTO, "RFC 1002 §4.2.1.3: bad RR_NAME");
	uint16_t type = rd_be16(r), class = rd_be16(r);
	rd_skip(r, 4); /* TTL */
	uint16_t length = rd_be16(r);
	if (!r->bad && (type != TYPE_NBSTAT || class != CLASS_IN))
		return err_set(e, ERR_PROTO,
			"RFC 1002 §4.2.18: answer has type %04x, class %04x", type,
			class);
	*rdata = rd_sub(r, length);
	if (r->bad)
		return err_set(
			e, ERR_PROTO, "RFC 1002 §4.2.1.3: RDLENGTH goes past the end");
	return 0;
}

static struct nbns_name
read_node_name(struct rd *r)
{
	struct nbns_name n = { .name = "" };
	size_t len = sizeof(n.name) - 1;

	rd_copy(r, n.name, len);
	while (len > 0 && n.name[len - 1] == ' ')
		n.name[--len] = '\0';
	n.suffix = rd_u8(r);
	uint16_t flags = rd_be16(r);
	n.group = flags & NAME_G;
	n.active = flags & NAME_ACT;
	n.conflict = flags & (NAME_CNF | NAME_DRG);
	return n;
}

int
nbns_read_status(struct rd datagram, struct nbns_status *s, struct err *e)
{
	struct rd all = datagram, r;
	struct head h;

	if (find_answer(&datagram, &r, &h, &all, e) == -1)
		return -1;
	*s = (struct nbns_status){ .id = h.id };
	size_t said = rd_u8(&r), there = rd_left(&r) / NODE_NAME_SIZE;
	if (r.bad)
		return err_set(e, ERR_PROTO, "RFC 1002 §4.2.18: no NUM_NAMES");
	/* Only who sets TC may send less than it says (§4.2.1.1). */
	if (said > there && !(h.flags & FLAG_TRUNCATED))
		return err_set(e, ERR_PROTO,
			"RFC 1002 §4.2.18: NUM_NAMES is %zu, RDATA holds %zu", said,
			there);
	for (size_t i = 0; i < said && i < there; i++)
		s->names[s->n_names++] = read_node_name(&r);
	rd_copy(&r, s->unit_id.bytes, sizeof(s->unit_id.bytes)); /* zero when cut */
	return 0;
}

static const char *
find_name(const struct nbns_status *s, bool group, uint8_t suffix)
{
	for (size_t i = 0; i < s->n_names; i++) {
		const struct nbns_name *n = &s->names[i];
		if (n->active && n->group == group && n->suffix == suffix && n->name[0])
			return n->name;
	}
	return NULL;
}

const char *
nbns_computer(const struct nbns_status *s)
{
	const char *name = find_name(s, false, 0x00);

	return name ? name : find_name(s, false, 0x20);
}

const char *
nbns_domain(const struct nbns_status *s)
{
	static const uint8_t suffixes[] = { 0x00, 0x1c, 0x1e };
	const char *name = NULL;

	for (size_t i = 0; i < sizeof(suffixes) && !name; i++)
		name = find_name(s, true, suffixes[i]);
	return name;
}
