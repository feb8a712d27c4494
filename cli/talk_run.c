/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the run of the conversations says goes where that of the sweep went. */
#include "cli/talk_run.h"

#include "base/log.h"
#include "cli/pass_on.h"

LOG_TAG("scan");

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
	struct worker w = run->worker;
	struct run_process process;
	struct pass_on p;

	pass_on_init(&p, run->monitor);
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
	if (p.end.error && run->show)
		show_clear(run->show);
	if (p.end.error)
		log_at(LOG_ERROR, log_tag_, "%s", p.end.error);
	*end = p.end;
	end->error = NULL;
	return 0;
}
