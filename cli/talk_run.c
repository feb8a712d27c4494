/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the run of the conversations says goes where that of the sweep went. */
#include "cli/talk_run.h"

#include "base/log.h"

LOG_TAG("scan");

struct passing {
	struct monitor monitor; /* first */
	const struct talk_run *run;
	struct run_end *end;
	bool ended;
};

static const struct talk_run *
run_of(struct monitor *m)
{
	return ((struct passing *)m)->run;
}

static void
on_progress(struct monitor *m, const struct progress *p)
{
	struct monitor *show = &run_of(m)->show->monitor;

	show->progress(show, p);
}

static void
on_reason(struct monitor *m, const struct reason *r)
{
	struct monitor *next = run_of(m)->reasons;

	next->reason(next, r);
}

static void
on_coverage(struct monitor *m, const struct coverage *c)
{
	struct monitor *next = run_of(m)->reasons;

	next->coverage(next, c);
}

/* It has none: a sweep is what may be long. */
static void
on_state(struct monitor *m, const char *text)
{
	(void)m;
	(void)text;
}

static void
on_end(struct monitor *m, const struct run_end *end)
{
	struct passing *p = (struct passing *)m;

	p->ended = true;
	*p->end = *end;
	p->end->error = NULL; /* borrowed from the line */
	show_clear(p->run->show);
	if (end->error)
		log_at(LOG_ERROR, log_tag_, "%s", end->error);
}

int
talk_run(const struct talk_run *run, struct run_end *end, struct err *e)
{
	struct passing p = { .monitor = { on_progress, on_reason, on_coverage, on_state,
				     on_end },
		.run = run,
		.end = end };
	struct worker w = run->worker;
	struct run_process process;

	w.source = &source_services;
	w.conf = &run->conf;
	run->handler->monitor = &p.monitor;
	run->handler->ended = &p.ended;
	if (run_start(&w, &process, e) == -1 ||
		run_wait(&process, run->handler, e) == -1)
		return -1;
	if (!p.ended)
		return err_set(e, ERR_SYS,
			"the worker that asks who they are ended without saying how it went");
	return 0;
}
