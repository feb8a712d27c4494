/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sweep by packets: one thread that lets every course ask what it may, sends, hears
 * what came, and goes on.  Everything it needs to know of the world is in the job, the
 * port and the clock.
 */
#include "scanner/engine.h"

#include <stdio.h>
#include <string.h>

#include "scanner/course.h"
#include "scanner/multicast.h"
#include "scanner/next_hop.h"

enum {
	TARGETS_AT_ONCE = 2 * WAVE_MAX, /* of all courses */
	PLACE_EVERY_US = SECOND,
	PLACES = 32,
	PARTS_MAX = RECALL_PARTS_MAX,
};

struct engine {
	struct job *job;
	struct port *port;
	struct clock *clock;
	struct sending sending;
	bool *usable;                             /* by segment */
	bool *begun;                              /* by wave */
	struct course courses[HEARING_WAVES_MAX]; /* free ones: heard is NULL */
	size_t n_courses, turn;
	uint64_t done, total; /* questions of all first rounds */
	struct recall_counts *parts;
	size_t n_parts;
	int64_t wall_to_mono_us;
	/* Where it was, once a second: a ring, n_places in all; each is made when it is noted. */
	struct place *places[PLACES];
	int64_t places_us[PLACES];
	size_t n_places;
};

/* --- hearing -------------------------------------------------------------------------- */

static struct course *
course_of(struct engine *g, const struct hearing_wave *w)
{
	for (size_t i = 0; i < HEARING_WAVES_MAX; i++)
		if (g->courses[i].heard == w)
			return &g->courses[i];
	return NULL;
}

static int
on_frame(void *arg, const uint8_t *frame, size_t n, int64_t at_us, struct err *e)
{
	struct engine *g = arg;
	int64_t heard_us = at_us + g->wall_to_mono_us;
	struct answer a;

	if (hearing_frame(&g->job->hearing, frame, n, at_us, heard_us, &a, e) == -1)
		return -1;
	if (a.wave)
		course_hear(course_of(g, a.wave), &a, heard_us);
	return 0;
}

static int
receive(struct engine *g, int64_t wait_us, struct err *e)
{
	/* The kernel stamps frames by the wall clock, which may be set meanwhile. */
	g->wall_to_mono_us = clock_mono(g->clock) - clock_wall(g->clock);
	return port_receive(g->port, wait_us, on_frame, g, e);
}

/* --- courses -------------------------------------------------------------------------- */

static bool
is_ours(const struct engine *g, size_t wave)
{
	const struct wave *w = &g->job->waves[wave];

	return w->way != WAY_SOCKETS && g->usable[w->segment] &&
		job_first_questions(g->job, wave)->n > 0;
}

/* A segment has one course at a time, so that its rate is found by one. */
static bool
may_begin(const struct engine *g, size_t wave)
{
	const struct wave *w = &g->job->waves[wave];
	uint64_t n = w->n;

	for (size_t i = 0; i < HEARING_WAVES_MAX; i++) {
		const struct course *c = &g->courses[i];
		if (!c->heard)
			continue;
		if (c->wave->segment == w->segment)
			return false;
		n += c->wave->n;
	}
	return g->n_courses == 0 || n <= TARGETS_AT_ONCE;
}

static uint64_t
first_questions(const struct engine *g, size_t wave)
{
	return (uint64_t)g->job->waves[wave].n * job_first_questions(g->job, wave)->n;
}

static const struct place_wave *
place_of(const struct engine *g, size_t wave)
{
	const struct place *p = g->job->place;

	for (size_t i = 0; p && i < p->n_waves; i++)
		if (p->waves[i].wave == wave)
			return &p->waves[i];
	return NULL;
}

static int
begin_courses(struct engine *g, struct err *e)
{
	for (size_t i = 0; i < g->job->n_waves && g->n_courses < HEARING_WAVES_MAX;
		i++) {
		struct course *c = course_of(g, NULL);
		if (g->begun[i] || g->job->done[i] || !is_ours(g, i) || !may_begin(g, i))
			continue;
		g->begun[i] = true;
		g->n_courses++;
		if (course_begin(c, &g->sending, i, place_of(g, i), e) == -1)
			return -1;
	}
	return 0;
}

/* Counts beyond PARTS_MAX are put to the last: it tells of them as of one. */
static void
keep_counts(struct engine *g, const struct recall_counts *counts)
{
	if (g->n_parts < PARTS_MAX) {
		g->parts[g->n_parts++] = *counts;
		return;
	}
	struct recall_counts *last = &g->parts[PARTS_MAX - 1];
	last->asked += counts->asked;
	last->lost += counts->lost;
	for (size_t i = 0; i < RECALL_ROUNDS_MAX; i++)
		last->found[i] += counts->found[i];
	if (counts->rounds < last->rounds) {
		last->rounds = counts->rounds;
		last->share = counts->share;
	}
}

