/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Three phases: seeking what lets in, trying the users of version 3, asking.  Each question
 * is on its way alone and has a second; only those that seek go out together.
 */
#include "scanner/snmp_talk.h"

#include <sodium.h>
#include <stdio.h>

#include "wire/snmp.h"

enum {
	AGAIN_US = 1000000,
	TRIES = 2,
	SEEK_TRIES = 3,   /* the last in version 1 */
	REPETITIONS = 20, /* rows in an answer: 20 of 60 bytes fill no Ethernet frame */
	LATE_MAX = 2,
	/* Ids that seek: the engine, then each community in both versions. */
	ID_ENGINE = 0,
	ID_V2C = 1,
	ID_V1 = ID_V2C + SNMP_ACCESS_COMMUNITIES_MAX,
	ID_END = ID_V1 + SNMP_ACCESS_COMMUNITIES_MAX,
	ID_STEP = 32,
	NO_SUCH_NAME = 2, /* error-status of version 1 (RFC 1157 §4.1.2) */
};
_Static_assert((int)ID_END <= (int)ID_STEP, "ids of one conversation are different");
_Static_assert(SNMP_STEP_OIDS <= 16, "a bit for each");

/* RFC 3418 §2 sysObjectID.0: every agent has it, and it is short. */
static const struct snmp_oid hello[] = { SNMP_OID(1, 3, 6, 1, 2, 1, 1, 2, 0) };

static enum talk_next enter_step(struct talk *, struct snmp_talk *);

static uint32_t
new_id(void)
{
	return snmp_request_id(randombytes_random()) / ID_STEP * ID_STEP;
}

static void
say(struct talk *t, const struct snmp_peer *peer, const struct snmp_question *q)
{
	uint8_t bytes[SNMP_DATAGRAM_MAX];
	struct wr w = wr_to(bytes, sizeof(bytes));

	snmp_peer_ask(&w, peer, q);
	if (!w.bad)
		talk_say(t, bytes, wr_used(&w));
}

/* --- what lets in ------------------------------------------------------------------------ */

static void
say_hello(struct talk *t, const struct snmp_talk *s, enum snmp_version version,
	unsigned community)
{
	const struct snmp_peer peer = { .version = version,
		.community = s->access->communities[community] };
	const struct snmp_question q = { SNMP_ASK_GET,
		s->base + community + (version == SNMP_V1 ? ID_V1 : ID_V2C), hello, 1,
		0 };

	say(t, &peer, &q);
}

/* All at once: an agent that knows a community answers, the others are silent. */
static void
seek(struct talk *t, struct snmp_talk *s)
{
	uint8_t bytes[SNMP_DATAGRAM_MAX];
	struct wr w = wr_to(bytes, sizeof(bytes));

	if (!s->knows_engine && s->tries < TRIES) {
		snmp_peer_discover(&w, s->base + ID_ENGINE);
		if (!w.bad)
			talk_say(t, bytes, wr_used(&w));
	}
	for (unsigned i = 0; i < s->access->n_communities; i++) {
		if (s->tries < TRIES && s->v2c >> i & 1)
			say_hello(t, s, SNMP_V2C, i);
		/* Version 1 when 2c got no answer; or it did not, before. */
		if ((s->tries == TRIES || !s->v2c) && s->v1 >> i & 1)
			say_hello(t, s, SNMP_V1, i);
	}
	s->tries++;
	talk_wake(t, AGAIN_US);
}

static enum talk_next
finish(struct talk *t, struct snmp_talk *s)
{
	if (s->script->done)
		s->script->done(t);
	return s->why ? talk_why(t, s->why) : TALK_DONE;
}

/* community: its number, and beyond the most of them in version 1. */
static enum talk_next
let_in_by_community(struct talk *t, struct snmp_talk *s)
{
	bool v1 = s->community >= SNMP_ACCESS_COMMUNITIES_MAX;

	s->let_in = (size_t)s->community - (v1 ? SNMP_ACCESS_COMMUNITIES_MAX : 0);
	s->peer = (struct snmp_peer){ .version = v1 ? SNMP_V1 : SNMP_V2C,
		.community = s->access->communities[s->let_in] };
	s->phase = SNMP_ASKS;
	s->step = 0;
	return enter_step(t, s);
}

/* The question of a phase with one question on its way. */
static void
say_to_user(struct talk *t, struct snmp_talk *s)
{
	const struct snmp_question q = { SNMP_ASK_GET, s->id, hello, 1, 0 };

	say(t, &s->peer, &q);
	s->tries++;
	talk_wake(t, AGAIN_US);
}

