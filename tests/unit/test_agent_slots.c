/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Polls over a reload, and over what a person says: what goes on, and what begins anew. */
#include "schedule/agent_private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* Saturday, 2026-11-21T20:15:00Z. */
#define START INT64_C(1795292100)

struct world {
	struct clock clock; /* the first: it is found by it */
	int64_t now;        /* seconds UTC */
	struct agent_input in;
	struct agent a;
	struct err e;
};

static int64_t
now_of(struct clock *c)
{
	return ((struct world *)c)->now * SECOND;
}

static void
load(struct world *w, const char *text)
{
	struct arena *mem = arena_new(256 << 20);
	struct agent_conf *conf;
	struct slot *slots;
	struct sb mistakes;
	size_t n;

	assert_non_null(mem);
	sb_init(&mistakes, CONF_MAX);
	if (agent_conf_read("f", text, strlen(text), w->now, mem, &conf, &mistakes,
		    &w->e) == -1 ||
		slots_load(&w->a, conf, &slots, &n, &w->e) == -1)
		fail_msg("%s: %s", w->e.text, mistakes.text);
	sb_done(&mistakes);
	conf->point = w->in.point;
	slots_free(w->a.slots, w->a.n_slots);
	arena_free(w->a.conf_mem);
	w->a.conf = conf;
	w->a.conf_mem = mem;
	w->a.slots = slots;
	w->a.n_slots = n;
	w->a.confs++;
}

static void
begin(struct world *w, const char *text)
{
	*w = (struct world){ .clock = { .mono_us = now_of, .wall_us = now_of },
		.now = START,
		.in = { .point = "p1", .program = "/bin/true" } };
	w->in.clock = w->a.clock = &w->clock;
	w->a.in = &w->in;
	w->a.never = "";
	assert_int_equal(0, store_open(&w->in.store, ":memory:", STORE_WRITE, &w->e));
	w->a.store = w->in.store;
	load(w, text);
}

static void
end(struct world *w)
{
	for (size_t i = 0; i < w->a.n_slots; i++)
		running_free(w->a.slots[i].running);
	slots_free(w->a.slots, w->a.n_slots);
	arena_free(w->a.conf_mem);
	store_close(w->in.store);
}

static struct slot *
slot(struct world *w, const char *name)
{
	struct slot *s = slot_find(&w->a, name);

	assert_non_null(s);
	return s;
}

static int64_t
at(const char *text)
{
	int64_t us;

	assert_int_equal(0, time_parse(text, &us));
	return us;
}

#define CORP(times)  "windows: {corp: {domains: [CORP], " times "}}\n"
#define RANGE(times) "ranges: {a: {targets: [10.0.0.1], " times "}}\n"

static void
a_reload_keeps_the_times_that_are_the_same_and_no_others(void **state)
{
	static const struct {
		const char *label, *poll, *before, *after, *due;
	} rows[] = {
		{ "the same", "corp.full", CORP("full: every 60min"),
			CORP("full: every 60min"), "2026-11-21T20:15:00Z" },
		{ "the same in other words", "corp.full", CORP("full: every 60min"),
			CORP("full: every 1h"), "2026-11-21T20:15:00Z" },
		{ "another interval", "corp.full", CORP("full: every 60min"),
			CORP("full: every 2h"), "2026-11-21T20:25:00Z" },
		{ "other days and times", "corp.full",
			CORP("full: monthly last fri 22:00, timezone: UTC"),
			CORP("full: 'daily 03:00', timezone: UTC"),
			"2026-11-22T03:00:00Z" },
		{ "another time", "corp.quick",
			CORP("quick: 'daily 03:00', timezone: UTC"),
			CORP("quick: 'daily 04:00', timezone: UTC"),
			"2026-11-22T04:00:00Z" },
		{ "another zone", "a", RANGE("schedule: 'daily 03:00', timezone: UTC"),
			RANGE("schedule: 'daily 03:00', timezone: Europe/Berlin"),
			"2026-11-22T02:00:00Z" },
		{ "after another poll", "corp.full",
			RANGE("schedule: start") CORP("full: 'daily 03:00'"),
			RANGE("schedule: start") CORP("full: after a"), NULL },
		{ "the agent did not start just now", "a",
			RANGE("schedule: ['daily 03:00', start], timezone: UTC"),
			RANGE("schedule: ['daily 04:00', start], timezone: UTC"),
			"2026-11-22T04:00:00Z" },
	};
	struct world w;

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		print_message("  %s\n", rows[i].label);
		begin(&w, rows[i].before);
		w.now += 600;
		load(&w, rows[i].after);
		char have[TIME_TEXT_MAX];
		int64_t due = timetable_due(&slot(&w, rows[i].poll)->table);
		if (due != (rows[i].due ? at(rows[i].due) : CALENDAR_NEVER))
			fail_msg("due %s", time_print(due, have));
		end(&w);
	}
}

