/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hearing a poll: lines to observations, counts and verdicts. */
#include "schedule/running.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "db/gather.h"
#include "inventory/ndjson.h"
#include "schedule/control.h"

LOG_TAG("poll");

enum {
	MEMORY = 32 << 20,
	LINE_ARENA = 4 << 20,
	READ_BYTES = 64 << 10,
	READS_MAX = 2 * (1 << 20) / READ_BYTES, /* all that was in the pipe, and a bit */
	STATE_MAX = 1 << 20,
	SPOILT_KEPT = 10,   /* lines of a run */
	SPOILT_BYTES = 200, /* of each */
	SPOILT_TEXT = 4 << 10,
	GRACE = 10 * SECOND, /* from being asked to end to being killed */
};

struct running {
	struct monitor monitor; /* first */
	struct arena *mem;      /* what lives as long as the run */
	struct store *store;
	struct clock *clock;
	const char *poll, *site, *point;
	const struct iprange *range, *reach;
	bool is_sweep;
	bool waits;            /* to be let */
	int64_t waiting_since; /* monotonic */
	char run[UUID_TEXT_MAX];
	int64_t due, started;               /* wall, microseconds */
	int64_t ahead_by;                   /* of the clock once; 0: never */
	int64_t began;                      /* the same, monotonic */
	int64_t deadline, kill_at, gone_at; /* monotonic */
	enum stop_cause stopped;

	bool is_guest, is_import, has_begun;
	struct run row; /* as the store knows it */
	int answer_fd;  /* of a guest; -1: none */
	struct child child;
	int status; /* of waitpid, once child.pid is 0 */
	struct ndjson_lines records, control;
	struct arena *line_mem;
	struct gather gather;
	uint64_t observations, spoilt;
	char first_spoilt[256];
	struct sb state;

	struct progress progress;
	char phase[32];
	struct run_end end;
	char error[sizeof(((struct err *)0)->text)];
	bool has_end, has_progress;
	char blind[256]; /* the first reason why something could not be asked, or "" */

	bool is_broken; /* what was heard could not be stored */
	struct err broken;
	bool finished;
	char reason[512];
	struct running_result result;
};

/* --- what is no observation ----------------------------------------------------------------- */

static void
broke(struct running *r, const struct err *e)
{
	if (r->is_broken)
		return;
	r->is_broken = true;
	r->broken = *e;
	log_at(LOG_ERROR, log_tag_, "event=store-failed poll=%s: %s", r->poll, e->text);
	running_stop(r, STOP_AGENT);
}

/* Coverage and state speak of what came before them: that is stored first. */
static bool
store_heard(struct running *r)
{
	struct err e;

	if (!r->is_broken && gather_flush(&r->gather, &e) == -1)
		broke(r, &e);
	return !r->is_broken;
}

/* What a process dated before it, or the clock of the machine, was set right. */
static int64_t
in_time(const struct running *r, int64_t at)
{
	int64_t now = clock_wall(r->clock);

	if (r->ahead_by == 0 || at <= now)
		return at;
	return at - r->ahead_by < now ? at - r->ahead_by : now;
}

static void
on_progress(struct monitor *m, const struct progress *p)
{
	struct running *r = (struct running *)m;

	r->progress = *p;
	(void)snprintf(r->phase, sizeof(r->phase), "%s", p->phase);
	r->progress.phase = r->phase;
	r->has_progress = true;
}

static void
on_reason(struct monitor *m, const struct reason *reason)
{
	struct running *r = (struct running *)m;
	struct err e;

	if (!*r->blind)
		(void)snprintf(r->blind, sizeof(r->blind), "%s%s%s", reason->text,
			*reason->about ? ": " : "", reason->about);
	if (!r->is_broken && store_put_reason(r->store, r->run, reason, &e) == -1)
		broke(r, &e);
}

static void
on_coverage(struct monitor *m, const struct coverage *c)
{
	struct running *r = (struct running *)m;
	struct coverage own = *c;
	struct err e;

	own.started = in_time(r, c->started);
	own.finished = in_time(r, c->finished);
	if (store_heard(r) && store_put_coverage(r->store, r->run, &own, &e) == -1)
		broke(r, &e);
}

