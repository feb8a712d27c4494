/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said over the agent's socket: requests and answers there and back. */
#include "schedule/control.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))

static int
setup(void **state)
{
	*state = arena_new(1 << 20);
	return *state ? 0 : -1;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static void
requests_are_read_as_they_were_written(void **state)
{
	static const char *const words[] = { "nas", "owner=A \"B\"" };
	static const struct {
		struct control_request r;
		const char *line;
	} rows[] = {
		{ { .verb = CONTROL_STATUS }, "{\"v\":1,\"do\":\"status\"}\n" },
		{ { .verb = CONTROL_POLL, .name = "office" },
			"{\"v\":1,\"do\":\"poll\",\"name\":\"office\"}\n" },
		{ { .verb = CONTROL_PAUSE }, "{\"v\":1,\"do\":\"pause\"}\n" },
		{ { .verb = CONTROL_RESUME, .name = "a.full" },
			"{\"v\":1,\"do\":\"resume\",\"name\":\"a.full\"}\n" },
		{ { .verb = CONTROL_RELOAD }, "{\"v\":1,\"do\":\"reload\"}\n" },
		{ { .verb = CONTROL_INGEST,
			  .source = "sweep",
			  .command = "muster scan x",
			  .targets = "",
			  .store = "/db" },
			"{\"v\":1,\"do\":\"ingest\",\"source\":\"sweep\","
			"\"command\":\"muster scan x\",\"targets\":\"\",\"store\":\"/db\"}\n" },
		{ { .verb = CONTROL_INGEST,
			  .source = "sweep",
			  .command = "muster scan x",
			  .targets = "",
			  .sweeps = "10.0.0.0/24,2001:db8::7",
			  .store = "/db" },
			"{\"v\":1,\"do\":\"ingest\",\"source\":\"sweep\","
			"\"command\":\"muster scan x\",\"targets\":\"\","
			"\"sweeps\":\"10.0.0.0/24,2001:db8::7\",\"store\":\"/db\"}\n" },
		{ { .verb = CONTROL_INGEST,
			  .source = "import",
			  .command = "muster import x",
			  .targets = "",
			  .store = "/db",
			  .run = "018f0000-0000-8000-8000-000000000000",
			  .site = "s",
			  .point = "p" },
			"{\"v\":1,\"do\":\"ingest\",\"source\":\"import\","
			"\"command\":\"muster import x\",\"targets\":\"\",\"store\":\"/db\","
			"\"run\":\"018f0000-0000-8000-8000-000000000000\",\"site\":\"s\","
			"\"point\":\"p\"}\n" },
		{ { .verb = CONTROL_DECIDE,
			  .store = "/db",
			  .decision = "set",
			  .actor = "anna",
			  .args = words,
			  .n_args = N(words) },
			"{\"v\":1,\"do\":\"decide\",\"store\":\"/db\",\"decision\":\"set\","
			"\"actor\":\"anna\",\"args\":[\"nas\",\"owner=A \\\"B\\\"\"]}\n" },
		{ { .verb = CONTROL_DECIDE, .store = "/db", .decision = "undo" },
			"{\"v\":1,\"do\":\"decide\",\"store\":\"/db\","
			"\"decision\":\"undo\",\"args\":[]}\n" },
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct control_request back;
		struct sb text;
		struct err e;
		sb_init(&text, CONTROL_REQUEST_MAX);
		control_write_request(&rows[i].r, &text);
		assert_string_equal(rows[i].line, text.text);
		assert_int_equal(0,
			control_read_request(
				text.text, text.len - 1, *state, &back, &e));
		assert_int_equal(rows[i].r.verb, back.verb);
		assert_int_equal(rows[i].r.n_args, back.n_args);
		sb_clear(&text); /* all that was read is written again */
		control_write_request(&back, &text);
		assert_string_equal(rows[i].line, text.text);
		assert_int_equal(i != 0, control_changes(back.verb));
		sb_done(&text);
	}
}

#define INGEST \
	"{\"v\":1,\"do\":\"ingest\",\"source\":\"s\",\"command\":\"c\"," \
	"\"targets\":\"\",\"store\":\"/db\","
#define DECIDE "{\"v\":1,\"do\":\"decide\",\"store\":\"/db\",\"decision\":\"pin\""
/* 64 bytes, and the ledger has room for 63. */
#define LONG_NAME "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void
what_is_no_request_is_refused(void **state)
{
	static const char *const lines[] = { "", "{", "[]", "\"status\"", "{}",
		"{\"v\":1}", "{\"do\":\"status\"}", "{\"v\":2,\"do\":\"status\"}",
		"{\"v\":1,\"do\":\"format\"}", "{\"v\":1,\"do\":5}",
		"{\"v\":1,\"do\":\"status\",\"x\":1}",
		"{\"v\":1,\"do\":\"poll\",\"name\":\"\"}",
		"{\"v\":1,\"do\":\"poll\",\"name\":{}}",
		"{\"v\":1,\"do\":\"status\"} x", "{\"v\":1,\"v\":1,\"do\":\"status\"}",
		"{\"v\":1,\"do\":\"status\",\"store\":\"/db\"}",
		"{\"v\":1,\"do\":\"status\",\"args\":[]}", "{\"v\":1,\"do\":\"ingest\"}",
		INGEST "\"run\":\"018f0000-0000-8000-8000-000000000000\"}",
		INGEST "\"run\":\"short\",\"site\":\"s\",\"point\":\"p\"}",
		INGEST "\"sweeps\":\"\"}", INGEST "\"sweeps\":7}",
		"{\"v\":1,\"do\":\"poll\",\"name\":\"a\",\"sweeps\":\"10.0.0.1\"}",
		INGEST "\"site\":\"s\"}", INGEST "\"decision\":\"pin\"}",
		"{\"v\":1,\"do\":\"decide\"}",
		"{\"v\":1,\"do\":\"decide\",\"decision\":\"pin\",\"args\":[\"a\"]}",
		DECIDE "}", DECIDE ",\"args\":\"a\"}", DECIDE ",\"args\":[5]}",
		DECIDE ",\"args\":[\"a\",[]]}", DECIDE ",\"args\":[\"\\u0000\"]}",
		DECIDE ",\"args\":[\"a\"],\"actor\":\"\"}",
		DECIDE ",\"args\":[\"a\"],\"actor\":\"" LONG_NAME "\"}" };

	for (size_t i = 0; i < N(lines); i++) {
		struct control_request r;
		struct err e = { 0 };
		size_t n = strlen(lines[i]);
		char *exact = malloc(n + 1);
		assert_non_null(exact);
		memcpy(exact, lines[i], n);
		print_message("  %s\n", lines[i]);
		assert_int_equal(-1, control_read_request(exact, n, *state, &r, &e));
		assert_int_equal(ERR_PROTO, e.code);
		free(exact);
	}
}

struct heard {
	struct control_reader reader;
	struct control_poll poll;
	struct control_agent agent;
	struct control_end end;
	char reason[64], phase[16], alarm[32], location[32];
	int n;
};

static void
on_agent(struct control_reader *r, const struct control_agent *a)
{
	struct heard *h = (struct heard *)r;

	h->agent = *a;
	(void)strncpy(h->alarm, a->alarm, sizeof(h->alarm) - 1);
	(void)strncpy(h->location, a->location, sizeof(h->location) - 1);
	h->n++;
}

static void
on_poll(struct control_reader *r, const struct control_poll *p)
{
	struct heard *h = (struct heard *)r;

	h->poll = *p;
	(void)strncpy(h->reason, p->reason, sizeof(h->reason) - 1);
	(void)strncpy(h->phase, p->progress.phase, sizeof(h->phase) - 1);
	h->n++;
}

static void
on_end(struct control_reader *r, const struct control_end *end)
{
	((struct heard *)r)->end = *end;
	((struct heard *)r)->n++;
}

/* Lines of an answer are what `muster status --format ndjson` prints. */
static void
no_line_moves_the_cursor(void **state)
{
	static const char odd[] = "a\x1b\xc2\x9b\xe2\x80\xae\x7f";
	struct control_poll p = { .name = "office",
		.source = "range",
		.state = "running",
		.started = 1,
		.outcome = "failed",
		.reason = odd,
		.run_started = 6,
		.progress = { .phase = odd } };
	struct heard h = { .reader = { on_agent, on_poll, on_end, NULL } };
	struct sb text;
	struct err e;

	sb_init(&text, CONTROL_LINE_MAX);
	control_write_poll(&p, &text);
	assert_false(text.bad);
	assert_null(strpbrk(text.text, "\x1b\x9b\xae\x7f"));
	assert_int_equal(
		0, control_read_line(text.text, text.len, *state, &h.reader, &e));
	assert_string_equal(odd, h.reason);
	assert_string_equal(odd, h.phase);
	sb_done(&text);
}

static void
answers_are_read_as_they_were_written(void **state)
{
	struct control_poll p = { .name = "office",
		.source = "range",
		.state = "running",
		.next = 5,
		.started = 1,
		.finished = 2,
		.observations = 3,
		.spoilt = 4,
		.outcome = "killed",
		.reason = "signal \"11\"",
		.run_started = 6,
		.run_observations = 7,
		.progress = { .phase = "sweep",
			.done = 8,
			.total = 9,
			.rate = -1,
			.eta_us = 10 } };
	struct control_agent a = { .version = "1",
		.site = "s",
		.point = "p",
		.store = "db",
		.polls = 12,
		.alarm = "full",
		.location = "berlin" };
	struct heard h = { .reader = { on_agent, on_poll, on_end, NULL } };
	struct sb text;
	struct err e;

	sb_init(&text, CONTROL_LINE_MAX);
	control_write_poll(&p, &text);
	assert_int_equal(
		0, control_read_line(text.text, text.len, *state, &h.reader, &e));
	assert_int_equal(5, h.poll.next);
	assert_int_equal(4, h.poll.spoilt);
	assert_string_equal("signal \"11\"", h.reason);
	assert_string_equal("sweep", h.phase);
	assert_int_equal(8, h.poll.progress.done);
	assert_int_equal(-1, h.poll.progress.rate);
	sb_clear(&text);
	control_write_agent(&a, &text);
	assert_int_equal(
		0, control_read_line(text.text, text.len, *state, &h.reader, &e));
	assert_int_equal(12, h.agent.polls);
	assert_string_equal("full", h.alarm);
	assert_string_equal("berlin", h.location);
	sb_clear(&text);
	control_write_end(&(struct control_end){ .ok = true, .text = "done" }, &text);
	assert_int_equal(
		0, control_read_line(text.text, text.len, *state, &h.reader, &e));
	assert_true(h.end.ok);
	assert_int_equal(ERR_NONE, h.end.code);
	assert_null(h.end.stored);
	assert_int_equal(3, h.n);
	assert_int_equal(
		-1, control_read_line("{\"kind\":\"x\"}", 12, *state, &h.reader, &e));
	assert_int_equal(-1, control_read_line("5", 1, *state, &h.reader, &e));
	sb_done(&text);
}

static void
on_run(struct control_reader *r, const struct control_run *run)
{
	struct heard *h = (struct heard *)r;

	assert_string_equal("office", run->poll);
	assert_string_equal("done", run->outcome);
	assert_int_equal(5, run->started);
	assert_int_equal(9, run->finished);
	assert_int_equal(254, run->asked);
	assert_int_equal(7, run->found);
	h->poll.recall = run->recall;
	h->n++;
}

static void
runs_are_read_as_they_were_written(void **state)
{
	static const struct recall rows[] = { { .known = false },
		{ .known = true, .estimate = 0.875, .low = 0.5, .high = 1, .loss = 0.25 },
		{ .known = true, .estimate = 1, .low = 1, .high = 1 } };
	struct control_run run = { .poll = "office",
		.run = "r",
		.outcome = "done",
		.reason = "cut \xc3",
		.started = 5,
		.finished = 9,
		.asked = 254,
		.found = 7 };

	for (size_t i = 0; i < N(rows); i++) {
		struct heard h = { .reader = { on_agent, on_poll, on_end, on_run } };
		struct sb text;
		struct err e;
		run.recall = rows[i];
		sb_init(&text, CONTROL_LINE_MAX);
		control_write_run(&run, &text);
		assert_false(text.bad);
		assert_int_equal(0,
			control_read_line(text.text, text.len, *state, &h.reader, &e));
		assert_int_equal(1, h.n);
		assert_int_equal(rows[i].known, h.poll.recall.known);
		assert_true(rows[i].estimate == h.poll.recall.estimate);
		assert_true(rows[i].loss == h.poll.recall.loss);
		sb_done(&text);
	}
}

static void
every_error_is_told_with_its_code(void **state)
{
	for (int code = ERR_NONE; code <= ERR_DB; code++) {
		struct heard h = { .reader = { on_agent, on_poll, on_end, NULL } };
		struct control_end end = { .text = "no", .code = (enum err_code)code };
		struct sb text;
		struct err e;
		sb_init(&text, CONTROL_LINE_MAX);
		control_write_end(&end, &text);
		assert_int_equal(0,
			control_read_line(text.text, text.len, *state, &h.reader, &e));
		assert_false(h.end.ok);
		assert_int_equal(code, h.end.code);
		sb_done(&text);
	}
}

static void
on_counts(struct control_reader *r, const struct control_end *end)
{
	assert_non_null(end->stored);
	assert_int_equal(1, end->stored->observations);
	assert_int_equal(2, end->stored->duplicates);
	assert_int_equal(3, end->stored->devices_new);
	assert_int_equal(4, end->stored->devices_changed);
	assert_int_equal(5, end->stored->devices_merged);
	/* One byte of a character that was cut, and one that never was one. */
	assert_string_equal("a\xef\xbf\xbd\xef\xbf\xbd", end->text);
	((struct heard *)r)->n++;
}

static void
an_end_tells_what_was_stored_in_words_that_can_be_read(void **state)
{
	struct heard h = { .reader = { on_agent, on_poll, on_counts, NULL } };
	struct ingest_result stored = { 1, 2, 3, 4, 5 };
	struct control_end end = { .text = "a\xc3\xff", .stored = &stored };
	struct sb text;
	struct err e;

	sb_init(&text, CONTROL_LINE_MAX);
	control_write_end(&end, &text);
	assert_int_equal(
		0, control_read_line(text.text, text.len, *state, &h.reader, &e));
	assert_int_equal(1, h.n);
	sb_done(&text);
}

static void
what_no_agent_can_be_told_is_not_written(void **state)
{
	static char huge[CONTROL_REQUEST_MAX + 1];
	const char *const texts[] = { "\xff", huge };

	(void)state;
	memset(huge, 'x', sizeof(huge) - 1);
	for (size_t i = 0; i < N(texts); i++) {
		struct control_request r = { .verb = CONTROL_DECIDE,
			.store = "/db",
			.decision = "pin",
			.args = &texts[i],
			.n_args = 1 };
		struct sb text;
		sb_init(&text, CONTROL_REQUEST_MAX);
		control_write_request(&r, &text);
		assert_true(text.bad);
		sb_done(&text);
	}
}

static size_t
size_of_request(const char *sweeps)
{
	const struct control_request r = { .verb = CONTROL_INGEST,
		.source = "sweep",
		.command = "muster scan x",
		.targets = "",
		.sweeps = sweeps,
		.store = "/db" };
	struct sb text;

	sb_init(&text, CONTROL_REQUEST_MAX);
	control_write_request(&r, &text);
	assert_false(text.bad);
	size_t n = text.len;
	sb_done(&text);
	return n;
}

/* Whatever is swept: each second address of both families, in runs with the longest words. */
static void
what_is_swept_always_fits_a_request(void **state)
{
	enum { RUNS = 20000 };
	struct arena *mem = arena_new(64 << 20);
	struct iprange_run *runs = arena_new_array(mem, struct iprange_run, 2 * RUNS);
	u128 six = (u128)0xfedcba9876543210 << 64 | 0xfedcba9876540000;

	(void)state;
	for (size_t i = 0; i < RUNS; i++) {
		uint32_t four = 0xdeadbeef + 3 * (uint32_t)i;
		u128 far = six + ((u128)i * i << 40);
		runs[i] = (struct iprange_run){ addr_ip4(four), addr_ip4(four + 1) };
		runs[RUNS + i] = (struct iprange_run){ addr_from_number(
							       ADDR_IP6, far + 1),
			addr_from_number(ADDR_IP6, far + 0xfffffffff) };
	}
	for (size_t n = 1; n <= 2 * RUNS; n = n * 3 + 1) {
		struct iprange *set = iprange_from_runs(runs + 2 * RUNS - n, n, mem),
			       *back;
		const char *text = control_sweeps_text(set, mem);
		struct err e;
		assert_non_null(text);
		assert_int_equal(0, iprange_parse(&text, 1, NULL, mem, &back, &e));
		assert_true(iprange_is_empty(iprange_subtract(set, back, mem)));
		if (n <= CONTROL_SWEEPS_MAX)
			assert_true(iprange_is_empty(iprange_subtract(back, set, mem)));
		assert_true(size_of_request(text) < CONTROL_REQUEST_MAX / 2);
	}
	arena_free(mem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_read_as_they_were_written),
		cmocka_unit_test(what_is_no_request_is_refused),
		cmocka_unit_test(no_line_moves_the_cursor),
		cmocka_unit_test(answers_are_read_as_they_were_written),
		cmocka_unit_test(runs_are_read_as_they_were_written),
		cmocka_unit_test(every_error_is_told_with_its_code),
		cmocka_unit_test(an_end_tells_what_was_stored_in_words_that_can_be_read),
		cmocka_unit_test(what_no_agent_can_be_told_is_not_written),
		cmocka_unit_test(what_is_swept_always_fits_a_request),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
