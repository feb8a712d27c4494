/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long answers are expected, by the round trips that were measured. */
#include "scanner/course_parts.h"

enum {
	/* Longer than this beyond the longest round trip hardly any answer takes, once every
	 * neighbourhood has shown how far away it is; the less, the more have shown it ... */
	QUIET_US = 20 * MSEC,
	QUIET_LEAST_US = 5 * MSEC,
	TAIL_PARTS = 3,
	/* ... and while one may be farther than all that answered. */
	QUIET_FAR_US = 300 * MSEC,
	CANARIES_FEW = 200, /* fewer show the loss badly */
	KNOWN_LINK = 8,     /* answers that tell how far the hosts of a link are */
};

/* Groups that have answered go on to do so: each is looked at until then. */
void
course_learn_distances(struct course *c)
{
	const struct targets *t = course_targets(c);

	for (; c->n_answered < targets_n_groups(t); c->n_answered++) {
		const struct group *g = targets_get_group(t, c->n_answered);
		bool answered = g->n == 0;
		for (int k = 0; k < ANSWER_KINDS; k++)
			answered |= g->answered[k] > 0;
		if (!answered)
			return;
	}
}

/* Has every neighbourhood shown how far away it is? */
static bool
distances_are_known(const struct course *c)
{
	const struct targets *t = course_targets(c);

	if (c->wave->way == WAY_ONLINK)
		return targets_n_living(t) >= KNOWN_LINK;
	return targets_n_groups(t) > 0 && c->n_answered == targets_n_groups(t);
}

/*
 * How much longer than the longest of n round trips an answer may take.  One in n took that long.
 * Where the share that takes longer than the shortest by some time falls only with the inverse
 * of that time, which is slow, 1 / (1 + x) of those take x times the spread more.  They are to
 * be a third of what the recall wanted lets be missed.
 */
static int64_t
quiet_beyond(const struct course *c)
{
	const struct rtt *rtt = &c->lane->rtt;
	int64_t missed = RECALL_PERCENT - course_conf(c)->recall;
	int64_t n = targets_n_living(course_targets(c));
	int64_t most = QUIET_US + rtt->max_us / 4;

	if (!course_measures(c) || missed <= 0 || n == 0)
		return most;
	int64_t us = (rtt->max_us - rtt->min_us) * TAIL_PARTS * RECALL_PERCENT /
		(missed * n);
	us = us > QUIET_LEAST_US ? us : QUIET_LEAST_US;
	return us < most ? us : most;
}

static bool
knows_distances(const struct course *c)
{
	return targets_n_living(course_targets(c)) > 0 &&
		(c->stage == STAGE_LIVING || distances_are_known(c));
}

/* How long after the last question answers are still expected. */
int64_t
course_patience(const struct course *c)
{
	int64_t longest = course_conf(c)->wait_ms * MSEC, quiet;

	if (targets_n_living(course_targets(c)) == 0)
		return longest;
	if (knows_distances(c))
		quiet = c->lane->rtt.max_us + quiet_beyond(c);
	else
		quiet = QUIET_FAR_US + 4 * c->lane->rtt.max_us;
	return quiet < longest ? quiet : longest;
}

/* Whoever is heard behind all others makes the longest round trip longer; so it is enough that
 * after him it is quiet.  While somebody may be farther, he is waited for from then on. */
static int64_t
after_news(const struct course *c)
{
	return c->news_us + (knows_distances(c) ? quiet_beyond(c) : course_patience(c));
}

/* After so long silence says something (group.h). */
int64_t
course_answers_take(const struct course *c)
{
	int64_t longest = c->lane->rtt.max_us, beyond = quiet_beyond(c);

	return longest + (longest < beyond ? longest : beyond);
}

/* When the wait of this round is over. */
int64_t
course_wait_until(const struct course *c)
{
	int64_t until = c->sent_us + course_patience(c), news = after_news(c);
	int64_t latest = c->sent_us + course_conf(c)->wait_ms * MSEC;

	if (!c->asked)
		return 0;
	until = news > until ? news : until;
	/* The others have had their time; only these canaries are still waited for. */
	if (c->topped_up)
		return c->top_up > 0 || c->canaries.silent > 0
			? c->topped_us + rtt_timeout(&c->lane->rtt)
			: 0;
	if (c->canaries.silent > 0 && until < c->topped_us + rtt_timeout(&c->lane->rtt))
		until = c->topped_us + rtt_timeout(&c->lane->rtt);
	return until < latest ? until : latest;
}

static uint64_t
still_to_ask(const struct course *c, uint64_t wanted)
{
	return wanted > c->n_topped ? wanted - c->n_topped : 0;
}

/* Enough canaries make a second round of a clean network needless, where they cost less. */
uint64_t
course_count_top_up(const struct course *c)
{
	struct recall_counts so_far = c->counts;
	uint32_t proved = targets_n_proved(course_targets(c));
	uint64_t again = (uint64_t)(c->wave->n - proved) * c->walk.questions->n;

	if (c->stage != STAGE_SWEEP || !course_measures(c))
		return 0;
	so_far.rounds = c->rounds + 1;
	so_far.asked += c->canaries.n - c->n_topped;
	uint64_t wanted = recall_missing_canaries(&so_far, course_conf(c)->recall);
	if (wanted > 0 && wanted <= proved && wanted < again)
		return still_to_ask(c, wanted);
	/* Of few hosts too few are asked on the way to know the loss: all of them once. */
	if (so_far.asked >= CANARIES_FEW || proved >= again)
		return 0;
	wanted = CANARIES_FEW - so_far.asked;
	return still_to_ask(c, wanted < proved ? wanted : proved);
}
