/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which poll runs now: due times, windows, turns; and what is left of a run that ended. */
#include "schedule/agent_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "schedule/poll_args.h"

LOG_TAG("agent");

enum {
	START_ARENA = 64 << 20, /* words and targets of one poll */
	LISTEN_AGAIN = 30, /* seconds until a listener that broke off begins again */
};

/* --- when ----------------------------------------------------------------------------------- */

bool
slot_in_blackout(const struct agent *a, struct slot *s, int64_t now)
{
	(void)a;
	if (s->def->n_blackouts == 0)
		return false;
	if (now >= s->blackout_until) {
		int64_t end = blackout_end(
			s->def->blackouts, s->def->n_blackouts, s->def->zone, now);
		s->blackout_until = end > now ? end : 0;
	}
	return s->blackout_until > now;
}

static bool
is_on(const struct slot *s)
{
	return s->def->timing.enabled && !s->paused;
}

static void
want(struct slot *s, int64_t due)
{
	if (!s->wanted)
		s->due = due;
	s->wanted = true;
}

void
runs_notice_due(struct agent *a)
{
	int64_t now = clock_wall(a->clock), last;

	for (size_t i = 0; i < a->n_slots; i++) {
		struct slot *s = &a->slots[i];
		int64_t due = timetable_due(&s->table);
		if (due > now || !s->def->timing.enabled)
			continue;
		enum timetable_verdict v = timetable_take(&s->table, now, &last);
		s->last_due = last;
		if (v == TIMETABLE_MISSED)
			log_info("event=poll-missed poll=%s: it was not made up for",
				s->def->name);
		else if (s->running) /* never twice: the run that goes on has its turn */
			log_info("event=poll-skipped poll=%s: the run before goes on",
				s->def->name);
		else if (!s->paused)
			want(s, due);
	}
}

int64_t
runs_next(const struct agent *a)
{
	int64_t now = clock_wall(a->clock), best = INT64_MAX;

	for (size_t i = 0; i < a->n_slots; i++) {
		const struct slot *s = &a->slots[i];
		if (!s->def->timing.enabled)
			continue;
		int64_t due = timetable_due(&s->table);
		best = due < best ? due : best;
		if (s->wanted && s->blackout_until * SECOND > now &&
			s->blackout_until * SECOND < best)
			best = s->blackout_until * SECOND;
	}
	return best == INT64_MAX ? best : clock_mono(a->clock) + best - now;
}

/* --- start ---------------------------------------------------------------------------------- */

struct known {
	struct sb *out;
};

static int
add_known(void *arg, const struct answered *k, struct err *e)
{
	struct known *x = arg;
	char ip[ADDR_TEXT_MAX], mac[MAC_TEXT_MAX];

	(void)e;
	sb_printf(x->out, "%s %s\n", addr_print(&k->ip, ip), mac_print(&k->mac, mac));
	return 0;
}

/* The state as it was told; of a sweep it is a line, and there is one more for each address that has
 * answered already. */
static int
state_text(struct agent *a, const struct slot *s, struct sb *out, struct err *e)
{
	struct known known = { out };

	sb_add(out, s->state);
	if (s->def->kind == POLL_RANGE)
		sb_add(out, "\n");
	if (s->def->kind == POLL_RANGE && s->run &&
		store_each_answered(a->store, s->run, add_known, &known, e) == -1)
		return -1;
	return out->bad ? err_nomem(e) : 0;
}

/* What its process is given to read; nothing: "". */
static int
given_text(struct agent *a, const struct slot *s, struct arena *mem, struct sb *out,
	struct err *e)
{
	if (s->def->kind == POLL_WINDOWS)
		return s->def->is_full ? agent_known_text(a, s->def, mem, out, e) : 0;
	return s->state ? state_text(a, s, out, e) : 0;
}

static int
set_text(char **at, const char *text, struct err *e)
{
	char *copy = *text ? strdup(text) : NULL;

	if (*text && !copy)
		return err_nomem(e);
	free(*at);
	*at = copy;
	return 0;
}

/* The state of a source that has other settings now belongs to nothing. */
static void
drop_stale_state(struct slot *s, const char *settings)
{
	if (!s->settings || strcmp(s->settings, settings) == 0)
		return;
	free(s->state);
	free(s->run);
	s->state = s->run = NULL;
}

