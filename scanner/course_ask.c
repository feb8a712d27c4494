/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which question of a course is next: skips, canaries, the sample of the silent. */
#include "scanner/course_parts.h"

enum {
	CANARY_EVERY = 40,    /* questions to one canary */
	CANARY_SOME = 200,    /* that show whether another round is needed */
	CANARY_ENOUGH = 2000, /* that show the loss well */
	/* So that an answer is that of this question. */
	CANARY_GAP_US = 20 * MSEC,
	CANARY_GAP_NEAR_US = 2 * MSEC,
	PULSE_WAIT_US = MSEC,
	FRAMES_A_LOOK = 32, /* frames built between two looks at the clock */
};

/* --- what is not asked ---------------------------------------------------------------- */

/* Two of a neighbourhood are asked for a port that hardly anybody listens at. */
static bool
is_dark_canary(const struct course *c, uint32_t target)
{
	enum { ONE_OF = 1 << (GROUP_BITS - 1) };
	const struct group *g = targets_group(course_targets(c), target);
	struct addr a = targets_addr(course_targets(c), target);
	uint32_t number = (uint32_t)(addr_number(&a) >> GROUP_BITS) * 2654435761u;

	return g && g->n >= GROUP_LEAST && c->rounds == 0 &&
		(a.bytes[addr_size(&a) - 1] ^ number >> 16) % ONE_OF == 0;
}

/* Who gave a proof is done with, and who has answered this.  Not so the dark canaries: what
 * else answers for them is wanted, too (group.h). */
static bool
skip_in_sweep(struct course *c, struct walk_step *s)
{
	const struct targets *t = course_targets(c);

	if (c->sample.of_256) {
		const struct group *g = targets_group(t, s->who);
		bool sampled = c->rounds == 0 && targets_asked(t, s->who, s->question);
		if (sampled || (g && g->skipped))
			return true;
	}
	if (course_job(c)->questions.items[s->question].unlikely)
		return !is_dark_canary(c, s->who);
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
	return !sample_has(&c->sample, course_targets(c), s->who) ||
		skip_in_sweep(c, s);
}

/* What was asked already waits for the second round. */
static bool
skip_of_living(struct course *c, struct walk_step *s)
{
	const struct targets *t = course_targets(c);

	s->who = targets_living(t, c->first + s->who);
	if (targets_answered(t, s->who, s->question) ||
		(c->rounds == 0 && targets_asked(t, s->who, s->question)))
		return true;
	/* Ghosts are not worth their ports: what finds a host must find it among them, too. */
	const struct questions *q = &course_job(c)->questions;
	if (!targets_is_proved(t, s->who) && s->question >= q->ports_at + q->n_first)
		return true;
	if (c->for_rested && !course_has_rested(c, s->who))
		return true;
	return course_put_off(c, s->who);
}

static bool (*const skips[])(struct course *, struct walk_step *) = {
	[STAGE_SAMPLE] = skip_in_sample,
	[STAGE_SWEEP] = skip_in_sweep,
	[STAGE_LIVING] = skip_of_living,
};

/* --- the next question ---------------------------------------------------------------- */

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
		bool open = course_has_open_pulse(c, s->who);
		if (found || open) {
			c->later[kept++] = *s;
		} else if (!course_put_off(c, s->who)) {
			c->step = *s;
			found = true;
		}
	}
	c->n_later = kept;
	return found;
}

enum next { NEXT_IS_THERE, NEXT_HAS_TO_WAIT, NEXT_IS_NONE };

/* Whoever has a pulse to answer does not keep the others waiting. */
static enum next
find_step(struct course *c)
{
	c->has_step = c->has_step || take_later(c);
	while (!c->has_step) {
		if (c->n_later == COURSE_LATER_MAX)
			return NEXT_HAS_TO_WAIT;
		/* Whoever waits may be the last: the walk would begin anew. */
		c->walked = c->walked || !walk_next(&c->walk, &c->step);
		if (c->walked)
			return c->n_later ? NEXT_HAS_TO_WAIT : NEXT_IS_NONE;
		if (skips[c->stage](c, &c->step))
			continue;
		if (course_has_open_pulse(c, c->step.who))
			ask_later(c, &c->step);
		else
			c->has_step = true;
	}
	return NEXT_IS_THERE;
}

