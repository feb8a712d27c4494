/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The life of a course.  What decides anything is in recall, rate, group and canary. */
#include "scanner/course_parts.h"

#include "base/log.h"
#include "scanner/cover.h"

LOG_TAG("sweep");

#define SHARE_LEAST 0.05 /* less of a round more is not worth another wait */

enum {
	CLEAR_EVERY_US = 50 * MSEC, /* while questions go */
	RIPEN_EVERY_US = 10 * MSEC,
	RIPEN_WAIT_US = 2 * MSEC,
	OVERRUN_US = 100 * MSEC, /* between two reactions to a ring that was full */
	BLIND_ROUNDS = 2,        /* asked of a wave where nobody answers */
	RESTS_MAX = 6,           /* rounds for those that rested */
};

static const struct question_list *
sweep_questions(const struct course *c)
{
	return job_first_questions(course_job(c), c->number);
}

static const struct question_list *
living_questions(const struct course *c)
{
	return job_questions(course_job(c), c->number, USE_LIVING);
}

/* --- rounds and stages ----------------------------------------------------------------- */

void
course_log_round(const struct course *c)
{
	int64_t now = course_now(c);

	log_debug("wave %zu, round %u: took %jd ms, waited %jd ms; %u found, %ju of %ju "
		  "canaries lost, round trip %jd us (at most %jd), %jd packets/s",
		c->number, c->rounds, (intmax_t)(now - c->began_us) / MSEC,
		(intmax_t)(c->waiting ? now - c->sent_us : 0) / MSEC,
		targets_n_proved(course_targets(c)), (uintmax_t)c->counts.lost,
		(uintmax_t)c->counts.asked, (intmax_t)c->lane->rtt.mean_us,
		(intmax_t)c->lane->rtt.max_us, (intmax_t)c->lane->rate.now);
}

void
course_begin_round(struct course *c, double from, double to)
{
	c->share = to;
	walk_set_share(&c->walk, from, to);
	c->early = c->resumed = false;
	c->waiting = c->asked = c->put_off = c->for_rested = c->walked = false;
	c->questions = 0;
	c->top_up = c->n_topped = 0;
	c->topped_up = false;
	c->news_us = 0;
	c->began_us = course_now(c);
	c->dropped = port_dropped(c->sending->port);
}

static void
begin_stage(struct course *c, enum stage stage, uint32_t n,
	const struct question_list *questions)
{
	uint8_t key[16];

	job_order_key(course_job(c), c->number, key);
	walk_init(&c->walk, n, questions, key);
	c->stage = stage;
	c->rounds = 0;
	c->begin_us = 0;
	course_begin_round(c, 0, 1);
}

/* --- beginning and end ------------------------------------------------------------------ */

static int
know_living(struct course *c, struct err *e)
{
	const struct sweep_conf *conf = course_conf(c);
	struct targets *t = course_targets(c);
	uint32_t target;

	for (size_t i = 0; i < conf->n_known; i++) {
		if (!targets_find(t, &conf->known[i].ip, &target))
			continue;
		if (targets_know(t, target, &conf->known[i].mac, e) == -1)
			return -1;
		struct group *g = targets_group(t, target);
		if (g)
			g->inhabited = true;
	}
	return 0;
}

static void
go_on_from(struct course *c, const struct place_wave *at)
{
	uint32_t n = c->wave->n;
	struct walk *w = &c->walk;

	c->rounds = at->rounds;
	c->counts = at->counts;
	c->counts.many_questions = sweep_questions(c)->n > 1;
	c->again = at->again;
	w->from = at->from < n ? at->from : n;
	w->limit = at->to < n ? at->to : n;
	w->position = at->position < w->limit ? at->position : w->limit;
	w->pass = at->pass;
	c->share = (double)w->limit / n;
	c->resumed = true;
}

static void
begin_sweep(struct course *c)
{
	begin_stage(c, STAGE_SWEEP, c->wave->n, sweep_questions(c));
	if (c->at)
		go_on_from(c, c->at);
}

int
course_begin(struct course *c, struct sending *s, size_t wave,
	const struct place_wave *at, struct err *e)
{
	struct job *j = s->job;
	uint8_t key[16];

	*c = (struct course){ .sending = s,
		.number = wave,
		.wave = &j->waves[wave],
		.at = at,
		.started = clock_wall(j->run->clock) };
	c->lane = &s->lanes[c->wave->segment];
	c->heard = job_begin_wave(j, wave, e);
	if (!c->heard || canaries_init(&c->canaries, e) == -1 || know_living(c, e) == -1)
		return -1;
	c->counts.many_questions = sweep_questions(c)->n > 1;
	c->cleared_us = c->ripened_us = course_now(c);
	job_order_key(j, wave, key);
	c->sample = sample_make(course_conf(c)->sample, key);
	if (c->sample.of_256)
		begin_stage(c, STAGE_SAMPLE, c->wave->n, sweep_questions(c));
	else
		begin_sweep(c);
	return 0;
}