static int
start_with(struct agent *a, struct slot *s, struct arena *mem, int credentials,
	struct sb *state, struct err *e)
{
	struct poll_given given = { .settings = a->in->settings_path,
		.credentials = credentials != -1 };
	struct poll_args args;

	if (poll_args(s->def, a->conf, &given, mem, &args, e) == -1)
		return -1;
	drop_stale_state(s, args.settings);
	bool sweeps_on = s->state && s->run && s->def->kind == POLL_RANGE;
	if (given_text(a, s, mem, state, e) == -1)
		return -1;
	given.state = state->len > 0;
	if (given.state && poll_args(s->def, a->conf, &given, mem, &args, e) == -1)
		return -1;
	struct running_input in = { .store = a->store,
		.clock = a->clock,
		.poll = s->def->name,
		.source = args.source,
		.site = a->conf->site,
		.point = a->conf->point,
		.targets = args.targets,
		.resumes = sweeps_on ? s->run : NULL,
		.range = s->def->targets,
		.reach = s->def->reach,
		.lifetime = s->def->lifetime * MSEC,
		.due = s->due,
		.deadline = s->def->kind == POLL_PASSIVE
			? INT64_MAX / 4
			: s->def->timing.deadline * MSEC,
		.child = { .argv = args.argv,
			.program = a->in->program,
			.state = given.state ? state->text : NULL,
			.never = a->never,
			.credentials_fd = credentials == -1 ? 0 : credentials,
			.fence = a->fence_mem ? &a->polls_fence : NULL,
			.claims = s->def->kind == POLL_RANGE,
			.memory_max = (uint64_t)a->conf->memory << 20 } };
	if (running_start(&s->running, &in, e) == -1)
		return -1;
	struct running_look look;
	running_look(s->running, &look);
	if (set_text(&s->settings, args.settings, e) == -1 ||
		set_text(&s->run, look.run, e) == -1)
		return -1;
	log_info("event=poll-started poll=%s run=%s%s", s->def->name, look.run,
		sweeps_on ? ": it goes on where it stopped" : "");
	return slot_save(a, s, e);
}

static void
note_failure(struct agent *a, struct slot *s, const char *why)
{
	struct err ignored;

	a->failures++;
	s->started = s->finished = clock_wall(a->clock);
	s->observations = s->spoilt = 0;
	s->recall = (struct recall){ .known = false };
	(void)snprintf(s->outcome, sizeof(s->outcome), "failed");
	(void)set_text(&s->reason, why, &ignored);
	log_at(LOG_ERROR, log_tag_, "event=poll-failed poll=%s: %s", s->def->name, why);
}

static void
start(struct agent *a, struct slot *s)
{
	struct arena *mem = arena_new(START_ARENA);
	struct sb state;
	struct err e;

	sb_init(&state, IPRANGE_TEXT_MAX);
	int credentials = -1;
	int rc = mem ? 0 : err_nomem(&e);
	if (rc == 0 && a->in->hand_over)
		rc = a->in->hand_over(a->in->arg, s->def, &credentials, &e);
	if (rc == 0)
		rc = start_with(a, s, mem, credentials, &state, &e);
	if (credentials != -1)
		close(credentials);
	if (rc == -1 && !s->running)
		note_failure(a, s, e.text);
	else if (rc == -1)
		log_err(&e, "remember a poll");
	s->wanted = false;
	if (s->running) {
		a->runs++;
		a->next_events = 0; /* from now on something may happen */
	}
	sb_done(&state);
	arena_free(mem);
}

/* A listener takes no turn: it never ends.  Nor does a command, which runs anyway. */
static size_t
turns_taken(const struct agent *a)
{
	size_t n = 0;

	for (size_t i = 0; i < a->n_leaving; i++)
		n += !running_is_guest(a->leaving[i]);
	for (size_t i = 0; i < a->n_slots; i++)
		n += a->slots[i].running && a->slots[i].def->kind != POLL_PASSIVE;
	return n;
}

size_t
runs_count(const struct agent *a)
{
	size_t n = a->n_leaving;

	for (size_t i = 0; i < a->n_slots; i++)
		n += a->slots[i].running != NULL;
	return n;
}

static bool
asks_some(const struct running *r, const struct iprange *targets, bool sweeps_alone)
{
	return r && (!sweeps_alone || running_is_sweep(r)) &&
		running_overlaps(r, targets);
}

