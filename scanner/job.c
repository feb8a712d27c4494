/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of a sweep share: stopping, progress, coverage, the life of a wave. */
#include "scanner/job.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum {
	/* Runs in one coverage line: at most 64 KiB, and an IPv6 run takes 80 bytes. */
	COVERAGE_RUNS = 500,
	COVERAGE_MEMORY = 1 << 20,
};

int
job_prepare(struct job *j, const struct source_run *run, const struct sweep_conf *conf,
	struct err *e)
{
	struct question_input in = { &conf->probes, &conf->ports, conf->identify,
		&conf->communities };

	j->run = run;
	j->conf = conf;
	j->started = clock_wall(run->clock);
	j->told_us = clock_mono(run->clock);
	j->end.targets = j->plan.targets > UINT64_MAX ? UINT64_MAX
						      : (uint64_t)j->plan.targets;
	if (questions_make(&in, run->scratch, &j->questions, e) == -1 ||
		waves_make(&j->plan, j->questions.n, run->scratch, &j->waves,
			&j->n_waves, e) == -1)
		return -1;
	if (sodium_init() == -1)
		return err_set(e, ERR_SYS, "libsodium does not start");
	if (conf->seeded)
		memcpy(j->seed, conf->seed, sizeof(j->seed));
	else
		randombytes_buf(j->seed, sizeof(j->seed));
	cookie_derive(j->seed, "cookie", j->cookie.key);
	j->hearing = (struct hearing){
		.questions = &j->questions, .cookie = &j->cookie, .sink = run->sink
	};
	return 0;
}

bool
job_stopped(struct job *j)
{
	if (j->run->stop && *j->run->stop)
		j->end.interrupted = true;
	else if (j->run->deadline_us != INT64_MAX &&
		clock_mono(j->run->clock) >= j->run->deadline_us)
		j->end.error = "the deadline passed";
	return j->end.interrupted || j->end.error;
}

void
job_order_key(const struct job *j, size_t wave, uint8_t key[static 16])
{
	char use[32];

	(void)snprintf(use, sizeof(use), "order %zu", wave);
	cookie_derive(j->seed, use, key);
}

int
job_begin_wave(struct job *j, size_t wave, struct err *e)
{
	/* Whether anybody answers, and how fast, is another matter for each wave. */
	j->hearing.last_us = 0;
	return targets_new(&j->hearing.targets, &j->waves[wave], j->questions.n, e);
}

void
job_end_wave(struct job *j)
{
	if (j->hearing.targets)
		j->end.asked += targets_n_asked(j->hearing.targets);
	targets_free(j->hearing.targets);
	j->hearing.targets = NULL;
}

void
job_progress(struct job *j, const char *phase, uint64_t done, uint64_t total)
{
	int64_t now = clock_mono(j->run->clock), passed = now - j->told_us;
	struct progress p = { .phase = phase,
		.done = done,
		.total = total,
		.sent = j->end.sent,
		.answered = j->hearing.answered,
		.found = j->hearing.found,
		.eta_us = -1 };

	if (passed < JOB_PROGRESS_US)
		return;
	j->rate = (int64_t)(j->end.sent - j->told_sent) * SECOND / passed;
	j->told_us = now;
	j->told_sent = j->end.sent;
	p.rate = j->rate;
	if (p.rate > 0)
		p.eta_us = (int64_t)(p.total - p.done) * SECOND / p.rate;
	j->run->monitor->progress(j->run->monitor, &p);
}

void
job_reason(struct job *j, const char *code, const char *about, const char *text,
	uint64_t count)
{
	struct reason r = { code, about, text, count };

	j->run->monitor->reason(j->run->monitor, &r);
}

static void
tell_coverage(struct job *j, const struct job_coverage *in, const char *targets)
{
	const struct probe *last = NULL;

	for (size_t i = 0; i < in->questions->n; i++) {
		const struct probe *p = j->questions.items[in->questions->items[i]].probe;
		struct coverage c = { .probe = p->name,
			.targets = targets,
			.started = in->started,
			.finished = clock_wall(j->run->clock),
			.complete = in->complete };
		if (p == last) /* the ports of one probe follow each other */
			continue;
		last = p;
		if (p->chosen_ports && in->tcp_name)
			c.probe = in->tcp_name;
		j->run->monitor->coverage(j->run->monitor, &c);
	}
}

static int
tell_runs(struct job *j, const struct job_coverage *in, const struct iprange_run *runs,
	size_t n, struct err *e)
{
	struct arena *mem = arena_new(COVERAGE_MEMORY);
	const struct iprange *set = mem ? iprange_from_runs(runs, n, mem) : NULL;
	struct sb text;
	int rc = 0;

	sb_init(&text, COVERAGE_MEMORY);
	if (set)
		iprange_print(set, &text);
	if (!set || text.bad)
		rc = err_nomem(e);
	else
		tell_coverage(j, in, text.text);
	sb_done(&text);
	arena_free(mem);
	return rc;
}

static int
cover_segment(
	struct job *j, const struct job_coverage *in, uint32_t segment, struct err *e)
{
	struct iprange_run runs[COVERAGE_RUNS];
	size_t n = 0;

	for (size_t i = 0; i < in->wave->n_runs; i++) {
		const struct wave_run *r = &in->wave->runs[i];
		if (r->segment != segment)
			continue;
		runs[n++] = (struct iprange_run){ r->first,
			addr_from_number(
				r->first.family, addr_number(&r->first) + r->n - 1) };
		if (n == COVERAGE_RUNS) {
			if (tell_runs(j, in, runs, n, e) == -1)
				return -1;
			n = 0;
		}
	}
	return n ? tell_runs(j, in, runs, n, e) : 0;
}

int
job_cover(struct job *j, const struct job_coverage *in, struct err *e)
{
	for (size_t i = 0; i < j->plan.n_segments; i++) {
		if (j->plan.segments[i].way != in->wave->way ||
			(in->mask && !in->mask[i]))
			continue;
		if (cover_segment(j, in, (uint32_t)i, e) == -1)
			return -1;
	}
	return 0;
}
