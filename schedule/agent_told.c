/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The runs that polls had, for those who ask. */
#include <string.h>

#include "inventory/ndjson.h"
#include "schedule/agent_private.h"

enum { SUMMARY_ARENA = 1 << 20 };

/* --- how a run says it went ----------------------------------------------------------------- */

struct ending {
	struct monitor monitor; /* first */
	struct run_end end;
};

static void
on_progress(struct monitor *m, const struct progress *p)
{
	(void)m;
	(void)p;
}

static void
on_reason(struct monitor *m, const struct reason *r)
{
	(void)m;
	(void)r;
}

static void
on_coverage(struct monitor *m, const struct coverage *c)
{
	(void)m;
	(void)c;
}

static void
on_state(struct monitor *m, const char *text)
{
	(void)m;
	(void)text;
}

static void
on_end(struct monitor *m, const struct run_end *end)
{
	((struct ending *)m)->end = *end;
}

/* Without its error, which is the reason of the run.  All zero: it is not known. */
static struct run_end
read_summary(const char *text, struct arena *mem)
{
	struct ending x = { { on_progress, on_reason, on_coverage, on_state, on_end },
		{ .ok = false } };
	struct err e;

	arena_reset(mem);
	if (*text &&
		ndjson_read_control(text, strcspn(text, "\n"), mem, &x.monitor, &e) ==
			-1)
		return (struct run_end){ .ok = false };
	x.end.error = NULL;
	return x.end;
}

struct recall
agent_recall_of(const char *summary)
{
	struct arena *mem = arena_new(SUMMARY_ARENA);
	struct run_end end = { .ok = false };

	if (mem)
		end = read_summary(summary, mem);
	arena_free(mem);
	return end.recall;
}

/* --- history -------------------------------------------------------------------------------- */

struct telling {
	struct sb *out;
	struct arena *mem;
};

static int
tell_run(void *arg, const struct poll_run *p, struct err *e)
{
	struct telling *t = arg;
	struct run_end end = read_summary(p->summary, t->mem);
	struct control_run r = { .poll = p->poll,
		.run = p->run,
		.outcome = p->outcome,
		.reason = p->reason,
		.due = p->due,
		.started = p->started,
		.finished = p->finished,
		.observations = p->observations,
		.spoilt = p->spoilt,
		.asked = (int64_t)end.asked,
		.answered = (int64_t)end.answered,
		.found = (int64_t)end.found,
		.recall = end.recall };

	(void)e;
	control_write_run(&r, t->out);
	return 0;
}

int
agent_tell_runs(struct agent *a, const char *poll, struct sb *out, struct err *e)
{
	struct telling t = { out, arena_new(SUMMARY_ARENA) };
	int rc = t.mem ? store_each_poll_run(
				 a->store, poll, CONTROL_RUNS_TOLD, tell_run, &t, e)
		       : err_nomem(e);

	arena_free(t.mem);
	return rc;
}
