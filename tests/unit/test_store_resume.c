/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs that go on: which one, from which state, with whom it knows already, and what is
 * down when the last of them is done.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "store_bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "db/store.h"
#include "db/store_private.h"

/* A sweep of one /24 that begins at second `at`. */
static void
begin(struct bench *b, const char *id, const char *resumes, const char *settings, int at)
{
	struct run run = { .id = id,
		.source = "sweep",
		.command = "muster scan",
		.site = "default",
		.point = "here",
		.targets = "198.18.3.0/24",
		.settings = settings,
		.resumes = resumes,
		.started = T0 + at * (int64_t)SECOND };

	if (store_begin_run(b->s, &run, &b->e) == -1)
		fail_msg("begin %s: %s", id, b->e.text);
}

static void
end(struct bench *b, const char *id, bool ok, int at)
{
	struct run_end how = { .ok = ok, .interrupted = !ok };

	if (store_end_run(b->s, id, T0 + at * (int64_t)SECOND, &how, &b->e) == -1)
		fail_msg("end %s: %s", id, b->e.text);
}

static void
put_state(struct bench *b, const char *id, const char *text)
{
	struct progress p = { .phase = "sweep", .done = 3, .total = 4 };

	assert_int_equal(0, store_put_state(b->s, id, text, &p, &b->e));
}

static void
ingest(struct bench *b, const char *run, const char *ip, int at, enum evidence evidence,
	const struct fact *facts, size_t n)
{
	struct observation o = { .site = "default",
		.point = "here",
		.run = run,
		.source = "sweep",
		.at = T0 + at * (int64_t)SECOND,
		.evidence = evidence,
		.facts = facts,
		.n_facts = n };
	struct ingest_result r = { 0 };

	assert_true(addr_parse(ip, &o.ip));
	assert_int_equal(0, store_ingest(b->s, &o, 1, &r, &b->e));
}

static void
hear(struct bench *b, const char *run, const char *ip, enum evidence evidence, int at)
{
	const struct fact f = { .key = "icmp.echo", .type = FACT_BOOL, .num = 1 };

	ingest(b, run, ip, at, evidence, &f, 1);
}

static void
hear_mac(struct bench *b, const char *run, const char *ip, const char *mac, bool onlink,
	int at)
{
	struct fact facts[2] = { { .key = "mac", .type = FACT_MAC },
		{ .key = "mac.onlink", .type = FACT_BOOL, .num = onlink } };

	assert_true(mac_parse(mac, &facts[0].mac));
	ingest(b, run, ip, at, EVIDENCE_REPLY, facts, 2);
}

static void
name(struct bench *b, const char *run, const char *ip, const char *ptr, int at)
{
	struct fact f = { .key = "dns.ptr", .type = FACT_TEXTS, .texts = { &ptr, 1 } };

	ingest(b, run, ip, at, EVIDENCE_LISTED, &f, 1);
}

static struct unfinished
find(struct bench *b)
{
	struct unfinished u;

	if (store_find_unfinished(b->s, "sweep", b->mem, &u, &b->e) == -1)
		fail_msg("find: %s", b->e.text);
	return u;
}

static void
assert_goes_on(struct bench *b, const char *id, const char *state)
{
	struct unfinished u = find(b);

	assert_true(u.found);
	assert_string_equal(id, u.run.id);
	if (state)
		assert_string_equal(state, u.state);
	else
		assert_null(u.state);
}

/* --- which one ---------------------------------------------------------------------------- */

static void
a_store_without_a_sweep_has_nothing_to_go_on_with(void **state)
{
	struct unfinished u = find(*state);

	assert_false(u.found);
	assert_int_equal(0, u.last_started);
}

static void
a_completed_sweep_is_not_resumed_and_its_state_goes(void **state)
{
	struct bench *b = *state;

	begin(b, "one", NULL, "{}", 1);
	put_state(b, "one", "half");
	end(b, "one", true, 5);
	assert_false(find(b).found);
	assert_int_equal(T0 + SECOND, find(b).last_started);
	/* Had its state stayed, the next run by this name of a chain would get it. */
	begin(b, "two", "one", "{}", 6);
	assert_goes_on(b, "two", NULL);
}

