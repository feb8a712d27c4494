/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sweep by packets: one thread that sends a batch, hears what came, and goes on.
 * Everything it needs to know of the world is in the job, the port and the clock.
 */
#include "scanner/engine.h"

#include "scanner/next_hop.h"
#include "scanner/pace.h"
#include "scanner/walk.h"

enum {
	/* Answers later than this after the others are rare, unless the network is slow. */
	QUIET_US = 100 * MSEC,
	QUIET_RTTS = 4,
	LATE_US = MSEC, /* from a turn to the wire; longer, and others had our processor */
};

struct engine {
	struct job *job;
	struct port *port;
	const uint16_t *links;
	struct clock *clock;
	struct pace total, arp;
	int64_t host_gap_us; /* between two questions to one host */
	struct path *paths;  /* by segment */
	bool *usable;        /* by segment */
	struct frame *batch;
	size_t n_batch;
	int64_t batch_us; /* when the first of it had its turn */
};

static int
on_frame(void *arg, const uint8_t *frame, size_t n, int64_t at_us, struct err *e)
{
	struct engine *g = arg;

	return hearing_frame(&g->job->hearing, frame, n, at_us, clock_mono(g->clock), e);
}

/* Sends what is waiting to be sent. */
static int
flush(struct engine *g, struct err *e)
{
	size_t n = g->n_batch;
	int rc;

	if (n == 0)
		return 0;
	g->n_batch = 0;
	rc = port_send(g->port, g->batch, n, e);
	g->job->end.sent = g->port->sent;
	int64_t now = clock_mono(g->clock);
	if (now - g->batch_us > LATE_US) {
		pace_forfeit(&g->total, now);
		pace_forfeit(&g->arp, now);
	}
	return rc;
}