static void
on_state(struct monitor *m, const char *text)
{
	struct running *r = (struct running *)m;
	struct err e;

	if (!store_heard(r))
		return;
	sb_clear(&r->state);
	sb_add(&r->state, text);
	if (store_put_state(r->store, r->run, text,
		    r->has_progress ? &r->progress : NULL, &e) == -1)
		broke(r, &e);
}

static void
on_end(struct monitor *m, const struct run_end *end)
{
	struct running *r = (struct running *)m;

	r->end = *end;
	r->has_end = true;
	r->end.error = NULL;
	if (!end->error)
		return;
	(void)snprintf(r->error, sizeof(r->error), "%s", end->error);
	r->end.error = r->error;
}

/* --- lines ---------------------------------------------------------------------------------- */

/* What is no observation is counted and left out: the rest of the run is worth keeping.  The
 * first of them are kept as reasons of the run, as text that no terminal obeys. */
static void
spoil(struct running *r, const char *why, const char *line, size_t n)
{
	struct sb text;
	struct err e;

	if (r->spoilt++ >= SPOILT_KEPT) /* the end tells how many */
		return;
	sb_init(&text, SPOILT_TEXT);
	sb_printf(&text, "%s: ", why);
	sb_add_plain(&text, line, n < SPOILT_BYTES ? n : SPOILT_BYTES);
	log_warn("event=line-spoilt poll=%s: %s", r->poll, text.text);
	if (r->spoilt == 1)
		(void)snprintf(
			r->first_spoilt, sizeof(r->first_spoilt), "%s", text.text);
	const struct reason reason = {
		.code = "line-spoilt", .about = "", .text = text.text, .count = 1
	};
	if (r->has_begun && !r->is_broken &&
		store_put_reason(r->store, r->run, &reason, &e) == -1)
		broke(r, &e);
	sb_done(&text);
}

/* Whose it is decides the agent, not the line; but an import was made elsewhere. */
static void
claim(const struct running *r, struct observation *o)
{
	if (!r->is_import) {
		o->seq = 0;
		o->at = in_time(r, o->at);
	}
	if (!r->is_import || !o->site)
		o->site = r->site;
	if (!r->is_import || !o->point)
		o->point = r->point;
	if (!r->is_import || !o->run)
		o->run = r->run;
}

/* The run exists before the first observation that belongs to it. */
static int
use_run(struct running *r, const struct observation *o, struct err *e)
{
	if (r->has_begun || strcmp(o->run, r->run) != 0)
		return 0;
	if (store_begin_run(r->store, &r->row, e) == -1)
		return -1;
	r->has_begun = true;
	return 0;
}

static int
on_record(void *arg, const char *line, size_t n, struct err *e)
{
	struct running *r = arg;
	struct observation o;

	if (r->is_broken || n == 0)
		return 0;
	if (ndjson_read(line, n, gather_arena(&r->gather), &o, e) == -1) {
		spoil(r, e->text, line, n);
		return 0;
	}
	claim(r, &o);
	r->observations++;
	if (use_run(r, &o, e) == -1 || gather_add(&r->gather, &o, e) == -1)
		broke(r, e);
	return 0;
}

static int
on_control(void *arg, const char *line, size_t n, struct err *e)
{
	struct running *r = arg;

	arena_reset(r->line_mem);
	if (n && ndjson_read_control(line, n, r->line_mem, &r->monitor, e) == -1)
		spoil(r, e->text, line, n);
	return 0;
}

static void
on_too_long(void *arg)
{
	spoil(arg, "a line is too long", "", 0);
}

/* --- pipes ---------------------------------------------------------------------------------- */

/* Bytes that were there, 0 also when there are none just now; the end closes *fd. */
static size_t
read_some(int *fd, char buf[static READ_BYTES], bool *end)
{
	ssize_t got;

	*end = false;
	if (*fd == -1)
		return 0;
	do
		got = read(*fd, buf, READ_BYTES);
	while (got == -1 && errno == EINTR);
	if (got > 0)
		return (size_t)got;
	if (got == -1 && errno == EAGAIN)
		return 0;
	close(*fd);
	*fd = -1;
	*end = true;
	return 0;
}

