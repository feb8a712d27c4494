/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Conversations over loopback with servers that behave, and with those that do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "scanner/talks.h"

enum { PATIENCE_US = 300 * MSEC, LIMIT_US = 10 * SECOND, MOST = 8 };

/* --- a conversation: "who" is answered by a line --------------------------------------- */

static enum talk_next
ask_line(struct talk *t)
{
	talk_say(t, "who\n", 4);
	return TALK_MORE;
}

static enum talk_next
hear_line(struct talk *t)
{
	struct rd r = talk_unread(t);
	size_t n = rd_left(&r);
	const uint8_t *text = rd_take(&r, n), *end = n ? memchr(text, '\n', n) : NULL;

	if (n && text[0] == '?')
		return talk_why(t, "it asks back");
	if (!end)
		return TALK_MORE;
	talk_text(t, "ssh.banner", text, (size_t)(end - text));
	talk_take(t, n);
	return TALK_DONE;
}

static const struct ask line = {
	.name = "line", .transport = ASK_TCP, .begin = ask_line, .hear = hear_line
};

/* As smb1: whoever hangs up without a word has answered. */
static enum talk_next
hear_end(struct talk *t)
{
	if (!talk_has_ended(t))
		return TALK_MORE;
	talk_str(t, "ssh.banner", "no word");
	return TALK_DONE;
}

static const struct ask last_word = {
	.name = "last-word", .transport = ASK_TCP, .begin = ask_line, .hear = hear_end
};
static const struct ask datagram = {
	.name = "datagram", .transport = ASK_UDP, .begin = ask_line, .hear = hear_line
};

static enum talk_next
ask_later(struct talk *t)
{
	talk_wake(t, 50 * MSEC);
	return TALK_MORE;
}

static enum talk_next
hear_or_wake(struct talk *t)
{
	struct rd r = talk_unread(t);

	if (rd_left(&r))
		return hear_line(t);
	return ask_line(t);
}

static const struct ask late = {
	.name = "late", .transport = ASK_UDP, .begin = ask_later, .hear = hear_or_wake
};

static enum talk_next
ask_too_much(struct talk *t)
{
	static const uint8_t much[TALK_OUT_MAX];

	talk_say(t, much, sizeof(much));
	talk_say(t, much, 1);
	return TALK_MORE;
}

static void
tell_what_there_was(struct talk *t)
{
	talk_str(t, "ssh.banner", "what there was");
}

static const struct ask keeps = { .name = "keeps",
	.transport = ASK_TCP,
	.begin = ask_line,
	.hear = hear_line,
	.late = tell_what_there_was };

static const struct ask loud = {
	.name = "loud", .transport = ASK_TCP, .begin = ask_too_much, .hear = hear_line
};

/* --- the other side ---------------------------------------------------------------------- */

enum manner {
	SILENT,
	ANSWERS,
	IN_PIECES, /* a byte at a time */
	DRIPS,     /* a byte now and then, for ever */
	FLOODS,
	HANGS_UP,
	RESETS,
	RESETS_WHEN_ASKED,
	ASKS_BACK,
	MANNERS
};

struct server {
	int listening, peer; /* UDP: peer is not used */
	bool udp;
	enum manner manner;
	size_t said;
	uint16_t port;
};

static void
server_open(struct server *s, bool udp, enum manner manner)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(at);

	*s = (struct server){ .peer = -1, .udp = udp, .manner = manner };
	s->listening = socket(
		AF_INET, (udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(s->listening, (struct sockaddr *)&at, size), 0);
	assert_int_equal(getsockname(s->listening, (struct sockaddr *)&at, &size), 0);
	if (!udp)
		assert_int_equal(listen(s->listening, 8), 0);
	s->port = ntohs(at.sin_port);
}

static void
server_close(struct server *s)
{
	if (s->peer != -1)
		close(s->peer);
	close(s->listening);
}