static enum talk_next
try_next_user(struct talk *t, struct snmp_talk *s)
{
	size_t i = 0;

	while (i < s->access->n_users && !(s->users >> i & 1))
		i++;
	if (i < s->access->n_users) {
		s->users &= (uint8_t) ~(1u << i);
		s->phase = SNMP_TRIES_USER;
		s->peer.user = &s->access->users[i];
		s->let_in = i;
		s->id = new_id();
		s->tries = 0;
		s->late = 0;
		say_to_user(t, s);
		return TALK_MORE;
	}
	if (s->community >= 0)
		return let_in_by_community(t, s);
	if (s->access->n_users && !s->why)
		s->why = "none of the SNMP users configured is let in";
	if (!(s->v2c | s->v1))
		return finish(t, s);
	s->phase = SNMP_SEEKS; /* a community may still be answered */
	s->tries = 1;
	seek(t, s);
	return TALK_MORE;
}

static void
tell_engine(struct talk *t, const uint8_t *engine, size_t n)
{
	char hex[2 * SNMP_ENGINE_MAX + 1];

	(void)sodium_bin2hex(hex, sizeof(hex), engine, n);
	talk_str(t, "snmp.engine", hex);
}

/* Is this what the engine was asked for?  It may come late, too. */
static bool
hear_engine(struct talk *t, struct snmp_talk *s, struct rd in)
{
	struct snmp_peer peer = { .version = SNMP_V3 };
	struct snmp_answer none;

	if (s->knows_engine)
		return false;
	enum snmp_heard heard = snmp_peer_hear(in, &peer, s->base + ID_ENGINE, &none);
	snmp_peer_done(&none);
	if (heard != SNMP_ENGINE)
		return false;
	s->knows_engine = true;
	if (!talk_arg(t)[0]) /* else it was told before */
		tell_engine(t, peer.engine, peer.n_engine);
	if (s->phase == SNMP_SEEKS)
		s->peer = peer;
	return true;
}

/* The first community that is answered; of both versions the newer. */
static bool
hear_community(struct snmp_talk *s, struct rd in)
{
	uint32_t id, at;

	if (!snmp_peek_id(in, &id) || (at = id - s->base) < ID_V2C || at >= ID_END ||
		(at - ID_V2C) % SNMP_ACCESS_COMMUNITIES_MAX >= s->access->n_communities)
		return false;
	if (s->community < 0)
		s->community = (int)(at - ID_V2C);
	return true;
}

static enum talk_next
hear_while_seeking(struct talk *t, struct snmp_talk *s, struct rd in)
{
	if (hear_engine(t, s, in)) {
		if (s->users)
			return try_next_user(t, s);
		return s->v2c | s->v1 ? TALK_MORE : finish(t, s);
	}
	if (!hear_community(s, in) || (s->users && !s->knows_engine))
		return TALK_MORE; /* the users first, if there is version 3 at all */
	return let_in_by_community(t, s);
}

static enum talk_next
hear_user(struct talk *t, struct snmp_talk *s, struct rd in)
{
	struct snmp_answer a;

	if (hear_community(s, in))
		return TALK_MORE;
	enum snmp_heard heard = snmp_peer_hear(in, &s->peer, s->id, &a);
	snmp_peer_done(&a);
	if (heard == SNMP_LATE && s->late++ < LATE_MAX) {
		s->id = new_id();
		say_to_user(t, s);
	}
	if (heard == SNMP_DENIED)
		return try_next_user(t, s);
	if (heard != SNMP_ANSWER)
		return TALK_MORE;
	s->phase = SNMP_ASKS;
	s->step = 0;
	return enter_step(t, s);
}

/* --- steps ------------------------------------------------------------------------------- */

static void
say_get(struct talk *t, struct snmp_talk *s)
{
	struct snmp_oid all[SNMP_STEP_OIDS], chosen[SNMP_STEP_OIDS];
	size_t n = s->script->steps[s->step].which(t, all), n_chosen = 0;

	s->asking = 0;
	for (size_t i = 0; i < n && n_chosen < s->batch; i++)
		if (s->left >> i & 1) {
			s->asking |= (uint16_t)(1u << i);
			chosen[n_chosen++] = all[i];
		}
	const struct snmp_question q = { SNMP_ASK_GET, s->id, chosen, n_chosen, 0 };
	say(t, &s->peer, &q);
}

static void
say_walk(struct talk *t, struct snmp_talk *s)
{
	const struct snmp_question q = { s->peer.version == SNMP_V1 ? SNMP_ASK_NEXT
								    : SNMP_ASK_BULK,
		s->id, &s->last, 1, REPETITIONS };

	say(t, &s->peer, &q);
}

