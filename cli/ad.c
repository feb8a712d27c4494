/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Hears the worker, keeps what it says, and gives it at its next run what it wants to know
 * then.  Who is missing from a directory that was read completely is gone from it.
 */
#include "cli/ad.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "ldap/seen.h"
#include "ldap/state.h"

LOG_TAG("ad");

enum {
	WORKER_MEMORY = 2 << 20, /* KiB of address space; threads take much of it, and use little */
	GONE_BATCH = 500,
};

struct ad {
	const struct ad_input *in;
	struct kept_run run;
	struct monitor monitor; /* before that of the run */
	struct out *out;
	struct seen *seen; /* objectGUIDs that were told */
	const char *state; /* the last that was told; in arena of the call */
	uint64_t n_gone;
	struct err seen_failed;
	bool is_blind; /* who was told is not known completely */
};

/* --- what comes in ------------------------------------------------------------------------ */

static const char *
text_of(const struct observation *o, const char *key)
{
	const struct fact *f = fact_get(o->facts, o->n_facts, key);

	return f && f->type == FACT_TEXT ? f->text : NULL;
}

static int
on_seen(void *arg, const struct observation *o, struct err *e)
{
	struct ad *a = arg;
	const char *guid = text_of(o, "ad.guid");
	struct computer_id id = { .changed = 0 };

	if (guid && guid_parse(guid, id.guid) &&
		seen_add(a->seen, &id, &a->seen_failed) == -1)
		a->is_blind = true;
	if (a->in->conf->format != OUT_NDJSON)
		return 0;
	show_clear(&a->run.show);
	return out_observation(a->out, o, e);
}

static struct ad *
ad_of(struct monitor *m)
{
	return (struct ad *)((char *)m - offsetof(struct ad, monitor));
}

static void
on_progress(struct monitor *m, const struct progress *p)
{
	struct monitor *next = &ad_of(m)->run.monitor;

	next->progress(next, p);
}

static void
on_reason(struct monitor *m, const struct reason *r)
{
	struct monitor *next = &ad_of(m)->run.monitor;

	next->reason(next, r);
}

static void
on_coverage(struct monitor *m, const struct coverage *c)
{
	struct monitor *next = &ad_of(m)->run.monitor;

	next->coverage(next, c);
}

/* Kept behind the observations, which the run stores first. */
static void
on_state(struct monitor *m, const char *text)
{
	struct ad *a = ad_of(m);
	struct monitor *next = &a->run.monitor;

	next->state(next, text);
	a->state = arena_strdup(a->in->call->mem, text);
}

static void
on_end(struct monitor *m, const struct run_end *end)
{
	struct monitor *next = &ad_of(m)->run.monitor;

	next->end(next, end);
}

/* --- who is gone -------------------------------------------------------------------------- */

struct gone {
	struct ad *ad;
	const char *domain;
	struct arena *mem;
	struct observation *items;
	size_t n, room;
};

static const char *
field_text(const struct device *d, const char *key)
{
	const struct device_field *f = device_field(d, key);

	return f && f->fact.type == FACT_TEXT ? f->fact.text : NULL;
}

static int
keep_gone(struct gone *g, const char *guid, struct err *e)
{
	const struct kept_conf *kept = &g->ad->in->conf->kept;
	struct fact *facts = arena_new_array(g->mem, struct fact, 3);
	const char *copy = arena_strdup(g->mem, guid);

	if (g->n == g->room) {
		size_t room = g->room ? g->room * 2 : 64;
		struct observation *more =
			arena_new_array(g->mem, struct observation, room);
		if (!more)
			return err_nomem(e);
		if (g->n)
			memcpy(more, g->items, g->n * sizeof(*more));
		g->items = more;
		g->room = room;
	}
	if (!facts || !copy)
		return err_nomem(e);
	facts[0] = (struct fact){ "ad.domain", FACT_TEXT, { .text = g->domain } };
	facts[1] = (struct fact){ "ad.guid", FACT_TEXT, { .text = copy } };
	facts[2] = (struct fact){ "ad.listed", FACT_BOOL, { .num = 0 } };
	g->items[g->n++] = (struct observation){ .subject = SUBJECT_DEVICE,
		.site = kept->place.site,
		.point = kept->place.point,
		.run = g->ad->in->run,
		.source = "ad",
		.at = clock_wall(&clock_system),
		.evidence = EVIDENCE_LISTED,
		.facts = facts,
		.n_facts = 3 };
	return 0;
}

static int
look_for_gone(void *arg, const struct device *d, struct err *e)
{
	struct gone *g = arg;
	const struct device_field *listed = device_field(d, "ad.listed");
	const char *domain = field_text(d, "ad.domain");
	const char *guid = field_text(d, "ad.guid");
	uint8_t bytes[16];

	if (!listed || !listed->fact.num || !domain ||
		strcasecmp(domain, g->domain) != 0 || !guid || !guid_parse(guid, bytes) ||
		seen_has(g->ad->seen, bytes))
		return 0;
	return keep_gone(g, guid, e);
}

