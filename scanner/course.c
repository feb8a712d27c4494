/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state of one wave.  What decides anything is in recall, rate, group and canary. */
#include "scanner/course.h"

#include "base/log.h"
#include "scanner/cover.h"

LOG_TAG("sweep");

#define SHARE_LEAST 0.05 /* less of a round more is not worth another wait */

enum {
	CANARY_EVERY = 40,         /* questions to one canary */
	CANARY_SOME = 200,         /* that show whether another round is needed */
	CANARY_ENOUGH = 2000,      /* canaries that show the loss well */
	CANARY_GAP_US = 20 * MSEC, /* so that an answer is that of this question */
	CLEAR_EVERY_US = 50 * MSEC,
	/* Longer than this after the last answer hardly any comes, once every
	 * neighbourhood has shown how far away it is ... */
	QUIET_US = 20 * MSEC,
	/* ... and while one may be farther than all that answered. */
	QUIET_FAR_US = 300 * MSEC,
	BLIND_ROUNDS = 2, /* asked of a wave where nobody answers */
	KNOWN_LINK = 8,   /* answers that tell how far the hosts of a link are */
	PULSE_WAIT_US = MSEC,
	RESTS_MAX = 6,      /* rounds for those that rested */
	FRAMES_A_LOOK = 32, /* frames built between two looks at the clock */
};

static struct targets *
targets_of(const struct course *c)
{
	return c->heard->targets;
}

static struct job *
job_of(const struct course *c)
{
	return c->sending->job;
}

static struct clock *
clock_of(const struct course *c)
{
	return job_of(c)->run->clock;
}

static const struct sweep_conf *
conf_of(const struct course *c)
{
	return job_of(c)->conf;
}

static const struct question_list *
sweep_questions(const struct course *c)
{
	return job_first_questions(job_of(c), c->number);
}

static const struct question_list *
living_questions(const struct course *c)
{
	return job_questions(job_of(c), c->number, USE_LIVING);
}

static bool
measures_recall(const struct course *c)
{
	return conf_of(c)->recall > 0;
}

static void
log_round(const struct course *c)
{
	int64_t now = clock_mono(clock_of(c));

	log_debug("wave %zu, round %u: took %jd ms, waited %jd ms; %u found, %ju of %ju "
		  "canaries lost, round trip %jd us (at most %jd), %jd packets/s",
		c->number, c->rounds, (intmax_t)(now - c->began_us) / MSEC,
		(intmax_t)(c->waiting ? now - c->sent_us : 0) / MSEC,
		targets_n_proved(targets_of(c)), (uintmax_t)c->counts.lost,
		(uintmax_t)c->counts.asked, (intmax_t)c->lane->rtt.mean_us,
		(intmax_t)c->lane->rtt.max_us, (intmax_t)c->lane->rate.now);
}

/* --- rounds --------------------------------------------------------------------------- */

static void
begin_round(struct course *c, double from, double to)
{
	c->share = to;
	walk_set_share(&c->walk, from, to);
	c->early = false;
	c->waiting = c->asked = c->put_off = c->for_rested = false;
	c->questions = 0;
	c->top_up = 0;
	c->topped_up = false;
	c->news_us = 0;
	c->began_us = clock_mono(clock_of(c));
	c->dropped = port_dropped(c->sending->port);
}

static void
begin_stage(struct course *c, enum stage stage, uint32_t n,
	const struct question_list *questions)
{
	uint8_t key[16];

	job_order_key(job_of(c), c->number, key);
	walk_init(&c->walk, n, questions, key);
	c->stage = stage;
	c->rounds = 0;
	c->begin_us = 0;
	begin_round(c, 0, 1);
}

static int
know_living(struct course *c, struct err *e)
{
	const struct sweep_conf *conf = conf_of(c);
	struct targets *t = targets_of(c);
	uint32_t target;

	for (size_t i = 0; i < conf->n_known; i++)
		if (targets_find(t, &conf->known[i].ip, &target) &&
			targets_know(t, target, &conf->known[i].mac, e) == -1)
			return -1;
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
	c->cleared_us = clock_mono(clock_of(c));
	job_order_key(j, wave, key);
	c->sample = sample_make(conf_of(c)->sample, key);
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
		.again = c->again,
		.counts = c->counts };
	if (reprobing)
		out->counts.rounds = 1;
}

