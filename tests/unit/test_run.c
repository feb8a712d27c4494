/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A worker and its parent: what a control line claims was heard before it. */
#include "cli/run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "inventory/ndjson.h"

/* What the source does: after each stretch of records it claims that it told them all. */
struct plan {
	int stretches, records; /* records of one stretch */
	bool breaks;            /* dies behind the last claim */
};

static int
tell_one(struct source_run *run, int n, struct err *e)
{
	struct fact f = { .key = "ip.ttl", .type = FACT_INT, .num = n };
	struct observation o = { .source = "sweep",
		.at = 1700000000000000LL + n,
		.ip = addr_ip4((uint32_t)n),
		.evidence = EVIDENCE_REPLY,
		.facts = &f,
		.n_facts = 1 };

	return run->sink->take(run->sink, &o, e);
}

static int
run_plan(struct source_run *run, struct err *e)
{
	const struct plan *p = run->conf;
	int told = 0;

	for (int i = 0; i < p->stretches; i++) {
		char text[16];
		for (int k = 0; k < p->records; k++)
			if (tell_one(run, told++, e) == -1)
				return -1;
		(void)snprintf(text, sizeof(text), "%d", told);
		struct coverage c = {
			.probe = "arp", .targets = text, .complete = true
		};
		run->monitor->coverage(run->monitor, &c);
		run->monitor->state(run->monitor, text);
		run->monitor->progress(
			run->monitor, &(struct progress){ .phase = text });
	}
	if (p->breaks)
		_exit(9);
	run->monitor->end(
		run->monitor, &(struct run_end){ .ok = true, .found = (uint64_t)told });
	return 0;
}

static const struct source source_plan = { .name = "plan", .run = run_plan };

/* The parent: counts, and looks at each claim. */
struct parent {
	struct run_handler handler; /* first */
	struct monitor monitor;
	uint64_t records, states, coverages, ends, claimed;
	bool slow;
};

static struct parent *
parent_of(struct monitor *m)
{
	return (struct parent *)((char *)m - offsetof(struct parent, monitor));
}

static int
on_record(struct run_handler *h, const char *line, size_t n, struct err *e)
{
	struct parent *p = (struct parent *)h;

	(void)line;
	(void)n;
	(void)e;
	/* A store that is busy now and then, so that both pipes fill. */
	if (p->slow && p->records % 4096 == 0)
		(void)nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
	p->records++;
	return 0;
}

static int
on_idle(struct run_handler *h, struct err *e)
{
	(void)h;
	(void)e;
	return 0;
}

static void
check_claim(struct parent *p, const char *text)
{
	uint64_t claimed = strtoull(text, NULL, 10);

	if (claimed > p->records)
		fail_msg("%llu are claimed, %llu were heard",
			(unsigned long long)claimed, (unsigned long long)p->records);
	p->claimed = claimed;
}

static void
on_coverage(struct monitor *m, const struct coverage *c)
{
	check_claim(parent_of(m), c->targets);
	parent_of(m)->coverages++;
}

static void
on_state(struct monitor *m, const char *text)
{
	check_claim(parent_of(m), text);
	parent_of(m)->states++;
}

static void
on_end(struct monitor *m, const struct run_end *end)
{
	assert_true(end->found <= parent_of(m)->records);
	parent_of(m)->ends++;
}

static void
on_progress(struct monitor *m, const struct progress *p)
{
	(void)m;
	(void)p;
}

static void
on_reason(struct monitor *m, const struct reason *r)
{
	(void)m;
	(void)r;
}

static int
go(const struct plan *plan, struct parent *p, struct err *e)
{
	struct worker w = { .source = &source_plan,
		.conf = plan,
		.site = "default",
		.point = "here",
		.run = "run-1",
		.out_fd = -1,
		.control_fd = -1,
		.deadline_us = INT64_MAX };
	struct run_process process;

	p->handler = (struct run_handler){
		.record = on_record, .idle = on_idle, .monitor = &p->monitor
	};
	p->monitor = (struct monitor){ on_progress, on_reason, on_coverage, on_state,
		on_end };
	assert_int_equal(0, run_start(&w, &process, e));
	return run_wait(&process, &p->handler, e);
}

static void
records_are_heard_before_what_is_claimed_of_them(void **state)
{
	static const struct {
		const char *label;
		struct plan plan;
		bool slow;
	} rows[] = {
		{ "a claim behind each record", { 3000, 1, false }, false },
		{ "stretches that fill the pipe", { 40, 2500, false }, false },
		{ "stretches larger than the pipe, and a slow reader",
			{ 4, 20000, false }, true },
		{ "claims without records", { 500, 0, false }, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct plan *plan = &rows[i].plan;
		struct parent p = { .slow = rows[i].slow };
		struct err e = { 0 };

		print_message("  %s\n", rows[i].label);
		assert_int_equal(0, go(plan, &p, &e));
		assert_int_equal(plan->stretches * plan->records, p.records);
		assert_int_equal(plan->stretches, p.states);
		assert_int_equal(plan->stretches, p.coverages);
		assert_int_equal(plan->stretches * plan->records, p.claimed);
		assert_int_equal(1, p.ends);
	}
}

/* Not all of its claims came out, but none that goes too far. */
static void
a_worker_that_dies_has_claimed_nothing_that_was_not_heard(void **state)
{
	const struct plan plan = { 10, 10000, true };
	struct parent p = { .slow = true };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(0, go(&plan, &p, &e));
	assert_int_equal(0, p.ends);
	assert_true(p.claimed <= p.records);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_heard_before_what_is_claimed_of_them),
		cmocka_unit_test(
			a_worker_that_dies_has_claimed_nothing_that_was_not_heard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
