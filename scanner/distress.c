/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bad pulses counted; what counts as bad is a matter of this host and its path. */
#include "scanner/distress.h"

#include <math.h>

enum {
	SLOWER = 4,             /* times the best pulse, and the mean of the path */
	SLOWER_US = 100 * MSEC, /* and by this */
	BAD_LEAST = 2,
	BAD_MOST = 8,
};

#define CHANCE 1e-4 /* that a path that loses pulses makes a host look bad */

/* As many lost in a row as mere chance hardly gives. */
static unsigned
too_many(double loss)
{
	if (loss <= 0.01)
		return BAD_LEAST;
	double n = ceil(log(CHANCE) / log(loss < 0.9 ? loss : 0.9));

	return n > BAD_MOST ? BAD_MOST : (unsigned)n;
}

static bool
is_slow(const struct distress *d, const struct pulse *p)
{
	return d->best_us && p->rtt_us > SLOWER * (int64_t)d->best_us + SLOWER_US &&
		p->rtt_us > SLOWER * p->path_rtt_us;
}

/* 0 would be no rest. */
static uint32_t
rest_until(int64_t now_us, uint32_t rest_ms)
{
	uint32_t until = (uint32_t)(now_us / MSEC) + rest_ms;

	return until ? until : 1;
}

/* Modulo 2^32 ms, as targets_since_asked(). */
static int64_t
rest_left(uint32_t until_ms, int64_t now_us)
{
	int32_t left = (int32_t)(until_ms - (uint32_t)(now_us / MSEC));

	return until_ms && left > 0 ? left * (int64_t)MSEC : 0;
}

static void
cool(struct distress *d, int64_t now_us)
{
	d->until_ms = rest_until(now_us, (uint32_t)DISTRESS_REST_MS << d->coolings);
	d->coolings++;
	d->bad = 0;
}

bool
distress_pulse(struct distress *d, const struct pulse *p, int64_t now_us)
{
	bool answered = p->outcome == PULSE_ANSWERED;
	unsigned limit = p->outcome == PULSE_LOST ? too_many(p->path_loss) : BAD_LEAST;

	if (answered && !is_slow(d, p)) {
		d->bad = 0;
		if (d->best_us == 0 || p->rtt_us < d->best_us)
			d->best_us = p->rtt_us < UINT32_MAX && p->rtt_us > 0
				? (uint32_t)p->rtt_us
				: 1;
		return false;
	}
	d->bad++;
	if (d->bad < limit || d->coolings >= DISTRESS_GIVE_UP)
		return false;
	cool(d, now_us);
	return true;
}

int64_t
distress_rest(const struct distress *d, int64_t now_us)
{
	return d->coolings >= DISTRESS_GIVE_UP ? INT64_MAX
					       : rest_left(d->until_ms, now_us);
}

bool
distress_net_cool(struct distress_net *net, uint32_t host, int64_t now_us)
{
	for (uint8_t i = 0; i < net->n; i++)
		if (net->hosts[i] == host)
			return false;
	if (net->n < DISTRESS_HOSTS - 1) {
		net->hosts[net->n++] = host;
		return false;
	}
	net->until_ms = rest_until(now_us, 2 * DISTRESS_REST_MS);
	net->n = 0;
	return true;
}

int64_t
distress_net_rest(const struct distress_net *net, int64_t now_us)
{
	return rest_left(net->until_ms, now_us);
}

bool
distress_is_due(struct distress *d)
{
	if (d->asked < DISTRESS_EVERY) {
		d->asked++;
		return false;
	}
	d->asked = 0;
	return true;
}