static const struct running *
find_who_asks(const struct agent *a, const struct iprange *targets, bool sweeps_alone)
{
	for (size_t i = 0; i < a->n_leaving; i++)
		if (asks_some(a->leaving[i], targets, sweeps_alone))
			return a->leaving[i];
	for (size_t i = 0; i < a->n_slots; i++)
		if (asks_some(a->slots[i].running, targets, sweeps_alone))
			return a->slots[i].running;
	return NULL;
}

const struct running *
runs_find_sweep(const struct agent *a, const struct iprange *targets)
{
	return find_who_asks(a, targets, true);
}

/* One that asks, or that came before it to where it waits. */
static bool
is_in_the_way(const struct running *other, const struct running *r, bool before)
{
	return other != r && asks_some(other, running_range(r), true) &&
		(before || !running_waits(other));
}

/* Addresses that only names lead to are known when its process has looked them up: it waits then,
 * and asks nobody. */
static void
let_sweep(struct agent *a, const struct slot *s)
{
	bool blocked = false, before = true;

	for (size_t i = 0; i < a->n_leaving; i++)
		blocked |= is_in_the_way(a->leaving[i], s->running, false);
	for (size_t i = 0; i < a->n_slots && !blocked; i++) {
		before &= &a->slots[i] != s;
		blocked = is_in_the_way(a->slots[i].running, s->running, before);
	}
	if (!blocked)
		running_let(s->running);
}

/* A poll that a reload took away may be back before its run has ended. */
static bool
is_leaving(const struct agent *a, const char *poll)
{
	struct running_look look;

	for (size_t i = 0; i < a->n_leaving; i++) {
		running_look(a->leaving[i], &look);
		if (!running_is_guest(a->leaving[i]) && strcmp(look.poll, poll) == 0)
			return true;
	}
	return false;
}

static bool
may_start(struct agent *a, struct slot *s, int64_t now)
{
	if (!s->wanted || s->running || clock_mono(a->clock) < s->not_before ||
		is_leaving(a, s->def->name))
		return false;
	if (!s->by_person && (!is_on(s) || slot_in_blackout(a, s, now)))
		return false;
	/* Nor beside a Windows poll with the same targets, which asks as many. */
	return s->def->kind != POLL_RANGE || !find_who_asks(a, s->def->targets, false);
}

void
runs_start(struct agent *a)
{
	int64_t now = clock_wall(a->clock) / SECOND;

	for (int64_t left = a->conf->at_once - (int64_t)turns_taken(a); !a->stopping;) {
		struct slot *best = NULL;
		for (size_t i = 0; i < a->n_slots; i++) {
			struct slot *s = &a->slots[i];
			bool turn = s->def->kind == POLL_PASSIVE || left > 0;
			if (!s->wanted || !turn || !may_start(a, s, now))
				continue;
			if (!best ||
				s->def->timing.priority > best->def->timing.priority ||
				(s->def->timing.priority == best->def->timing.priority &&
					s->due < best->due))
				best = s;
		}
		if (!best || runs_count(a) >= RUNNING_MAX)
			return;
		start(a, best);
		left -= best->def->kind != POLL_PASSIVE;
	}
}

/* --- the end of a run ----------------------------------------------------------------------- */

static void
bring_on_others(struct agent *a, const char *name)
{
	int64_t now = clock_wall(a->clock) / SECOND;

	for (size_t i = 0; i < a->n_slots; i++)
		timetable_after(&a->slots[i].table, name, now);
}

/* As far as it may go; otherwise it goes on later. */
static bool
is_through(enum stop_cause why)
{
	return why == STOP_NONE || why == STOP_DEADLINE;
}

/* A sweep that is complete begins afresh; a directory is asked for what is new since. */
static int
keep_state(struct slot *s, const struct running_result *r, enum stop_cause why,
	struct err *e)
{
	bool through = is_through(why);
	bool broke_off = strcmp(r->outcome, "killed") == 0 ||
		(strcmp(r->outcome, "failed") == 0 && (!r->end || r->end->asked == 0));
	const char *state = *r->state ? r->state : s->state ? s->state : "";

	if (s->def->kind == POLL_RANGE && (through && !broke_off))
		state = "";
	bool goes_on = *state && s->def->kind == POLL_RANGE;
	return set_text(&s->run, goes_on || !through ? r->run : "", e) == -1 ||
			(state != s->state && set_text(&s->state, state, e) == -1)
		? -1
		: 0;
}

