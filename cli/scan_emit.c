/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two workers, one after the other; no store. */
#include "cli/scan_emit.h"

#include "base/log.h"
#include "cli/living.h"
#include "cli/pass_on.h"
#include "cli/talk_run.h"
#include "host/sandbox.h"
#include "inventory/ndjson.h"

LOG_TAG("scan");

enum {
	LINE_ARENA = 4 << 20,
};

struct halves {
	struct run_handler handler; /* first: hears the records of both */
	struct pass_on sweep;       /* hears the first half */
	struct source_run *run;
	const struct scan_input *in;
	struct arena *mem; /* of one line */
	struct living_set living;
	struct names *names; /* NULL: not asked for */
};

static int
on_record(struct run_handler *handler, const char *line, size_t n, struct err *e)
{
	struct halves *h = (struct halves *)handler;
	struct observation o;

	arena_reset(h->mem);
	if (ndjson_read(line, n, h->mem, &o, e) == -1 ||
		living_take(&h->living, &o, e) == -1 ||
		(h->names && names_ask(h->names, &o, e) == -1))
		return -1;
	return h->run->sink->take(h->run->sink, &o, e);
}

static int
on_idle(struct run_handler *handler, struct err *e)
{
	struct halves *h = (struct halves *)handler;

	return h->names && names_work(h->names, 0, e) == -1 ? -1 : 0;
}

/* --- names -------------------------------------------------------------------------------- */

static int
on_name(void *arg, const struct observation *o, struct err *e)
{
	struct halves *h = arg;

	return h->run->sink->take(h->run->sink, o, e);
}

/* --- the halves --------------------------------------------------------------------------- */

/* Nobody talked to them yet: that begins when a sweep is complete. */
static int
add_found_before(struct halves *h, struct err *e)
{
	const struct sweep_conf *c = &h->in->conf->sweep;

	for (size_t i = 0; h->in->goes_on && i < c->n_known; i++) {
		struct living l = { .ip = c->known[i].ip };
		if (living_add(&h->living, &l, e) == -1)
			return -1;
	}
	return 0;
}

static int
sweep(struct halves *h, struct err *e)
{
	struct worker w = scan_worker(h->in);
	struct run_process p;
	struct err names;

	h->handler.monitor = &h->sweep.monitor;
	h->handler.ended = &h->sweep.ended;
	/* The child is made before the resolver: it needs none of its sockets.  It alone needs
	 * the right to packets. */
	if (run_start(&w, &p, e) == -1 || sandbox_enter(SANDBOX_PROCESSES, e) == -1)
		return -1;
	if (scan_names(h->in, on_name, h, &h->names, &names) == -1)
		log_warn("no names will be asked: %s", names.text);
	if (run_wait(&p, &h->handler, e) == -1)
		return -1;
	if (add_found_before(h, e) == -1)
		return -1;
	return h->sweep.ended
		? 0
		: err_set(e, ERR_SYS, "the worker ended without saying how it went");
}

static int
talk(struct halves *h, struct err *e)
{
	struct talk_run run = { .worker = scan_worker(h->in),
		.conf = h->in->conf->services,
		.handler = &h->handler,
		.monitor = h->run->monitor };
	struct run_end talked;

	if (living_list(&h->living, h->run->scratch, &run.conf.living,
		    &run.conf.n_living, e) == -1)
		return -1;
	if (!scan_wants_talks(h->in->conf) || run.conf.n_living == 0 ||
		!h->sweep.end.ok || *h->run->stop)
		return 0;
	if (talk_run(&run, &talked, e) == -1)
		return -1;
	talk_run_add(&h->sweep.end, &talked);
	return 0;
}

static int
run_both(struct source_run *run, struct err *e)
{
	struct halves h = {
		.handler = { .record = on_record, .idle = on_idle, .stops = run->stop },
		.run = run,
		.in = run->conf,
		.mem = arena_new(LINE_ARENA),
	};
	int rc = h.mem ? 0 : err_nomem(e);

	pass_on_init(&h.sweep, run->monitor);
	if (rc == 0)
		rc = sweep(&h, e);
	if (rc == 0)
		rc = talk(&h, e);
	if (rc == 0)
		rc = names_finish(h.names, run->stop, run->monitor, e);
	if (rc == 0)
		run->monitor->end(run->monitor, &h.sweep.end);
	names_free(h.names);
	living_done(&h.living);
	arena_free(h.mem);
	return rc;
}

const struct source source_scan = {
	.name = "scan",
	.help = "Sweep, then ask those that live who they are",
	.conf_size = sizeof(struct scan_input),
	.run = run_both,
};
