/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The run of a sweep: hears the worker, keeps what it says, prints what came of it. */
#include "cli/scan.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "cli/expect.h"
#include "cli/gather.h"
#include "cli/living.h"
#include "cli/names.h"
#include "cli/progress.h"
#include "cli/resume.h"
#include "cli/run.h"
#include "cli/settings.h"
#include "cli/stops.h"
#include "cli/summary.h"
#include "cli/talk_run.h"

LOG_TAG("scan");

enum {
	NAMES_WAIT = 10 * SECOND, /* for names that are open when the sweep is over */
	WORKER_MEMORY = 1 << 30,  /* bytes of address space */
};

/* Everything about one scan that more than one step needs. */
struct scan {
	const struct scan_input *in;
	const struct scan_conf *conf;
	struct err *e;
	struct store *store;     /* NULL: nothing to keep, nothing to show from */
	struct progress reached; /* the last that was told; its phase in `phase` */
	char phase[32];
	struct err broken; /* why what was heard could not be stored */
	bool is_broken;
	struct out *out;
	const volatile sig_atomic_t *stops;
	struct names *names; /* NULL: not asked for */
	struct gather gather;
	struct show show;
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
	if (s->conf->format != OUT_NDJSON)
		return 0;
	show_clear(&s->show); /* when both go to one terminal */
	return out_observation(s->out, o, e);
}

/* What the resolver says is borrowed: the batch needs a copy. */
static int
on_name(void *arg, const struct observation *o, struct err *e)
{
	struct scan *s = arg;
	struct arena *mem = gather_arena(&s->gather);
	struct observation copy = *o;
	struct fact *fact = arena_dup(mem, o->facts, sizeof(*fact));
	const char **name = arena_new_array(mem, const char *, 1);

	if (!fact || !name || !(*name = arena_strdup(mem, o->facts->texts.items[0])))
		return err_nomem(e);
	fact->texts.items = name;
	copy.facts = fact;
	return gather_add(&s->gather, &copy, e);
}

struct hearing {
	struct run_handler handler;
	struct scan *s;
};

static int
on_record(struct run_handler *h, const char *line, size_t n, struct err *e)
{
	struct scan *s = ((struct hearing *)h)->s;

	return gather_line(&s->gather, line, n, e);
}

static int
on_idle(struct run_handler *h, struct err *e)
{
	struct scan *s = ((struct hearing *)h)->s;

	if (s->is_broken) {
		*e = s->broken;
		return -1;
	}
	if (s->names && names_work(s->names, 0, e) == -1)
		return -1;
	return gather_idle(&s->gather, e);
}

/*
 * Coverage, reasons and the state of the run go into the store as well.  Coverage and state
 * claim that something was asked: what was heard of it is stored before them (run.h), so
 * that a process that ends between the two has claimed too little, never too much.
 */
struct keep {
	struct monitor monitor; /* first */
	struct scan *s;
};

static void
warn_if(int rc, const struct err *e)
{
	if (rc == -1)
		log_warn("%s", e->text);
}

static void
keep_progress(struct monitor *m, const struct progress *p)
{
	struct scan *s = ((struct keep *)m)->s;

	s->reached = *p;
	(void)snprintf(s->phase, sizeof(s->phase), "%s", p->phase);
	s->reached.phase = s->phase;
	s->show.monitor.progress(&s->show.monitor, p);
}

static void
keep_reason(struct monitor *m, const struct reason *r)
{
	struct scan *s = ((struct keep *)m)->s;
	struct reason shown = *r;
	struct err e;

	if (s->store)
		warn_if(store_put_reason(s->store, s->in->run, r, &e), &e);
	if (strcmp(r->code, expect_reason) == 0) { /* its text says who and how many */
		shown.about = "";
		shown.count = 0;
	}
	s->show.monitor.reason(&s->show.monitor, &shown);
}

/* false: what was heard could not be stored, so nothing may be claimed of it. */
static bool
store_heard(struct scan *s)
{
	if (s->store && !s->is_broken && gather_flush(&s->gather, &s->broken) == -1)
		s->is_broken = true;
	return s->store && !s->is_broken;
}

static void
keep_coverage(struct monitor *m, const struct coverage *c)
{
	struct scan *s = ((struct keep *)m)->s;
	struct err e;

	if (store_heard(s))
		warn_if(store_put_coverage(s->store, s->in->run, c, &e), &e);
}

