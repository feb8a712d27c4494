/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "schedule/doubt.h"

void
doubt_begin(struct doubt *d, int64_t now, int64_t last_run, int64_t mono)
{
	d->until = last_run && now - last_run > DOUBT_GAP ? mono + DOUBT_DAY : 0;
}

void
doubt_jump(struct doubt *d, int64_t by, int64_t mono)
{
	if (by > DOUBT_DAY)
		d->until = mono + DOUBT_DAY;
}

bool
doubt_holds(const struct doubt *d, int64_t mono)
{
	return mono < d->until;
}
