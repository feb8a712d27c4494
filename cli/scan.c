/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The run of a sweep: hears the worker, keeps what it says, prints what came of it. */
#include "cli/scan.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "cli/expect.h"
#include "cli/kept_out.h"
#include "cli/living.h"
#include "cli/resume.h"
#include "cli/settings.h"
#include "cli/summary.h"
#include "cli/talk_run.h"

LOG_TAG("scan");

enum {
	WORKER_MEMORY = 1 << 30, /* bytes of address space */
};

/* Everything about one scan that more than one step needs. */
struct scan {
	const struct scan_input *in;
	const struct scan_conf *conf;
	struct err *e;
	struct kept_run run; /* without a store there is nothing to show from */
	struct kept_out out;
	struct names *names; /* NULL: not asked for */
	struct summary summary;
	struct expect expect;
	struct living_set living; /* for the conversations */
};

/* --- what comes in ------------------------------------------------------------------------- */

static int
on_seen(void *arg, const struct observation *o, struct err *e)
{
	struct scan *s = arg;

	if (o->evidence == EVIDENCE_REPLY)
		expect_found(&s->expect, &o->ip);
	expect_told(&s->expect, o);
	if (scan_wants_talks(s->conf) && living_take(&s->living, o, e) == -1)
		return -1;
	if (s->names && names_ask(s->names, o, e) == -1)
		return -1;
	return kept_out_seen(&s->out, &s->run, o, e);
}

/* What the resolver says is borrowed: the batch needs a copy. */
static int
on_name(void *arg, const struct observation *o, struct err *e)
{
	struct scan *s = arg;
	struct arena *mem = gather_arena(&s->run.gather);
	struct observation copy = *o;
	struct fact *fact = arena_dup(mem, o->facts, sizeof(*fact));
	const char **name = arena_new_array(mem, const char *, 1);

	if (!fact || !name || !(*name = arena_strdup(mem, o->facts->texts.items[0])))
		return err_nomem(e);
	fact->texts.items = name;
	copy.facts = fact;
	return gather_add(&s->run.gather, &copy, e);
}

static int
on_idle(void *arg, struct err *e)
{
	struct scan *s = arg;

	return s->names && names_work(s->names, 0, e) == -1 ? -1 : 0;
}

/* --- the run ------------------------------------------------------------------------------- */

struct worker
scan_worker(const struct scan_input *in)
{
	return kept_worker(&in->conf->kept, in->run, &source_sweep, &in->conf->sweep,
		WORKER_MEMORY);
}

int
scan_names(const struct scan_input *in,
	int (*take)(void *arg, const struct observation *, struct err *), void *arg,
	struct names **out, struct err *e)
{
	const struct scan_conf *c = in->conf;
	const struct names_conf conf = { .targets = c->sweep.targets,
		.site = c->kept.place.site,
		.point = c->kept.place.point,
		.run = in->run,
		.clock = &clock_system,
		.take = take,
		.arg = arg };

	*out = NULL;
	if (!c->names || !c->sweep.identify || c->sweep.packets_from)
		return 0;
	return names_new(out, &conf, e);
}

bool
scan_wants_talks(const struct scan_conf *conf)
{
	return conf->talk && conf->sweep.identify && !conf->sweep.packets_from;
}

static int
open_run(struct scan *s)
{
	const char *summary = s->conf->summary_json;
	const struct resumed *old = s->in->resumed;
	struct kept_run_conf conf = { .call = s->in->call,
		.kept = &s->conf->kept,
		.run = { .id = s->in->run,
			.source = source_sweep.name,
			.command = s->in->call->command_line,
			.targets = s->in->targets_text,
			.started = s->in->started,
			.resumes = old ? old->last.run.id : NULL },
		.store = old ? old->store : NULL,
		.needs_store = s->conf->format != OUT_NDJSON,
		/* A replay asks nobody. */
		.sweeps = s->conf->sweep.packets_from ? NULL : s->conf->sweep.targets,
		.seen = on_seen,
		.idle = on_idle,
		.arg = s };

	if (summary && summary_try(summary, s->e) == -1)
		return -1;
	/* A replay is not asked again, it has nothing to go on with. */
	if (!s->conf->sweep.packets_from &&
		settings_write(resume_tables, s->conf, s->in->call->mem,
			&conf.run.settings, s->e) == -1)
		return -1;
	return kept_run_open(&s->run, &conf, s->e);
}

/* In the store, in the summary, and for people. */
static int
tell_resumed(struct scan *s)
{
	struct arena *mem = s->in->call->mem;
	const char *what = resume_describe(s->in->resumed, mem, s->e);
	struct reason r = { .code = "resumed", .about = "" };

	if (!what || !(r.text = arena_printf(mem, "This continues %s", what)))
		return err_nomem(s->e);
	s->summary.monitor.reason(&s->summary.monitor, &r);
	return 0;
}

/* The names that the other run had no time for. */
static int
ask_missing_names(struct scan *s, struct err *e)
{
	const struct resumed *old = s->in->resumed;

	for (size_t i = 0; i < old->n_found; i++) {
		struct observation o = { .evidence = EVIDENCE_REPLY,
			.ip = old->found[i].ip };
		if (!old->found[i].named && names_ask(s->names, &o, e) == -1)
			return -1;
	}
	return 0;
}

static int
open_names(struct scan *s, struct err *e)
{
	if (scan_names(s->in, on_name, s, &s->names, e) == -1)
		return -1;
	return s->names && s->in->resumed ? ask_missing_names(s, e) : 0;
}