static void
an_interrupted_and_a_killed_sweep_go_on_from_their_last_state(void **state)
{
	struct bench *b = *state;
	struct unfinished u;

	begin(b, "killed", NULL, "{\"scan.rate\":\"200\"}", 1);
	put_state(b, "killed", "a third");
	put_state(b, "killed", "half");
	assert_goes_on(b, "killed", "half");
	u = find(b);
	assert_string_equal("{\"scan.rate\":\"200\"}", u.run.settings);
	assert_string_equal("198.18.3.0/24", u.run.targets);
	assert_string_equal("default", u.run.site);
	assert_string_equal("here", u.run.point);
	assert_int_equal(T0 + SECOND, u.run.started);
	assert_int_equal(0, u.run.finished);
	assert_non_null(strstr(u.progress, "\"done\":3,\"total\":4"));
	assert_null(strchr(u.progress, '\n'));
	begin(b, "interrupted", NULL, "{\"scan.rate\":\"300\"}", 10);
	put_state(b, "interrupted", "nearly all");
	end(b, "interrupted", false, 15);
	assert_goes_on(b, "interrupted", "nearly all");
	assert_int_equal(T0 + 15 * SECOND, find(b).run.finished);
}

static void
a_sweep_that_told_no_state_begins_anew(void **state)
{
	struct bench *b = *state;

	begin(b, "one", NULL, "{}", 1);
	assert_goes_on(b, "one", NULL);
	assert_string_equal("", find(b).progress);
}

static void
a_run_without_settings_or_of_another_source_is_not_resumed(void **state)
{
	struct bench *b = *state;
	struct run import = { .id = "import",
		.source = "import",
		.command = "",
		.site = "default",
		.point = "here",
		.targets = "",
		.settings = "{}",
		.started = T0 };

	assert_int_equal(0, store_begin_run(b->s, &import, &b->e));
	begin(b, "replay", NULL, NULL, 1);
	assert_false(find(b).found);
}

static void
a_run_is_resumed_once_and_then_the_newest(void **state)
{
	struct bench *b = *state;
	struct run again = { .id = "again",
		.source = "sweep",
		.command = "",
		.site = "default",
		.point = "here",
		.targets = "198.18.3.0/24",
		.settings = "{}",
		.resumes = "one",
		.started = T0 + 20 * SECOND };

	begin(b, "one", NULL, "{}", 1);
	put_state(b, "one", "half");
	begin(b, "two", "one", "{}", 10);
	/* Killed before it said anything: it stands where the first one stood. */
	assert_goes_on(b, "two", "half");
	put_state(b, "two", "more");
	assert_goes_on(b, "two", "more");
	assert_int_equal(-1, store_begin_run(b->s, &again, &b->e));
	assert_int_equal(ERR_ARG, b->e.code);
	assert_goes_on(b, "two", "more");
	begin(b, "three", "two", "{}", 30);
	assert_goes_on(b, "three", "more");
	end(b, "three", true, 40);
	assert_false(find(b).found);
}

/* An old one that nobody wants any more does not come up for ever. */
static void
a_sweep_that_was_done_again_from_the_start_is_not_resumed(void **state)
{
	struct bench *b = *state;

	begin(b, "old", NULL, "{\"a\":\"1\"}", 1);
	put_state(b, "old", "half");
	begin(b, "other", NULL, "{\"a\":\"2\"}", 10);
	end(b, "other", true, 11);
	assert_goes_on(b, "old", "half");
	begin(b, "same", NULL, "{\"a\":\"1\"}", 20);
	end(b, "same", false, 21);
	assert_goes_on(b, "same", NULL);
	begin(b, "at last", NULL, "{\"a\":\"1\"}", 30);
	end(b, "at last", true, 31);
	assert_false(find(b).found);
	/* Nor is its state kept. */
	begin(b, "after all", "old", "{\"a\":\"1\"}", 40);
	assert_goes_on(b, "after all", NULL);
}

static void
only_the_writer_may_ask(void **state)
{
	static const char *const files[] = { "m.db", "m.db-wal", "m.db-shm" };
	char dir[] = "/tmp/test_store_resume.XXXXXX", path[64];
	struct store *s;
	struct unfinished u;
	struct bench *b = *state;

	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/m.db", dir);
	assert_int_equal(0, store_open(&s, path, STORE_WRITE, &b->e));
	store_close(s);
	assert_int_equal(0, store_open(&s, path, STORE_READ, &b->e));
	assert_int_equal(-1, store_find_unfinished(s, "sweep", b->mem, &u, &b->e));
	assert_int_equal(-1, store_put_state(s, "x", "y", NULL, &b->e));
	store_close(s);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
		(void)unlink(path);
	}
	assert_int_equal(0, rmdir(dir));
}

/* --- who is known ------------------------------------------------------------------------- */

