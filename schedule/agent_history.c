/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the agent forgets, a little at a time: who is not seen any more, and what is long ago. */
#include <inttypes.h>
#include <malloc.h>

#include "base/log.h"
#include "db/retention.h"
#include "schedule/agent_private.h"

LOG_TAG("agent");

#define DAY          DOUBT_DAY
#define UNSEEN_WAIT  (600 * (int64_t)SECOND) /* between two looks for who is not seen */
#define RELEASE_WAIT (60 * (int64_t)SECOND)

enum {
	UNSEEN_MAX = 500, /* devices that leave at once */
	TRIM_DEVICES = 20,
	TRIM_ROWS = 2000, /* of each table of the history */
	SHORTEST = 1,     /* days that are kept whatever the size */
};

static void
look_for_unseen(struct agent *a)
{
	int64_t now = clock_wall(a->clock), left, back;
	struct err e;

	if (!a->conf->unassigned || clock_mono(a->clock) < a->history.next_unseen)
		return;
	if (store_leave_unseen(a->store, now - a->conf->unassigned * MSEC, now,
		    UNSEEN_MAX, &left, &back, &e) == -1)
		log_at(LOG_ERROR, log_tag_, "event=history-failed: %s", e.text);
	else if (left || back)
		log_info("event=list-changed left=%" PRId64 " back=%" PRId64, left,
			back);
	a->history.next_unseen = clock_mono(a->clock) + UNSEEN_WAIT;
}

/* How many days are kept: as configured, or half and half again while the store is too large.
 * false: everything. */
static bool
days_to_keep(struct agent *a)
{
	int64_t used, max = a->conf->history_size << 20;
	struct err e;

	if (max && store_used_bytes(a->store, &used, &e) == 0 && used > max) {
		int64_t days = a->history.days  ? a->history.days / 2
			: a->conf->history_days ? a->conf->history_days / 2
						: 365;
		a->history.days = days > SHORTEST ? days : SHORTEST;
		log_warn("event=history-shortened days=%" PRId64
			 ": the store holds %" PRId64 " MiB, more than history.size",
			a->history.days, used >> 20);
	} else if (!a->history.days || (max && used < max / 4 * 3)) {
		a->history.days = a->conf->history_days;
	}
	return a->history.days > 0;
}

static void
begin_round(struct agent *a)
{
	/* Again soon while it is too large, and can be made smaller. */
	bool hurry = days_to_keep(a) && a->history.days != a->conf->history_days &&
		a->history.days > SHORTEST;

	a->history.trim = (struct trim){ .done = a->history.days == 0,
		.max_devices = TRIM_DEVICES,
		.before = clock_wall(a->clock) - a->history.days * DAY };
	a->history.more = false;
	a->history.next_round = clock_mono(a->clock) + (hurry ? DAY / 24 : DAY);
}

static void
trim_some(struct agent *a)
{
	struct trim *t = &a->history.trim;
	bool was_done = t->done;
	struct err e;

	if ((!was_done && store_trim_observations(a->store, t, &e) == -1) ||
		store_trim_history(
			a->store, t->before, TRIM_ROWS, &a->history.more, &e) == -1) {
		log_at(LOG_ERROR, log_tag_, "event=history-failed: %s", e.text);
		t->done = true; /* with the next round */
		a->history.more = false;
		return;
	}
	if (t->done && !was_done && t->deleted)
		log_info("event=history-trimmed observations=%" PRId64 " days=%" PRId64,
			t->deleted, a->history.days);
}

/* Between polls an agent is small, whatever they brought. */
static void
be_small(struct agent *a)
{
	if (clock_mono(a->clock) < a->history.next_release)
		return;
	store_release_memory(a->store);
	(void)malloc_trim(0);
	a->history.next_release = clock_mono(a->clock) + RELEASE_WAIT;
}

/* --- the clock -------------------------------------------------------------------------------- */

static void
tell_doubt(const struct agent *a, const char *why)
{
	if (doubt_holds(&a->history.doubt, clock_mono(a->clock)))
		log_warn(
			"event=clock-doubted: %s; nothing is forgotten for a day, but polls "
			"go on. If the clock is wrong, set it right now (muster doctor)",
			why);
}

int
agent_look_at_clock(struct agent *a, struct err *e)
{
	int64_t now = clock_wall(a->clock), last;

	if (store_last_run_before(a->store, now - DAY, &last, e) == -1)
		return -1;
	doubt_begin(&a->history.doubt, now, last, clock_mono(a->clock));
	tell_doubt(a, "it is long after the last run that the store knows");
	agent_tell_ahead(a);
	return 0;
}

void
agent_clock_jumped(struct agent *a, int64_t by)
{
	doubt_jump(&a->history.doubt, by, clock_mono(a->clock));
	if (by < -DAY) { /* what a round thins was long ago by a clock that holds no more */
		a->history.trim.done = true;
		a->history.more = false;
		a->history.next_round = 0;
	}
	tell_doubt(a, "the clock was set");
}

void
agent_forget(struct agent *a)
{
	be_small(a);
	if (doubt_holds(&a->history.doubt, clock_mono(a->clock)))
		return;
	look_for_unseen(a);
	if (clock_mono(a->clock) >= a->history.next_round)
		begin_round(a);
	if (!a->history.trim.done || a->history.more)
		trim_some(a);
}
