/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lines of descriptor 3: what is written, what comes back, what is refused. */
#include "inventory/ndjson.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* A monitor that keeps the last of each kind and counts. */
struct ears {
	struct monitor m; /* first: the callbacks get it back */
	struct progress progress;
	struct reason reason;
	struct coverage coverage;
	struct run_end end;
	const char *state;
	struct sb targets; /* of all coverage lines */
	int heard;
};

static void
hear_progress(struct monitor *m, const struct progress *p)
{
	struct ears *e = (struct ears *)m;

	e->progress = *p;
	e->heard++;
}

static void
hear_reason(struct monitor *m, const struct reason *r)
{
	struct ears *e = (struct ears *)m;

	e->reason = *r;
	e->heard++;
}

static void
hear_coverage(struct monitor *m, const struct coverage *c)
{
	struct ears *e = (struct ears *)m;

	e->coverage = *c;
	sb_printf(&e->targets, "%s%s", e->targets.len ? "," : "", c->targets);
	e->heard++;
}

static void
hear_state(struct monitor *m, const char *text)
{
	struct ears *e = (struct ears *)m;

	e->state = text;
	e->heard++;
}

static void
hear_end(struct monitor *m, const struct run_end *end)
{
	struct ears *e = (struct ears *)m;

	e->end = *end;
	e->heard++;
}

struct fixture {
	struct ears ears;
	struct arena *mem;
	struct sb out;
	struct err e;
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f || !(f->mem = arena_new(4 << 20)))
		return -1;
	f->ears.m = (struct monitor){ hear_progress, hear_reason, hear_coverage,
		hear_state, hear_end };
	sb_init(&f->ears.targets, 4 << 20);
	sb_init(&f->out, 4 << 20);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	arena_free(f->mem);
	sb_done(&f->out);
	sb_done(&f->ears.targets);
	free(f);
	return 0;
}

static int
read_exact(struct fixture *f, const char *line, size_t n)
{
	char *copy = malloc(n ? n : 1);

	assert_non_null(copy);
	memcpy(copy, line, n);
	int rc = ndjson_read_control(copy, n, f->mem, &f->ears.m, &f->e);
	free(copy);
	return rc;
}

/* Reads back all lines that were written. */
static void
read_back(struct fixture *f)
{
	for (const char *p = f->out.text; *p;) {
		size_t n = strcspn(p, "\n");
		assert_int_equal('\n', p[n]);
		assert_true(n < NDJSON_LINE_MAX);
		if (read_exact(f, p, n) == -1)
			fail_msg("%s", f->e.text);
		p += n + 1;
	}
}

static void
progress_comes_back(void **state)
{
	struct fixture *f = *state;
	struct progress p = { .phase = "sweep",
		.done = 1,
		.total = 65536,
		.sent = 3,
		.answered = 4,
		.found = UINT64_MAX,
		.rate = 10000,
		.eta_us = -1 };

	ndjson_write_progress(&p, &f->out);
	/* Counts beyond 2^53 are cut to it. */
	assert_string_equal("{\"kind\":\"progress\",\"phase\":\"sweep\",\"done\":1,"
			    "\"total\":65536,\"sent\":3,\"answered\":4,"
			    "\"found\":9007199254740992,\"rate\":10000,\"eta_us\":-1}\n",
		f->out.text);
	read_back(f);
	assert_string_equal("sweep", f->ears.progress.phase);
	assert_int_equal(65536, f->ears.progress.total);
	assert_int_equal(10000, f->ears.progress.rate);
	assert_int_equal(-1, f->ears.progress.eta_us);
}

static void
a_reason_comes_back(void **state)
{
	struct fixture *f = *state;
	struct reason r = { "no-route", "198.18.3.0/24", "No route; \"x\"\n\xff", 256 };

	ndjson_write_reason(&r, &f->out);
	assert_string_equal("{\"kind\":\"reason\",\"code\":\"no-route\","
			    "\"about\":\"198.18.3.0/24\","
			    "\"text\":\"No route; \\\"x\\\"\\n\xef\xbf\xbd\","
			    "\"count\":256}\n",
		f->out.text);
	read_back(f);
	assert_string_equal("no-route", f->ears.reason.code);
	assert_string_equal("198.18.3.0/24", f->ears.reason.about);
	assert_int_equal(256, f->ears.reason.count);
}