/* Those with weak answers only are not found: the rounds are told of the others. */
static void
count_proved(struct course *c)
{
	uint64_t heard = 0, proved = targets_n_proved(targets_of(c));

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
		job_end_wave(job_of(c), c->heard);
	c->heard = NULL;
}

/* --- asking --------------------------------------------------------------------------- */

/* Who gave a proof is done with, and who has answered this.  Not so the dark canaries: what
 * else answers for them is wanted, too (group.h). */
static bool
skip_in_sweep(struct course *c, struct walk_step *s)
{
	const struct targets *t = targets_of(c);

	if (c->sample.of_256) {
		const struct group *g = targets_group(t, s->who);
		bool sampled = c->rounds == 0 && targets_asked(t, s->who, s->question);
		if (sampled || (g && g->skipped))
			return true;
	}
	if (!targets_is_living(t, s->who))
		return false;
	if (targets_answered(t, s->who, s->question))
		return true;
	struct addr a = targets_addr(t, s->who);
	bool dark = c->rounds == 0 && group_is_dark(&a) && targets_group(t, s->who);
	return targets_is_proved(t, s->who) && !dark;
}

static bool
skip_in_sample(struct course *c, struct walk_step *s)
{
	return !sample_has(&c->sample, targets_of(c), s->who) || skip_in_sweep(c, s);
}

/* --- hosts that rest -------------------------------------------------------------------- */

static int64_t
rest_of(const struct course *c, uint32_t target, int64_t now)
{
	const struct group *g = targets_group(targets_of(c), target);
	struct distress of_group = { .until_ms = g ? g->rest_until : 0 };
	int64_t host = distress_rest(targets_distress(targets_of(c), target), now);
	int64_t group = distress_rest(&of_group, now);

	return host > group ? host : group;
}

static void
tell_distress(struct course *c, uint32_t target, const struct distress *d)
{
	struct addr a = targets_addr(targets_of(c), target);
	char text[ADDR_TEXT_MAX];
	struct job *j = job_of(c);

	if (j->distressed++ >= JOB_DISTRESS_MAX)
		return;
	job_reason(j, "distress", addr_print(&a, text),
		d->coolings < DISTRESS_GIVE_UP
			? "It answers much later or no more since it is asked: it is left in "
			  "peace for a while"
			: "It answers much later or no more whenever it is asked: it is asked "
			  "no more",
		0);
}

/* Several of one /24: the network there, or what it hangs on. */
static void
cool_group(struct course *c, uint32_t target, int64_t now)
{
	struct group *g = targets_group(targets_of(c), target);
	struct addr a = targets_addr(targets_of(c), target);
	char text[ADDR_TEXT_MAX];

	if (!g || g->distressed == UINT8_MAX || ++g->distressed % DISTRESS_HOSTS)
		return;
	g->rest_until = (uint32_t)(now / MSEC) + 2 * DISTRESS_REST_MS;
	if (job_of(c)->distressed < JOB_DISTRESS_MAX)
		job_reason(job_of(c), "distress-network", addr_print(&a, text),
			"Several hosts around it suffer: all of its /24 is left in peace for a "
			"while",
			0);
}

static void
take_pulse(struct course *c, uint32_t target, enum pulse_outcome outcome, int64_t rtt_us)
{
	struct distress *d = targets_distress(targets_of(c), target);
	uint64_t asked = c->counts.asked;
	int64_t now = clock_mono(clock_of(c));
	struct pulse p = { .outcome = outcome,
		.rtt_us = rtt_us,
		.path_rtt_us = c->lane->rtt.mean_us,
		.path_loss = asked ? (double)c->counts.lost / (double)asked : 0 };

	if (!distress_pulse(d, &p, now))
		return;
	tell_distress(c, target, d);
	cool_group(c, target, now);
}

/* Where one host is asked much, its pulse is taken now and then. */
static bool
ask_pulse(struct course *c, uint32_t target, int64_t now)
{
	struct targets *t = targets_of(c);
	uint32_t question;

	if (c->stage != STAGE_LIVING || !measures_recall(c))
		return false;
	if (!canaries_have_room(&c->canaries) ||
		!distress_is_due(targets_distress(t, target)) ||
		!canaries_question(t, target, &question))
		return false;
	sending_put(c->sending, c->heard, target, question, now);
	canaries_ask(&c->canaries, t, target, c->lane->rate.step, now);
	c->asked = true;
	return true;
}