static int64_t
host_gap(const struct course *c)
{
	return SECOND / course_conf(c)->host_rate;
}

static int64_t
host_due(const struct course *c, uint32_t target, int64_t now)
{
	const struct targets *t = course_targets(c);

	if (!targets_asked_any(t, target))
		return 0;
	/* The answer to the round before may be on its way. */
	int64_t gap = host_gap(c);
	if (c->early && gap < c->patience_us)
		gap = c->patience_us;
	return gap - targets_since_asked(t, target, now);
}

static int64_t
canary_gap(const struct course *c)
{
	int64_t gap = 2 * c->lane->rtt.max_us;

	gap = gap > CANARY_GAP_NEAR_US ? gap : CANARY_GAP_NEAR_US;
	return gap < CANARY_GAP_US ? gap : CANARY_GAP_US;
}

/* Is a canary due, and is there one?  Its turn is that of any question. */
bool
course_ask_canary(struct course *c, int64_t now)
{
	int64_t gap = canary_gap(c), host = host_gap(c);
	uint32_t target, question;

	gap = host > gap ? host : gap;
	if (!canaries_next(
		    &c->canaries, course_targets(c), gap, now, &target, &question))
		return false;
	const struct probe *p = course_job(c)->questions.items[question].probe;
	if (sending_due(c->sending, c->wave->segment, p, now) > 0)
		return false;
	sending_put(c->sending, c->heard, target, question, now);
	canaries_ask(&c->canaries, course_targets(c), target, c->lane->rate.step, now);
	return true;
}

/* 0: it was put into the batch; else how long it has to wait. */
static int64_t
ask_step(struct course *c, int64_t now)
{
	const struct question *q = &course_job(c)->questions.items[c->step.question];
	int64_t wait = sending_due(c->sending, c->wave->segment, q->probe, now);
	int64_t host = host_due(c, c->step.who, now);

	wait = host > wait ? host : wait;
	if (wait > 0)
		return wait;
	if (course_ask_pulse(
		    c, c->step.who, now)) { /* the question itself comes later */
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

	return c->stage == STAGE_SWEEP && course_measures(c) && c->questions >= every;
}

/* --- the round ------------------------------------------------------------------------- */

/* Where the loss is known to need another round, that begins without a wait: whoever was asked
 * long enough ago is asked again, and late answers are counted to the round that they are
 * of. */
static bool
go_on_early(struct course *c, int64_t now)
{
	struct recall_counts counts = c->counts;
	double to = 0;

	counts.rounds++;
	if (c->stage == STAGE_SWEEP && course_measures(c) && c->share >= 1 &&
		counts.asked >= CANARY_SOME && counts.lost > 0 &&
		c->rounds + 1 < (uint64_t)course_conf(c)->rounds)
		to = recall_missing_round(&counts, course_conf(c)->recall);
	if (to <= 0)
		return false;
	course_log_round(c);
	course_count_round(c);
	int64_t wait = course_patience(c);
	if (c->rounds == 1)
		c->judge_us = now + wait;
	course_begin_round(c, 0, to);
	c->early = c->asked = true; /* at least the answers on their way are waited for */
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
		course_conf(c)->rounds < 2 || !course_measures(c) || n == 0 ||
		(!c->at && now - c->began_us < course_patience(c)) ||
		reprobe_begin(&c->reprobe, &ignored) == -1)
		return false;
	walk_set_share(&c->walk, 0, (double)n / c->wave->n);
	c->walked = false;
	return true;
}

/* The questions of the round, as many as may go now. */
int64_t
course_ask_round(struct course *c)
{
	int64_t now = course_now(c), wait = 0;

	if (c->begin_us > now) /* all that do not rest are done with */
		return c->begin_us - now;
	for (unsigned n = 1; !sending_is_full(c->sending); n++) {
		if (n % FRAMES_A_LOOK == 0)
			now = course_now(c);
		if (canary_is_due(c)) {
			(void)course_ask_canary(c, now);
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