static int
note_answered(void *arg, const struct answered *a, struct err *e)
{
	char ip[ADDR_TEXT_MAX], mac[MAC_TEXT_MAX];

	(void)e;
	sb_printf(arg, "%s %s%s\n", addr_print(&a->ip, ip),
		mac_is_zero(&a->mac) ? "-" : mac_print(&a->mac, mac),
		a->named ? " named" : "");
	return 0;
}

static void
who_answered_is_known_over_the_whole_chain_by_address(void **state)
{
	struct bench *b = *state;
	struct sb text;

	begin(b, "other", NULL, "{}", 0);
	hear(b, "other", "198.18.3.77", EVIDENCE_REPLY, 0);
	begin(b, "one", NULL, "{}", 1);
	hear(b, "one", "198.18.3.200", EVIDENCE_REPLY, 2);
	hear_mac(b, "one", "198.18.3.9", "00:16:3e:00:00:09", true, 2);
	hear(b, "one", "198.18.3.9", EVIDENCE_REPLY, 3);
	name(b, "one", "198.18.3.9", "nine.example", 4);
	hear(b, "one", "198.18.3.50", EVIDENCE_WEAK, 4);
	name(b, "one", "198.18.3.51", "listed.example", 4);
	hear_mac(b, "one", "2001:db8::1", "00:16:3e:00:00:01", true, 4);
	begin(b, "two", "one", "{}", 10);
	/* Told through a router: the next hop has another one. */
	hear_mac(b, "two", "198.18.3.10", "00:16:3e:00:00:10", false, 11);
	begin(b, "three", "two", "{}", 20);
	sb_init(&text, 1 << 16);
	assert_int_equal(
		0, store_each_answered(b->s, "three", note_answered, &text, &b->e));
	assert_string_equal("198.18.3.9 00:16:3e:00:00:09 named\n"
			    "198.18.3.10 -\n"
			    "198.18.3.200 -\n"
			    "2001:db8::1 00:16:3e:00:00:01\n",
		text.text);
	sb_clear(&text);
	assert_int_equal(
		0, store_each_answered(b->s, "nobody", note_answered, &text, &b->e));
	assert_string_equal("", text.text);
	sb_done(&text);
}

static int
note_change(void *arg, const struct change *c, struct err *e)
{
	(void)e;
	sb_printf(arg, "%s%s%s ", c->what, *c->key ? " " : "", c->key);
	return 0;
}

/* What else the second half finds out about it was always so. */
static void
a_device_is_met_by_the_whole_chain(void **state)
{
	static const struct fact old = { .key = "ip.ttl", .type = FACT_INT, .num = 64 };
	static const struct fact new = {
		.key = "netbios.name", .type = FACT_TEXT, .text = "WS-7"
	};
	struct bench *b = *state;
	struct sb text;

	begin(b, "one", NULL, "{}", 1);
	ingest(b, "one", "198.18.3.7", 2, EVIDENCE_REPLY, &old, 1);
	begin(b, "two", "one", "{}", 10);
	ingest(b, "two", "198.18.3.7", 11, EVIDENCE_REPLY, &new, 1);
	sb_init(&text, 1 << 16);
	assert_int_equal(0, store_each_change(b->s, 0, note_change, &text, &b->e));
	assert_string_equal("new ", text.text);
	begin(b, "later", NULL, "{}", 20);
	ingest(b, "later", "198.18.3.7", 21, EVIDENCE_REPLY,
		&(struct fact){
			.key = "netbios.name", .type = FACT_TEXT, .text = "WS-8" },
		1);
	sb_clear(&text);
	assert_int_equal(0, store_each_change(b->s, 0, note_change, &text, &b->e));
	assert_non_null(strstr(text.text, "field netbios.name"));
	sb_done(&text);
}

static int
count_device(void *arg, const struct device *d, struct err *e)
{
	(void)d;
	(void)e;
	(*(int *)arg)++;
	return 0;
}

static void
the_devices_of_a_run_are_those_of_its_chain(void **state)
{
	struct bench *b = *state;
	int n = 0;

	begin(b, "other", NULL, "{}", 0);
	hear(b, "other", "198.18.3.77", EVIDENCE_REPLY, 0);
	begin(b, "one", NULL, "{}", 1);
	hear(b, "one", "198.18.3.7", EVIDENCE_REPLY, 2);
	begin(b, "two", "one", "{}", 10);
	hear(b, "two", "198.18.3.8", EVIDENCE_REPLY, 11);
	assert_int_equal(
		0, store_each_device_of_run(b->s, "two", count_device, &n, &b->e));
	assert_int_equal(2, n);
}