/* Who rests is asked in a later round, or no more. */
static bool
is_put_off(struct course *c, uint32_t target)
{
	int64_t now = clock_mono(clock_of(c)), rest = rest_of(c, target, now);

	if (rest > 0 && rest < INT64_MAX) {
		if (!c->put_off || now + rest < c->rest_us)
			c->rest_us = now + rest;
		c->put_off = true;
	}
	return rest > 0;
}

static bool
has_open_pulse(const struct course *c, uint32_t target)
{
	return c->stage == STAGE_LIVING && targets_note(targets_of(c), target) != 0;
}

static void
ask_later(struct course *c, const struct walk_step *s)
{
	c->later[c->n_later++] = *s;
}

/* The first of those that waited for a pulse, whose host has answered it.  Whose host rests
 * since then is put off. */
static bool
take_later(struct course *c)
{
	size_t kept = 0;
	bool found = false;

	for (size_t i = 0; i < c->n_later; i++) {
		const struct walk_step *s = &c->later[i];
		bool open = has_open_pulse(c, s->who);
		if (found || open) {
			c->later[kept++] = *s;
		} else if (!is_put_off(c, s->who)) {
			c->step = *s;
			found = true;
		}
	}
	c->n_later = kept;
	return found;
}

/* What was asked already waits for the second round. */
static bool
skip_of_living(struct course *c, struct walk_step *s)
{
	const struct targets *t = targets_of(c);

	s->who = targets_living(t, c->first + s->who);
	if (targets_answered(t, s->who, s->question) ||
		(c->rounds == 0 && targets_asked(t, s->who, s->question)))
		return true;
	if (c->for_rested && targets_distress(t, s->who)->coolings == 0)
		return true;
	return is_put_off(c, s->who);
}

static bool (*const skips[])(struct course *, struct walk_step *) = {
	[STAGE_SAMPLE] = skip_in_sample,
	[STAGE_SWEEP] = skip_in_sweep,
	[STAGE_LIVING] = skip_of_living,
};

enum next { NEXT_IS_THERE, NEXT_HAS_TO_WAIT, NEXT_IS_NONE };

/* Whoever has a pulse to answer does not keep the others waiting. */
static enum next
find_step(struct course *c)
{
	c->has_step = c->has_step || take_later(c);
	while (!c->has_step) {
		if (c->n_later == COURSE_LATER_MAX)
			return NEXT_HAS_TO_WAIT;
		if (!walk_next(&c->walk, &c->step))
			return c->n_later ? NEXT_HAS_TO_WAIT : NEXT_IS_NONE;
		if (skips[c->stage](c, &c->step))
			continue;
		if (has_open_pulse(c, c->step.who))
			ask_later(c, &c->step);
		else
			c->has_step = true;
	}
	return NEXT_IS_THERE;
}

static int64_t
host_gap(const struct course *c)
{
	return SECOND / conf_of(c)->host_rate;
}

static int64_t
host_due(const struct course *c, uint32_t target, int64_t now)
{
	const struct targets *t = targets_of(c);

	if (!targets_asked_any(t, target))
		return 0;
	/* The answer to the round before may be on its way. */
	int64_t gap = host_gap(c);
	if (c->early && gap < c->patience_us)
		gap = c->patience_us;
	return gap - targets_since_asked(t, target, now);
}

/* Is a canary due, and is there one?  Its turn is that of any question. */
static bool
ask_canary(struct course *c, int64_t now)
{
	int64_t gap = host_gap(c) > CANARY_GAP_US ? host_gap(c) : CANARY_GAP_US;
	uint32_t target, question;

	if (!canaries_next(&c->canaries, targets_of(c), gap, now, &target, &question))
		return false;
	const struct probe *p = job_of(c)->questions.items[question].probe;
	if (sending_due(c->sending, c->wave->segment, p, now) > 0)
		return false;
	sending_put(c->sending, c->heard, target, question, now);
	canaries_ask(&c->canaries, targets_of(c), target, c->lane->rate.step, now);
	return true;
}

/* 0: it was put into the batch; else how long it has to wait. */
static int64_t
ask_step(struct course *c, int64_t now)
{
	const struct question *q = &job_of(c)->questions.items[c->step.question];
	int64_t wait = sending_due(c->sending, c->wave->segment, q->probe, now);
	int64_t host = host_due(c, c->step.who, now);

	wait = host > wait ? host : wait;
	if (wait > 0)
		return wait;
	if (ask_pulse(c, c->step.who, now)) { /* the question itself comes later */
		ask_later(c, &c->step);
		c->has_step = false;
		return 0;
	}
	if (c->reprobe.begun && c->rounds == 0 && c->walk.pass == 0)
		reprobe_note(&c->reprobe, c->step.who);
	sending_put(c->sending, c->heard, c->step.who, c->step.question, now);
	c->has_step = false;
	c->asked = true;
	c->questions++;
	return 0;
}