void
course_place(const struct course *c, struct place_wave *out)
{
	/* In the sample of the silent the round itself is over. */
	bool reprobing = c->stage == STAGE_SWEEP && c->reprobe.begun && c->rounds == 0;
	bool sweeping = c->stage == STAGE_SWEEP && !reprobing;
	uint32_t n = c->wave->n;

	if (c->stage == STAGE_SAMPLE) { /* is taken again */
		*out = c->at
			? *c->at
			: (struct place_wave){ .wave = (uint32_t)c->number, .to = n };
		return;
	}
	*out = (struct place_wave){ .wave = (uint32_t)c->number,
		.rounds = sweeping ? c->rounds : c->counts.rounds + reprobing,
		.from = sweeping ? c->walk.from : n,
		.to = sweeping ? c->walk.limit : n,
		.pass = sweeping ? c->walk.pass : 0,
		/* The step that waits for its turn is not asked yet. */
		.position = sweeping ? c->walk.position - c->has_step : n,
		.again = c->again || reprobing,
		.counts = c->counts };
	if (reprobing)
		out->counts.rounds = 1;
}

/* Those with weak answers only are not found: the rounds are told of the others. */
static void
count_proved(struct course *c)
{
	uint64_t heard = 0, proved = targets_n_proved(course_targets(c));

	for (size_t i = 0; i < RECALL_ROUNDS_MAX; i++)
		heard += c->counts.found[i];
	for (size_t i = 0; i < RECALL_ROUNDS_MAX && heard > proved; i++)
		c->counts.found[i] = (c->counts.found[i] * proved + heard / 2) / heard;
}

void
course_end(struct course *c)
{
	if (c->heard)
		count_proved(c);
	canaries_free(&c->canaries);
	reprobe_free(&c->reprobe);
	if (c->heard)
		job_end_wave(course_job(c), c->heard);
	c->heard = NULL;
}

/* --- after a round ---------------------------------------------------------------------- */

/* Canaries that are wanted in any case are answered while others are waited for. */
static void
want_top_up(struct course *c)
{
	uint64_t wanted = c->asked ? course_count_top_up(c) : 0;

	c->top_up = wanted > c->n_topped ? wanted - c->n_topped : 0;
}

/* Canaries whose fate is known go into the counts and to the rate. */
static void
settle(struct course *c, int64_t timeout_us, int64_t now)
{
	struct canary canary;

	while (canaries_settle(
		&c->canaries, course_targets(c), timeout_us, now, &canary)) {
		if (!canary.answered)
			rate_canary(&c->lane->rate, canary.step, true);
		if (c->stage == STAGE_LIVING) {
			if (!canary.answered)
				course_take_pulse(c, canary.target, PULSE_LOST, 0);
			continue; /* one host may have many: no measure of the path */
		}
		c->counts.asked++;
		c->counts.lost += !canary.answered;
	}
}

static void
adapt_rate(struct course *c, int64_t now)
{
	struct lane *l = c->lane;
	uint64_t dropped = port_dropped(c->sending->port);
	bool changed = false;

	if (dropped > c->dropped) {
		c->dropped = dropped;
		c->lossy = true;
		/* What is on its way may overflow the ring once more: not slower for that. */
		int64_t hold = rtt_timeout(&l->rtt) > OVERRUN_US ? rtt_timeout(&l->rtt)
								 : OVERRUN_US;
		if (course_measures(c) && now - l->overrun_us >= hold) {
			l->overrun_us = now;
			changed = true;
			rate_overrun(&l->rate, now);
		}
	}
	changed |= course_measures(c) && rate_judge(&l->rate, now);
	if (changed)
		pace_set_rate(&l->pace, l->rate.now, now);
}

/* How far the next round has to go, 0 to 1. */
static double
next_share(const struct course *c)
{
	const struct targets *t = course_targets(c);
	struct recall_counts counts = c->counts;

	/* The living may all have been asked already, while the others were swept; or a round in
	 * the run that is continued. */
	bool first = c->resumed || (c->stage == STAGE_LIVING && c->rounds == 1);
	bool idle = !c->asked && !first;

	if (c->put_off && c->rests < RESTS_MAX)
		return 1;
	if (c->rounds >= (uint64_t)course_conf(c)->rounds)
		return 0;
	if (c->again)
		return 1;
	if (idle)
		return 0;
	if (!course_measures(c))
		return 1;
	if (targets_n_proved(t) == 0)
		return c->rounds < BLIND_ROUNDS;
	if (c->stage == STAGE_LIVING) {
		counts = (struct recall_counts){
			.asked = counts.asked, .lost = counts.lost, .rounds = c->rounds
		};
		return recall_missing_round(&counts, course_conf(c)->recall) > 0;
	}
	return recall_missing_round(&counts, course_conf(c)->recall);
}