static int
tell_gone(struct ad *a, const char *domain, struct err *e)
{
	struct arena *mem = arena_new((size_t)1 << 30);
	const char *term = mem ? arena_printf(mem, "ad.domain=%s", domain) : NULL;
	struct gone g = { .ad = a, .domain = domain, .mem = mem };
	struct ingest_result result = { 0 };
	struct filter *filter;
	int rc = !term ? err_nomem(e) : filter_parse(&term, 1, mem, &filter, e);

	if (rc == 0)
		rc = store_each_device_of(a->run.store,
			&(struct device_query){ STORE_NOW, filter }, look_for_gone, &g, e);
	for (size_t i = 0; rc == 0 && i < g.n; i += GONE_BATCH) {
		size_t n = g.n - i < GONE_BATCH ? g.n - i : GONE_BATCH;
		rc = store_ingest(a->run.store, g.items + i, n, &result, e);
	}
	if (rc == 0)
		a->n_gone += g.n;
	arena_free(mem);
	return rc;
}

/* Only of domains that this run has read completely: their mark says when that began. */
static int
find_gone(struct ad *a, struct err *e)
{
	struct arena *mem = arena_new(8 << 20);
	struct ad_state s;
	int rc = !mem ? err_nomem(e) : ad_state_read(a->state, mem, &s, e);

	if (a->is_blind)
		log_warn("who is gone from the directory is not looked for: %s",
			a->seen_failed.text);
	for (size_t i = 0; rc == 0 && !a->is_blind && i < s.n; i++)
		if (s.marks[i].full_us >= a->in->started)
			rc = tell_gone(a, s.marks[i].domain, e);
	arena_free(mem);
	return rc;
}

/* --- the run ------------------------------------------------------------------------------ */

struct worker
ad_worker(const struct ad_input *in)
{
	return kept_worker(&in->conf->kept, in->run, &source_ad, &in->conf->ad,
		(uint64_t)WORKER_MEMORY << 10);
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
		.arg = a };

	if (!(a->seen = seen_new()))
		return err_nomem(e);
	if (kept_run_open(&a->run, &conf, e) == -1)
		return -1;
	return a->run.store ? store_get_watermark(a->run.store, source_ad.name,
				      a->in->conf->kept.place.site, a->in->call->mem,
				      &a->in->conf->ad.state, e)
			    : 0;
}

static int
open_outputs(struct ad *a, struct err *e)
{
	struct out_info info;

	common_out_info(a->in->call, OUT_RUN, &info);
	info.started = a->in->started;
	return out_open(&a->out, (enum out_format_id)a->in->conf->format, &info, e);
}

static int
hear(struct ad *a, struct err *e)
{
	struct worker w = ad_worker(a->in);

	a->monitor = (struct monitor){ on_progress, on_reason, on_coverage, on_state,
		on_end };
	if (kept_run_start(&a->run, &w, &a->monitor, e) == -1)
		return -1;
	int rc = kept_run_flush(&a->run, kept_run_wait(&a->run, e), e);
	if (rc == 0 && a->run.store && a->state)
		rc = find_gone(a, e);
	/* Last: what is claimed to be known is stored. */
	if (rc == 0 && a->run.store && a->state)
		rc = store_put_watermark(a->run.store, source_ad.name,
			a->in->conf->kept.place.site, a->state, e);
	return rc;
}

static int
show_device(void *arg, const struct device *d, struct err *e)
{
	return out_device(((struct ad *)arg)->out, d, e);
}

static int
print_results(struct ad *a, struct err *e)
{
	if (a->run.store && a->in->conf->format != OUT_NDJSON &&
		store_each_device_of_run(
			a->run.store, a->in->run, show_device, a, e) == -1)
		return -1;
	int rc = out_close(a->out, &a->run.end, e);
	a->out = NULL;
	return rc;
}

static void
show_closing(const struct ad *a)
{
	const struct run_end *end = &a->run.end;
	char took[TIME_TEXT_MAX];

	if (a->in->call->common->quiet)
		return;
	(void)fprintf(stderr,
		"%s: %" PRIu64 " of %" PRIu64 " domains, %" PRIu64 " computers in %" PRIu64
		" pages, %s\n",
		end->interrupted ? "interrupted"
			: end->ok ? "done"
				  : "not complete",
		end->asked, end->targets, end->found, end->sent,
		duration_print(end->duration_us, took));
	if (a->n_gone)
		(void)fprintf(stderr,
			"%" PRIu64 " computers are gone from the directory\n", a->n_gone);
}

static int
finish(struct ad *a, struct err *e)
{
	if (kept_run_end(&a->run, &a->run.end, e) == -1 ||
		common_status(print_results(a, e), e) == -1)
		return -1;
	(void)fflush(stdout); /* main checks; the closing line belongs behind it */
	show_closing(a);
	return a->run.end.ok ? EXIT_DONE : EXIT_FAILED;
}

int
ad_run(const struct ad_input *in, struct err *e)
{
	struct ad a = { .in = in };
	int rc = open_run(&a, e);

	if (rc == 0)
		rc = open_outputs(&a, e);
	if (rc == 0)
		rc = hear(&a, e);
	if (rc == 0)
		rc = finish(&a, e);
	seen_free(a.seen);
	out_free(a.out);
	kept_run_close(&a.run);
	return rc;
}
