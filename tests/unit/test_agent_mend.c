/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An agent whose clock goes ahead and comes back: what it stored meanwhile, and what it does not
 * touch because nothing is certain. */
#include "schedule/agent_private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "db/redate.h"

#define HOUR (3600 * (int64_t)SECOND)
#define YEAR (365 * 24 * HOUR)
/* Saturday, 2026-11-21T20:15:00Z. */
#define START (INT64_C(1795292100) * SECOND)

struct world {
	struct clock clock; /* the first: it is found by it */
	int64_t now, wrong; /* wall; by how much the clock shows more */
	struct agent_input in;
	struct agent a;
	struct sb mistakes;
	struct err e;
	int runs;
};

static int64_t
mono_of(struct clock *c)
{
	return ((struct world *)c)->now - START;
}

static int64_t
wall_of(struct clock *c)
{
	const struct world *w = (struct world *)c;

	return w->now + w->wrong;
}

/* As an agent that starts. */
static void
start(struct world *w)
{
	static const char text[] =
		"ranges: {a: {targets: [10.0.0.1], schedule: every 60min}, "
		"b: {targets: [10.0.0.2], schedule: 'daily 03:00', make_up: yes, timezone: UTC}}\n";
	struct store *s = w->a.store;

	w->a = (struct agent){ .in = &w->in,
		.store = s,
		.clock = &w->clock,
		.never = "",
		.started = wall_of(&w->clock),
		.offset = START + w->wrong };
	w->a.conf_mem = arena_new(256 << 20);
	assert_non_null(w->a.conf_mem);
	if (agent_conf_read("f", text, strlen(text), wall_of(&w->clock) / SECOND,
		    w->a.conf_mem, &w->a.conf, &w->mistakes, &w->e) == -1 ||
		slots_load(&w->a, w->a.conf, &w->a.slots, &w->a.n_slots, &w->e) == -1 ||
		slots_remember(&w->a, &w->e) == -1 ||
		agent_look_at_clock(&w->a, &w->e) == -1)
		fail_msg("%s: %s", w->e.text, w->mistakes.text);
}

static void
stop(struct world *w)
{
	slots_free(w->a.slots, w->a.n_slots);
	arena_free(w->a.conf_mem);
}

static int
setup(void **state)
{
	static struct world w;

	w = (struct world){ .clock = { .mono_us = mono_of, .wall_us = wall_of },
		.now = START,
		.in = { .point = "p1", .program = "/bin/true" } };
	w.in.clock = &w.clock;
	sb_init(&w.mistakes, CONF_MAX);
	*state = &w;
	if (store_open(&w.in.store, ":memory:", STORE_WRITE, &w.e) == -1)
		return -1;
	w.a.store = w.in.store;
	start(&w);
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	stop(w);
	sb_done(&w->mistakes);
	store_close(w->in.store);
	return 0;
}

/* The clock shows so much more than it should from now on. */
static void
set_clock(struct world *w, int64_t wrong)
{
	w->wrong = wrong;
	agent_notice_jump(&w->a);
}

static void
store_visit(struct world *w, const char *id)
{
	const struct run run = { .id = id,
		.source = "sweep",
		.command = "",
		.site = "s",
		.point = "p1",
		.targets = "10.0.0.1",
		.started = wall_of(&w->clock) };
	const struct observation o = { .at = wall_of(&w->clock) + SECOND,
		.source = "sweep",
		.run = id,
		.point = "p1",
		.site = "s",
		.ip = addr_ip4(0x0a000001),
		.evidence = EVIDENCE_REPLY };
	const struct run_end end = { .ok = true };
	struct ingest_result r = { 0 };

	if (store_begin_run(w->a.store, &run, &w->e) == -1 ||
		store_ingest(w->a.store, &o, 1, &r, &w->e) == -1 ||
		store_end_run(w->a.store, id, o.at + SECOND, &end, &w->e) == -1)
		fail_msg("%s", w->e.text);
}