/* Was as much found as is wanted, as far as that was measured?  It was when nobody was left
 * to ask. */
static bool
reached_recall(struct course *c)
{
	if (!course_measures(c) || !c->asked ||
		targets_n_proved(course_targets(c)) == 0 ||
		recall_missing_round(&c->counts, course_conf(c)->recall) <=
			c->counts.share + SHARE_LEAST)
		return true;
	if (!job_stopped(course_job(c)))
		job_reason(course_job(c), "recall-not-reached", "",
			"So much gets lost that more rounds than --rounds allows would be "
			"needed to find all that is wanted",
			0);
	return false;
}

static int
cover(struct course *c, struct err *e)
{
	struct job *j = course_job(c);
	struct cover done = { .wave = c->wave,
		.targets = course_targets(c),
		.questions = sweep_questions(c),
		.started = c->started,
		.complete = reached_recall(c) && !c->lossy && !c->lane->doubtful &&
			!job_stopped(j) };

	return cover_tell(j, &done, e);
}

/* Those that were found since are the next to be asked who they are. */
static void
go_on_with_living(struct course *c)
{
	uint32_t n = targets_n_living(course_targets(c));

	if (c->stage == STAGE_LIVING)
		c->first += c->walk.n;
	if (n == c->first || living_questions(c)->n == 0)
		c->stage = STAGE_DONE;
	else
		begin_stage(c, STAGE_LIVING, n - c->first, living_questions(c));
}

void
course_count_round(struct course *c)
{
	if (c->stage == STAGE_SWEEP && !c->asked)
		return;
	if (c->for_rested)
		return;
	c->rounds += c->share >= 1;
	if (c->stage != STAGE_SWEEP)
		return;
	if (c->share < 1)
		c->counts.share = c->share;
	if (c->share >= 1 && c->counts.rounds < RECALL_ROUNDS_MAX - 1) {
		c->counts.rounds++;
		c->counts.share = 0;
	}
}

/* The wait is over. */
static int
end_round(struct course *c, struct err *e)
{
	struct job *j = course_job(c);

	course_log_round(c);
	settle(c, -1, course_now(c));
	if (c->stage == STAGE_SAMPLE) {
		/* Too few answers to judge by: they are held on. */
		sample_judge(&c->sample, course_targets(c));
		begin_sweep(c);
		return 0;
	}
	if (job_judge_wave(j, c->number, c->heard, c->stage == STAGE_LIVING, e) == -1)
		return -1;
	if (c->reprobe.begun && c->rounds == 0) {
		uint32_t answered = reprobe_answered(&c->reprobe, course_targets(c));
		c->counts.reasked = c->reprobe.n;
		c->counts.refound = answered;
		c->again |= answered > 0;
	}
	course_count_round(c);
	/* A round that was asked in part goes on when it turns out to be not enough. */
	double from = c->share < 1 ? c->share : 0, to = next_share(c);
	if (to > from + (from > 0 ? SHARE_LEAST : 0)) {
		c->lossy = c->again = false;
		bool rested = c->put_off;
		c->rests += rested;
		c->begin_us = rested ? c->rest_us : 0;
		course_begin_round(c, from, to);
		c->for_rested = rested;
		return 0;
	}
	if (c->stage == STAGE_SWEEP && cover(c, e) == -1)
		return -1;
	go_on_with_living(c);
	return 0;
}

int
course_break_off(struct course *c, struct err *e)
{
	struct job *j = course_job(c);
	bool sweeping = c->stage == STAGE_SAMPLE || c->stage == STAGE_SWEEP;

	if (job_decide_wave(j, c->number, c->heard, e) == -1)
		return -1;
	c->lossy = true;
	return sweeping ? cover(c, e) : 0;
}

/* The answers of the round are here: is another one needed, or do some more canaries show
 * that it is not? */
static int
top_up(struct course *c, int64_t now, struct err *e)
{
	c->topped_up = true;
	if (job_judge_wave(course_job(c), c->number, c->heard, c->stage == STAGE_LIVING,
		    e) == -1)
		return -1;
	want_top_up(c);
	c->topped_us = now;
	return c->top_up > 0 ? 0 : end_round(c, e);
}

bool
course_wants_another_round(const struct course *c)
{
	return c->again ||
		(c->reprobe.begun &&
			reprobe_answered(&c->reprobe, course_targets(c)) > 0);
}

