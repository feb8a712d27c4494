/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Climb by doubling while the yield follows; then hold, and look again now and then. */
#include "scanner/rate.h"

#define BACK_OFF \
	0.7 /* after congestion: below what the path carried, so that queues empty */
#define MUCH  0.07 /* lost at the first step: by chance, or is it too fast already? */
#define WORSE 0.15 /* more loss than before by this is no chance with RATE_SAMPLES */

static void
begin_step(struct rate *r, int64_t rate, bool climbing, int64_t now_us)
{
	int64_t least = r->cap < RATE_LEAST ? r->cap : RATE_LEAST;

	if (rate > r->cap)
		rate = r->cap;
	if (rate < least)
		rate = least;
	r->now = rate;
	r->climbing = climbing;
	r->descending = false;
	r->since_us = now_us;
	r->seen = (struct rate_step){ 0 };
	r->step++;
}

void
rate_init(struct rate *r, int64_t cap, int64_t now_us)
{
	int64_t first = cap / RATE_START;

	*r = (struct rate){ .cap = cap, .before_share = 1 };
	if (first < RATE_START_LEAST)
		first = RATE_START_LEAST;
	begin_step(r, first, false, now_us);
}

void
rate_canary(struct rate *r, uint8_t step, bool lost)
{
	if (step != r->step)
		return;
	r->seen.asked++;
	r->seen.lost += lost;
}

void
rate_overrun(struct rate *r, int64_t now_us)
{
	r->found = true;
	begin_step(r, (int64_t)((double)r->now * BACK_OFF), false, now_us);
}

static double
share_answered(const struct rate *r)
{
	return 1 - (double)r->seen.lost / r->seen.asked;
}

/* What this step brought, where the one before brought 1; by its rate it should be *want. */
static double
yield(const struct rate *r, double *want)
{
	*want = (double)r->now / (double)r->before;
	return *want * share_answered(r) /
		(r->before_share > 0.01 ? r->before_share : 0.01);
}

/* The higher step brought at least half of what it should: loss did not grow with it. */
static bool
yield_followed(const struct rate *r)
{
	double want, got = yield(r, &want);

	return got >= 1 + (want - 1) / 2;
}

/* The lower step brought hardly less: what was lost before was too much for the path. */
static bool
yield_stayed(const struct rate *r)
{
	double want, got = yield(r, &want);

	return got >= (1 + want) / 2;
}

/* What the path carried at this step, less something. */
static int64_t
carried(const struct rate *r)
{
	double rate = (double)r->now * share_answered(r) /
		(r->before_share > 0.01 ? r->before_share : 0.01);

	return (int64_t)(rate * 0.9);
}

static void
climb(struct rate *r, int64_t to, int64_t now_us)
{
	r->before = r->now;
	r->before_share = share_answered(r);
	r->compared = true;
	begin_step(r, to, true, now_us);
}

/* Half the rate, to tell chance from congestion. */
static void
descend(struct rate *r, int64_t now_us)
{
	r->before = r->now;
	r->before_share = share_answered(r);
	r->compared = true;
	begin_step(r, r->now / 2, false, now_us);
	r->descending = r->now < r->before;
}

static void
end_descent(struct rate *r, int64_t now_us)
{
	if (!yield_stayed(r)) {
		r->chance = true;
		climb(r, r->before, now_us);
		r->climbing = false;
		return;
	}
	r->found = true;
	if (share_answered(r) < 1 - MUCH)
		descend(r, now_us);
	else
		begin_step(r, r->now, false, now_us);
}

/* The rate stays, and what is answered at it is what later steps are compared with. */
static void
count_anew(struct rate *r, int64_t now_us)
{
	r->before_share = share_answered(r);
	r->compared = true;
	begin_step(r, r->now, false, now_us);
}

/* The step was no climb, or ended one well. */
static bool
hold_or_go_on(struct rate *r, int64_t now_us)
{
	if (!r->compared && !r->chance && share_answered(r) < 1 - MUCH) {
		descend(r, now_us);
		return true;
	}
	if (r->now < r->cap && !r->found) {
		climb(r, 2 * r->now, now_us);
		return true;
	}
	if (!r->compared && r->now == r->cap) {
		count_anew(r, now_us);
		return false;
	}
	if (!r->climbing && share_answered(r) < r->before_share - WORSE) {
		r->found = true;
		begin_step(r, (int64_t)((double)r->now * BACK_OFF), false, now_us);
		return true;
	}
	if (now_us - r->since_us < RATE_TRY_US)
		return false;
	if (r->now == r->cap) {
		count_anew(r, now_us);
		return false;
	}
	climb(r, r->now + r->now / 4, now_us);
	return true;
}

static bool
judge_blind(struct rate *r, int64_t now_us)
{
	int64_t after = r->found ? RATE_TRY_US : RATE_BLIND_US;

	if (r->seen.asked > 0 || r->now == r->cap || now_us - r->since_us < after)
		return false;
	begin_step(r, r->found ? r->now + r->now / 4 + 1 : 2 * r->now, false, now_us);
	return true;
}

/* A few answers among many losses say little about their share. */
static bool
seen_enough(const struct rate *r)
{
	uint32_t answered = r->seen.asked - r->seen.lost;

	return r->seen.asked >= RATE_SAMPLES &&
		(answered >= RATE_SAMPLES / 2 || r->seen.asked >= 8 * RATE_SAMPLES);
}

bool
rate_judge(struct rate *r, int64_t now_us)
{
	if (!seen_enough(r))
		return judge_blind(r, now_us);
	if (r->descending) {
		end_descent(r, now_us);
		return true;
	}
	if (r->climbing && !yield_followed(r)) {
		int64_t to = carried(r);
		r->found = true;
		begin_step(r, to < r->before ? r->before : to, false, now_us);
		return true;
	}
	return hold_or_go_on(r, now_us);
}