static void
hear_records(struct running *r)
{
	char buf[READ_BYTES];
	struct err e;
	bool end = false;
	size_t n = 1;

	for (int i = 0; i < READS_MAX && n > 0; i++) {
		n = read_some(&r->child.records_fd, buf, &end);
		if (n)
			(void)ndjson_lines_feed(
				&r->records, buf, n, on_record, on_too_long, r, &e);
	}
	if (end)
		(void)ndjson_lines_end(&r->records, on_record, r, &e);
}

/* A control line speaks of the observations that were written before it (cli/worker.h): they
 * are in the other pipe when it is read, and are taken first. */
static void
hear(struct running *r)
{
	char buf[READ_BYTES];
	struct err e;
	bool end;
	size_t n = read_some(&r->child.control_fd, buf, &end);

	hear_records(r);
	if (n)
		(void)ndjson_lines_feed(
			&r->control, buf, n, on_control, on_too_long, r, &e);
	if (end)
		(void)ndjson_lines_end(&r->control, on_control, r, &e);
}

/* --- what it is about to ask ---------------------------------------------------------------- */

/* Names lead where they lead just now, and files say what they say now: the sweep tells. */
static int
take_claim(struct running *r, const char *text, struct err *e)
{
	struct iprange *set;

	if (iprange_parse(&text, 1, NULL, r->mem, &set, e) == -1)
		return -1;
	r->range = set;
	r->waits = true;
	r->waiting_since = clock_mono(r->clock);
	return 0;
}

static void
hear_claim(struct running *r)
{
	char text[CONTROL_REQUEST_MAX + 1];
	struct err e;

	if (r->child.claim_fd == -1 || r->waits)
		return;
	ssize_t n = recv(r->child.claim_fd, text, sizeof(text) - 1, MSG_DONTWAIT);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	text[n > 0 ? n : 0] = '\0';
	if (n > 0 && take_claim(r, text, &e) == 0)
		return;
	if (n > 0)
		log_at(LOG_ERROR, log_tag_,
			"event=line-spoilt poll=%s: what it sweeps: %s", r->poll,
			e.text);
	close(r->child.claim_fd); /* it is not let, and ends */
	r->child.claim_fd = -1;
}

bool
running_waits(const struct running *r)
{
	return r->waits;
}

/* The time that it waited is none of its own. */
void
running_let(struct running *r)
{
	if (!r->waits)
		return;
	r->deadline += clock_mono(r->clock) - r->waiting_since;
	r->waits = false;
	(void)send(
		r->child.claim_fd, "\n", 1, MSG_NOSIGNAL); /* who is gone is heard of */
	close(r->child.claim_fd);
	r->child.claim_fd = -1;
}

bool
running_is_sweep(const struct running *r)
{
	return r->is_sweep;
}

const struct iprange *
running_range(const struct running *r)
{
	return r->range;
}

/* --- beginning ------------------------------------------------------------------------------ */

static const char *
command_line(char *const *argv, struct arena *mem)
{
	const char *text = "muster";

	for (size_t i = 1; text && argv[i]; i++)
		text = arena_printf(mem, "%s %s", text, argv[i]);
	return text;
}

static int
begin(struct running *r, const struct running_input *in, struct err *e)
{
	struct poll_run note = { .poll = r->poll,
		.run = r->run,
		.due = r->due,
		.started = r->started,
		.outcome = "",
		.reason = "" };

	r->row = (struct run){ .id = r->run,
		.source = arena_strdup(r->mem, in->source),
		.command = in->guest ? arena_strdup(r->mem, in->guest->command)
				     : command_line(in->child.argv, r->mem),
		.site = r->site,
		.point = r->point,
		.targets = arena_strdup(r->mem, in->targets),
		.resumes = in->resumes,
		.started = r->started,
		.lifetime = in->lifetime };
	if (!r->row.source || !r->row.command || !r->row.targets)
		return err_nomem(e);
	if (r->is_import)
		return 0;
	if (store_begin_run(r->store, &r->row, e) == -1)
		return -1;
	r->has_begun = true;
	r->row.resumes = NULL; /* the caller's */
	return r->is_guest ? 0 : store_put_poll_run(r->store, &note, e);
}

static const struct iprange *
copy_set(const struct iprange *set, struct arena *mem)
{
	return set ? iprange_add(set, set, mem) : NULL;
}