/* --- the turn --------------------------------------------------------------------------- */

static void
begin_wait(struct course *c)
{
	c->waiting = true;
	c->sent_us = c->topped_us = course_now(c);
	want_top_up(c);
}

static void
ask_top_up(struct course *c, int64_t now)
{
	while (c->top_up > 0 && !sending_is_full(c->sending) &&
		course_ask_canary(c, now)) {
		c->top_up--;
		c->n_topped++;
		c->topped_us = now;
	}
}

/* When silence may have cleared some of what is held back. */
static int64_t
clear_due(const struct course *c)
{
	int64_t least = c->waiting ? RIPEN_WAIT_US : RIPEN_EVERY_US;
	int64_t every = c->lane->rtt.max_us * 2;

	if (c->heard->doubt.used == 0)
		return INT64_MAX;
	return c->ripened_us + (every > least ? every : least);
}

/* Telling takes time, of which there is most while answers are waited for. */
static int
clear_now_and_then(struct course *c, int64_t now, struct err *e)
{
	struct job *j = course_job(c);

	if (now < clear_due(c))
		return 0;
	c->ripened_us = now;
	if (!c->waiting && now - c->cleared_us < CLEAR_EVERY_US) {
		job_ripen_wave(j, c->number, c->heard);
		return 0;
	}
	c->cleared_us = now;
	if (job_clear_wave(j, c->number, c->heard, e) == -1)
		return -1;
	if (c->waiting && c->n_topped == 0)
		want_top_up(c);
	return 0;
}

/* The first round of one that went on early: its answers are here now. */
static int
judge_when_due(struct course *c, int64_t now, struct err *e)
{
	if (c->judge_us == 0 || now < c->judge_us)
		return 0;
	c->judge_us = 0;
	return job_judge_wave(course_job(c), c->number, c->heard, false, e);
}

int
course_turn(struct course *c, int64_t *wait_us, struct err *e)
{
	int64_t now = course_now(c);

	settle(c, rtt_timeout(&c->lane->rtt), now);
	adapt_rate(c, now);
	if (clear_now_and_then(c, now, e) == -1 || judge_when_due(c, now, e) == -1)
		return -1;
	if (!c->waiting && (*wait_us = course_ask_round(c)) >= 0)
		return 0;
	if (!c->waiting)
		begin_wait(c);
	ask_top_up(c, now);
	int64_t until = course_wait_until(c), due = clear_due(c);
	*wait_us = until > now ? until - now : 0;
	/* What can be told now is not left for the end of the wait. */
	if (due - now < *wait_us)
		*wait_us = due > now ? due - now : 0;
	/* Canaries wait for a turn of their own. */
	if (c->top_up > 0 && *wait_us > MSEC)
		*wait_us = MSEC;
	if (until > now)
		return 0;
	return c->topped_up || c->stage == STAGE_SAMPLE ? end_round(c, e)
							: top_up(c, now, e);
}

/* Who is heard first in a round may have been asked in the one before. */
static void
count_first(struct course *c, int64_t asked_us)
{
	uint32_t round = c->counts.rounds;

	if (round > 0 && asked_us < c->began_us)
		round--;
	if (round >= RECALL_ROUNDS_MAX)
		round = RECALL_ROUNDS_MAX - 1;
	c->counts.found[round]++;
}

void
course_hear(struct course *c, const struct answer *a, int64_t heard_us)
{
	struct canary canary;

	if (canaries_answer(&c->canaries, course_targets(c), a->target, &canary)) {
		struct distress *d = targets_distress(course_targets(c), a->target);
		bool noted = a->question < DISCOVERY_MAX;
		bool fails = a->reset && noted && d->opened == a->question + 1;
		if (!a->reset && noted)
			d->opened = (uint8_t)(a->question + 1);
		rate_canary(&c->lane->rate, canary.step, false);
		rtt_add(&c->lane->rtt, heard_us - canary.asked_us);
		if (c->stage == STAGE_LIVING)
			course_take_pulse(c, a->target,
				fails ? PULSE_RESET : PULSE_ANSWERED,
				heard_us - canary.asked_us);
	} else if (a->news && a->rtt_us >= 0) {
		rtt_add(&c->lane->rtt, a->rtt_us);
	}
	if (a->news)
		c->news_us = heard_us;
	if (a->first)
		count_first(c, heard_us - a->rtt_us);
}

uint64_t
course_done(const struct course *c)
{
	uint64_t all = (uint64_t)c->wave->n *
		job_first_questions(course_job(c), c->number)->n;

	if (c->stage == STAGE_SAMPLE)
		return 0;
	bool first = c->stage == STAGE_SWEEP && c->rounds == 0 && c->walk.round == 0;
	return first ? walk_done(&c->walk) : all;
}