/* The path, not the cap, set the rate. */
static void
tell_rate(const struct engine *g, const struct course *c)
{
	const struct segment *s = &g->job->plan.segments[c->wave->segment];
	const struct rate *r = &c->lane->rate;
	char about[ADDR_TEXT_MAX], text[128];

	/* A little less may be chance. */
	if (!r->found || r->now >= r->cap / 2 || c->lane->told)
		return;
	c->lane->told = true;
	(void)snprintf(text, sizeof(text),
		"Answers got lost above %jd packets/s, so no more were sent this way",
		(intmax_t)r->now);
	job_reason(g->job, "rate-limited",
		s->way == WAY_ROUTED ? addr_print(&s->next_hop, about) : s->link->name,
		text, 0);
}

static void
end_course(struct engine *g, struct course *c)
{
	tell_rate(g, c);

	g->done += first_questions(g, c->number);
	if (g->job->conf->recall > 0)
		keep_counts(g, &c->counts);
	course_end(c);
	g->n_courses--;
}

/* Each course in turn, another one first each time.  *wait_us: until the first of them
 * has something to do. */
static int
turn_courses(struct engine *g, int64_t *wait_us, struct err *e)
{
	*wait_us = JOB_PROGRESS_US;
	g->turn++;
	for (size_t i = 0; i < HEARING_WAVES_MAX; i++) {
		struct course *c = &g->courses[(g->turn + i) % HEARING_WAVES_MAX];
		int64_t wait;
		if (!c->heard)
			continue;
		if (course_turn(c, &wait, e) == -1)
			return -1;
		if (c->stage == STAGE_DONE) {
			g->job->done[c->number] = true;
			end_course(g, c);
			wait = 0;
		}
		if (wait < *wait_us)
			*wait_us = wait;
	}
	return 0;
}

/* What was heard till the sweep broke off is judged by what there is. */
static int
break_off(struct engine *g, struct err *e)
{
	for (size_t i = 0; i < HEARING_WAVES_MAX; i++) {
		struct course *c = &g->courses[i];
		if (c->heard && course_break_off(c, e) == -1)
			return -1;
	}
	return 0;
}

static void
tell_progress(struct engine *g)
{
	uint64_t done = g->done;
	const char *phase = "services";

	for (size_t i = 0; i < HEARING_WAVES_MAX; i++) {
		const struct course *c = &g->courses[i];
		if (!c->heard)
			continue;
		done += course_done(c);
		if (c->stage <= STAGE_SWEEP)
			phase = c->waiting                   ? "wait"
				: c->rounds || c->walk.round ? "again"
							     : "sweep";
	}
	job_progress(g->job, phase, done, g->total);
}

/* --- the place, for a later run --------------------------------------------------------- */

static int
note_place(struct engine *g, struct err *e)
{
	struct job *j = g->job;
	struct place **at = &g->places[g->n_places % PLACES], *p = *at;

	if (!p && !(p = *at = arena_alloc(j->run->scratch, sizeof(*p))))
		return err_nomem(e);
	*p = (struct place){
		.plan = j->digest, .done = j->done, .n_done = j->n_planned
	};
	g->places_us[g->n_places++ % PLACES] = clock_mono(g->clock);
	memcpy(p->seed, j->seed, sizeof(j->seed));
	for (size_t i = 0; i < HEARING_WAVES_MAX; i++)
		/* What multicast found may be others then. */
		if (g->courses[i].heard && g->courses[i].number < j->n_planned)
			course_place(&g->courses[i], &p->waves[p->n_waves++]);
	return 0;
}

/* What was asked before this time has been answered, and the answers told. */
static int64_t
settled_before(const struct engine *g)
{
	int64_t until = clock_mono(g->clock) - PLACE_EVERY_US / 2;

	for (size_t i = 0; i < HEARING_WAVES_MAX; i++) {
		const struct course *c = &g->courses[i];
		int64_t held = c->heard ? doubt_oldest(&c->heard->doubt) : INT64_MAX;
		/* An answer is at most this much younger than its question. */
		if (held < INT64_MAX && held - c->lane->rtt.max_us < until)
			until = held - c->lane->rtt.max_us;
	}
	return until;
}

/* The newest place that is settled.  When none of the last ones is, answers are held for
 * long: then all of the silent are asked once more. */