static void
a_window_that_a_reload_makes_shorter_is_over(void **state)
{
	struct world w;

	(void)state;
	begin(&w, RANGE("blackout: 2020-01-01 - 2099-01-01, timezone: UTC"));
	assert_true(slot_in_blackout(&w.a, slot(&w, "a"), w.now));
	load(&w, RANGE("blackout: 2020-01-01 - 2021-01-01, timezone: UTC"));
	assert_false(slot_in_blackout(&w.a, slot(&w, "a"), w.now));
	load(&w, RANGE("blackout: 2020-01-01 - 2098-01-01, timezone: UTC"));
	assert_true(slot_in_blackout(&w.a, slot(&w, "a"), w.now));
	end(&w);
}

static void
say(struct world *w, const char *line)
{
	struct listener_request r = {
		.line = line, .n = strlen(line), .may_change = true, .passed = { -1 }
	};
	struct sb out;

	sb_init(&out, 1 << 16);
	agent_answer(&w->a, &r, &out);
	if (!strstr(out.text, "\"ok\":true"))
		fail_msg("%s: %s", line, out.text);
	sb_done(&out);
}

#define POLL  "{\"v\":1,\"do\":\"poll\",\"name\":\"a\"}"
#define PAUSE "{\"v\":1,\"do\":\"pause\",\"name\":\"a\"}"

static void
a_poll_that_was_asked_for_and_then_paused_does_not_run(void **state)
{
	static const struct {
		const char *label, *lines[3];
		bool runs;
	} rows[] = {
		{ "asked", { POLL }, true },
		{ "paused", { POLL, PAUSE }, false },
		{ "asked although it was paused", { PAUSE, POLL }, true },
		{ "paused again", { PAUSE, POLL, PAUSE }, false },
	};
	struct world w;

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		print_message("  %s\n", rows[i].label);
		begin(&w, RANGE("schedule: 'daily 03:00'"));
		for (size_t k = 0; k < N(rows[i].lines) && rows[i].lines[k]; k++)
			say(&w, rows[i].lines[k]);
		runs_start(&w.a);
		assert_int_equal(rows[i].runs, slot(&w, "a")->running != NULL);
		end(&w);
	}
}

/* With a poll that goes on, which the store has as it was when it was paused. */
static void
a_poll_that_was_away_for_a_reload_is_as_it_was(void **state)
{
	static const char with[] = "ranges:\n"
				   "  a: {targets: [10.0.0.1], schedule: every 60min}\n"
				   "  b: {targets: [10.0.0.2], schedule: every 60min}\n";
	static const char without[] =
		"ranges: {b: {targets: [10.0.0.2], schedule: every 60min}}\n";
	const struct poll_run ran = { .poll = "a",
		.run = "019ab000-0000-7000-8000-000000000001",
		.due = START * SECOND,
		.started = START * SECOND,
		.finished = (START + 5) * SECOND,
		.outcome = "done",
		.reason = "" };
	struct world w;

	(void)state;
	begin(&w, with);
	runs_notice_due(&w.a);
	assert_int_equal(0, store_put_poll_run(w.in.store, &ran, &w.e));
	say(&w, PAUSE);
	say(&w, "{\"v\":1,\"do\":\"pause\",\"name\":\"b\"}");
	slot(&w, "b")->paused = false;
	w.now += 600;
	load(&w, without);
	assert_null(slot_find(&w.a, "a"));
	load(&w, with);
	assert_true(slot(&w, "a")->paused);
	assert_true(timetable_due(&slot(&w, "a")->table) == (START + 3600) * SECOND);
	assert_string_equal("done", slot(&w, "a")->outcome);
	assert_true(slot(&w, "a")->last_done == ran.finished);
	assert_false(slot(&w, "b")->paused);
	end(&w);
}