static bool
canary_is_due(const struct course *c)
{
	/* Once the loss is known well, fewer do. */
	uint32_t every = c->counts.asked < CANARY_ENOUGH ? CANARY_EVERY
							 : 4 * CANARY_EVERY;

	return c->stage == STAGE_SWEEP && measures_recall(c) && c->questions >= every;
}

/* Has every neighbourhood shown how far away it is? */
static bool
distances_are_known(const struct course *c)
{
	const struct targets *t = targets_of(c);

	if (c->wave->way == WAY_ONLINK)
		return targets_n_living(t) >= KNOWN_LINK;
	for (uint32_t i = 0; i < targets_n_groups(t); i++) {
		const struct group *g = targets_get_group(t, i);
		bool answered = g->n == 0;
		for (int k = 0; k < ANSWER_KINDS; k++)
			answered |= g->answered[k] > 0;
		if (!answered)
			return false;
	}
	return targets_n_groups(t) > 0;
}

/* How long after the last question, or the last news, answers are still expected. */
static int64_t
patience(const struct course *c)
{
	int64_t longest = conf_of(c)->wait_ms * MSEC, quiet;

	if (targets_n_living(targets_of(c)) == 0)
		return longest;
	if (c->stage == STAGE_LIVING || distances_are_known(c))
		quiet = QUIET_US + c->lane->rtt.max_us * 5 / 4;
	else
		quiet = QUIET_FAR_US + 4 * c->lane->rtt.max_us;
	return quiet < longest ? quiet : longest;
}

static void count_round(struct course *);

/* Where the loss is known to need another round, that begins without a wait: whoever was asked
 * long enough ago is asked again, and late answers are counted to the round that they are
 * of. */
static bool
go_on_early(struct course *c, int64_t now)
{
	struct recall_counts counts = c->counts;
	double to = 0;

	counts.rounds++;
	if (c->stage == STAGE_SWEEP && measures_recall(c) && c->share >= 1 &&
		counts.asked >= CANARY_SOME && counts.lost > 0 &&
		c->rounds + 1 < (uint64_t)conf_of(c)->rounds)
		to = recall_missing_round(&counts, conf_of(c)->recall);
	if (to <= 0)
		return false;
	log_round(c);
	count_round(c);
	int64_t wait = patience(c);
	if (c->rounds == 1)
		c->judge_us = now + wait;
	begin_round(c, 0, to);
	c->early = true;
	c->patience_us = wait;
	return true;
}

/* All were asked once: a sample of the silent is asked again, from the beginning of the same
 * order, where the first question was longest ago.  false: none is taken, also when that
 * was not long enough for an answer. */
static bool
begin_reprobe(struct course *c, int64_t now)
{
	uint32_t n = reprobe_size(c->wave->n);
	struct err ignored; /* without memory there is no sample */

	if (c->stage != STAGE_SWEEP || c->rounds > 0 || c->reprobe.begun ||
		!measures_recall(c) || n == 0 || c->at ||
		now - c->began_us < patience(c) ||
		reprobe_begin(&c->reprobe, &ignored) == -1)
		return false;
	walk_set_share(&c->walk, 0, (double)n / c->wave->n);
	return true;
}

/* The questions of the round, as many as may go now. */
static int64_t
ask_round(struct course *c)
{
	int64_t now = clock_mono(clock_of(c)), wait = 0;

	if (c->begin_us > now) /* all that do not rest are done with */
		return c->begin_us - now;
	for (unsigned n = 1; !sending_is_full(c->sending); n++) {
		if (n % FRAMES_A_LOOK == 0)
			now = clock_mono(clock_of(c));
		if (canary_is_due(c)) {
			(void)ask_canary(c, now);
			c->questions = 0;
			continue;
		}
		enum next next = find_step(c);
		if (next == NEXT_HAS_TO_WAIT)
			return PULSE_WAIT_US;
		if (next == NEXT_IS_NONE) {
			if (go_on_early(c, now) || begin_reprobe(c, now))
				continue;
			return -1;
		}
		if ((wait = ask_step(c, now)) > 0)
			break;
	}
	return wait;
}

