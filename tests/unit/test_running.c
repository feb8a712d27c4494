/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs of polls whose process is a shell that ends well, crashes, hangs or writes rubbish. */
#include "schedule/running.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))

#define LINE \
	"{\"v\":1,\"at\":\"2026-11-21T20:15:03.000000Z\",\"source\":\"sweep\",\"ip\":\"10.0.0.7\"," \
	"\"evidence\":\"reply\",\"facts\":{\"icmp.echo\":true}}"
#define END(ok) \
	"{\"kind\":\"end\",\"ok\":" ok \
	",\"interrupted\":false,\"targets\":1,\"asked\":1,\"sent\":1," \
	"\"answered\":1,\"found\":1,\"dropped\":0,\"duration_us\":1}"
#define SAY(line)   "echo '" line "'; "
#define END_SAY(ok) "echo '" END(ok) "' >&3; "

struct world {
	struct store *store;
	struct err e;
};

static int
setup(void **state)
{
	static struct world w;

	*state = &w;
	return store_open(&w.store, ":memory:", STORE_WRITE, &w.e);
}

static int
teardown(void **state)
{
	store_close(((struct world *)*state)->store);
	return 0;
}

static struct running *
begin_within(struct world *w, const char *script, int64_t deadline, const char *state,
	const struct iprange *reach)
{
	char sh[] = "sh", c[] = "-c", *copy = strdup(script);
	char *argv[] = { sh, c, copy, NULL };
	struct running_input in = { .store = w->store,
		.clock = &clock_system,
		.poll = "office",
		.source = "sweep",
		.site = "lab",
		.point = "p1",
		.targets = "10.0.0.0/24",
		.reach = reach,
		.deadline = deadline,
		.child = { .argv = argv,
			.program = "/bin/sh",
			.state = state,
			.never = "0.0.0.0/0\n" } };
	struct running *r;

	if (running_start(&r, &in, &w->e) == -1)
		fail_msg("%s", w->e.text);
	free(copy);
	return r;
}

static struct running *
begin(struct world *w, const char *script, int64_t deadline, const char *state)
{
	return begin_within(w, script, deadline, state, NULL);
}

static const struct running_result *
wait_for(struct running *r)
{
	const struct running_result *result;
	int64_t until = clock_mono(&clock_system) + 20 * SECOND;

	while (!running_ended(r, &result)) {
		assert_true(clock_mono(&clock_system) < until);
		running_work(r);
		clock_system.sleep_us(&clock_system, MSEC);
	}
	return result;
}

static void
whatever_a_worker_does_its_run_has_an_outcome_and_what_it_found_is_kept(void **state)
{
	static const struct {
		const char *label, *script, *outcome, *reason;
		uint64_t observations, spoilt;
	} rows[] = {
		{ "ends well", SAY(LINE) END_SAY("true"), "done", "", 1, 0 },
		{ "not all could be done", SAY(LINE) END_SAY("false") "exit 1",
			"partial", "", 1, 0 },
		{ "crashes", SAY(LINE) SAY(LINE) "kill -SEGV $$", "killed",
			"worker killed by signal 11 (Segmentation fault) after 2 observations; "
			"kept",
			2, 0 },
		{ "breaks off", SAY(LINE) "exit 3", "failed",
			"worker ended with status 3 after 1 observations", 1, 0 },
		{ "cannot be started", "exec /nonexistent", "failed", "status 127", 0,
			0 },
		{ "writes rubbish", SAY(LINE) SAY("rubbish") SAY("{}") END_SAY("true"),
			"partial", "2 spoilt lines were left out", 1, 2 },
		{ "writes rubbish beside", SAY(LINE) "echo x >&3; " END_SAY("true"),
			"partial", "1 spoilt lines", 1, 1 },
		{ "a line without an end", "printf '%s' '" LINE "'; " END_SAY("true"),
			"done", "", 1, 0 },
		{ "a line that is too long",
			"head -c 200000 /dev/zero | tr '\\0' x; echo; " SAY(LINE)
				END_SAY("true"),
			"partial", "1 spoilt lines", 1, 1 },
		{ "says nothing", "", "failed", "status 0 after 0 observations", 0, 0 },
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct running *r = begin(*state, rows[i].script, 60 * SECOND, NULL);
		const struct running_result *x = wait_for(r);
		print_message("  %s\n", rows[i].label);
		assert_string_equal(rows[i].outcome, x->outcome);
		if (!strstr(x->reason, rows[i].reason))
			fail_msg("%s", x->reason);
		assert_int_equal(rows[i].observations, x->observations);
		assert_int_equal(rows[i].spoilt, x->spoilt);
		running_free(r);
	}
}