static void
hang_up(struct server *s, bool rudely)
{
	struct linger now = { .l_onoff = rudely, .l_linger = 0 };

	(void)setsockopt(s->peer, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(s->peer);
	s->peer = -1;
	s->said++;
}

static void
say_some(struct server *s)
{
	static const char answer[] = "a machine of the test\n";
	static char flood[4096];
	char question[16];

	memset(flood, 'x', sizeof(flood));
	switch (s->manner) {
	case ANSWERS: /* when it was asked */
		if (recv(s->peer, question, sizeof(question), 0) == 4)
			(void)send(s->peer, answer, sizeof(answer) - 1, MSG_NOSIGNAL);
		break;
	case IN_PIECES:
		if (s->said < sizeof(answer) - 1)
			(void)send(s->peer, answer + s->said++, 1, MSG_NOSIGNAL);
		break;
	case DRIPS: (void)send(s->peer, "x", 1, MSG_NOSIGNAL); break;
	case FLOODS: (void)send(s->peer, flood, sizeof(flood), MSG_NOSIGNAL); break;
	case ASKS_BACK: (void)send(s->peer, "?", 1, MSG_NOSIGNAL); break;
	case HANGS_UP:
	case RESETS: hang_up(s, s->manner == RESETS); break;
	case RESETS_WHEN_ASKED:
		if (recv(s->peer, question, sizeof(question), 0) == 4)
			hang_up(s, true);
		break;
	default: break;
	}
}

static void
server_turn(struct server *s)
{
	struct sockaddr_in from;
	socklen_t size = sizeof(from);
	char question[16];

	if (s->udp) {
		ssize_t n = recvfrom(s->listening, question, sizeof(question), 0,
			(struct sockaddr *)&from, &size);
		if (n == 4 && s->manner == ANSWERS)
			(void)sendto(s->listening, "by datagram\n", 12, 0,
				(struct sockaddr *)&from, size);
		return;
	}
	if (s->peer == -1 && s->said == 0)
		s->peer = accept4(s->listening, NULL, NULL, SOCK_NONBLOCK);
	if (s->peer != -1)
		say_some(s);
}

/* --- the rig --------------------------------------------------------------------------------- */

struct rig {
	struct talks *ts;
	struct guard guard;
	struct iprange *targets;
	struct arena *mem;
	struct ask_settings settings;
	struct server server;
	/* How it ended. */
	unsigned ends;
	enum talk_outcome outcome;
	char fact[64], why[64];
	int64_t rtt_us;
	uint32_t packets;
};

static struct iprange *
targets_of(struct arena *mem, const char *host)
{
	struct iprange_run one;

	assert_true(addr_parse(host, &one.first));
	one.last = one.first;
	struct iprange *set = iprange_from_runs(&one, 1, mem);
	assert_non_null(set);
	return set;
}

static struct rig *
rig_new(bool udp, enum manner manner)
{
	struct rig *r = calloc(1, sizeof(*r));
	struct err e;

	assert_non_null(r);
	r->mem = arena_new(1 << 20);
	r->targets = targets_of(r->mem, "127.0.0.1");
	r->guard.targets = r->targets;
	struct talks_conf conf = { .talk = { &r->settings, NULL },
		.guard = &r->guard,
		.clock = &clock_system,
		.most = MOST,
		.patience_us = PATIENCE_US };
	assert_int_equal(talks_new(&r->ts, &conf, &e), 0);
	server_open(&r->server, udp, manner);
	return r;
}

static void
rig_free(struct rig *r)
{
	server_close(&r->server);
	talks_free(r->ts);
	arena_free(r->mem);
	free(r);
}

static int
on_end(void *arg, const struct talk_end *x, struct err *e)
{
	struct rig *r = arg;
	size_t n;
	const struct fact *facts = talk_facts(x->talk, &n);

	(void)e;
	r->ends++;
	r->outcome = x->outcome;
	r->rtt_us = x->rtt_us;
	r->packets = x->packets;
	if (n)
		strncpy(r->fact, facts[0].text, sizeof(r->fact) - 1);
	if (x->talk->why)
		strncpy(r->why, x->talk->why, sizeof(r->why) - 1);
	return 0;
}

static void
start(struct rig *r, const struct ask *ask, struct addr peer, uint16_t port)
{
	struct talk_order order = {
		.ask = ask, .peer = peer, .port = port, .arg = "", .host = 7
	};
	struct err e;

	assert_int_equal(talks_start(r->ts, &order, on_end, r, &e), 0);
}

static void
talk(struct rig *r, const struct ask *ask, const char *host, uint16_t port)
{
	struct addr peer;
	struct err e;

	assert_true(addr_parse(host, &peer));
	start(r, ask, peer, port);
	int64_t limit = clock_mono(&clock_system) + LIMIT_US;
	while (talks_on_their_way(r->ts) && clock_mono(&clock_system) < limit) {
		server_turn(&r->server);
		assert_int_equal(talks_work(r->ts, MSEC, on_end, r, &e), 0);
	}
	assert_int_equal(talks_on_their_way(r->ts), 0);
	assert_int_equal(r->ends, 1);
}

/* --- behaviours -------------------------------------------------------------------------- */

static const struct behaviour {
	const char *label;
	const struct ask *ask;
	enum manner manner;
	enum talk_outcome outcome;
	const char *fact;
} behaviours[] = {
	{ "answers", &line, ANSWERS, TALK_WAS_DONE, "a machine of the test" },
	{ "answers in pieces", &line, IN_PIECES, TALK_WAS_DONE,
		"a machine of the test" },
	{ "says nothing", &line, SILENT, TALK_WAS_SILENT, "" },
	{ "drips", &line, DRIPS, TALK_WAS_SLOW, "" },
	{ "drips, and something was kept", &keeps, DRIPS, TALK_WAS_SLOW,
		"what there was" },
	{ "done, and nothing was kept", &keeps, ANSWERS, TALK_WAS_DONE,
		"a machine of the test" },
	{ "says nothing, and nothing was kept", &keeps, SILENT, TALK_WAS_SILENT, "" },
	{ "floods", &line, FLOODS, TALK_WAS_GARBAGE, "" },
	{ "hangs up", &line, HANGS_UP, TALK_WAS_CLOSED, "" },
	{ "resets", &line, RESETS, TALK_WAS_RESET, "" },
	{ "a reset is an answer", &last_word, RESETS_WHEN_ASKED, TALK_WAS_DONE,
		"no word" },
	{ "a reset is none before the question", &last_word, RESETS, TALK_WAS_RESET,
		"" },
	{ "a silence is none", &last_word, SILENT, TALK_WAS_SILENT, "" },
	{ "is something else", &line, ASKS_BACK, TALK_WAS_GARBAGE, "" },
	{ "we say too much", &loud, SILENT, TALK_WAS_GARBAGE, "" },
	{ "answers by datagram", &datagram, ANSWERS, TALK_WAS_DONE, "by datagram" },
	{ "silent by datagram", &datagram, SILENT, TALK_WAS_SILENT, "" },
	{ "asked later", &late, ANSWERS, TALK_WAS_DONE, "by datagram" },
};

static void
however_the_other_side_behaves_it_ends_once_and_in_time(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(behaviours) / sizeof(behaviours[0]); i++) {
		const struct behaviour *b = &behaviours[i];
		struct rig *r = rig_new(b->ask->transport == ASK_UDP, b->manner);
		print_message("  %s\n", b->label);
		talk(r, b->ask, "127.0.0.1", r->server.port);
		assert_int_equal(r->outcome, b->outcome);
		assert_string_equal(r->fact, b->fact);
		assert_true((r->why[0] != '\0') == (b->outcome == TALK_WAS_GARBAGE));
		rig_free(r);
	}
}