/* --- waiting -------------------------------------------------------------------------- */

/* When the wait of this round is over. */
static int64_t
wait_until(const struct course *c)
{
	int64_t last = c->news_us > c->sent_us ? c->news_us : c->sent_us;
	int64_t until = last + patience(c);
	int64_t latest = c->sent_us + conf_of(c)->wait_ms * MSEC;

	if (!c->asked)
		return 0;
	/* The others have had their time; only these canaries are still waited for. */
	if (c->topped_up)
		return c->top_up > 0 || c->canaries.silent > 0
			? c->topped_us + rtt_timeout(&c->lane->rtt)
			: 0;
	if (c->canaries.silent > 0 && until < c->sent_us + rtt_timeout(&c->lane->rtt))
		until = c->sent_us + rtt_timeout(&c->lane->rtt);
	return until < latest ? until : latest;
}

/* Enough canaries make a second round of a clean network needless, where they cost less. */
static uint64_t
count_top_up(const struct course *c)
{
	struct recall_counts so_far = c->counts;
	uint32_t proved = targets_n_proved(targets_of(c));
	uint64_t again = (uint64_t)(c->wave->n - proved) * c->walk.questions->n;

	if (c->stage != STAGE_SWEEP || !measures_recall(c) || c->rounds > 0)
		return 0;
	so_far.rounds = 1;
	so_far.asked += c->canaries.n;
	uint64_t wanted = recall_missing_canaries(&so_far, conf_of(c)->recall);
	return wanted <= proved && wanted < again ? wanted : 0;
}

static void
begin_wait(struct course *c)
{
	c->waiting = true;
	c->sent_us = clock_mono(clock_of(c));
}

static void
ask_top_up(struct course *c, int64_t now)
{
	while (c->top_up > 0 && !sending_is_full(c->sending) && ask_canary(c, now)) {
		c->top_up--;
		c->topped_us = now;
	}
}

/* --- after a round ---------------------------------------------------------------------- */

