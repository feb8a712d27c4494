/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long answers are expected, by the round trips that were measured. */
#include "scanner/course_parts.h"

enum {
	/* Longer than this beyond the longest round trip hardly any answer takes, once every
	 * neighbourhood has shown how far away it is ... */
	QUIET_US = 20 * MSEC,
	/* ... less when many have shown it: the longest of them tells more ... */
	QUIET_MANY_US = 5 * MSEC,
	ANSWERS_MANY = 200,
	/* ... and more while one may be farther than all that answered. */
	QUIET_FAR_US = 300 * MSEC,
	CANARIES_FEW = 200, /* fewer show the loss badly */
	KNOWN_LINK = 8,     /* answers that tell how far the hosts of a link are */
};

/* Has every neighbourhood shown how far away it is? */
static bool
distances_are_known(const struct course *c)
{
	const struct targets *t = course_targets(c);

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

/* The living are asked what may take them longer than it took to be found. */
static int64_t
quiet_of(const struct course *c)
{
	bool many = targets_n_living(course_targets(c)) >= ANSWERS_MANY;

	return many && c->stage != STAGE_LIVING ? QUIET_MANY_US : QUIET_US;
}

/* How long after the last question, or the last news, answers are still expected. */
int64_t
course_patience(const struct course *c)
{
	int64_t longest = course_conf(c)->wait_ms * MSEC, quiet;

	if (targets_n_living(course_targets(c)) == 0)
		return longest;
	if (c->stage == STAGE_LIVING || distances_are_known(c))
		quiet = quiet_of(c) + c->lane->rtt.max_us * 5 / 4;
	else
		quiet = QUIET_FAR_US + 4 * c->lane->rtt.max_us;
	return quiet < longest ? quiet : longest;
}

/* When the wait of this round is over. */
int64_t
course_wait_until(const struct course *c)
{
	int64_t last = c->news_us > c->sent_us ? c->news_us : c->sent_us;
	int64_t until = last + course_patience(c);
	int64_t latest = c->sent_us + course_conf(c)->wait_ms * MSEC;

	if (!c->asked)
		return 0;
	/* The others have had their time; only these canaries are still waited for. */
	if (c->topped_up)
		return c->top_up > 0 || c->canaries.silent > 0
			? c->topped_us + rtt_timeout(&c->lane->rtt)
			: 0;
	if (c->canaries.silent > 0 && until < c->topped_us + rtt_timeout(&c->lane->rtt))
		until = c->topped_us + rtt_timeout(&c->lane->rtt);
	return until < latest ? until : latest;
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
	so_far.asked += c->canaries.n;
	uint64_t wanted = recall_missing_canaries(&so_far, course_conf(c)->recall);
	if (wanted > 0 && wanted <= proved && wanted < again)
		return wanted;
	/* Of few hosts too few are asked on the way to know the loss: all of them once. */
	if (so_far.asked >= CANARIES_FEW || proved >= again)
		return 0;
	wanted = CANARIES_FEW - so_far.asked;
	return wanted < proved ? wanted : proved;
}
