/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hears the worker, prints who is new while it goes on, keeps the rest. */
#include "cli/listen.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/log.h"
#include "cli/gather.h"
#include "cli/newcomers.h"
#include "cli/progress.h"
#include "cli/run.h"
#include "cli/stops.h"

LOG_TAG("listen");

enum { WORKER_MEMORY = 512 << 20 }; /* bytes of address space */

struct listen {
	struct run_handler handler; /* first */
	struct monitor monitor;     /* what is no observation */
	const struct listen_input *in;
	struct store *store; /* NULL: nothing is kept */
	struct out *out;     /* NULL: lines for people only */
	struct newcomers *newcomers;
	struct gather gather;
	struct show show;
	struct run_end end;
	char error[sizeof(((struct err *)0)->text)];
	bool has_end, has_news;
};

/* --- what comes in ----------------------------------------------------------------------- */

static int
on_seen(void *arg, const struct observation *o, struct err *e)
{
	struct listen *l = arg;

	if (l->newcomers)
		newcomers_hear(l->newcomers, o);
	l->has_news = true;
	return l->out ? out_observation(l->out, o, e) : 0;
}

static int
on_record(struct run_handler *h, const char *line, size_t n, struct err *e)
{
	return gather_line(&((struct listen *)h)->gather, line, n, e);
}

/* A reader wants to know now. */
static int
on_idle(struct run_handler *h, struct err *e)
{
	struct listen *l = (struct listen *)h;

	if (l->newcomers)
		newcomers_print(l->newcomers, false);
	if (l->has_news && l->out && fflush(stdout) != 0)
		return err_sys(e, "write to standard output");
	l->has_news = false;
	return gather_idle(&l->gather, e);
}

static struct listen *
listen_of(struct monitor *m)
{
	return (struct listen *)((char *)m - offsetof(struct listen, monitor));
}

static void
on_progress(struct monitor *m, const struct progress *p)
{
	(void)m, (void)p; /* the lines of who is new are the progress */
}

static void
on_reason(struct monitor *m, const struct reason *r)
{
	struct listen *l = listen_of(m);
	struct err e;

	if (l->store && store_put_reason(l->store, l->in->run, r, &e) == -1)
		log_warn("%s", e.text);
	l->show.monitor.reason(&l->show.monitor, r);
}

/* Silence says nothing of anybody: there is no coverage, and no place to go on from. */
static void
on_coverage(struct monitor *m, const struct coverage *c)
{
	(void)m, (void)c;
}

static void
on_state(struct monitor *m, const char *text)
{
	(void)m, (void)text;
}

static void
on_end(struct monitor *m, const struct run_end *end)
{
	struct listen *l = listen_of(m);

	l->end = *end;
	l->has_end = true;
	if (!end->error)
		return;
	(void)snprintf(l->error, sizeof(l->error), "%s", end->error);
	l->end.error = l->error;
	log_at(LOG_ERROR, log_tag_, "%s", l->error);
}

/* --- the run ----------------------------------------------------------------------------- */

struct worker
listen_worker(const struct listen_input *in)
{
	return (struct worker){ .source = &source_passive,
		.conf = &in->conf->listen,
		.site = in->conf->place.site,
		.point = in->conf->place.point,
		.run = in->run,
		.out_fd = -1,
		.control_fd = -1,
		.deadline_us = INT64_MAX,
		.memory_max = WORKER_MEMORY };
}

static int
open_store(struct listen *l, struct err *e)
{
	struct run run = { .id = l->in->run,
		.source = source_passive.name,
		.command = l->in->call->command_line,
		.site = l->in->conf->place.site,
		.point = l->in->conf->place.point,
		.targets = l->in->where,
		.started = l->in->started };

	if (l->in->conf->no_db)
		return 0;
	if (common_open_store(
		    l->in->call, &l->in->conf->store, STORE_WRITE, &l->store, e) == -1)
		return -1;
	return store_begin_run(l->store, &run, e);
}

static int
open_outputs(struct listen *l, struct err *e)
{
	bool records = l->in->conf->format == OUT_NDJSON;
	struct newcomers_conf lines = { .to = records ? stderr : stdout,
		.store = l->store,
		.clock = &clock_system };
	struct out_info info;

	/* Beside records they are for people, who may not want them. */
	if (!(records && l->in->call->common->quiet) &&
		newcomers_new(&l->newcomers, &lines, e) == -1)
		return -1;
	if (!records)
		return 0;
	common_out_info(l->in->call, OUT_RUN, &info);
	return out_open(&l->out, OUT_NDJSON, &info, e);
}

static int
hear(struct listen *l, struct err *e)
{
	struct worker w = listen_worker(l->in);
	struct run_process p;

	l->handler = (struct run_handler){ .record = on_record,
		.idle = on_idle,
		.monitor = &l->monitor,
		.ended = &l->has_end,
		.stops = stops_catch() };
	if (run_start(&w, &p, e) == -1)
		return -1;
	int rc = run_wait(&p, &l->handler, e);
	if (rc == 0 && !l->has_end)
		rc = err_set(e, ERR_SYS, "the worker ended without saying how it went");
	struct err first = *e; /* what was heard is kept, whatever broke off */
	if (gather_flush(&l->gather, e) == -1)
		rc = -1;
	else if (rc == -1)
		*e = first;
	return rc;
}

static void
show_closing(const struct listen *l)
{
	char took[TIME_TEXT_MAX];
	uint64_t heard, new;

	if (l->in->call->common->quiet || !l->newcomers)
		return;
	newcomers_count(l->newcomers, &heard, &new);
	(void)fprintf(stderr, "%s: %" PRIu64 " devices heard",
		l->end.interrupted  ? "interrupted"
			: l->end.ok ? "done"
				    : "not complete",
		heard);
	if (l->store)
		(void)fprintf(stderr, ", %" PRIu64 " of them new", new);
	(void)fprintf(stderr, ", %s\n", duration_print(l->end.duration_us, took));
	if (l->end.dropped)
		(void)fprintf(stderr,
			"warning: the kernel dropped %" PRIu64 " packets\n",
			l->end.dropped);
}

static int
finish(struct listen *l, struct err *e)
{
	int rc = 0;

	if (l->store &&
		store_end_run(l->store, l->in->run, clock_wall(&clock_system), &l->end,
			e) == -1)
		return -1;
	if (l->newcomers)
		newcomers_print(l->newcomers, true);
	if (l->out)
		rc = common_status(out_close(l->out, &l->end, e), e);
	l->out = NULL;
	if (rc == -1)
		return -1;
	(void)fflush(stdout); /* main checks; the closing line belongs behind it */
	show_closing(l);
	return l->end.ok ? EXIT_DONE : EXIT_FAILED;
}

int
listen_run(const struct listen_input *in, struct err *e)
{
	struct listen l = { .in = in,
		.monitor = { on_progress, on_reason, on_coverage, on_state, on_end } };
	int rc;

	show_init(&l.show, &clock_system, in->call->common->quiet);
	rc = open_store(&l, e);
	l.gather = (struct gather){
		.store = l.store, .seen = on_seen, .arg = &l, .clock = &clock_system
	};
	if (rc == 0)
		rc = gather_init(&l.gather, e);
	if (rc == 0)
		rc = open_outputs(&l, e);
	if (rc == 0)
		rc = hear(&l, e);
	if (rc == 0)
		rc = finish(&l, e);
	gather_done(&l.gather);
	newcomers_free(l.newcomers);
	out_free(l.out);
	store_close(l.store);
	return rc;
}
