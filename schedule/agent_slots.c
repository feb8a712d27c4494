/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Polls from the configuration, with what is known of them from before. */
#include "schedule/agent_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

LOG_TAG("agent");

/* FNV-1a of the point and the poll: two points do not put off the same poll as much. */
static uint64_t
seed_of(const char *point, const char *poll)
{
	const char *const texts[] = { point, "/", poll };
	uint64_t h = 0xcbf29ce484222325ULL;

	for (size_t i = 0; i < 3; i++)
		for (const char *p = texts[i]; *p; p++)
			h = (h ^ (unsigned char)*p) * 0x100000001b3ULL;
	return h;
}

static void
begin(struct agent *a, struct slot *s)
{
	const struct poll_def *d = s->def;

	s->table = (struct timetable){ .calendars = d->calendars,
		.n = d->n_calendars,
		.zone = d->zone,
		.spread = d->timing.spread * MSEC,
		.seed = seed_of(a->in->point, d->name),
		.make_up = d->timing.make_up };
	timetable_begin(&s->table, s->last_due, clock_wall(a->clock) / SECOND);
}

static struct slot *
find_in(struct slot *slots, size_t n, const char *name)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int cmp = strcmp(name, slots[middle].def->name);
		if (cmp == 0)
			return &slots[middle];
		if (cmp < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

struct slot *
slot_find(struct agent *a, const char *name)
{
	return find_in(a->slots, a->n_slots, name);
}

/* Same times as before? Then a new file changes nothing about when it is due. */
static bool
same_times(const struct poll_def *a, const struct poll_def *b)
{
	bool same = a->n_calendars == b->n_calendars &&
		strcmp(zone_name(a->zone), zone_name(b->zone)) == 0;

	for (size_t i = 0; same && i < a->n_calendars; i++)
		same = calendar_equal(&a->calendars[i], &b->calendars[i]);
	return same;
}

/* The agent did not start just now. */
static void
drop_starts(struct timetable *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->calendars[i].kind == CALENDAR_START)
			t->at[i] = CALENDAR_NEVER;
}

/* What a person takes away is asked no more, by what runs already either: it ends, and begins
 * anew by what holds now. */
static void
keep_in_bounds(struct slot *s, const struct poll_def *was)
{
	if (!s->running || running_stopped(s->running) != STOP_NONE ||
		(s->def->by_name == was->by_name &&
			!running_exceeds(s->running, s->def->reach)))
		return;
	log_info("event=poll-narrowed poll=%s: it may ask less now, so its run ends and it "
		 "begins anew",
		s->def->name);
	running_stop(s->running, STOP_CONF);
}

/* What the slot of the same name was in the middle of goes on. */
static void
take_over(struct agent *a, struct slot *s, struct slot *old)
{
	const struct poll_def *def = s->def, *was = old->def;
	struct timetable before = old->table;

	*s = *old;
	s->def = def;
	s->blackout_until = 0; /* of windows that may be others now */
	begin(a, s);
	if (same_times(def, was))
		memcpy(s->table.at, before.at, sizeof(before.at));
	else
		drop_starts(&s->table);
	keep_in_bounds(s, was);
	*old = (struct slot){ .def = was };
}

void
slots_free(struct slot *slots, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(slots[i].settings);
		free(slots[i].state);
		free(slots[i].run);
		free(slots[i].reason);
	}
	free(slots);
}

/* --- the store ------------------------------------------------------------------------------ */

static int
keep_text(char **at, const char *text, struct err *e)
{
	free(*at);
	*at = *text ? strdup(text) : NULL;
	return *text && !*at ? err_nomem(e) : 0;
}

/* Slots that are about to be the agent's, or are since it started. */
struct remembering {
	struct agent *a;
	struct slot *slots;
	size_t n;
};

/* NULL: it goes on from before. */
static struct slot *
find_new(const struct remembering *x, const char *name)
{
	bool is_old = x->slots != x->a->slots && slot_find(x->a, name);

	return is_old ? NULL : find_in(x->slots, x->n, name);
}

