/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/kept_out.h"

#include <stdio.h>

int
kept_out_open(struct kept_out *o, const struct kept_run *r, int format, struct err *e)
{
	o->format = (enum out_format_id)format;
	common_out_info(r->conf.call, OUT_RUN, &o->info);
	o->info.started = r->conf.run.started;
	return out_open(&o->to, o->format, &o->info, e);
}

int
kept_out_seen(struct kept_out *o, struct kept_run *r, const struct observation *seen,
	struct err *e)
{
	if (o->format != OUT_NDJSON)
		return 0;
	show_clear(&r->show); /* when both go to one terminal */
	return out_observation(o->to, seen, e);
}

static int
show_device(void *arg, const struct device *d, struct err *e)
{
	return out_device(arg, d, e);
}

int
kept_out_close(struct kept_out *o, const struct kept_run *r, const struct run_end *end,
	struct err *e)
{
	if (r->store && o->format != OUT_NDJSON &&
		store_each_device_of_run(
			r->store, r->conf.run.id, show_device, o->to, e) == -1)
		return common_status(-1, e);
	int rc = common_status(out_close(o->to, end, e), e);
	o->to = NULL;
	(void)fflush(stdout); /* main checks; the closing line belongs behind it */
	return rc;
}

void
kept_out_free(struct kept_out *o)
{
	out_free(o->to);
	o->to = NULL;
}
