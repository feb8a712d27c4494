/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hears the worker, prints who is new while it goes on, keeps the rest. */
#include "cli/listen.h"

#include <inttypes.h>
#include <stdio.h>

#include "cli/newcomers.h"

enum { WORKER_MEMORY = 512 << 20 }; /* bytes of address space */

struct listen {
	struct kept_run run;
	const struct listen_input *in;
	struct out *out; /* NULL: lines for people only */
	struct newcomers *newcomers;
	bool has_news;
};

static int
on_seen(void *arg, const struct observation *o, struct err *e)
{
	struct listen *l = arg;

	if (l->newcomers)
		newcomers_hear(l->newcomers, o);
	l->has_news = true;
	return l->out ? out_observation(l->out, o, e) : 0;
}

/* A reader wants to know now. */
static int
on_idle(void *arg, struct err *e)
{
	struct listen *l = arg;

	if (l->newcomers)
		newcomers_print(l->newcomers, false);
	if (l->has_news && l->out && fflush(stdout) != 0)
		return err_sys(e, "write to standard output");
	l->has_news = false;
	return 0;
}

struct worker
listen_worker(const struct listen_input *in)
{
	return kept_worker(&in->conf->kept, in->run, &source_passive, &in->conf->listen,
		WORKER_MEMORY);
}

static int
open_run(struct listen *l, struct err *e)
{
	const struct kept_run_conf conf = { .call = l->in->call,
		.kept = &l->in->conf->kept,
		.run = { .id = l->in->run,
			.source = source_passive.name,
			.command = l->in->call->command_line,
			.targets = l->in->where,
			.started = l->in->started },
		.quiet_progress = true, /* the lines of who is new tell it */
		.seen = on_seen,
		.idle = on_idle,
		.arg = l };

	return kept_run_open(&l->run, &conf, e);
}

static int
open_outputs(struct listen *l, struct err *e)
{
	bool records = l->in->conf->format == OUT_NDJSON;
	struct newcomers_conf lines = { .to = records ? stderr : stdout,
		.store = l->run.known,
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

	if (kept_run_start(&l->run, &w, NULL, e) == -1)
		return -1;
	return kept_run_flush(&l->run, kept_run_wait(&l->run, e), e);
}

static void
warn_dropped(const struct run_end *end)
{
	if (end->dropped)
		(void)fprintf(stderr,
			"warning: the kernel dropped %" PRIu64 " packets\n",
			end->dropped);
}

/* Which of them are new knows a store. */
void
listen_closing(const struct run_end *end)
{
	char took[TIME_TEXT_MAX];

	(void)fprintf(stderr, "%s: %" PRIu64 " devices heard, %s\n", show_verdict(end),
		end->found, duration_print(end->duration_us, took));
	warn_dropped(end);
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
		show_verdict(&l->run.end), heard);
	if (l->run.store)
		(void)fprintf(stderr, ", %" PRIu64 " of them new", new);
	(void)fprintf(stderr, ", %s\n", duration_print(l->run.end.duration_us, took));
	warn_dropped(&l->run.end);
}

static int
finish(struct listen *l, struct err *e)
{
	int rc = 0;

	if (kept_run_end(&l->run, &l->run.end, e) == -1)
		return -1;
	if (l->newcomers)
		newcomers_print(l->newcomers, true);
	if (l->out)
		rc = common_status(out_close(l->out, &l->run.end, e), e);
	l->out = NULL;
	if (rc == -1)
		return -1;
	(void)fflush(stdout); /* main checks; the closing line belongs behind it */
	show_closing(l);
	return l->run.end.ok ? EXIT_DONE : EXIT_FAILED;
}

int
listen_run(const struct listen_input *in, struct err *e)
{
	struct listen l = { .in = in };
	int rc = open_run(&l, e);

	if (rc == 0)
		rc = open_outputs(&l, e);
	if (rc == 0)
		rc = hear(&l, e);
	if (rc == 0)
		rc = finish(&l, e);
	newcomers_free(l.newcomers);
	out_free(l.out);
	kept_run_close(&l.run);
	return rc;
}
