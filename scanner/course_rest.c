/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hosts that suffer from being asked: pulses, rests, and what is told of them (distress.h). */
#include "scanner/course_parts.h"

static int64_t
rest_of(const struct course *c, uint32_t target, int64_t now)
{
	const struct group *g = targets_group(course_targets(c), target);
	int64_t host = distress_rest(targets_distress(course_targets(c), target), now);
	int64_t group = g ? distress_net_rest(&g->distress, now) : 0;

	return host > group ? host : group;
}

static void
tell_distress(struct course *c, uint32_t target, const struct distress *d)
{
	struct addr a = targets_addr(course_targets(c), target);
	char text[ADDR_TEXT_MAX];
	struct job *j = course_job(c);

	if (j->distressed++ >= JOB_DISTRESS_MAX)
		return;
	job_reason(j, "distress", addr_print(&a, text),
		d->coolings < DISTRESS_GIVE_UP
			? "It answers late, with resets or no more since it is asked so much: "
			  "it is left in peace for a while"
			: "It answers late, with resets or no more whenever it is asked: it is "
			  "left in peace for the rest of this sweep",
		0);
}

/* Several of one /24: the network there, or what it hangs on. */
static void
cool_group(struct course *c, uint32_t target, int64_t now)
{
	struct group *g = targets_group(course_targets(c), target);
	struct addr a = targets_addr(course_targets(c), target);
	char text[ADDR_TEXT_MAX];

	if (!g || !distress_net_cool(&g->distress, target, now))
		return;
	if (course_job(c)->distressed < JOB_DISTRESS_MAX)
		job_reason(course_job(c), "distress-network", addr_print(&a, text),
			"Several hosts around it suffer from being asked: all of its /24 is left "
			"in peace for a while",
			0);
}

void
course_take_pulse(
	struct course *c, uint32_t target, enum pulse_outcome outcome, int64_t rtt_us)
{
	struct distress *d = targets_distress(course_targets(c), target);
	uint64_t asked = c->counts.asked;
	int64_t now = course_now(c);
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
bool
course_ask_pulse(struct course *c, uint32_t target, int64_t now)
{
	struct targets *t = course_targets(c);
	uint32_t question;

	if (c->stage != STAGE_LIVING || !course_measures(c))
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
bool
course_put_off(struct course *c, uint32_t target)
{
	int64_t now = course_now(c), rest = rest_of(c, target, now);

	if (rest > 0 && rest < INT64_MAX) {
		if (!c->put_off || now + rest < c->rest_us)
			c->rest_us = now + rest;
		c->put_off = true;
	}
	return rest > 0;
}

/* By itself, or with its /24. */
bool
course_has_rested(const struct course *c, uint32_t target)
{
	const struct group *g = targets_group(course_targets(c), target);

	return targets_distress(course_targets(c), target)->coolings > 0 ||
		(g && g->distress.until_ms != 0);
}

bool
course_has_open_pulse(const struct course *c, uint32_t target)
{
	return c->stage == STAGE_LIVING && targets_note(course_targets(c), target) != 0;
}