static void
note_result(struct agent *a, struct slot *s, const struct running_result *r)
{
	char took[TIME_TEXT_MAX];
	struct err ignored;

	a->next_events = 0; /* what it brought is told now */
	if (s->def->kind == POLL_AD)
		agent_forget_sites(a);
	s->started = r->started;
	s->finished = r->finished;
	s->observations = (int64_t)r->observations;
	s->spoilt = (int64_t)r->spoilt;
	s->recall = r->end ? r->end->recall : (struct recall){ .known = false };
	if (r->complete)
		s->last_done = r->finished;
	(void)snprintf(s->outcome, sizeof(s->outcome), "%s", r->outcome);
	(void)set_text(&s->reason, r->reason, &ignored);
	a->observations += (int64_t)r->observations;
	a->failures += strcmp(r->outcome, "failed") == 0 ||
		strcmp(r->outcome, "killed") == 0;
	log_at(r->complete || strcmp(r->outcome, "paused") == 0 ? LOG_INFO : LOG_WARN,
		log_tag_,
		"event=poll-ended poll=%s run=%s outcome=%s observations=%" PRIu64
		" new=%" PRIu64 " changed=%" PRIu64 " took=\"%s\"%s%s",
		r->poll, r->run, r->outcome, r->observations, r->ingest.devices_new,
		r->ingest.devices_changed,
		duration_print(r->finished - r->started, took), *r->reason ? ": " : "",
		r->reason);
}

static void
finish(struct agent *a, struct slot *s, const struct running_result *r)
{
	enum stop_cause why = running_stopped(s->running);
	struct err e;

	note_result(a, s, r);
	if (keep_state(s, r, why, &e) == -1 || slot_save(a, s, &e) == -1)
		log_err(&e, "remember a poll");
	if (why == STOP_BLACKOUT || why == STOP_PERSON || why == STOP_CONF)
		want(s, clock_wall(a->clock));
	if (s->def->kind == POLL_PASSIVE && why == STOP_NONE) {
		s->not_before = clock_mono(a->clock) + LISTEN_AGAIN * (int64_t)SECOND;
		want(s, clock_wall(a->clock));
	}
	running_free(s->running);
	s->running = NULL;
	s->by_person &= why == STOP_CONF; /* it was not he who stopped it */
	/* Half of a run is nothing to go by. */
	if (is_through(why))
		bring_on_others(a, s->def->name);
}

static void
keep_out_of_blackouts(struct agent *a, struct slot *s, int64_t now)
{
	if (!s->by_person && running_stopped(s->running) == STOP_NONE &&
		slot_in_blackout(a, s, now)) {
		log_info("event=poll-pausing poll=%s: a blackout window began",
			s->def->name);
		running_stop(s->running, STOP_BLACKOUT);
	}
}

static void
note_guest(struct agent *a, const struct running_result *r)
{
	a->next_events = 0;
	agent_forget_sites(a); /* it may have read a directory */
	a->observations += (int64_t)r->observations;
	log_info("event=ingest-ended run=%s outcome=%s observations=%" PRIu64
		 " new=%" PRIu64 " changed=%" PRIu64 "%s%s",
		r->run, r->outcome, r->observations, r->ingest.devices_new,
		r->ingest.devices_changed, *r->reason ? ": " : "", r->reason);
}

void
runs_work(struct agent *a)
{
	const struct running_result *r;
	int64_t now = clock_wall(a->clock) / SECOND;

	for (size_t i = 0; i < a->n_slots; i++) {
		struct slot *s = &a->slots[i];
		if (!s->running)
			continue;
		running_work(s->running);
		keep_out_of_blackouts(a, s, now);
		if (running_waits(s->running))
			let_sweep(a, s);
		if (running_ended(s->running, &r))
			finish(a, s, r);
	}
	for (size_t i = 0; i < a->n_leaving; i++) {
		running_work(a->leaving[i]);
		if (!running_ended(a->leaving[i], &r))
			continue;
		if (running_is_guest(a->leaving[i]))
			note_guest(a, r);
		running_free(a->leaving[i]);
		a->leaving[i--] = a->leaving[--a->n_leaving];
	}
}

void
runs_stop_all(struct agent *a, enum stop_cause why)
{
	for (size_t i = 0; i < a->n_slots; i++)
		if (a->slots[i].running)
			running_stop(a->slots[i].running, why);
	for (size_t i = 0; i < a->n_leaving; i++)
		running_stop(a->leaving[i], why);
}