static int
prepare(struct running *r, const struct running_input *in, struct err *e)
{
	*r = (struct running){
		.monitor = { on_progress, on_reason, on_coverage, on_state, on_end },
		.mem = arena_new(MEMORY),
		.line_mem = arena_new(LINE_ARENA),
		.store = in->store,
		.clock = in->clock,
		.due = in->due,
		.started = clock_wall(in->clock),
		.began = clock_mono(in->clock),
		.is_sweep = in->child.claims || in->guest,
		.is_guest = in->guest != NULL,
		.is_import = in->guest && in->guest->run,
		.answer_fd = -1,
		.child = { .records_fd = -1, .control_fd = -1, .claim_fd = -1 },
		.gather = { .store = in->store, .clock = in->clock },
	};
	sb_init(&r->state, STATE_MAX);
	if (!r->mem || !r->line_mem)
		return err_nomem(e);
	if (r->is_import)
		(void)snprintf(r->run, sizeof(r->run), "%s", in->guest->run);
	else
		uuid_new(r->started, r->run);
	r->poll = arena_strdup(r->mem, in->poll);
	r->site = arena_strdup(r->mem, in->site);
	r->point = arena_strdup(r->mem, in->point);
	r->range = copy_set(in->range, r->mem);
	r->reach = in->reach == in->range ? r->range : copy_set(in->reach, r->mem);
	r->deadline = clock_mono(in->clock) + in->deadline;
	if (!r->poll || !r->site || !r->point || (in->range && !r->range) ||
		(in->reach && !r->reach))
		return err_nomem(e);
	if (gather_init(&r->gather, e) == -1 || ndjson_lines_init(&r->records, e) == -1)
		return -1;
	return ndjson_lines_init(&r->control, e);
}

int
running_start(struct running **out, const struct running_input *in, struct err *e)
{
	struct running *r = calloc(1, sizeof(*r));

	if (!r)
		return err_nomem(e);
	if (prepare(r, in, e) == -1 || begin(r, in, e) == -1 ||
		(!in->guest && child_start(&in->child, &r->child, e) == -1)) {
		running_free(r);
		return -1;
	}
	if (in->guest) {
		r->child.records_fd = in->guest->records_fd;
		r->child.control_fd = in->guest->control_fd;
		r->answer_fd = in->guest->answer_fd;
	}
	*out = r;
	return 0;
}

static void
hang_up(struct running *r)
{
	int *const fds[] = { &r->child.records_fd, &r->child.control_fd,
		&r->child.claim_fd };

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
		if (*fds[i] != -1)
			close(*fds[i]);
		*fds[i] = -1;
	}
}

void
running_free(struct running *r)
{
	if (!r)
		return;
	if (r->child.pid) {
		(void)kill(r->child.pid, SIGKILL);
		while (waitpid(r->child.pid, &r->status, 0) == -1 && errno == EINTR)
			;
	}
	hang_up(r);
	if (r->answer_fd != -1)
		close(r->answer_fd);
	gather_done(&r->gather);
	ndjson_lines_done(&r->records);
	ndjson_lines_done(&r->control);
	sb_done(&r->state);
	arena_free(r->line_mem);
	arena_free(r->mem);
	free(r);
}

/* --- while it goes on ----------------------------------------------------------------------- */

const struct child *
running_child(const struct running *r)
{
	return &r->child;
}

void
running_redate(struct running *r, int64_t by)
{
	(void)store_heard(r);
	r->ahead_by = by;
	r->due = in_time(r, r->due);
	r->started = in_time(r, r->started);
	r->row.started = in_time(r, r->row.started);
}

void
running_stop(struct running *r, enum stop_cause why)
{
	int64_t now = clock_mono(r->clock);

	if (r->stopped || (!r->child.pid && !r->is_guest))
		return;
	r->stopped = why;
	if (r->is_guest) { /* what it has sent is kept; it hears no answer but this */
		hear(r);
		hang_up(r);
		return;
	}
	r->kill_at = now + GRACE;
	(void)kill(r->child.pid, SIGTERM);
}

bool
running_is_guest(const struct running *r)
{
	return r->is_guest;
}

enum stop_cause
running_stopped(const struct running *r)
{
	return r->stopped;
}

