/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "schedule/ahead.h"

#include <stdlib.h>

int64_t
ahead_jump(struct ahead *a, int64_t by, int64_t mono)
{
	struct ahead was = *a;
	int64_t back = -by;

	if (llabs(by) <= AHEAD_SLACK) /* one that is kept right is set by a bit */
		return 0;
	*a = (struct ahead){ 0 };
	if (by > AHEAD_LEAST)
		*a = (struct ahead){ by, mono };
	if (was.by == 0 || llabs(back - was.by) > AHEAD_SLACK ||
		mono - was.mono >= was.by - AHEAD_SLACK)
		return 0;
	return back;
}