static void
keep_state(struct monitor *m, const char *text)
{
	struct scan *s = ((struct keep *)m)->s;
	const struct progress *p = s->reached.phase ? &s->reached : NULL;
	struct err e;

	if (store_heard(s))
		warn_if(store_put_state(s->store, s->in->run, text, p, &e), &e);
}

/* The closing line is printed behind the results, by finish. */
static void
keep_end(struct monitor *m, const struct run_end *end)
{
	struct scan *s = ((struct keep *)m)->s;

	show_clear(&s->show);
	if (end->error)
		log_at(LOG_ERROR, log_tag_, "%s", end->error);
}

/* --- the run ------------------------------------------------------------------------------- */

struct worker
scan_worker(const struct scan_input *in)
{
	return (struct worker){ .source = &source_sweep,
		.conf = &in->conf->sweep,
		.site = in->conf->place.site,
		.point = in->conf->place.point,
		.run = in->run,
		.out_fd = -1,
		.control_fd = -1,
		.deadline_us = INT64_MAX,
		.memory_max = WORKER_MEMORY };
}

bool
scan_wants_talks(const struct scan_conf *conf)
{
	return conf->talk && conf->sweep.identify && !conf->sweep.packets_from;
}

static int
open_store(struct scan *s)
{
	struct run run = { .id = s->in->run,
		.source = "sweep",
		.command = s->in->call->command_line,
		.site = s->conf->place.site,
		.point = s->conf->place.point,
		.targets = s->in->targets_text,
		.started = s->in->started };
	const struct resumed *old = s->in->resumed;
	bool only_print = s->conf->no_db && s->conf->format == OUT_NDJSON;

	if (only_print)
		return 0;
	/* A replay is not asked again, it has nothing to go on with. */
	if (!s->conf->sweep.packets_from &&
		settings_write(resume_tables, s->conf, s->in->call->mem, &run.settings,
			s->e) == -1)
		return -1;
	if (old) {
		s->store = old->store;
		run.resumes = old->last.run.id;
		return store_begin_run(s->store, &run, s->e);
	}
	struct store_conf keep = s->conf->store;
	if (s->conf->no_db)
		keep.db = ":memory:";
	if (common_open_store(s->in->call, &keep, STORE_WRITE, &s->store, s->e) == -1)
		return -1;
	return store_begin_run(s->store, &run, s->e);
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
ask_missing_names(struct scan *s)
{
	const struct resumed *old = s->in->resumed;

	for (size_t i = 0; i < old->n_found; i++) {
		struct observation o = { .evidence = EVIDENCE_REPLY,
			.ip = old->found[i].ip };
		if (!old->found[i].named && names_ask(s->names, &o, s->e) == -1)
			return -1;
	}
	return 0;
}

static int
open_names(struct scan *s)
{
	struct names_conf conf = { .targets = s->conf->sweep.targets,
		.site = s->conf->place.site,
		.point = s->conf->place.point,
		.run = s->in->run,
		.clock = &clock_system,
		.take = on_name,
		.arg = s };
	bool wanted = s->conf->names && s->conf->sweep.identify &&
		!s->conf->sweep.packets_from;

	if (!wanted)
		return 0;
	if (names_new(&s->names, &conf, s->e) == -1)
		return -1;
	return s->in->resumed ? ask_missing_names(s) : 0;
}

static int
wait_for_names(struct scan *s)
{
	int64_t until = clock_mono(&clock_system) + NAMES_WAIT;
	int left = s->names ? 1 : 0;

	while (left > 0 && *s->stops == 0 && clock_mono(&clock_system) < until)
		if ((left = names_work(s->names, 50, s->e)) == -1)
			return -1;
	if (s->names)
		names_tell(s->names, &s->summary.monitor);
	return 0;
}

/* Without them the sweep is as good. */
static void
begin_to_expect(struct scan *s)
{
	const struct resumed *old = s->in->resumed;
	struct expect_input in = { .targets = s->conf->sweep.targets,
		.net = s->conf->sweep.net,
		.store = s->conf->no_db ? NULL : s->store,
		.site = s->conf->place.site,
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
talk_to_living(struct scan *s, struct run_handler *handler)
{
	struct talk_run run = { .worker = scan_worker(s->in),
		.conf = s->conf->services,
		.handler = handler,
		.monitor = &s->summary.monitor,
		.show = &s->show };
	struct run_end all = s->summary.last, talked;

	if (add_found_before(s) == -1 ||
		living_list(&s->living, s->in->call->mem, &run.conf.living,
			&run.conf.n_living, s->e) == -1)
		return -1;
	living_done(&s->living);
	if (run.conf.n_living == 0 || *s->stops || !all.ok)
		return 0;
	if (talk_run(&run, &talked, s->e) == -1)
		return -1;
	talk_run_add(&all, &talked);
	summary_end_is(&s->summary, &all);
	return 0;
}

static int
hear(struct scan *s)
{
	struct keep keep = { .monitor = { keep_progress, keep_reason, keep_coverage,
				     keep_state, keep_end },
		.s = s };
	struct hearing h = { .handler = { .record = on_record,
				     .idle = on_idle,
				     .monitor = &s->summary.monitor,
				     .ended = &s->summary.has_end },
		.s = s };
	struct worker w = scan_worker(s->in);
	struct run_process p;

	summary_init(&s->summary, &keep.monitor);
	s->stops = h.handler.stops = stops_catch();
	if (s->in->resumed && tell_resumed(s) == -1)
		return -1;
	/* The child is made before the resolver: it needs none of its sockets. */
	if (run_start(&w, &p, s->e) == -1)
		return -1;
	struct err names_err = { 0 };
	int names_rc = open_names(s);
	if (names_rc == -1) {
		names_err = *s->e;
		log_warn("no names will be asked: %s", names_err.text);
	}
	begin_to_expect(s);
	int rc = run_wait(&p, &h.handler, s->e);
	if (rc == 0 && !s->summary.has_end)
		rc = err_set(
			s->e, ERR_SYS, "the worker ended without saying how it went");
	if (rc == 0 && scan_wants_talks(s->conf))
		rc = talk_to_living(s, &h.handler);
	if (rc == 0)
		rc = wait_for_names(s);
	struct err first = *s->e; /* what was heard is kept, whatever broke off */
	if (gather_flush(&s->gather, s->e) == -1)
		rc = -1;
	else if (rc == -1)
		*s->e = first;
	if (rc == 0)
		judge_expected(s);
	s->summary.next = &s->show.monitor;
	return rc;
}

/* --- afterwards ---------------------------------------------------------------------------- */

static int
show_device(void *arg, const struct device *d, struct err *e)
{
	struct scan *s = arg;

	return out_device(s->out, d, e);
}

/* The devices of the run, or the end of the observations. */
static int
print_results(struct scan *s, const struct run_end *end)
{
	if (s->store && s->conf->format != OUT_NDJSON &&
		store_each_device_of_run(s->store, s->in->run, show_device, s, s->e) ==
			-1)
		return -1;
	int rc = out_close(s->out, end, s->e);
	s->out = NULL;
	return rc;
}

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

	if (s->store &&
		store_end_run(s->store, s->in->run, clock_wall(&clock_system), end,
			s->e) == -1)
		return -1;
	if (common_status(print_results(s, end), s->e) == -1)
		return -1;
	(void)fflush(stdout); /* main checks; the closing line belongs behind it */
	show_end(&s->show, end);
	show_resumed(s);
	if (s->conf->summary_json && write_summary(s) == -1)
		return -1;
	return end->ok && !end->interrupted ? EXIT_DONE : EXIT_FAILED;
}

static int
open_outputs(struct scan *s)
{
	struct out_info info;

	if (s->conf->summary_json && summary_try(s->conf->summary_json, s->e) == -1)
		return -1;
	if (open_store(s) == -1)
		return -1;
	common_out_info(s->in->call, OUT_RUN, &info);
	info.started = s->in->started;
	s->gather = (struct gather){
		.store = s->store, .seen = on_seen, .arg = s, .clock = &clock_system
	};
	if (gather_init(&s->gather, s->e) == -1)
		return -1;
	return out_open(&s->out, (enum out_format_id)s->conf->format, &info, s->e);
}

int
scan_run(const struct scan_input *in, struct err *e)
{
	struct scan s = { .in = in, .conf = in->conf, .e = e };

	show_init(&s.show, &clock_system, in->call->common->quiet);
	int rc = open_outputs(&s);
	if (rc == 0)
		rc = hear(&s);
	if (rc == 0)
		rc = finish(&s);
	names_free(s.names);
	living_done(&s.living);
	expect_done(&s.expect);
	gather_done(&s.gather);
	summary_done(&s.summary);
	out_free(s.out);
	if (!in->resumed) /* else it is the caller's */
		store_close(s.store);
	return rc;
}
