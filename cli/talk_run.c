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

static struct monitor *
next_of(struct monitor *m)
{
	return ((struct passing *)m)->run->monitor;
}

static void
on_progress(struct monitor *m, const struct progress *p)
{
	next_of(m)->progress(next_of(m), p);
}

static void
on_reason(struct monitor *m, const struct reason *r)
{
	next_of(m)->reason(next_of(m), r);
}

static void
on_coverage(struct monitor *m, const struct coverage *c)
{
	next_of(m)->coverage(next_of(m), c);
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
	if (end->error && p->run->show)
		show_clear(p->run->show);
	if (end->error)
		log_at(LOG_ERROR, log_tag_, "%s", end->error);
}

void
talk_run_add(struct run_end *all, const struct run_end *talked)
{
	all->ok = all->ok && talked->ok;
	all->interrupted = all->interrupted || talked->interrupted;
	all->duration_us += talked->duration_us;
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