/* --- what is down ------------------------------------------------------------------------- */

static void
cover(struct bench *b, const char *run, const char *targets, int from, int to)
{
	struct coverage c = { .probe = "icmp-echo",
		.targets = targets,
		.started = T0 + from * (int64_t)SECOND,
		.finished = T0 + to * (int64_t)SECOND,
		.complete = true };

	assert_int_equal(0, store_put_coverage(b->s, run, &c, &b->e));
}

static enum device_state
state_of(struct bench *b, const char *ip)
{
	struct device d;

	if (store_find_device(b->s, ip, b->mem, &d, &b->e) == -1)
		fail_msg("find %s: %s", ip, b->e.text);
	return d.state;
}

static void
who_answered_before_the_interruption_is_not_down_after_it(void **state)
{
	struct bench *b = *state;

	begin(b, "earlier", NULL, "{}", 1);
	hear(b, "earlier", "198.18.3.7", EVIDENCE_REPLY, 2);
	hear(b, "earlier", "198.18.3.8", EVIDENCE_REPLY, 2);
	end(b, "earlier", true, 3);
	begin(b, "one", NULL, "{}", 100);
	hear(b, "one", "198.18.3.7", EVIDENCE_REPLY, 101);
	end(b, "one", false, 102);
	assert_int_equal(DEVICE_UP, state_of(b, "198.18.3.8"));
	/* The second half covers all of it, but does not ask again who answered. */
	begin(b, "two", "one", "{}", 200);
	cover(b, "two", "198.18.3.0/24", 200, 210);
	end(b, "two", true, 210);
	assert_int_equal(DEVICE_UP, state_of(b, "198.18.3.7"));
	assert_int_equal(DEVICE_DOWN, state_of(b, "198.18.3.8"));
}

static void
what_a_killed_run_covered_counts_when_the_sweep_is_done(void **state)
{
	struct bench *b = *state;

	begin(b, "earlier", NULL, "{}", 1);
	hear(b, "earlier", "198.18.3.7", EVIDENCE_REPLY, 2);
	end(b, "earlier", true, 3);
	begin(b, "one", NULL, "{}", 100);
	cover(b, "one", "198.18.3.0/25", 100, 110); /* and then it was killed */
	assert_int_equal(DEVICE_UP, state_of(b, "198.18.3.7"));
	begin(b, "two", "one", "{}", 200);
	cover(b, "two", "198.18.3.128/25", 200, 210);
	end(b, "two", true, 210);
	assert_int_equal(DEVICE_DOWN, state_of(b, "198.18.3.7"));
}

/* --- what it costs -------------------------------------------------------------------------- */

static void
count_tick(void *arg)
{
	++*(int *)arg;
}

/* As an agent has them that polls for months. */
static void
the_end_of_a_run_needs_no_look_at_all_runs_before(void **state)
{
	enum { PAST = 3000, LATER = 30 };
	struct bench *b = *state;
	char id[16];
	int ticks = 0;

	for (int i = 0; i < PAST + LATER; i++) {
		if (i == PAST)
			b->s->sql->watch(b->s->conn, count_tick, &ticks);
		(void)snprintf(id, sizeof(id), "run-%04d", i);
		begin(b, id, NULL, "{}", i);
		put_state(b, id, "at 3 of 4");
		end(b, id, true, i);
	}
	b->s->sql->watch(b->s->conn, NULL, NULL);
	assert_in_range(ticks, 0, LATER / 5);
}

int
main(void)
{
#define TEST(t) cmocka_unit_test_setup_teardown(t, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_store_without_a_sweep_has_nothing_to_go_on_with),
		TEST(a_completed_sweep_is_not_resumed_and_its_state_goes),
		TEST(an_interrupted_and_a_killed_sweep_go_on_from_their_last_state),
		TEST(a_sweep_that_told_no_state_begins_anew),
		TEST(a_run_without_settings_or_of_another_source_is_not_resumed),
		TEST(a_run_is_resumed_once_and_then_the_newest),
		TEST(a_sweep_that_was_done_again_from_the_start_is_not_resumed),
		TEST(only_the_writer_may_ask),
		TEST(who_answered_is_known_over_the_whole_chain_by_address),
		TEST(a_device_is_met_by_the_whole_chain),
		TEST(the_devices_of_a_run_are_those_of_its_chain),
		TEST(who_answered_before_the_interruption_is_not_down_after_it),
		TEST(what_a_killed_run_covered_counts_when_the_sweep_is_done),
		TEST(the_end_of_a_run_needs_no_look_at_all_runs_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