static void
long_texts_for_people_are_cut(void **state)
{
	struct fixture *f = *state;
	char *text = calloc(100001, 1);
	struct reason r = { "x", "", text, 0 };

	assert_non_null(text);
	memset(text, '\x01', 100000);
	ndjson_write_reason(&r, &f->out);
	read_back(f);
	assert_int_equal(FACT_TEXT_LIMIT, strlen(f->ears.reason.text));
	free(text);
}

static void
coverage_comes_back(void **state)
{
	struct fixture *f = *state;
	struct coverage c = { "arp", "198.18.3.0/24,198.18.9.1", 0, 1795292103123456,
		true };

	ndjson_write_coverage(&c, &f->out);
	assert_string_equal("{\"kind\":\"coverage\",\"probe\":\"arp\","
			    "\"targets\":\"198.18.3.0/24,198.18.9.1\","
			    "\"started\":\"1970-01-01T00:00:00.000000Z\","
			    "\"finished\":\"2026-11-21T20:15:03.123456Z\","
			    "\"complete\":true}\n",
		f->out.text);
	read_back(f);
	assert_string_equal("arp", f->ears.coverage.probe);
	assert_string_equal(c.targets, f->ears.coverage.targets);
	assert_int_equal(1795292103123456, f->ears.coverage.finished);
	assert_true(f->ears.coverage.complete);
}

static void
coverage_of_many_targets_becomes_several_lines(void **state)
{
	struct fixture *f = *state;
	struct sb targets;
	struct coverage c = { "arp", "", 1, 2, false };

	sb_init(&targets, 1 << 20);
	for (unsigned i = 0; i < 20000; i++)
		sb_printf(
			&targets, "%s198.18.%u.%u", i ? "," : "", i / 100, i % 100 * 2);
	c.targets = targets.text;
	ndjson_write_coverage(&c, &f->out);
	read_back(f);
	/* 20000 addresses of at most 15 bytes and a comma. */
	assert_in_range(f->ears.heard, 4, 5);
	assert_string_equal(targets.text, f->ears.targets.text);
	sb_done(&targets);
}

static void
targets_that_cannot_be_divided_are_not_claimed(void **state)
{
	struct fixture *f = *state;
	char *targets = calloc(NDJSON_LINE_MAX + 1, 1);
	struct coverage c = { "arp", targets, 1, 2, true };

	assert_non_null(targets);
	memset(targets, '1', NDJSON_LINE_MAX);
	ndjson_write_coverage(&c, &f->out);
	assert_string_equal("", f->out.text);
	free(targets);
}

static void
no_targets_are_coverage_too(void **state)
{
	struct fixture *f = *state;
	struct coverage c = { "ad", "", 1, 2, true };

	ndjson_write_coverage(&c, &f->out);
	read_back(f);
	assert_int_equal(1, f->ears.heard);
	assert_string_equal("", f->ears.coverage.targets);
}

static void
a_state_comes_back_or_is_not_written(void **state)
{
	struct fixture *f = *state;
	char *text = calloc(NDJSON_LINE_MAX, 1);

	assert_non_null(text);
	memset(text, 's', NDJSON_LINE_MAX - 64);
	ndjson_write_state(text, &f->out);
	read_back(f);
	assert_string_equal(text, f->ears.state);
	sb_clear(&f->out);
	memset(text, '"', NDJSON_LINE_MAX - 64); /* escaped it is twice as long */
	ndjson_write_state(text, &f->out);
	assert_string_equal("", f->out.text);
	free(text);
}

static void
an_end_comes_back(void **state)
{
	struct fixture *f = *state;
	struct run_end end = { .ok = true,
		.targets = 256,
		.asked = 254,
		.sent = 300,
		.answered = 20,
		.found = 19,
		.dropped = 1,
		.duration_us = 1500000 };

	ndjson_write_end(&end, &f->out);
	assert_string_equal("{\"kind\":\"end\",\"ok\":true,\"interrupted\":false,"
			    "\"targets\":256,\"asked\":254,\"sent\":300,\"answered\":20,"
			    "\"found\":19,\"dropped\":1,\"duration_us\":1500000}\n",
		f->out.text);
	read_back(f);
	assert_true(f->ears.end.ok);
	assert_null(f->ears.end.error);
	assert_int_equal(1500000, f->ears.end.duration_us);
	sb_clear(&f->out);
	end.ok = false;
	end.error = "interface eth0 went away";
	ndjson_write_end(&end, &f->out);
	read_back(f);
	assert_false(f->ears.end.ok);
	assert_string_equal("interface eth0 went away", f->ears.end.error);
}