static void
keep_in_time(struct running *r)
{
	int64_t now = clock_mono(r->clock);

	if (r->is_guest) {
		if (now >= r->deadline)
			running_stop(r, STOP_DEADLINE);
		return;
	}
	if (!r->child.pid) {
		/* What it left behind may hold the pipes. */
		if (now >= r->gone_at + GRACE)
			hang_up(r);
		return;
	}
	if (!r->stopped && !r->waits && now >= r->deadline)
		running_stop(r, STOP_DEADLINE);
	if (r->stopped && now >= r->kill_at) {
		(void)kill(r->child.pid, SIGKILL);
		r->kill_at = INT64_MAX;
	}
}

void
running_work(struct running *r)
{
	struct err e;

	hear_claim(r);
	hear(r);
	if (!r->is_broken && gather_idle(&r->gather, &e) == -1)
		broke(r, &e);
	keep_in_time(r);
	if (r->child.pid && waitpid(r->child.pid, &r->status, WNOHANG) == r->child.pid) {
		r->child.pid = 0;
		r->gone_at = clock_mono(r->clock);
	}
}

bool
running_overlaps(const struct running *r, const struct iprange *set)
{
	/* What it takes goes with its arena, which has room for a few polls' worth. */
	struct arena *mem = r->range && set ? arena_new(MEMORY) : NULL;
	struct iprange *both = mem ? iprange_intersect(r->range, set, mem) : NULL;
	/* Out of memory: rather wait for its end. */
	bool yes = r->range && set && (!both || !iprange_is_empty(both));

	arena_free(mem);
	return yes;
}

bool
running_exceeds(const struct running *r, const struct iprange *set)
{
	struct arena *mem = r->reach && set ? arena_new(MEMORY) : NULL;
	struct iprange *outside = mem ? iprange_subtract(r->reach, set, mem) : NULL;
	/* Out of memory: rather stop it. */
	bool yes = r->reach && (!outside || !iprange_is_empty(outside));

	arena_free(mem);
	return yes;
}

void
running_look(const struct running *r, struct running_look *out)
{
	*out = (struct running_look){ .poll = r->poll,
		.run = r->run,
		.command = r->row.command,
		.started = r->started,
		.observations = r->observations,
		.spoilt = r->spoilt,
		.progress = r->has_progress ? &r->progress : NULL };
}

/* --- the end -------------------------------------------------------------------------------- */

static const char *const causes[] = { [STOP_BLACKOUT] = "a blackout window began",
	[STOP_PERSON] = "paused by hand",
	[STOP_CONF] = "the configuration lets it ask less than when it began",
	[STOP_DEADLINE] = "its deadline has passed",
	[STOP_AGENT] = "the agent stopped it" };

/* It is gone without saying how it went. */
static const char *
judge_gone(struct running *r)
{
	size_t max = sizeof(r->reason);

	if (r->is_guest) {
		(void)snprintf(r->reason, max, "%s after %" PRIu64 " observations; kept",
			r->stopped ? causes[r->stopped] : "the sender was gone",
			r->observations);
		return "failed";
	}
	if (r->waits && r->stopped) { /* it has asked nobody */
		(void)snprintf(r->reason, max, "%s", causes[r->stopped]);
		return "paused";
	}
	if (WIFSIGNALED(r->status)) {
		(void)snprintf(r->reason, max,
			"worker killed by signal %d (%s) after %" PRIu64
			" observations; kept%s%s",
			WTERMSIG(r->status), strsignal(WTERMSIG(r->status)),
			r->observations, r->stopped ? "; " : "",
			r->stopped ? causes[r->stopped] : "");
		return "killed";
	}
	(void)snprintf(r->reason, max,
		"worker ended with status %d after %" PRIu64
		" observations, without saying how it went",
		WEXITSTATUS(r->status), r->observations);
	return "failed";
}

/* It could not begin, or none of its targets could be reached: that is no success, although
 * all that could be asked was. */
static bool
nothing_was_asked(const struct running *r)
{
	const struct run_end *end = &r->end;

	return end->asked == 0 && r->observations == 0 &&
		(end->error || (end->targets && *r->blind));
}

/* How many, and the first; which of them are kept, where that is not all. */
static void
tell_spoilt(struct running *r)
{
	char kept[64] = "";

	if (r->spoilt > SPOILT_KEPT)
		(void)snprintf(kept, sizeof(kept),
			" (%d of them are in the log and the run's reasons)",
			SPOILT_KEPT);
	(void)snprintf(r->reason, sizeof(r->reason),
		"%" PRIu64 " spoilt lines were left out%s; the first: %s", r->spoilt,
		kept, r->first_spoilt);
}