static void
a_worker_that_lasts_too_long_is_told_to_end(void **state)
{
	struct running *r = begin(*state,
		"stop() { " END_SAY(
			"false") "exit; }; trap stop TERM; while :; do sleep 0.05; done",
		2 * SECOND, NULL); /* by then the shell has set its trap */
	const struct running_result *x = wait_for(r);

	assert_string_equal("partial", x->outcome);
	assert_string_equal("its deadline has passed", x->reason);
	running_free(r);
}

static void
a_worker_that_is_paused_tells_where_it_was(void **state)
{
	static const char script[] =
		"stop() { echo '{\"kind\":\"state\",\"text\":\"half\"}' >&3; " END_SAY(
			"false") "exit; }; trap stop TERM; " SAY(LINE) "while :; do sleep 0.05; done";
	struct running *r = begin(*state, script, 60 * SECOND, NULL);
	struct running_look look;

	do {
		running_work(r);
		running_look(r, &look);
	} while (look.observations == 0);
	running_stop(r, STOP_BLACKOUT);
	const struct running_result *x = wait_for(r);
	assert_string_equal("paused", x->outcome);
	assert_string_equal("a blackout window began", x->reason);
	assert_string_equal("half", x->state);
	running_free(r);
}

static void
a_worker_gets_its_state_and_what_it_must_not_touch(void **state)
{
	struct running *r = begin(*state,
		"[ \"$(cat /proc/self/fd/4)\" = half ] && [ \"$(cat <&5)\" = 0.0.0.0/0 ] && "
		"[ ! -e /proc/self/fd/6 ] && " END_SAY("true"),
		60 * SECOND, "half");

	assert_string_equal("done", wait_for(r)->outcome);
	running_free(r);
}

static int
count_run(void *arg, const struct poll_run *r, struct err *e)
{
	int *n = arg;

	(void)e;
	assert_string_equal("office", r->poll);
	assert_true(r->finished >= r->started);
	n[0]++;
	n[1] += (int)r->spoilt;
	return 0;
}

static void
the_history_has_every_run(void **state)
{
	struct world *w = *state;
	int n[2] = { 0, 0 };

	assert_int_equal(
		0, store_each_poll_run(w->store, "office", 100, count_run, n, &w->e));
	assert_int_equal(13, n[0]); /* of the tests above */
	assert_int_equal(4, n[1]);
	assert_int_equal(0, store_each_poll_run(w->store, NULL, 5, count_run, n, &w->e));
	assert_int_equal(18, n[0]);
}

static struct iprange *
set_of(const char *text, struct arena *mem)
{
	struct iprange *set = NULL;
	struct err e;

	if (text && iprange_parse(&text, 1, NULL, mem, &set, &e) == -1)
		fail_msg("%s", e.text);
	return set;
}

static void
a_run_exceeds_what_leaves_out_something_that_it_may_ask(void **state)
{
	static const struct {
		const char *label, *reach, *set;
		bool yes;
	} rows[] = {
		{ "the same", "10.0.0.0/24", "10.0.0.0/24", false },
		{ "wider", "10.0.0.0/24", "10.0.0.0/16", false },
		{ "one is excluded", "10.0.0.0/24", "10.0.0.0/24 !10.0.0.66", true },
		{ "one that was never asked is excluded", "10.0.0.0/24 !10.0.0.66",
			"10.0.0.0/24 !10.0.0.66", false },
		{ "half of it", "10.0.0.0/24", "10.0.0.0/25", true },
		{ "nothing", "10.0.0.0/24", NULL, true },
		{ "asks nobody", NULL, "10.0.0.0/25", false },
		{ "asks nobody, and nothing", NULL, NULL, false },
	};
	struct arena *mem = arena_new(64 << 20);

	for (size_t i = 0; i < N(rows); i++) {
		struct running *r = begin_within(*state, END_SAY("true"), 60 * SECOND,
			NULL, set_of(rows[i].reach, mem));
		print_message("  %s\n", rows[i].label);
		arena_reset(mem); /* the run has its own copy */
		assert_int_equal(
			rows[i].yes, running_exceeds(r, set_of(rows[i].set, mem)));
		running_free(r);
	}
	arena_free(mem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			whatever_a_worker_does_its_run_has_an_outcome_and_what_it_found_is_kept),
		cmocka_unit_test(a_worker_that_lasts_too_long_is_told_to_end),
		cmocka_unit_test(a_worker_that_is_paused_tells_where_it_was),
		cmocka_unit_test(a_worker_gets_its_state_and_what_it_must_not_touch),
		cmocka_unit_test(the_history_has_every_run),
		cmocka_unit_test(a_run_exceeds_what_leaves_out_something_that_it_may_ask),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