static int64_t
longer(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* How long the next frame has to wait for its turn; 0: it may go now. */
static int64_t
turn_due(struct engine *g, bool is_arp, int64_t now)
{
	int64_t wait = 0;

	if (pace_ready(&g->total, now) == 0)
		wait = pace_due(&g->total, now);
	if (is_arp && pace_ready(&g->arp, now) == 0)
		wait = longer(wait, pace_due(&g->arp, now));
	return wait;
}

static int64_t
host_due(const struct engine *g, uint32_t target, int64_t now)
{
	const struct targets *t = g->job->hearing.targets;

	if (!targets_asked_any(t, target))
		return 0;
	return g->host_gap_us - targets_since_asked(t, target, now);
}

static struct frame *
next_frame(struct engine *g, uint16_t link, int64_t now)
{
	struct frame *f = &g->batch[g->n_batch];

	if (g->n_batch++ == 0)
		g->batch_us = now;
	f->link = link;
	return f;
}

static void
build(struct frame *f, const struct probe *probe, const struct path *path,
	const struct shot *shot)
{
	struct wr w = wr_to(f->bytes, sizeof(f->bytes));

	probe->build(&w, path, shot);
	/* The guard refuses an empty frame. */
	f->size = w.bad ? 0 : (uint16_t)wr_used(&w);
}

/* The frame has its place in the caps: put it into the batch. */
static void
put_question(struct engine *g, const struct walk_step *s, int64_t now)
{
	struct job *j = g->job;
	struct targets *t = j->hearing.targets;
	const struct question *q = &j->questions.items[s->question];
	uint32_t segment;
	struct shot shot = { .dst = targets_addr(t, s->who, &segment),
		.port = q->port,
		.variant = q->variant,
		.secret = q->secret };
	struct path path = g->paths[segment];

	shot.token = cookie_token(&j->cookie, &shot.dst, q->probe->proto, q->port);
	if (targets_wave(t)->way == WAY_ONLINK && targets_is_living(t, s->who))
		path.dst_mac = *targets_mac(t, s->who);
	build(next_frame(g, g->links[segment], now), q->probe, &path, &shot);
	targets_ask(t, s->who, s->question, now);
}

static void
take_turn(struct engine *g, bool is_arp)
{
	pace_take(&g->total);
	if (is_arp)
		pace_take(&g->arp);
}

/* One question, as soon as the caps allow; while it waits, answers are heard. */
static int
ask(struct engine *g, const struct walk_step *s, struct err *e)
{
	bool is_arp = g->job->questions.items[s->question].probe->proto == 0;

	for (;;) {
		int64_t now = clock_mono(g->clock);
		int64_t wait = turn_due(g, is_arp, now);
		wait = longer(wait, host_due(g, s->who, now));
		if (wait <= 0) {
			take_turn(g, is_arp);
			put_question(g, s, now);
			break;
		}
		if (flush(g, e) == -1 ||
			port_receive(g->port, wait, on_frame, g, e) == -1)
			return -1;
		if (job_stopped(g->job))
			return 0;
	}
	if (g->n_batch < PORT_BATCH)
		return 0;
	if (flush(g, e) == -1)
		return -1;
	return port_receive(g->port, 0, on_frame, g, e);
}

/* How long after the last sign of life answers are still expected. */
static int64_t
patience(const struct engine *g)
{
	const struct hearing *h = &g->job->hearing;
	int64_t longest = g->job->conf->wait_ms * MSEC;
	int64_t quiet = longer(QUIET_US, QUIET_RTTS * h->rtt_max_us);

	return h->last_us == 0 || quiet > longest ? longest : quiet;
}

static int
wait_for_answers(struct engine *g, uint64_t questions, struct err *e)
{
	struct job *j = g->job;
	int64_t sent_at = clock_mono(g->clock),
		latest = sent_at + j->conf->wait_ms * MSEC;

	while (!job_stopped(j)) {
		int64_t now = clock_mono(g->clock);
		int64_t until = longer(sent_at, j->hearing.last_us) + patience(g);
		if (until > latest)
			until = latest;
		if (now >= until)
			break;
		int64_t wait = until - now < JOB_PROGRESS_US ? until - now
							     : JOB_PROGRESS_US;
		if (port_receive(g->port, wait, on_frame, g, e) == -1)
			return -1;
		job_progress(j, "wait", questions, questions);
	}
	return 0;
}

/* A stage asks a list of questions of some of the targets of the wave. */
struct stage {
	const char *phase;
	struct walk walk;
	uint32_t first; /* of the living */
	bool (*skip)(const struct engine *, const struct stage *, struct walk_step *);
};

/* Discovery: who has answered anything is done; who is behind a dead next hop, too. */
static bool
skip_found(const struct engine *g, const struct stage *st, struct walk_step *s)
{
	const struct targets *t = g->job->hearing.targets;
	uint32_t segment;

	(void)st;
	if (targets_is_living(t, s->who))
		return true;
	(void)targets_addr(t, s->who, &segment);
	return !g->usable[segment];
}

/* The living: what was asked already waits for the second round. */
static bool
skip_answered(const struct engine *g, const struct stage *st, struct walk_step *s)
{
	const struct targets *t = g->job->hearing.targets;

	s->who = targets_living(t, st->first + s->who);
	if (targets_answered(t, s->who, s->question))
		return true;
	return st->walk.round == 0 && targets_asked(t, s->who, s->question);
}

static int
run_round(struct engine *g, struct stage *st, struct err *e)
{
	bool asked = false;
	struct walk_step s;

	while (!job_stopped(g->job) && walk_next(&st->walk, &s)) {
		if (st->skip(g, st, &s))
			continue;
		asked = true;
		if (ask(g, &s, e) == -1)
			return -1;
		if (g->n_batch <= 1) /* a batch went just now: not for each question */
			job_progress(g->job, st->phase, walk_done(&st->walk),
				walk_total(&st->walk));
	}
	if (flush(g, e) == -1)
		return -1;
	return asked ? wait_for_answers(g, walk_total(&st->walk), e) : 0;
}

/* *lossy: the last round may have missed answers. */
static int
run_stage(struct engine *g, struct stage *st, bool *lossy, struct err *e)
{
	for (int64_t i = 0; i < g->job->conf->rounds && !job_stopped(g->job); i++) {
		uint64_t dropped = port_dropped(g->port);
		if (run_round(g, st, e) == -1)
			return -1;
		*lossy = port_dropped(g->port) > dropped;
	}
	return 0;
}

static int
discover(struct engine *g, size_t wave, const struct question_list *questions,
	struct err *e)
{
	struct job *j = g->job;
	struct stage st = { .phase = "sweep", .skip = skip_found };
	struct job_coverage done = { .wave = &j->waves[wave],
		.mask = g->usable,
		.questions = questions,
		.started = clock_wall(g->clock) };
	uint8_t key[16];
	bool lossy = false;

	job_order_key(j, wave, key);
	walk_init(&st.walk, j->waves[wave].n, questions, key);
	int rc = run_stage(g, &st, &lossy, e);
	done.complete = rc == 0 && !lossy && !job_stopped(j);
	/* The first failure is the one to tell. */
	struct err ignored;
	return job_cover(j, &done, rc == 0 ? e : &ignored) == 0 ? rc : -1;
}

/* Late answers make more of them living meanwhile: again until none is left. */
static int
ask_the_living(struct engine *g, size_t wave, struct err *e)
{
	struct job *j = g->job;
	uint32_t from = 0, to;
	uint8_t key[16];
	bool lossy;

	job_order_key(j, wave, key);
	for (; (to = targets_n_living(j->hearing.targets)) > from; from = to) {
		struct stage st = {
			.phase = "services", .skip = skip_answered, .first = from
		};
		walk_init(&st.walk, to - from, &j->questions.living, key);
		if (run_stage(g, &st, &lossy, e) == -1)
			return -1;
		if (job_stopped(j))
			break;
	}
	return 0;
}

static int
run_wave(struct engine *g, size_t wave, struct err *e)
{
	struct job *j = g->job;
	bool onlink = j->waves[wave].way == WAY_ONLINK;
	const struct question_list *q = onlink ? &j->questions.onlink
					       : &j->questions.routed;
	uint8_t number[4];
	struct wr w = wr_to(number, sizeof(number));
	int rc;

	if (q->n == 0)
		return 0;
	wr_be32(&w, (uint32_t)wave);
	if (g->port->capture)
		capture_write_note(g->port->capture, NOTE_WAVE, number, sizeof(number),
			clock_wall(g->clock));
	if (job_begin_wave(j, wave, e) == -1)
		return -1;
	rc = discover(g, wave, q, e);
	if (rc == 0 && !job_stopped(j))
		rc = ask_the_living(g, wave, e);
	job_end_wave(j);
	return rc;
}

static int
open_engine(struct engine *g, const struct engine_input *in, struct err *e)
{
	struct job *j = in->job;
	const struct sweep_conf *conf = j->conf;
	struct arena *mem = j->run->scratch;
	size_t n = j->plan.n_segments;
	int64_t now;

	*g = (struct engine){
		.job = j, .port = in->port, .links = in->links, .clock = j->run->clock
	};
	now = clock_mono(g->clock);
	pace_init(&g->total, conf->rate, now);
	pace_init(&g->arp, conf->arp_rate, now);
	g->host_gap_us = SECOND / conf->host_rate;
	g->paths = arena_new_array(mem, struct path, n + 1);
	g->usable = arena_new_array(mem, bool, n + 1);
	g->batch = arena_new_array(mem, struct frame, PORT_BATCH);
	if (!g->paths || !g->usable || !g->batch)
		return err_nomem(e);
	for (size_t i = 0; i < n; i++) {
		const struct segment *s = &j->plan.segments[i];
		if (s->way != WAY_SOCKETS)
			g->paths[i] = (struct path){ .src_mac = s->link->mac,
				.src = s->src,
				.udp_port = j->cookie.udp_port };
	}
	return 0;
}

int
engine_run(const struct engine_input *in, struct err *e)
{
	struct job *j = in->job;
	struct engine g;

	if (open_engine(&g, in, e) == -1)
		return -1;
	struct next_hop_input hops = { j, in->port, in->links, &g.total, &g.arp,
		g.paths, g.usable };
	if (next_hop_find_all(&hops, e) == -1)
		return -1;
	for (size_t i = 0; i < j->n_waves && !job_stopped(j); i++)
		if (j->waves[i].way != WAY_SOCKETS && run_wave(&g, i, e) == -1)
			return -1;
	return 0;
}