static const char *
judge(struct running *r)
{
	size_t max = sizeof(r->reason);

	if (r->is_broken) {
		(void)snprintf(r->reason, max, "not stored: %s", r->broken.text);
		return "failed";
	}
	if (!r->has_end)
		return judge_gone(r);
	if (r->stopped) {
		(void)snprintf(r->reason, max, "%s", causes[r->stopped]);
		return r->stopped == STOP_DEADLINE ? "partial" : "paused";
	}
	if (nothing_was_asked(r)) {
		(void)snprintf(
			r->reason, max, "%s", r->end.error ? r->end.error : r->blind);
		return "failed";
	}
	if (r->spoilt)
		tell_spoilt(r);
	else
		(void)snprintf(r->reason, max, "%s", r->end.error ? r->end.error : "");
	return r->end.ok && !r->spoilt ? "done" : "partial";
}

/* The sender waits for it: what it sent is on disk, or why not. */
static void
answer_guest(struct running *r, bool stored)
{
	struct control_end end = { .ok = stored && !r->is_broken,
		.stored = &r->gather.total };
	char text[sizeof(r->reason) + 64];
	struct sb line;

	(void)snprintf(text, sizeof(text), "%s%" PRIu64 " observations kept, run %s",
		end.ok ? "" : r->reason, r->gather.total.observations, r->run);
	end.text = text;
	sb_init(&line, CONTROL_LINE_MAX);
	control_write_end(&end, &line);
	/* A socket takes so little at once; who is gone needs no answer. */
	if (send(r->answer_fd, line.text, line.len, MSG_NOSIGNAL | MSG_DONTWAIT) == -1)
		log_debug("nobody waits for the end of run %s", r->run);
	sb_done(&line);
}

/* Of an import that brought nothing new the first one's end stays as it is. */
static int
store_end(struct running *r, const struct run_end *end, struct err *e)
{
	struct run_end own = *end;

	if (r->is_import) {
		own.found = r->gather.total.observations;
		if (!r->has_begun || own.found == 0)
			return 0;
	}
	return store_end_run(r->store, r->run, r->result.finished, &own, e);
}

static void
note_end(struct running *r)
{
	struct run_end broken = { .ok = false, .error = r->reason };
	const struct run_end *end = r->has_end && !r->is_broken ? &r->end : &broken;
	struct poll_run note = { .poll = r->poll,
		.run = r->run,
		.due = r->due,
		.started = r->result.started,
		.finished = r->result.finished,
		.outcome = r->result.outcome,
		.reason = r->reason,
		.observations = (int64_t)r->observations,
		.spoilt = (int64_t)r->spoilt };
	struct err e;

	bool stored = store_end(r, end, &e) == 0 &&
		(r->is_guest || store_put_poll_run(r->store, &note, &e) == 0);
	if (!stored)
		log_at(LOG_ERROR, log_tag_, "event=store-failed poll=%s: %s", r->poll,
			e.text);
	if (r->is_guest)
		answer_guest(r, stored);
}

/* A clock that was set meanwhile: how long it took is not to be seen from when it began by another
 * clock, so that is told by the one that holds now. */
static int64_t
began_by_this_clock(const struct running *r, int64_t finished)
{
	int64_t began = finished - (clock_mono(r->clock) - r->began);

	return llabs(began - r->started) < SECOND ? r->started : began;
}

bool
running_ended(struct running *r, const struct running_result **out)
{
	if (r->child.pid || r->child.records_fd != -1 || r->child.control_fd != -1)
		return false;
	if (!r->finished) {
		(void)store_heard(r);
		r->finished = true;
		int64_t now = clock_wall(r->clock);
		r->result = (struct running_result){ .poll = r->poll,
			.run = r->run,
			.started = began_by_this_clock(r, now),
			.finished = now,
			.outcome = judge(r),
			.reason = r->reason,
			.state = r->state.text,
			.ingest = r->gather.total,
			.observations = r->observations,
			.spoilt = r->spoilt,
			.end = r->has_end ? &r->end : NULL };
		r->result.complete = strcmp(r->result.outcome, "done") == 0;
		note_end(r);
	}
	*out = &r->result;
	return true;
}