/* Through the file, as a reload goes: runs of polls that it does not have end meanwhile. */
static void
reload(struct world *w, const char *text)
{
	char path[] = "/tmp/muster-slots.XXXXXX", said[512], as_before[] = "";
	int fd = mkstemp(path);

	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	w->in.conf_path = path;
	for (size_t i = 0; i < FIXED; i++)
		w->a.fixed[i] = as_before;
	agent_reload(&w->a, said, sizeof(said));
	unlink(path);
	w->in.conf_path = NULL;
	if (!strstr(said, "read: "))
		fail_msg("%s", said);
}

static void
a_poll_that_comes_back_waits_for_its_run_that_still_ends(void **state)
{
	static const char none[] = "agent: {at_once: 4}\n";
	static const struct {
		const char *text, *poll;
	} rows[] = {
		{ RANGE("schedule: every 60min"), "a" },
		{ "windows: {corp: {quick: every 15min, full: every 60min}}\n",
			"corp.full" },
		{ "ad: {forest: {forest: yes, schedule: every 60min}}\n", "forest" },
		{ "passive: {enabled: yes}\n", "passive" },
	};
	struct world w;

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		print_message("  %s\n", rows[i].poll);
		begin(&w, rows[i].text);
		runs_notice_due(&w.a);
		runs_start(&w.a);
		assert_non_null(slot(&w, rows[i].poll)->running);
		size_t ran = runs_count(&w.a);
		reload(&w, none);
		assert_int_equal(w.a.n_leaving, ran);
		reload(&w, rows[i].text);
		slot(&w, rows[i].poll)->wanted = true;
		runs_start(&w.a);
		assert_null(slot(&w, rows[i].poll)->running);
		/* They end: its turn. */
		while (w.a.n_leaving)
			runs_work(&w.a);
		runs_start(&w.a);
		assert_non_null(slot(&w, rows[i].poll)->running);
		end(&w);
	}
}

static void
run_to_its_end(struct world *w, const char *poll, enum stop_cause why)
{
	runs_start(&w->a);
	assert_non_null(slot(w, poll)->running);
	if (why != STOP_NONE)
		running_stop(slot(w, poll)->running, why);
	while (slot(w, poll)->running)
		runs_work(&w->a);
}

/* A run that was paused goes on later, and only then has it ended. */
static void
a_poll_after_another_waits_for_its_end(void **state)
{
	static const struct {
		const char *label;
		enum stop_cause why;
		bool ended;
	} rows[] = {
		{ "by itself", STOP_NONE, true },
		{ "its deadline has passed", STOP_DEADLINE, true },
		{ "a blackout window began", STOP_BLACKOUT, false },
		{ "paused by hand", STOP_PERSON, false },
		{ "it may ask less", STOP_CONF, false },
		{ "the agent stopped it", STOP_AGENT, false },
	};
	struct world w;

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		print_message("  %s\n", rows[i].label);
		begin(&w, RANGE("schedule: every 60min") CORP("full: after a"));
		slot(&w, "a")->wanted = true;
		run_to_its_end(&w, "a", rows[i].why);
		const struct timetable *after = &slot(&w, "corp.full")->table;
		int64_t due = rows[i].ended ? START * SECOND : CALENDAR_NEVER;
		assert_true(timetable_due(after) == due);
		/* The agent would go on with it when it starts again. */
		slot(&w, "a")->wanted |= rows[i].why == STOP_AGENT;
		assert_int_equal(!rows[i].ended, slot(&w, "a")->wanted);
		if (!rows[i].ended)
			run_to_its_end(&w, "a", STOP_NONE);
		assert_true(timetable_due(after) == START * SECOND);
		end(&w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_reload_keeps_the_times_that_are_the_same_and_no_others),
		cmocka_unit_test(a_window_that_a_reload_makes_shorter_is_over),
		cmocka_unit_test(a_poll_that_was_asked_for_and_then_paused_does_not_run),
		cmocka_unit_test(a_poll_that_was_away_for_a_reload_is_as_it_was),
		cmocka_unit_test(
			a_poll_that_comes_back_waits_for_its_run_that_still_ends),
		cmocka_unit_test(a_poll_after_another_waits_for_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
