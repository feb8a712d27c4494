/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Both SNMP conversations with an agent that the input plays: each question is answered by
 * rows made of the input, by the same with bytes overwritten, by raw bytes, or not at all.
 * Ids are repeated as they should be, or nothing would get past them.
 */
#include "../unit/snmp_agent.h"
#include "../unit/talk_rig.h"
#include "scanner/snmp_tables.h"

extern const struct ask ask_snmp;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TURNS_MAX = 64, ROWS_MAX = 20, VALUE_MAX = 40, SUFFIX_MAX = 24 };

enum what { ROWS, ROWS_BROKEN, RAW, REPORT, NOTHING, WHATS };

/* What never changes: the keys of a user take a million bytes of hashing. */
struct fixed {
	struct arena *mem;
	struct snmp_access access;
	struct opt_list communities, users;
};

static struct fixed *
fixed(void)
{
	static const char *communities[] = { "public", "other" };
	static const char *users[] = { "guest",
		"bob SHA-256 maplesyrup AES othersyrup" };
	static struct fixed f;
	struct err e;

	if (f.mem)
		return &f;
	f.communities = (struct opt_list){ communities, 2, 2 };
	f.users = (struct opt_list){ users, 2, 2 };
	f.mem = arena_new(1 << 20);
	if (!f.mem || snmp_peer_start(&e) == -1 ||
		snmp_access_make(&f.communities, &f.users, f.mem, &f.access, &e) == -1)
		abort();
	return &f;
}

/* A value of any type that there is: number, text, name, address, counter, exception. */
static void
put_value(struct ber *b, struct rd *in)
{
	static const uint8_t tags[] = { 0x02, 0x04, 0x05, 0x06, 0x40, 0x41, 0x42, 0x43,
		0x44, 0x46, 0x80, 0x81, 0x82, 0x04, 0x04, 0x02 };
	uint8_t tag = tags[rd_u8(in) % sizeof(tags)], bytes[VALUE_MAX];
	size_t n = rd_u8(in) % sizeof(bytes);

	if (tag == 0x02 || tag == 0x40 || tag == 0x41 || tag == 0x42)
		n = n % 8 < 6 ? n % 4 + 1 : n % 8;
	if (n > rd_left(in))
		n = rd_left(in);
	rd_copy(in, bytes, n);
	ber_bytes(b, tag, bytes, n);
}

static void
put_row(struct ber *b, struct rd *in, const struct agent_oid *asked, bool get)
{
	struct agent_oid name = *asked;
	size_t end = ber_end(b), n = get ? 0 : rd_u8(in) % SUFFIX_MAX;

	for (size_t i = 0; i < n && name.n < AGENT_IDS; i++) {
		uint8_t id = rd_u8(in);
		name.ids[name.n++] = id < 250 ? id : (unsigned long)rd_be16(in) << 8;
	}
	put_value(b, in);
	ber_oid(b, &name);
	ber_close(b, end, 0x30);
}

static void
put_rows(struct ber *b, struct rd *in, const struct agent_question *q)
{
	static const struct agent plain = { .n = 0 };
	size_t end = ber_end(b);
	bool get = q->verb == AGENT_GET;
	uint8_t how = rd_u8(in);
	size_t n = get ? q->n : how % ROWS_MAX;

	for (size_t i = n; i-- > 0;)
		put_row(b, in, &q->oids[get ? i : 0], get);
	if (q->version == 3) {
		agent_close_pdu(b, AGENT_RESPONSE, q->id, end);
		agent_wrap_v3(b, q->message, q->user.p, rd_left(&q->user), end);
	} else {
		/* One in eight is an error. */
		agent_wrap(&plain, b, q, end, how > 223 ? how & 7 : 0, how >> 3 & 3);
	}
}

static void
break_it(struct ber *b, struct rd *in)
{
	size_t n = sizeof(b->bytes) - b->at;

	for (uint8_t k = rd_u8(in) % 4; k > 0 && n > 0; k--) {
		size_t at = rd_be16(in) % n;
		b->bytes[b->at + at] = rd_u8(in);
	}
}

static void
answer(struct ber *b, struct rd *in, struct rd question)
{
	enum what what = rd_u8(in) % WHATS;
	struct agent_question q;
	uint8_t raw[256];
	size_t n = rd_left(in) < sizeof(raw) ? rd_left(in) : sizeof(raw);

	agent_read(question, &q);
	b->at = sizeof(b->bytes);
	if (what == RAW) {
		rd_copy(in, raw, n);
		ber_put(b, raw, n);
	}
	if (what == REPORT || (q.version == 3 && !q.knows_engine))
		agent_report(b, &q, what == REPORT ? rd_u8(in) % 7 : 4);
	else if (what == ROWS || what == ROWS_BROKEN)
		put_rows(b, in, &q);
	if (what == ROWS_BROKEN)
		break_it(b, in);
}

static void
converse(const struct ask *ask, const char *arg, struct rd in)
{
	struct fixed *f = fixed();
	struct talk *t = rig_new_at(ask, SNMP_PEER_PORT, arg);
	struct ber b;

	t->settings = (struct ask_settings){
		.communities = f->communities, .users = f->users, .snmp = &f->access
	};
	enum talk_next next = rig_begin(t);
	/* Who has nothing left to say is late: silence for its own sake costs most of the time. */
	for (int i = 0; next == TALK_MORE && i < TURNS_MAX && rd_left(&in) > 0; i++) {
		if (t->n_says == 0) {
			next = rig_wake(t);
			continue;
		}
		answer(&b, &in, rig_said(t));
		if (b.at < sizeof(b.bytes))
			next = rig_hear(t, b.bytes + b.at, sizeof(b.bytes) - b.at);
	}
	if (next == TALK_MORE)
		rig_late(t);
	(void)rig_facts(t);
	rig_free(t);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const args[] = { "", "", "c0", "u0", "o1", "u1", "x", "c9" };
	struct rd in = rd_from(data, size);
	uint8_t first = rd_u8(&in);

	converse(first & 8 ? &ask_snmp_tables : &ask_snmp, args[first % 8], in);
	return 0;
}