/* However much somebody tells, what is not kept is noted. */
static void
what_is_not_kept_is_noted(void **state)
{
	static const struct ask_settings settings;
	const struct addr peer = addr_ip4(INADDR_LOOPBACK);
	const struct talk_conf conf = { &settings, NULL };
	struct fact fact = { .key = "os.name", .type = FACT_TEXT };
	char name[256];
	struct talk t;
	struct err e;

	(void)state;
	assert_int_equal(talk_open(&t, &line, &peer, 22, "", &conf, &e), 0);
	for (int i = 0; i <= TALK_SET_MAX; i++) {
		assert_false(t.cut);
		int n = snprintf(name, sizeof(name), "host-%d", i);
		talk_add(&t, "tls.names", name, (size_t)n);
		talk_add(&t, "tls.names", name, (size_t)n); /* no news */
	}
	assert_true(t.cut);
	talk_close(&t);
	assert_int_equal(talk_open(&t, &line, &peer, 22, "", &conf, &e), 0);
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	fact.text = name;
	for (int i = 0; i < TALK_OTHERS_MAX && !t.cut; i++)
		talk_tell_other(&t, &peer, &fact, 1);
	assert_true(t.cut);
	assert_in_range(t.n_others, 3000, TALK_OTHERS_MAX - 1); /* of 2 MiB */
	talk_close(&t);
}

/* An ARP table as large as is read: an address and a MAC each. */
static void
there_is_room_for_10000_others(void **state)
{
	static const struct ask_settings settings;
	const struct talk_conf conf = { &settings, NULL };
	const struct fact facts[] = { { .key = "mac", .type = FACT_MAC },
		{ .key = "mac.onlink", .type = FACT_BOOL } };
	struct addr other = addr_ip4(0);
	struct talk t;
	struct err e;

	(void)state;
	assert_int_equal(talk_open(&t, &line, &other, 22, "", &conf, &e), 0);
	for (uint32_t i = 0; i < TALK_OTHERS_MAX; i++) {
		other = addr_ip4(0x0a000000 + i);
		talk_tell_other(&t, &other, facts, 2);
	}
	assert_int_equal(t.n_others, TALK_OTHERS_MAX);
	assert_null(t.cut);
	assert_int_equal(
		addr_to_ip4(&t.others[TALK_OTHERS_MAX - 1].ip), 0x0a000000 + 9999);
	talk_tell_other(&t, &other, facts, 2);
	assert_int_equal(t.n_others, TALK_OTHERS_MAX);
	assert_string_equal(t.cut, "more than 10,000 others");
	talk_close(&t);
}

