/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The token bucket in whole numbers: credit grows by `rate` each microsecond, and a packet
 * costs a second's worth of microseconds. */
#include "scanner/pace.h"

#include "base/clock.h"

enum { DEPTHS_PER_SECOND = 200 }; /* 5 ms */

static void
set_rate(struct pace *p, int64_t rate)
{
	if (rate < 1)
		rate = 1;
	if (rate > PACE_RATE_MAX)
		rate = PACE_RATE_MAX;
	p->rate = rate;
	p->depth = rate / DEPTHS_PER_SECOND;
	if (p->depth < 1)
		p->depth = 1;
}

void
pace_init(struct pace *p, int64_t rate, int64_t now_us)
{
	*p = (struct pace){ .at_us = now_us };
	set_rate(p, rate);
	p->credit = p->depth * SECOND;
}

static void
refill(struct pace *p, int64_t now_us)
{
	int64_t full = p->depth * SECOND, passed = now_us - p->at_us;

	if (passed <= 0)
		return;
	p->at_us = now_us;
	/* Longer than it takes to fill from empty: full, and no overflow below. */
	if (passed > (full - p->credit) / p->rate)
		p->credit = full;
	else
		p->credit += passed * p->rate;
	if (p->credit > full)
		p->credit = full;
}

void
pace_set_rate(struct pace *p, int64_t rate, int64_t now_us)
{
	refill(p, now_us);
	set_rate(p, rate);
	if (p->credit > p->depth * SECOND)
		p->credit = p->depth * SECOND;
}

int64_t
pace_ready(struct pace *p, int64_t now_us)
{
	refill(p, now_us);
	return p->credit > 0 ? p->credit / SECOND : 0;
}

void
pace_take(struct pace *p)
{
	p->credit -= SECOND;
}

void
pace_forfeit(struct pace *p, int64_t now_us)
{
	if (now_us > p->at_us)
		p->at_us = now_us;
}

int64_t
pace_due(struct pace *p, int64_t now_us)
{
	refill(p, now_us);
	int64_t batch = (p->depth + 1) / 2;
	int64_t missing = batch * SECOND - p->credit;
	return missing <= 0 ? 0 : (missing + p->rate - 1) / p->rate;
}
