/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A clock that was ahead and is right again: what it dated goes back, in the store and here. */
#include <inttypes.h>

#include "base/log.h"
#include "db/redate.h"
#include "db/retention.h"
#include "schedule/agent_private.h"
#include "schedule/notify.h"

LOG_TAG("agent");

void
agent_tell_ahead(struct agent *a)
{
	char text[TIME_TEXT_MAX];
	int64_t newest;
	struct err e;

	if (store_newest_moment(a->store, &newest, &e) == -1) {
		log_at(LOG_ERROR, log_tag_, "event=history-failed: %s", e.text);
		return;
	}
	if (newest > clock_wall(a->clock) + AHEAD_SLACK)
		log_warn("event=store-ahead: what the store knows of %.19sZ is still to come: "
			 "the clock was ahead, or is behind now; see 'muster doctor'",
			time_print(newest, text));
}

static void
go_back(int64_t *at, const struct redate *how)
{
	if (*at > how->after)
		*at = *at - how->by < how->after ? *at - how->by : how->after;
}

static void
redate_slot(struct slot *s, const struct redate *how)
{
	int64_t last_due = s->last_due * SECOND;

	go_back(&s->due, how);
	go_back(&last_due, how);
	s->last_due = last_due / SECOND;
	go_back(&s->started, how);
	go_back(&s->finished, how);
	go_back(&s->last_done, how);
	timetable_redate(&s->table, how->after / SECOND, how->by / SECOND);
	if (s->running)
		running_redate(s->running, how->by);
}

/* What polls have told, and is not stored yet, is stored by this, and goes back with the rest. */
static void
redate_runs(struct agent *a, const struct redate *how)
{
	for (size_t i = 0; i < a->n_slots; i++)
		redate_slot(&a->slots[i], how);
	for (size_t i = 0; i < a->n_leaving; i++)
		running_redate(a->leaving[i], how->by);
}

/* The agent does nothing else meanwhile, but it lives. */
static void
on_tick(void *arg)
{
	struct agent *a = arg;
	int64_t now = clock_mono(a->clock), watchdog = notify_watchdog_us();

	if (!watchdog || now < a->next_watchdog)
		return;
	notify_send("WATCHDOG=1");
	a->next_watchdog = now + watchdog / 2;
}

void
agent_mend(struct agent *a, int64_t by)
{
	const struct redate how = { .after = clock_wall(a->clock),
		.by = ahead_jump(&a->ahead, by, clock_mono(a->clock)),
		.tick = on_tick,
		.arg = a };
	struct ahead_look look;
	int64_t devices;
	struct err e;

	if (how.by) {
		redate_runs(a, &how);
		if (store_look_ahead(a->store, how.after, &look, &e) == -1 ||
			store_redate(a->store, &how, &devices, &e) == -1)
			log_at(LOG_ERROR, log_tag_, "event=store-failed: %s", e.text);
		else
			log_warn(
				"event=clock-mended by=%" PRId64
				"s observations=%" PRId64 " runs=%" PRId64
				" devices=%" PRId64
				": what was stored by the clock that was ahead is dated anew",
				how.by / SECOND, look.observations, look.runs, devices);
	}
	if (by < 0)
		agent_tell_ahead(a);
}