/* The question of the step, under the id it has. */
static void
say_step(struct talk *t, struct snmp_talk *s)
{
	if (s->script->steps[s->step].kind == SNMP_STEP_GET)
		say_get(t, s);
	else
		say_walk(t, s);
	s->tries++;
	talk_wake(t, AGAIN_US);
}

static enum talk_next
ask_step(struct talk *t, struct snmp_talk *s)
{
	s->id = new_id();
	s->tries = 0;
	s->late = 0;
	say_step(t, s);
	return TALK_MORE;
}

/* Is there something to ask in this step? */
static bool
prepare_step(struct talk *t, struct snmp_talk *s, const struct snmp_step *step)
{
	struct snmp_oid unused[SNMP_STEP_OIDS];

	if (step->wanted && !step->wanted(t))
		return false;
	s->rows = 0;
	if (step->kind == SNMP_STEP_WALK) {
		s->last = step->root;
		return true;
	}
	s->batch = SNMP_STEP_OIDS;
	s->left = (uint16_t)((1u << step->which(t, unused)) - 1);
	return s->left != 0;
}

/* From s->step on, the first that asks something. */
static enum talk_next
enter_step(struct talk *t, struct snmp_talk *s)
{
	for (; s->step < s->script->n; s->step++)
		if (prepare_step(t, s, &s->script->steps[s->step]))
			return ask_step(t, s);
	return finish(t, s);
}

static enum talk_next
leave_step(struct talk *t, struct snmp_talk *s, const char *why)
{
	if (why && !s->why)
		s->why = why;
	s->parts += why != NULL;
	s->step++;
	return enter_step(t, s);
}

/* The bit of the n-th object of the question, from 1. */
static uint16_t
nth_asked(uint16_t asking, long n)
{
	for (unsigned i = 0; i < SNMP_STEP_OIDS; i++)
		if (asking >> i & 1 && --n == 0)
			return (uint16_t)(1u << i);
	return 0;
}

static unsigned
count_bits(uint16_t bits)
{
	unsigned n = 0;

	for (; bits; bits &= (uint16_t)(bits - 1))
		n++;
	return n;
}

/* RFC 3416 §4.2.1; in version 1 one object that is missing spoils them all (RFC 1157
 * §4.1.2).  Each way there is less to ask. */
static void
take_get_error(struct snmp_talk *s, const struct snmp_answer *a)
{
	uint16_t bad = a->error == SNMP_TOO_BIG ? 0
						: nth_asked(s->asking, a->error_index);
	unsigned n = count_bits(s->asking);

	if (a->error == SNMP_TOO_BIG && n > 1)
		s->batch = n / 2;
	else
		s->left &= (uint16_t) ~(bad ? bad : s->asking);
}

static enum talk_next
hear_get(struct talk *t, struct snmp_talk *s, struct snmp_answer *a)
{
	struct snmp_row row;

	if (a->error) {
		take_get_error(s, a);
	} else {
		s->left &= (uint16_t)~s->asking;
		for (unsigned i = 0; i < SNMP_STEP_OIDS && snmp_peer_row(a, &row); i++)
			if (row.type != SNMP_NOTHING)
				s->script->steps[s->step].take(t, &row, NULL, 0);
	}
	return s->left ? ask_step(t, s) : leave_step(t, s, NULL);
}

static enum talk_next
hear_walk(struct talk *t, struct snmp_talk *s, struct snmp_answer *a)
{
	const struct snmp_step *step = &s->script->steps[s->step];
	const unsigned long *index;
	uint32_t before = s->rows;
	struct snmp_row row;
	size_t n;

	if (a->error) /* NO_SUCH_NAME: the end, in version 1 */
		return leave_step(t, s, NULL);
	while (snmp_peer_row(a, &row)) {
		if (row.type == SNMP_NOTHING ||
			!snmp_row_index(&row, &step->root, &index, &n))
			return leave_step(t, s, NULL);
		if (snmp_row_order(&row, &s->last) <= 0)
			return leave_step(
				t, s, "RFC 3416 §4.2.3: a walk goes backwards");
		if (!snmp_row_take(&s->last, &row))
			return leave_step(t, s, "an object has more than 64 numbers");
		step->take(t, &row, index, n);
		if (++s->rows == step->rows_max) {
			s->parts++;
			talk_cut(t, "a table with more rows than are taken");
			return leave_step(t, s, NULL);
		}
	}
	if (s->rows == before)
		return leave_step(t, s, "RFC 3416 §4.2.3: a walk stands still");
	return step->wanted && !step->wanted(t) ? leave_step(t, s, NULL)
						: ask_step(t, s);
}