/* Canaries whose fate is known go into the counts and to the rate. */
static void
settle(struct course *c, int64_t timeout_us, int64_t now)
{
	struct canary canary;

	while (canaries_settle(&c->canaries, targets_of(c), timeout_us, now, &canary)) {
		if (!canary.answered)
			rate_canary(&c->lane->rate, canary.step, true);
		if (c->stage == STAGE_LIVING) {
			if (!canary.answered)
				take_pulse(c, canary.target, PULSE_LOST, 0);
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
		c->lossy = changed = true;
		rate_overrun(&l->rate, now);
	}
	changed |= measures_recall(c) && rate_judge(&l->rate, now);
	if (changed)
		pace_set_rate(&l->pace, l->rate.now, now);
}

/* How far the next round has to go, 0 to 1. */
static double
next_share(const struct course *c)
{
	const struct targets *t = targets_of(c);
	struct recall_counts counts = c->counts;

	/* The living may all have been asked already, while the others were swept. */
	bool idle = !c->asked && !(c->stage == STAGE_LIVING && c->rounds == 1);

	if (c->again || c->put_off)
		return c->again || c->rests < RESTS_MAX;
	if (idle || c->rounds >= (uint64_t)conf_of(c)->rounds)
		return 0;
	if (!measures_recall(c))
		return 1;
	if (targets_n_proved(t) == 0)
		return c->rounds < BLIND_ROUNDS;
	if (c->stage == STAGE_LIVING) {
		counts = (struct recall_counts){
			.asked = counts.asked, .lost = counts.lost, .rounds = c->rounds
		};
		return recall_missing_round(&counts, conf_of(c)->recall) > 0;
	}
	return recall_missing_round(&counts, conf_of(c)->recall);
}

static int
cover(struct course *c, struct err *e)
{
	struct job *j = job_of(c);
	struct cover done = { .wave = c->wave,
		.targets = targets_of(c),
		.questions = sweep_questions(c),
		.started = c->started,
		.complete = !c->lossy && !job_stopped(j) };

	return cover_tell(j, &done, e);
}

/* Those that were found since are the next to be asked who they are. */
static void
go_on_with_living(struct course *c)
{
	uint32_t n = targets_n_living(targets_of(c));

	if (c->stage == STAGE_LIVING)
		c->first += c->walk.n;
	if (n == c->first || living_questions(c)->n == 0)
		c->stage = STAGE_DONE;
	else
		begin_stage(c, STAGE_LIVING, n - c->first, living_questions(c));
}

static void
count_round(struct course *c)
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
	struct job *j = job_of(c);

	log_round(c);
	settle(c, -1, clock_mono(clock_of(c)));
	if (c->stage == STAGE_SAMPLE) {
		/* Too few answers to judge by: they are held on. */
		sample_judge(&c->sample, targets_of(c));
		begin_sweep(c);
		return 0;
	}
	if (job_judge_wave(j, c->number, c->heard, c->stage == STAGE_LIVING, e) == -1)
		return -1;
	if (c->reprobe.begun && c->rounds == 0) {
		uint32_t answered = reprobe_answered(&c->reprobe, targets_of(c));
		c->counts.reasked = c->reprobe.n;
		c->counts.refound = answered;
		c->again = answered > 0;
	}
	count_round(c);
	/* A round that was asked in part goes on when it turns out to be not enough. */
	double from = c->share < 1 ? c->share : 0, to = next_share(c);
	if (to > from + (from > 0 ? SHARE_LEAST : 0)) {
		c->lossy = c->again = false;
		bool rested = c->put_off;
		c->rests += rested;
		c->begin_us = rested ? c->rest_us : 0;
		begin_round(c, from, to);
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
	struct job *j = job_of(c);
	bool sweeping = c->stage != STAGE_LIVING;

	settle(c, rtt_timeout(&c->lane->rtt), clock_mono(clock_of(c)));
	if (job_judge_wave(j, c->number, c->heard, true, e) == -1)
		return -1;
	if (!sweeping)
		return 0;
	count_round(c);
	c->lossy = true;
	return cover(c, e);
}

/* The answers of the round are here: is another one needed, or do some more canaries show
 * that it is not? */
static int
top_up(struct course *c, int64_t now, struct err *e)
{
	c->topped_up = true;
	if (job_judge_wave(
		    job_of(c), c->number, c->heard, c->stage == STAGE_LIVING, e) == -1)
		return -1;
	c->top_up = count_top_up(c);
	c->topped_us = now;
	return c->top_up > 0 ? 0 : end_round(c, e);
}

/* --- the turn --------------------------------------------------------------------------- */

static int
clear_now_and_then(struct course *c, int64_t now, struct err *e)
{
	int64_t every = c->lane->rtt.max_us * 2;

	if (every < CLEAR_EVERY_US)
		every = CLEAR_EVERY_US;
	if (c->heard->doubt.used == 0 || now - c->cleared_us < every)
		return 0;
	c->cleared_us = now;
	return hearing_clear(&job_of(c)->hearing, c->heard, e);
}

/* The first round of one that went on early: its answers are here now. */
static int
judge_when_due(struct course *c, int64_t now, struct err *e)
{
	if (c->judge_us == 0 || now < c->judge_us)
		return 0;
	c->judge_us = 0;
	return job_judge_wave(job_of(c), c->number, c->heard, false, e);
}

int
course_turn(struct course *c, int64_t *wait_us, struct err *e)
{
	int64_t now = clock_mono(clock_of(c));

	settle(c, rtt_timeout(&c->lane->rtt), now);
	adapt_rate(c, now);
	if (clear_now_and_then(c, now, e) == -1 || judge_when_due(c, now, e) == -1)
		return -1;
	if (!c->waiting && (*wait_us = ask_round(c)) >= 0)
		return 0;
	if (!c->waiting)
		begin_wait(c);
	ask_top_up(c, now);
	int64_t until = wait_until(c);
	*wait_us = until > now ? until - now : 0;
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

	if (canaries_answer(&c->canaries, targets_of(c), a->target, &canary)) {
		struct distress *d = targets_distress(targets_of(c), a->target);
		bool fails = a->reset && d->opens == a->question + 1;
		if (!a->reset && a->question < DISCOVERY_MAX)
			d->opens = (uint8_t)(a->question + 1);
		rate_canary(&c->lane->rate, canary.step, false);
		rtt_add(&c->lane->rtt, heard_us - canary.asked_us);
		if (c->stage == STAGE_LIVING)
			take_pulse(c, a->target, fails ? PULSE_RESET : PULSE_ANSWERED,
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
	if (c->stage == STAGE_SAMPLE)
		return 0;
	return c->stage == STAGE_SWEEP && c->rounds == 0 ? walk_done(&c->walk)
							 : walk_total(&c->walk);
}
