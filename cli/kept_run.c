/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Between a worker, the store and the terminal.
 *
 * Coverage and state claim that something was asked: what was heard of it is stored before
 * them (run.h), so that a process that ends between the two has claimed too little, never
 * too much.
 */
#include "cli/kept_run.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "cli/say.h"
#include "cli/stops.h"
#include "inventory/ndjson.h"

LOG_TAG("run");

enum {
	STATE_MAX = 64 << 20, /* bytes; a sweep's has a line for each that answered */
	COVERAGE_MAX = 16 << 20,
};

/* --- settings ------------------------------------------------------------------------------ */

#define AT(f) offsetof(struct kept_conf, f)
const struct opt kept_opts[] = {
	{ .name = "no_db",
		.type = OPT_BOOL,
		.at = AT(no_db),
		.flags = OPT_CLI_ONLY,
		.help = "Keep nothing; only print" },
	{ .name = "emit",
		.type = OPT_BOOL,
		.at = AT(emit),
		.flags = OPT_CLI_ONLY,
		.help = "Print observations as NDJSON and keep nothing; progress, reasons, "
			"coverage and the end go to descriptor 3 when it is open" },
	{ .name = "state_fd",
		.type = OPT_INT,
		.at = AT(state_fd),
		.min = 3,
		.max = 1023,
		.arg = "FD",
		.flags = OPT_CLI_ONLY | OPT_HIDDEN,
		.help = "With --emit: read from descriptor FD the state that the last run "
			"told, and go on from there" },
	{ .name = NULL },
};

int
kept_state(const struct kept_conf *c, struct arena *mem, const char **out, struct err *e)
{
	const char *path = arena_printf(mem, "/proc/self/fd/%d", (int)c->state_fd);
	size_t n;

	*out = NULL;
	if (!c->state_fd)
		return 0;
	return path ? file_read(path, STATE_MAX, mem, out, &n, e) : err_nomem(e);
}

int
kept_check(const struct kept_conf *c, const struct kept_conf *typed, struct err *e)
{
	const struct store_conf *store = &typed->store;
	const struct misuse rules[] = {
		{ c->emit && (store->db || store->vendors || store->fingerprints),
			"--emit keeps nothing: leave --db, --vendors and --fingerprints out" },
		{ c->state_fd && !c->emit, "--state-fd belongs to --emit" },
		{ c->no_db && store->db, "--no-db and --db exclude each other" },
		{ false, NULL },
	};

	return common_refuse(rules, e);
}

/* --- what comes in ------------------------------------------------------------------------- */

static int
on_record(struct run_handler *h, const char *line, size_t n, struct err *e)
{
	return gather_line(&((struct kept_run *)h)->gather, line, n, e);
}

static int
on_idle(struct run_handler *h, struct err *e)
{
	struct kept_run *r = (struct kept_run *)h;

	if (r->is_broken) {
		*e = r->broken;
		return -1;
	}
	if (r->conf.idle && r->conf.idle(r->conf.arg, e) == -1)
		return -1;
	return gather_idle(&r->gather, e);
}

static struct kept_run *
run_of(struct monitor *m)
{
	return (struct kept_run *)((char *)m - offsetof(struct kept_run, monitor));
}

static void
warn_if(int rc, const struct err *e)
{
	if (rc == -1)
		log_warn("%s", e->text);
}

/* --- an agent that has the store ------------------------------------------------------------ */

static int
on_seen(void *arg, const struct observation *o, struct err *e)
{
	struct kept_run *r = arg;

	/* The agent comes last: by then it may be known to it. */
	if (r->conf.seen && r->conf.seen(r->conf.arg, o, e) == -1)
		return -1;
	return r->guest ? guest_record(r->guest, o, e) : 0;
}

/* Lines of their own kind; frees them. */
static void
tell_agent(struct kept_run *r, struct sb *lines)
{
	if (!r->is_broken && !lines->bad &&
		guest_control(r->guest, lines->text, lines->len, &r->broken) == -1)
		r->is_broken = true;
	sb_done(lines);
}

static int
end_at_agent(struct kept_run *r, const struct run_end *end, struct err *e)
{
	struct ingest_result stored;
	char said[256];
	struct sb line;

	sb_init(&line, NDJSON_LINE_MAX);
	ndjson_write_end(end, &line);
	tell_agent(r, &line);
	if (r->is_broken) {
		*e = r->broken;
		return -1;
	}
	if (guest_end(r->guest, &stored, said, sizeof(said), e) == -1)
		return -1;
	if (!r->conf.call->common->quiet)
		say(stderr, "the agent has it: %s\n", said);
	return 0;
}

/* The store is taken: by an agent, which keeps what is found here. */
static int
open_guest(struct kept_run *r, struct err *e)
{
	const struct kept_conf *kept = r->conf.kept;
	struct control_request request = { .source = r->conf.run.source,
		.targets = r->conf.run.targets };

	/* Never two sweeps of an address at a time. */
	if (r->conf.sweeps &&
		!(request.sweeps = control_sweeps_text(
			  r->conf.sweeps, r->conf.call->mem)))
		return err_nomem(e);
	return beside_guest(
		r->conf.call, &kept->store, kept->socket, &request, &r->guest, e);
}

static void
on_progress(struct monitor *m, const struct progress *p)
{
	struct kept_run *r = run_of(m);

	r->reached = *p;
	(void)snprintf(r->phase, sizeof(r->phase), "%s", p->phase);
	r->reached.phase = r->phase;
	if (!r->conf.quiet_progress)
		r->show.monitor.progress(&r->show.monitor, p);
}