static enum talk_next
hear_answer(struct talk *t, struct snmp_talk *s, struct rd in)
{
	enum talk_next next = TALK_MORE;
	struct snmp_answer a;

	enum snmp_heard heard = snmp_peer_hear(in, &s->peer, s->id, &a);
	if (heard == SNMP_LATE && s->late++ < LATE_MAX) {
		s->id = new_id();
		say_step(t, s);
	}
	if (heard == SNMP_ANSWER)
		next = s->script->steps[s->step].kind == SNMP_STEP_GET
			? hear_get(t, s, &a)
			: hear_walk(t, s, &a);
	else if (heard == SNMP_FOREIGN)
		(void)hear_engine(t, s, in);
	snmp_peer_done(&a);
	return next;
}

/* --- the conversation -------------------------------------------------------------------- */

/* A second without an answer. */
static enum talk_next
wake_seeking(struct talk *t, struct snmp_talk *s)
{
	if (s->community >= 0)
		return let_in_by_community(t, s); /* there is no version 3 here */
	if (s->tries == SEEK_TRIES || (s->tries == TRIES && !s->v1))
		return finish(t, s);
	seek(t, s);
	return TALK_MORE;
}

static enum talk_next
wake(struct talk *t, struct snmp_talk *s)
{
	if (s->phase == SNMP_SEEKS)
		return wake_seeking(t, s);
	if (s->tries == TRIES && s->phase == SNMP_TRIES_USER)
		return try_next_user(t, s);
	if (s->tries == TRIES) {
		s->why = "it fell silent before all was asked";
		s->parts++;
		return finish(t, s);
	}
	if (s->phase == SNMP_TRIES_USER)
		say_to_user(t, s);
	else
		say_step(t, s);
	return TALK_MORE;
}

/* "u0": the first user; "c1": the second community, "o1": the same in version 1. */
const char *
snmp_talk_access(const struct snmp_talk *s, char buf[static SNMP_TEXT_OF_ACCESS])
{
	char kind = s->peer.version == SNMP_V3 ? 'u'
		: s->peer.version == SNMP_V1   ? 'o'
					       : 'c';

	(void)snprintf(buf, SNMP_TEXT_OF_ACCESS, "%c%u", kind, (unsigned)s->let_in % 10);
	return buf;
}

static uint8_t
first_bits(size_t n)
{
	return (uint8_t)((1u << n) - 1);
}

/* What may let in: all that is configured, or what did so before. */
static void
choose_access(struct snmp_talk *s, const char *arg)
{
	s->users = first_bits(s->access->n_users);
	s->v2c = s->v1 = first_bits(s->access->n_communities);
	if (!arg[0])
		return;
	uint8_t bit = (uint8_t)(1u << ((unsigned)(arg[1] - '0') & 7));
	s->users &= arg[0] == 'u' ? bit : 0;
	s->v2c &= arg[0] == 'c' ? bit : 0;
	s->v1 &= arg[0] == 'o' ? bit : 0;
}

enum talk_next
snmp_talk_begin(struct talk *t, const struct snmp_script *script)
{
	struct snmp_talk *s = talk_state(t);

	s->script = script;
	s->access = talk_settings(t)->snmp;
	if (!s->access)
		return talk_why(t, "nothing is configured that lets in");
	s->community = -1;
	s->base = new_id();
	choose_access(s, talk_arg(t));
	seek(t, s);
	return TALK_MORE;
}

void
snmp_talk_late(struct talk *t)
{
	struct snmp_talk *s = talk_state(t);

	s->why = "it took too long";
	s->parts++;
	(void)finish(t, s);
}

enum talk_next
snmp_talk_hear(struct talk *t)
{
	static enum talk_next (*const hear[])(
		struct talk *, struct snmp_talk *, struct rd) = {
		[SNMP_SEEKS] = hear_while_seeking,
		[SNMP_TRIES_USER] = hear_user,
		[SNMP_ASKS] = hear_answer,
	};
	struct snmp_talk *s = talk_state(t);
	struct rd in = talk_unread(t);
	size_t n = rd_left(&in);

	if (n == 0)
		return talk_has_ended(t) ? finish(t, s) : wake(t, s);
	/* Read where it lies, then done with. */
	enum talk_next next = hear[s->phase](t, s, in);
	talk_take(t, n);
	return next;
}
