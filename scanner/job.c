/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of a sweep share: stopping, progress, the life of a wave. */
#include "scanner/job.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "scanner/capture.h"

/* The waves of the segments with a large range, or of all others; the text of a place is of
 * those alone. */
static int
make_waves(struct job *j, bool large, struct wave **out, size_t *n, struct err *e)
{
	struct arena *mem = j->run->scratch;
	struct plan plan = j->plan;
	const struct iprange *nobody = iprange_from_runs(NULL, 0, mem);

	if (plan.n_segments)
		plan.segments = arena_dup(mem, j->plan.segments,
			plan.n_segments * sizeof(*plan.segments));
	if ((plan.n_segments && !plan.segments) || !nobody)
		return err_nomem(e);
	for (size_t i = 0; i < plan.n_segments; i++)
		if ((plan.segments[i].range != NULL) != large)
			plan.segments[i].targets = nobody;
	return waves_make(&plan, j->questions.n, mem, out, n, e);
}

/* Where the run that is continued stopped; its seed gives the same order again. */
static int
find_place(struct job *j, struct err *e)
{
	struct arena *mem = j->run->scratch;
	struct place *p;

	j->n_planned = j->n_waves;
	j->digest = place_digest(j->waves, j->n_waves, &j->questions);
	j->done = arena_new_array(mem, bool, j->n_waves + 1);
	if (!j->done)
		return err_nomem(e);
	if (!j->conf->resume)
		return 0;
	if (!(p = arena_alloc(mem, sizeof(*p))))
		return err_nomem(e);
	if (place_parse(j->conf->resume, j->done, j->n_waves, p, e) == -1)
		return err_add(e, "the place to go on from");
	if (p->plan == j->digest) {
		memcpy(j->seed, p->seed, sizeof(j->seed));
		j->place = p;
		return 0;
	}
	memset(j->done, 0, j->n_waves * sizeof(*j->done));
	job_reason(j, "resume-changed", "",
		"Routes, interfaces or questions are not those of the interrupted sweep, so "
		"it begins anew",
		0);
	return 0;
}

int
job_prepare(struct job *j, const struct source_run *run, const struct sweep_conf *conf,
	struct err *e)
{
	struct question_input in = { .probes = &conf->probes,
		.ports = &conf->ports,
		.identify = conf->identify,
		.secrets = &conf->communities,
		.living_ports = conf->living_ports,
		.n_living_ports = conf->identify ? conf->n_living_ports : 0 };