/* TCP: SYN, SYN-ACK, ACK, a line each way and what they are acknowledged by, the farewell. */
static void
packets_are_counted_both_ways(void **state)
{
	static const struct {
		const char *label;
		const struct ask *ask;
		enum manner manner;
		uint32_t least, most;
	} rows[] = {
		{ "by TCP", &line, ANSWERS, 8, 12 },
		{ "in pieces", &line, IN_PIECES, 9, 80 },
		{ "by datagram", &datagram, ANSWERS, 2, 2 },
		{ "a datagram into silence", &datagram, SILENT, 1, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig *r = rig_new(
			rows[i].ask->transport == ASK_UDP, rows[i].manner);
		print_message("  %s\n", rows[i].label);
		talk(r, rows[i].ask, "127.0.0.1", r->server.port);
		assert_in_range(r->packets, rows[i].least, rows[i].most);
		rig_free(r);
	}
}

static void
a_closed_port_is_told_at_once(void **state)
{
	const struct ask *const both[] = { &line, &datagram };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct rig *r = rig_new(both[i] == &datagram, SILENT);
		uint16_t port = r->server.port;
		struct err e;
		struct addr peer = addr_ip4(INADDR_LOOPBACK);
		close(r->server.listening);
		r->server.listening = -1;
		start(r, both[i], peer, port);
		for (int k = 0; k < 100 && talks_on_their_way(r->ts); k++)
			assert_int_equal(talks_work(r->ts, MSEC, on_end, r, &e), 0);
		assert_int_equal(r->ends, 1);
		assert_int_equal(r->outcome, TALK_WAS_REFUSED);
		rig_free(r);
	}
}

static void
nobody_but_targets_and_no_printer_is_spoken_to(void **state)
{
	static const struct {
		const char *label, *host;
		uint16_t port;
	} rows[] = {
		{ "no target", "127.0.0.2", 22 },
		{ "a printer", "127.0.0.1", 9100 },
		{ "a line printer", "127.0.0.1", 515 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig *r = rig_new(false, ANSWERS);
		print_message("  %s\n", rows[i].label);
		talk(r, &line, rows[i].host, rows[i].port);
		assert_int_equal(r->outcome, TALK_FAILED);
		rig_free(r);
	}
}

static void
another_host_cannot_answer_for_it(void **state)
{
	struct rig *r = rig_new(true, ANSWERS);
	struct err e;

	(void)state;
	/* What is asked of 127.0.0.3 is answered by 127.0.0.1, as a socket bound there is. */
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(0x7f000003) };
	socklen_t size = sizeof(at);
	int heard = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(heard, (struct sockaddr *)&at, size), 0);
	assert_int_equal(getsockname(heard, (struct sockaddr *)&at, &size), 0);
	r->guard.targets = targets_of(r->mem, "127.0.0.3");
	struct addr peer = addr_ip4(0x7f000003);
	start(r, &datagram, peer, ntohs(at.sin_port));
	int64_t limit = clock_mono(&clock_system) + LIMIT_US;
	while (talks_on_their_way(r->ts) && clock_mono(&clock_system) < limit) {
		struct sockaddr_in from;
		char question[16];
		size = sizeof(from);
		if (recvfrom(heard, question, sizeof(question), 0,
			    (struct sockaddr *)&from, &size) == 4)
			(void)sendto(r->server.listening, "by another\n", 11, 0,
				(struct sockaddr *)&from, size);
		assert_int_equal(talks_work(r->ts, MSEC, on_end, r, &e), 0);
	}
	close(heard);
	assert_int_equal(r->outcome, TALK_WAS_SILENT);
	assert_string_equal(r->fact, "");
	rig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			however_the_other_side_behaves_it_ends_once_and_in_time),
		cmocka_unit_test(what_is_not_kept_is_noted),
		cmocka_unit_test(there_is_room_for_10000_others),
		cmocka_unit_test(packets_are_counted_both_ways),
		cmocka_unit_test(a_closed_port_is_told_at_once),
		cmocka_unit_test(nobody_but_targets_and_no_printer_is_spoken_to),
		cmocka_unit_test(another_host_cannot_answer_for_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