/* Without them the sweep is as good. */
static void
begin_to_expect(struct scan *s)
{
	const struct resumed *old = s->in->resumed;
	struct expect_input in = { .targets = s->conf->sweep.targets,
		.net = s->conf->sweep.net,
		.store = s->conf->kept.no_db ? NULL : s->run.store,
		.site = s->conf->kept.place.site,
		.run = s->in->run };
	struct err e;

	if (s->conf->sweep.packets_from)
		return;
	if (expect_begin(&s->expect, &in, &e) == -1)
		log_warn("the sweep is not compared with what was known: %s", e.text);
	for (size_t i = 0; old && i < old->n_found; i++)
		expect_found(&s->expect, &old->found[i].ip);
}

/* One that broke off has not asked for everybody. */
static void
judge_expected(struct scan *s)
{
	struct err e;

	if (s->summary.last.ok &&
		expect_judge(&s->expect, &s->summary.monitor, s->in->call->mem, &e) ==
			-1)
		log_warn("the sweep is not compared with what was known: %s", e.text);
}

/* Those that the other run found, too: it had not come so far. */
static int
add_found_before(struct scan *s)
{
	const struct resumed *old = s->in->resumed;

	for (size_t i = 0; old && i < old->n_found; i++) {
		const struct answered *a = &old->found[i];
		struct living l = { a->ip, a->ports, a->n_ports, a->udp_ports,
			a->n_udp_ports };
		if (living_add(&s->living, &l, s->e) == -1)
			return -1;
	}
	return 0;
}

/* Those that live are asked who they are. */
static int
talk_to_living(struct scan *s)
{
	struct talk_run run = { .worker = scan_worker(s->in),
		.conf = s->conf->services,
		.handler = &s->run.handler,
		.monitor = &s->summary.monitor,
		.show = &s->run.show };
	struct run_end all = s->summary.last, talked;

	if (add_found_before(s) == -1 ||
		living_list(&s->living, s->in->call->mem, &run.conf.living,
			&run.conf.n_living, s->e) == -1)
		return -1;
	living_done(&s->living);
	if (run.conf.n_living == 0 || *s->run.handler.stops || !all.ok)
		return 0;
	if (talk_run(&run, &talked, s->e) == -1)
		return -1;
	talk_run_add(&all, &talked);
	summary_end_is(&s->summary, &all);
	return 0;
}

/* The worker is made before the resolver: it needs none of its sockets. */
static int
sweep(struct scan *s)
{
	struct worker w = scan_worker(s->in);
	struct err names;

	if (kept_run_start(&s->run, &w, &s->summary.monitor, s->e) == -1)
		return -1;
	if (open_names(s, &names) == -1)
		log_warn("no names will be asked: %s", names.text);
	begin_to_expect(s);
	return kept_run_wait(&s->run, s->e);
}

static int
hear(struct scan *s)
{
	summary_init(&s->summary, &s->run.monitor);
	if (s->in->resumed && tell_resumed(s) == -1)
		return -1;
	int rc = sweep(s);
	if (rc == 0 && scan_wants_talks(s->conf))
		rc = talk_to_living(s);
	if (rc == 0)
		rc = names_finish(
			s->names, s->run.handler.stops, &s->summary.monitor, s->e);
	rc = kept_run_flush(&s->run, rc, s->e);
	if (rc == 0)
		judge_expected(s);
	return rc;
}

/* --- afterwards ---------------------------------------------------------------------------- */

static int
write_summary(struct scan *s)
{
	struct summary_about about = { .run = s->in->run,
		.command = s->in->call->command_line,
		.targets = s->in->targets_text,
		.populations = s->expect.reports,
		.n_populations = s->expect.n_reports };
	const struct resumed *old = s->in->resumed;

	if (old) {
		about.resumes = old->last.run.id;
		about.resumes_started = old->last.run.started;
		about.resumes_found = old->n_found;
	}
	return summary_write(&s->summary, &about, s->conf->summary_json, s->e);
}

/* The closing line counts this run alone. */
static void
show_resumed(const struct scan *s)
{
	const struct resumed *old = s->in->resumed;

	if (old && !s->in->call->common->quiet)
		(void)fprintf(stderr,
			"continued the run %s, in which %zu addresses had answered\n",
			old->last.run.id, old->n_found);
}

static int
finish(struct scan *s)
{
	struct run_end *end = &s->summary.last;

	if (kept_run_end(&s->run, end, s->e) == -1 ||
		kept_out_close(&s->out, &s->run, end, s->e) == -1)
		return -1;
	show_end(&s->run.show, end);
	show_resumed(s);
	if (s->conf->summary_json && write_summary(s) == -1)
		return -1;
	return end->ok && !end->interrupted ? EXIT_DONE : EXIT_FAILED;
}

int
scan_run(const struct scan_input *in, struct err *e)
{
	struct scan s = { .in = in, .conf = in->conf, .e = e };

	int rc = open_run(&s);
	if (rc == 0)
		rc = kept_out_open(&s.out, &s.run, in->conf->format, e);
	if (rc == 0)
		rc = hear(&s);
	if (rc == 0)
		rc = finish(&s);
	names_free(s.names);
	living_done(&s.living);
	expect_done(&s.expect);
	summary_done(&s.summary);
	kept_out_free(&s.out);
	kept_run_close(&s.run);
	return rc;
}