	j->run = run;
	j->conf = conf;
	j->started = clock_wall(run->clock);
	j->told_us = clock_mono(run->clock);
	u128 n = j->plan.targets - j->plan.sought;
	j->end.targets = n > UINT64_MAX ? UINT64_MAX : (uint64_t)n;
	if (questions_make(&in, run->scratch, &j->questions, e) == -1 ||
		make_waves(j, false, &j->waves, &j->n_waves, e) == -1)
		return -1;
	if (sodium_init() == -1)
		return err_set(e, ERR_SYS, "libsodium does not start");
	if (conf->seeded)
		memcpy(j->seed, conf->seed, sizeof(j->seed));
	else
		randombytes_buf(j->seed, sizeof(j->seed));
	if (find_place(j, e) == -1)
		return -1;
	cookie_derive(j->seed, "cookie", j->cookie.key);
	j->hearing = (struct hearing){ .questions = &j->questions,
		.cookie = &j->cookie,
		.sink = run->sink,
		.gateways = j->plan.gateways };
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

const struct question_list *
job_questions(const struct job *j, size_t wave, enum probe_use use)
{
	const struct wave *w = &j->waves[wave];
	unsigned families = 0;

	/* By address, so those of IPv4 come first. */
	if (w->n_runs && w->runs[0].first.family == ADDR_IP4)
		families |= PROBE_IP4;
	if (w->n_runs && w->runs[w->n_runs - 1].first.family == ADDR_IP6)
		families |= PROBE_IP6;
	return questions_of(&j->questions, use, families);
}

const struct question_list *
job_first_questions(const struct job *j, size_t wave)
{
	bool onlink = j->waves[wave].way == WAY_ONLINK;

	return job_questions(j, wave, onlink ? USE_ONLINK : USE_ROUTED);
}

bool
job_can_ask(const struct job *j, uint32_t question, const struct addr *who)
{
	return probe_speaks(j->questions.items[question].probe, who->family);
}

void
job_order_key(const struct job *j, size_t wave, uint8_t key[static 16])
{
	char use[32];

	(void)snprintf(use, sizeof(use), "order %zu", wave);
	cookie_derive(j->seed, use, key);
}

/* n waves more, that nobody has begun. */
static int
append_waves(struct job *j, const struct wave *more, size_t n, struct err *e)
{
	struct arena *mem = j->run->scratch;
	struct wave *waves = arena_new_array(mem, struct wave, j->n_waves + n);
	bool *done = arena_new_array(mem, bool, j->n_waves + n + 1);

	if (!waves || !done)
		return err_nomem(e);
	memset(done, 0, (j->n_waves + n + 1) * sizeof(*done));
	if (j->n_waves) {
		memcpy(waves, j->waves, j->n_waves * sizeof(*waves));
		memcpy(done, j->done, j->n_waves * sizeof(*done));
	}
	if (n)
		memcpy(waves + j->n_waves, more, n * sizeof(*waves));
	j->waves = waves;
	j->done = done;
	j->n_waves += n;
	return 0;
}

int
job_add_found(struct job *j, const struct iprange *found, struct err *e)
{
	struct arena *mem = j->run->scratch;
	struct wave *more;
	size_t n;

	for (size_t i = 0; i < j->plan.n_segments; i++) {
		struct segment *s = &j->plan.segments[i];
		const struct iprange *here;
		if (!s->range)
			continue;
		u128 before = iprange_count(s->targets);
		here = iprange_intersect(found, s->range, mem);
		s->targets = here ? iprange_add(s->targets, here, mem) : NULL;
		if (!s->targets)
			return err_nomem(e);
		j->end.targets += (uint64_t)(iprange_count(s->targets) - before);
	}
	if (make_waves(j, true, &more, &n, e) == -1)
		return -1;
	return append_waves(j, more, n, e);
}

/* A note of four bytes for the wave, and one that says if it is the last of its kind. */
static void
note(struct job *j, enum capture_note kind, size_t wave, bool last)
{
	uint8_t bytes[5];
	struct wr w = wr_to(bytes, sizeof(bytes));

	if (!j->capture)
		return;
	wr_be32(&w, (uint32_t)wave);
	wr_u8(&w, last);
	capture_write_note(
		j->capture, kind, bytes, sizeof(bytes), clock_wall(j->run->clock));
}

struct hearing_wave *
job_begin_wave(struct job *j, size_t wave, struct err *e)
{
	note(j, NOTE_WAVE, wave, false);
	return hearing_open(&j->hearing, &j->waves[wave], e);
}

void
job_ripen_wave(struct job *j, size_t wave, struct hearing_wave *w)
{
	note(j, NOTE_RIPEN, wave, false);
	hearing_ripen(w);
}

int
job_clear_wave(struct job *j, size_t wave, struct hearing_wave *w, struct err *e)
{
	note(j, NOTE_CLEAR, wave, false);
	return hearing_clear(&j->hearing, w, e);
}

int
job_judge_wave(
	struct job *j, size_t wave, struct hearing_wave *w, bool last, struct err *e)
{
	note(j, NOTE_JUDGE, wave, last);
	return hearing_judge(&j->hearing, w, last, e);
}

int
job_decide_wave(struct job *j, size_t wave, struct hearing_wave *w, struct err *e)
{
	note(j, NOTE_DECIDE, wave, true);
	return hearing_decide(&j->hearing, w, e);
}

void
job_end_wave(struct job *j, struct hearing_wave *w)
{
	j->end.asked += targets_n_asked(w->targets);
	hearing_close(&j->hearing, w);
}

void
job_end_all_waves(struct job *j)
{
	for (size_t i = 0; i < HEARING_WAVES_MAX; i++)
		if (j->hearing.waves[i].targets)
			job_end_wave(j, &j->hearing.waves[i]);
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