static int
take_memory(void *arg, const struct poll_memory *m, struct err *e)
{
	const struct remembering *x = arg;
	struct agent *a = x->a;
	struct slot *s = find_new(x, m->name);

	if (!s)
		return 0; /* its definition may come back */
	s->last_due = m->due;
	s->paused = m->paused;
	if (keep_text(&s->settings, m->settings, e) == -1 ||
		keep_text(&s->state, m->state, e) == -1 ||
		keep_text(&s->run, m->run, e) == -1)
		return -1;
	begin(a, s);
	/* The agent or the poll was taken away in the middle of it: it goes on, or is done
	 * again. */
	if (s->run && s->def->timing.enabled) {
		s->wanted = true;
		s->due = clock_wall(a->clock);
	}
	return 0;
}

static int
take_last(void *arg, const struct poll_run *r, struct err *e)
{
	struct slot *s = arg;

	if (!r->finished)
		return 0; /* that of a poll which was taken away: it is about to end */
	s->started = r->started;
	s->finished = r->finished;
	s->observations = r->observations;
	s->spoilt = r->spoilt;
	s->recall = agent_recall_of(r->summary);
	(void)snprintf(s->outcome, sizeof(s->outcome), "%s", r->outcome);
	return keep_text(&s->reason, r->reason, e);
}

static int
remember(struct remembering *x, struct err *e)
{
	struct store *store = x->a->store;

	if (store_each_poll(store, take_memory, x, e) == -1)
		return -1;
	/* Each by itself: a rare one is far behind the runs of the others. */
	for (size_t i = 0; i < x->n; i++) {
		const char *name = x->slots[i].def->name;
		struct slot *s = find_new(x, name);
		if (s &&
			(store_each_poll_run(store, name, 1, take_last, s, e) == -1 ||
				store_last_done(store, name, &s->last_done, e) == -1))
			return -1;
	}
	return 0;
}

int
slots_remember(struct agent *a, struct err *e)
{
	struct remembering x = { a, a->slots, a->n_slots };
	int64_t n;

	if (store_end_poll_runs(a->store, clock_wall(a->clock), "killed",
		    "the agent was ended in the middle of it; what it had found is kept",
		    &n, e) == -1)
		return -1;
	return remember(&x, e);
}

int
slot_save(struct agent *a, const struct slot *s, struct err *e)
{
	struct poll_memory m = { .name = s->def->name,
		.due = s->last_due,
		.paused = s->paused,
		.settings = s->settings ? s->settings : "",
		.state = s->state ? s->state : "",
		.run = s->run ? s->run : "" };

	return store_put_poll(a->store, &m, e);
}

/* --- a configuration ------------------------------------------------------------------------ */

/* Those that come while it runs may have been there before.  When it starts, runs are ended first
 * (slots_remember). */
static int
begin_new(struct agent *a, struct slot *slots, size_t n, struct err *e)
{
	struct remembering x = { a, slots, n };
	bool some = false;

	for (size_t i = 0; i < n; i++) {
		if (slot_find(a, slots[i].def->name))
			continue;
		begin(a, &slots[i]);
		some = true;
	}
	return some && a->confs ? remember(&x, e) : 0;
}

int
slots_load(struct agent *a, struct agent_conf *conf, struct slot **out, size_t *n,
	struct err *e)
{
	struct slot *slots = calloc(conf->n_polls + 1, sizeof(*slots));

	if (!slots)
		return err_nomem(e);
	for (size_t i = 0; i < conf->n_polls; i++)
		slots[i].def = conf->by_name[i];
	/* What can fail comes first: what is taken over is not given back. */
	if (begin_new(a, slots, conf->n_polls, e) == -1) {
		slots_free(slots, conf->n_polls);
		return -1;
	}
	for (size_t i = 0; i < conf->n_polls; i++) {
		struct slot *old = slot_find(a, slots[i].def->name);
		if (old)
			take_over(a, &slots[i], old);
	}
	*out = slots;
	*n = conf->n_polls;
	return 0;
}
