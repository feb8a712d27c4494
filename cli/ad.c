/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hears the worker, keeps what it says, and gives it at its next run what it wants to know
 * then. */
#include "cli/ad.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Bytes of address space: threads take much of it, and use little. */
static const uint64_t worker_memory = (uint64_t)2 << 30;

struct ad {
	const struct ad_input *in;
	struct kept_run run;
	struct kept_out out;
	const char *state; /* the last that was told; in arena of the call */
	uint64_t n_gone;
};

/* --- what comes in ------------------------------------------------------------------------ */

static int
on_seen(void *arg, const struct observation *o, struct err *e)
{
	struct ad *a = arg;

	return kept_out_seen(&a->out, &a->run, o, e);
}

static void
on_state(void *arg, const char *text)
{
	struct ad *a = arg;

	a->state = arena_strdup(a->in->call->mem, text);
}

/* --- the run ------------------------------------------------------------------------------ */

struct worker
ad_worker(const struct ad_input *in)
{
	return kept_worker(
		&in->conf->kept, in->run, &source_ad, &in->conf->ad, worker_memory);
}

static int
open_run(struct ad *a, struct err *e)
{
	struct kept_run_conf conf = { .call = a->in->call,
		.kept = &a->in->conf->kept,
		.run = { .id = a->in->run,
			.source = source_ad.name,
			.command = a->in->call->command_line,
			.targets = a->in->targets,
			.started = a->in->started },
		.needs_store = a->in->conf->format != OUT_NDJSON,
		.seen = on_seen,
		.state = on_state,
		.arg = a };

	if (kept_run_open(&a->run, &conf, e) == -1)
		return -1;
	return a->run.store ? store_get_watermark(a->run.store, source_ad.name,
				      a->in->conf->kept.place.site, a->in->call->mem,
				      &a->in->conf->ad.state, e)
			    : 0;
}

static int
hear(struct ad *a, struct err *e)
{
	struct worker w = ad_worker(a->in);

	if (kept_run_start(&a->run, &w, NULL, e) == -1)
		return -1;
	return kept_run_flush(&a->run, kept_run_wait(&a->run, e), e);
}

/* The end of the run says who is gone, and last of all that this is known up to here. */
static int
end_run(struct ad *a, struct err *e)
{
	if (kept_run_end(&a->run, &a->run.end, e) == -1)
		return -1;
	if (!a->run.store || !a->state)
		return 0;
	return store_put_watermark(a->run.store, source_ad.name,
		a->in->conf->kept.place.site, a->state, e);
}

void
ad_closing(const struct run_end *end)
{
	char took[TIME_TEXT_MAX];

	(void)fprintf(stderr,
		"%s: %" PRIu64 " of %" PRIu64 " domains, %" PRIu64
		" computers in %" PRIu64 " pages, %s\n",
		show_verdict(end), end->asked, end->targets, end->found, end->sent,
		duration_print(end->duration_us, took));
}

static void
show_closing(const struct ad *a)
{
	if (a->in->call->common->quiet)
		return;
	ad_closing(&a->run.end);
	if (a->n_gone)
		(void)fprintf(stderr, "%" PRIu64 " computer%s gone from the directory\n",
			a->n_gone, a->n_gone == 1 ? " is" : "s are");
}

static int
finish(struct ad *a, struct err *e)
{
	struct run_end shown = a->run.end;

	shown.targets = 0; /* domains, of which none is a host that is down */
	if (end_run(a, e) == -1 ||
		(a->run.store &&
			store_count_changes(a->run.store, a->in->run, a->in->started,
				"ad.listed", "no", &a->n_gone, e) == -1) ||
		kept_out_close(&a->out, &a->run, &shown, e) == -1)
		return -1;
	show_closing(a);
	return a->run.end.ok ? EXIT_DONE : EXIT_FAILED;
}

int
ad_run(const struct ad_input *in, struct err *e)
{
	struct ad a = { .in = in };
	int rc = open_run(&a, e);

	if (rc == 0)
		rc = kept_out_open(&a.out, &a.run, in->conf->format, e);
	if (rc == 0)
		rc = hear(&a, e);
	if (rc == 0)
		rc = finish(&a, e);
	kept_out_free(&a.out);
	kept_run_close(&a.run);
	return rc;
}