static void
malformed_control_lines_are_refused_and_tell_nobody(void **state)
{
#define TIMES \
	"\"started\":\"2026-11-21T20:15:03Z\",\"finished\":\"2026-11-21T20:15:03Z\""
	static const struct {
		const char *label, *line, *text;
	} rows[] = {
		{ "empty", "", "column" },
		{ "a list", "[]", "\"kind\"" },
		{ "no kind", "{}", "\"kind\"" },
		{ "kind as a number", "{\"kind\":1}", "\"kind\"" },
		{ "no such kind", "{\"kind\":\"stop\"}", "no kind \"stop\"" },
		{ "duplicate", "{\"kind\":\"state\",\"text\":\"a\",\"text\":\"b\"}",
			"duplicate" },
		{ "missing member", "{\"kind\":\"state\"}", "\"text\" is missing" },
		{ "unknown member", "{\"kind\":\"state\",\"text\":\"a\",\"b\":1}",
			"unknown members" },
		{ "null", "{\"kind\":\"state\",\"text\":null}", "null" },
		{ "text as a number", "{\"kind\":\"state\",\"text\":1}",
			"must be a text" },
		{ "negative count",
			"{\"kind\":\"reason\",\"code\":\"a\",\"about\":\"\",\"text\":\"b\","
			"\"count\":-1}",
			"\"count\": must be" },
		{ "integer as text",
			"{\"kind\":\"progress\",\"phase\":\"a\",\"done\":1,\"total\":1,"
			"\"sent\":1,\"answered\":1,\"found\":1,\"rate\":\"1\",\"eta_us\":1}",
			"\"rate\": must be" },
		{ "truth as a number",
			"{\"kind\":\"coverage\",\"probe\":\"a\",\"targets\":\"b\"," TIMES
			",\"complete\":1}",
			"\"complete\": must be" },
		{ "no time",
			"{\"kind\":\"coverage\",\"probe\":\"a\",\"targets\":\"b\","
			"\"started\":\"now\"}",
			"\"started\": must be" },
		{ "deep", "{\"kind\":[[[[[[[[[[", "nested" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("  %s\n", rows[i].label);
		assert_int_equal(-1, read_exact(f, rows[i].line, strlen(rows[i].line)));
		assert_int_equal(ERR_PROTO, f->e.code);
		if (!strstr(f->e.text, rows[i].text))
			fail_msg("%s", f->e.text);
	}
	assert_int_equal(0, f->ears.heard);
}

static void
an_over_long_control_line_is_refused(void **state)
{
	struct fixture *f = *state;
	char *line = calloc(NDJSON_LINE_MAX, 1);

	assert_non_null(line);
	memset(line, ' ', NDJSON_LINE_MAX);
	memcpy(line, "{\"kind\":\"state\",\"text\":\"a\"}", 27);
	assert_int_equal(0, read_exact(f, line, NDJSON_LINE_MAX - 1));
	assert_int_equal(-1, read_exact(f, line, NDJSON_LINE_MAX));
	free(line);
}

int
main(void)
{
#define TEST(t) cmocka_unit_test_setup_teardown(t, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(progress_comes_back),
		TEST(a_reason_comes_back),
		TEST(long_texts_for_people_are_cut),
		TEST(coverage_comes_back),
		TEST(coverage_of_many_targets_becomes_several_lines),
		TEST(targets_that_cannot_be_divided_are_not_claimed),
		TEST(no_targets_are_coverage_too),
		TEST(a_state_comes_back_or_is_not_written),
		TEST(an_end_comes_back),
		TEST(malformed_control_lines_are_refused_and_tell_nobody),
		TEST(an_over_long_control_line_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