static void
on_reason(struct monitor *m, const struct reason *reason)
{
	struct kept_run *r = run_of(m);
	struct err e;

	if (r->store)
		warn_if(store_put_reason(r->store, r->conf.run.id, reason, &e), &e);
	if (r->guest) {
		struct sb line;
		sb_init(&line, NDJSON_LINE_MAX);
		ndjson_write_reason(reason, &line);
		tell_agent(r, &line);
	}
	r->show.monitor.reason(&r->show.monitor, reason);
}

/* false: what was heard could not be stored, so nothing may be claimed of it. */
static bool
store_heard(struct kept_run *r)
{
	if (r->store && !r->is_broken && gather_flush(&r->gather, &r->broken) == -1)
		r->is_broken = true;
	return r->store && !r->is_broken;
}

static void
on_coverage(struct monitor *m, const struct coverage *c)
{
	struct kept_run *r = run_of(m);
	struct err e;

	if (store_heard(r))
		warn_if(store_put_coverage(r->store, r->conf.run.id, c, &e), &e);
	if (r->guest && !r->is_broken) {
		struct sb line;
		sb_init(&line, COVERAGE_MAX);
		ndjson_write_coverage(c, &line);
		tell_agent(r, &line);
	}
}

static void
on_state(struct monitor *m, const char *text)
{
	struct kept_run *r = run_of(m);
	const struct progress *p = r->reached.phase ? &r->reached : NULL;
	struct err e;

	if (store_heard(r))
		warn_if(store_put_state(r->store, r->conf.run.id, text, p, &e), &e);
	if (r->conf.state)
		r->conf.state(r->conf.arg, text);
}

/* The closing line is the command's, behind the results. */
static void
on_end(struct monitor *m, const struct run_end *end)
{
	struct kept_run *r = run_of(m);

	r->end = *end;
	r->ended = true;
	show_clear(&r->show);
	if (!end->error)
		return;
	(void)snprintf(r->error, sizeof(r->error), "%s", end->error);
	r->end.error = r->error;
	if (!show_has_told(&r->show, r->error))
		log_at(LOG_ERROR, log_tag_, "%s", r->error);
}

/* --- the run ------------------------------------------------------------------------------- */

struct worker
kept_worker(const struct kept_conf *kept, const char *run, const struct source *source,
	const void *conf, uint64_t memory_max)
{
	return (struct worker){ .source = source,
		.conf = conf,
		.site = kept->place.site,
		.point = kept->place.point,
		.run = run,
		.out_fd = -1,
		.control_fd = -1,
		.deadline_us = INT64_MAX,
		.memory_max = memory_max };
}

/* The agent keeps it; what is shown here comes from a store in memory. */
static int
open_beside(struct kept_run *r, struct err *e)
{
	struct store_conf store = r->conf.kept->store;

	if (open_guest(r, e) == -1 ||
		common_open_store(r->conf.call, &store, STORE_READ, &r->known, e) == -1)
		return -1;
	store.db = ":memory:";
	return common_open_store(r->conf.call, &store, STORE_WRITE, &r->store, e);
}

static int
open_store(struct kept_run *r, struct err *e)
{
	struct store_conf store = r->conf.kept->store;

	if (r->conf.store) {
		r->store = r->conf.store;
	} else if (!r->conf.kept->no_db || r->conf.needs_store) {
		if (r->conf.kept->no_db)
			store.db = ":memory:";
		int rc = common_open_store(
			r->conf.call, &store, STORE_WRITE, &r->store, e);
		if (rc == -1 && beside_taken(e))
			rc = open_beside(r, e);
		if (rc == -1)
			return -1;
	}
	if (!r->known)
		r->known = r->store;
	return r->store ? store_begin_run(r->store, &r->conf.run, e) : 0;
}

int
kept_run_open(struct kept_run *r, const struct kept_run_conf *conf, struct err *e)
{
	*r = (struct kept_run){
		.monitor = { on_progress, on_reason, on_coverage, on_state, on_end },
		.conf = *conf,
	};
	r->conf.run.site = conf->kept->place.site;
	r->conf.run.point = conf->kept->place.point;
	show_init(&r->show, &clock_system, conf->call->common->quiet);
	r->handler = (struct run_handler){
		.record = on_record, .idle = on_idle, .ended = &r->ended
	};
	if (open_store(r, e) == -1)
		return -1;
	r->gather = (struct gather){
		.store = r->store, .seen = on_seen, .arg = r, .clock = &clock_system
	};
	return gather_init(&r->gather, e);
}

void
kept_run_close(struct kept_run *r)
{
	gather_done(&r->gather);
	if (r->known != r->store)
		store_close(r->known);
	if (r->store != r->conf.store) /* else it is the caller's */
		store_close(r->store);
	guest_free(r->guest);
}

int
kept_run_start(struct kept_run *r, const struct worker *w, struct monitor *first,
	struct err *e)
{
	r->ended = false;
	r->handler.monitor = first ? first : &r->monitor;
	r->handler.ended = &r->ended;
	r->handler.stops = stops_catch();
	return run_start(w, &r->process, e);
}

int
kept_run_wait(struct kept_run *r, struct err *e)
{
	if (run_wait(&r->process, &r->handler, e) == -1)
		return -1;
	return r->ended
		? 0
		: err_set(e, ERR_SYS, "the worker ended without saying how it went");
}

int
kept_run_flush(struct kept_run *r, int rc, struct err *e)
{
	struct err first = *e;

	if (gather_flush(&r->gather, e) == -1)
		return -1;
	if (rc == -1)
		*e = first;
	return rc;
}

int
kept_run_end(struct kept_run *r, const struct run_end *end, struct err *e)
{
	if (r->guest && end_at_agent(r, end, e) == -1)
		return -1;
	return r->store ? store_end_run(r->store, r->conf.run.id,
				  clock_wall(&clock_system), end, e)
			: 0;
}