/* An hour, in which the poll runs and sees one machine. */
static void
poll_once(struct world *w)
{
	struct slot *s = slot_find(&w->a, "a");
	char id[16];
	int64_t last;

	w->now += HOUR;
	(void)snprintf(id, sizeof(id), "run-%d", ++w->runs);
	assert_int_equal(
		TIMETABLE_RUN, timetable_take(&s->table, wall_of(&w->clock), &last));
	s->last_due = last;
	s->started = wall_of(&w->clock);
	s->finished = s->last_done = s->started + 2 * SECOND;
	store_visit(w, id);
	const struct poll_run ran = { .poll = "a",
		.run = id,
		.due = last * SECOND,
		.started = s->started,
		.finished = s->finished,
		.outcome = "done",
		.reason = "" };
	assert_int_equal(0, store_put_poll_run(w->a.store, &ran, &w->e));
	assert_int_equal(0, slot_save(&w->a, s, &w->e));
}

static struct ahead_look
look(struct world *w)
{
	struct ahead_look l;

	assert_int_equal(0,
		store_look_ahead(
			w->a.store, wall_of(&w->clock) + 3 * SECOND, &l, &w->e));
	return l;
}

static int
take_device(void *arg, const struct device *d, struct err *e)
{
	(void)e;
	*(struct device *)arg = *d;
	return 0;
}

static void
what_it_stored_while_it_was_ahead_goes_back(void **state)
{
	struct world *w = *state;
	const struct slot *s;
	struct device d;

	poll_once(w);
	set_clock(w, 10 * YEAR);
	poll_once(w);
	poll_once(w);
	w->now += HOUR / 2;
	assert_int_equal(0, look(w).newest);
	set_clock(w, 0);
	assert_int_equal(0, look(w).newest);
	assert_int_equal(0, store_each_device(w->a.store, take_device, &d, &w->e));
	assert_true(d.first_seen == START + HOUR + SECOND);
	assert_true(d.last_seen == START + 3 * HOUR + SECOND);
	s = slot_find(&w->a, "a");
	assert_true(s->last_due == (START + 3 * HOUR) / SECOND);
	assert_true(s->started == START + 3 * HOUR);
	assert_true(s->last_done == START + 3 * HOUR + 2 * SECOND);
	assert_true(timetable_due(&s->table) == START + 4 * HOUR);
	w->now -= HOUR / 2;
	poll_once(w); /* an hour after the last one */
	assert_int_equal(0, look(w).newest);
	stop(w);
	start(w); /* and what it remembers is that, too */
	assert_true(slot_find(&w->a, "a")->last_due == (START + 4 * HOUR) / SECOND);
}

/* By the right clock that time is still to come. */
static void
a_time_of_day_that_ran_by_it_runs_again(void **state)
{
	struct world *w = *state;
	struct slot *s = slot_find(&w->a, "b");
	int64_t last, due = timetable_due(&s->table);

	set_clock(w, 10 * HOUR);
	assert_int_equal(
		TIMETABLE_RUN, timetable_take(&s->table, wall_of(&w->clock), &last));
	s->last_due = last;
	w->now += HOUR;
	set_clock(w, 0);
	assert_true(timetable_due(&s->table) == due);
	assert_true(s->last_due < w->now / SECOND);
}

static void
a_clock_that_is_set_back_only_changes_nothing(void **state)
{
	struct world *w = *state;

	poll_once(w);
	poll_once(w);
	set_clock(w, -10 * YEAR);
	assert_int_equal(2, look(w).observations);
	assert_true(look(w).newest > START + 2 * HOUR);
	set_clock(w, 0);
	assert_int_equal(0, look(w).newest);
}

static void
an_agent_that_started_in_between_changes_nothing(void **state)
{
	struct world *w = *state;

	poll_once(w);
	set_clock(w, 10 * YEAR);
	poll_once(w);
	stop(w);
	start(w);
	poll_once(w);
	set_clock(w, 0);
	assert_int_equal(2, look(w).observations);
	assert_int_equal(2, look(w).runs);
	assert_true(look(w).newest > 10 * YEAR + START);
	/* By hand: as late as they can have been, for the right clock goes on. */
	w->now += HOUR;
	store_visit(w, "right");
	const struct poll_run ran = { .poll = "a",
		.run = "right",
		.started = wall_of(&w->clock),
		.outcome = "done",
		.reason = "" };
	assert_int_equal(0, store_put_poll_run(w->a.store, &ran, &w->e));
	w->now += HOUR;
	assert_true(look(w).belongs == START + 4 * HOUR);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_it_stored_while_it_was_ahead_goes_back, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_time_of_day_that_ran_by_it_runs_again, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_clock_that_is_set_back_only_changes_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(
			an_agent_that_started_in_between_changes_nothing, setup,
			teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