static struct place *
settled_place(struct engine *g)
{
	size_t kept = g->n_places < PLACES ? g->n_places : PLACES;
	int64_t until = settled_before(g);
	struct place *p = g->places[0]; /* noted before the first question */

	for (size_t i = 1; i <= kept; i++) {
		size_t at = (g->n_places - i) % PLACES;
		p = g->places[at];
		if (g->places_us[at] <= until || g->n_places == i)
			return p;
	}
	for (size_t i = 0; i < p->n_waves; i++)
		p->waves[i].again = true;
	return p;
}

/* What was seen since is not forgotten with the questions that showed it. */
static void
add_what_was_seen(struct engine *g, struct place *p)
{
	for (size_t i = 0; i < p->n_waves; i++)
		for (size_t k = 0; k < HEARING_WAVES_MAX; k++) {
			const struct course *c = &g->courses[k];
			if (c->heard && c->number == p->waves[i].wave)
				p->waves[i].again |= course_wants_another_round(c);
		}
}

static void
tell_place(struct engine *g)
{
	struct monitor *m = g->job->run->monitor;
	struct place *p = settled_place(g);
	struct sb text;

	add_what_was_seen(g, p);
	sb_init(&text, PLACE_TEXT_MAX);
	place_print(p, &text);
	if (!text.bad)
		m->state(m, text.text);
	sb_done(&text);
}

static int
tell_place_now_and_then(struct engine *g, struct err *e)
{
	if (clock_mono(g->clock) - g->places_us[(g->n_places - 1) % PLACES] <
		PLACE_EVERY_US)
		return 0;
	if (note_place(g, e) == -1)
		return -1;
	tell_place(g);
	return 0;
}

static int
run_courses(struct engine *g, struct err *e)
{
	struct job *j = g->job;

	while (!job_stopped(j)) {
		int64_t wait;
		if (begin_courses(g, e) == -1)
			return -1;
		if (g->n_courses == 0)
			return 0;
		if (turn_courses(g, &wait, e) == -1 ||
			sending_flush(&g->sending, e) == -1 || receive(g, wait, e) == -1)
			return -1;
		tell_progress(g);
		if (tell_place_now_and_then(g, e) == -1)
			return -1;
	}
	return 0;
}

/* --- the run -------------------------------------------------------------------------- */

static int
open_engine(struct engine *g, const struct engine_input *in, struct err *e)
{
	struct job *j = in->job;
	struct arena *mem = j->run->scratch;

	g->job = j;
	g->port = in->port;
	g->clock = j->run->clock;
	g->usable = arena_new_array(mem, bool, j->plan.n_segments + 1);
	g->parts = arena_new_array(mem, struct recall_counts, PARTS_MAX);
	g->places[0] = arena_alloc(mem, sizeof(*g->places[0]));
	if (!g->usable || !g->parts || !g->places[0])
		return err_nomem(e);
	j->capture = in->port->capture;
	return sending_init(&g->sending, j, in->port, in->links, e);
}

int
engine_run(const struct engine_input *in, struct err *e)
{
	struct engine *g = arena_alloc(in->job->run->scratch, sizeof(*g));
	struct err later;

	if (!g)
		return err_nomem(e);
	if (open_engine(g, in, e) == -1 ||
		next_hop_find_all(&g->sending, g->usable, e) == -1 ||
		multicast_seek(&g->sending, e) == -1)
		return -1;
	g->begun = arena_new_array(in->job->run->scratch, bool, in->job->n_waves + 1);
	if (!g->begun)
		return err_nomem(e);
	for (size_t i = 0; i < in->job->n_waves; i++)
		g->total += is_ours(g, i) ? first_questions(g, i) : 0;
	int rc = note_place(g, e) == -1 ? -1 : run_courses(g, e);
	/* Before what is held back is let go: those are to be asked again. */
	if (job_stopped(in->job) || rc == -1)
		tell_place(g);
	/* The first failure is the one to tell. */
	if (break_off(g, rc == -1 ? &later : e) == -1)
		rc = -1;
	for (size_t i = 0; i < HEARING_WAVES_MAX; i++)
		if (g->courses[i].heard)
			end_course(g, &g->courses[i]);
	if (in->job->distressed > JOB_DISTRESS_MAX)
		job_reason(in->job, "distress", "",
			"More hosts suffered from being asked",
			in->job->distressed - JOB_DISTRESS_MAX);
	if (in->job->conf->recall > 0)
		recall_estimate(g->parts, g->n_parts, &in->job->end.recall);
	/* Of what was asked, not of what was to be asked. */
	if (job_stopped(in->job) || rc == -1)
		in->job->end.recall.known = false;
	return rc;
}
