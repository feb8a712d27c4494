/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the agent says to those who ask it: a table of verbs. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "db/decision.h"
#include "schedule/agent_private.h"
#include "schedule/control.h"

LOG_TAG("agent");

enum { REQUEST_ARENA = 1 << 20 };

struct question {
	struct agent *a;
	const struct control_request *request;
	struct listener_request *asked;
	struct sb *out;
	char *text; /* what the end line says */
	size_t max;
	enum err_code code;
};

/* --- status --------------------------------------------------------------------------------- */

static const char *
state_of(const struct agent *a, struct slot *s, int64_t now)
{
	if (s->running)
		return running_stopped(s->running)  ? "stopping"
			: running_waits(s->running) ? "waiting"
						    : "running";
	if (!s->def->timing.enabled)
		return "off";
	if (s->paused)
		return "paused";
	if (slot_in_blackout(a, s, now))
		return "blackout";
	return s->wanted ? "waiting" : "idle";
}

static void
tell_slot(struct agent *a, struct slot *s, int64_t now, struct sb *out)
{
	int64_t due = timetable_due(&s->table);
	const char *state = state_of(a, s, now); /* and until when it is in a blackout */
	struct control_poll p = { .name = s->def->name,
		.source = poll_kind_names[s->def->kind],
		.state = state,
		.next = due == CALENDAR_NEVER || !s->def->timing.enabled ? 0 : due,
		.until = s->blackout_until * SECOND,
		.started = s->started,
		.finished = s->finished,
		.observations = s->observations,
		.spoilt = s->spoilt,
		.outcome = s->outcome,
		.reason = s->reason ? s->reason : "",
		.recall = s->recall,
		.progress = { .phase = "" } };
	struct running_look look;

	if (s->running) {
		running_look(s->running, &look);
		p.run_started = look.started;
		p.run_observations = (int64_t)look.observations;
		if (look.progress)
			p.progress = *look.progress;
	}
	control_write_poll(&p, out);
}

static size_t
count_waiting(const struct agent *a)
{
	size_t n = 0;

	for (size_t i = 0; i < a->n_slots; i++)
		n += a->slots[i].wanted && !a->slots[i].running;
	return n;
}

static bool
status(struct question *q)
{
	struct agent *a = q->a;
	int64_t now = clock_wall(a->clock);
	struct control_agent about = { .version = MUSTER_VERSION,
		.site = a->conf->site,
		.point = a->conf->point,
		.store = a->in->store_path,
		.pid = getpid(),
		.started = a->started,
		.now = now,
		.polls = (int64_t)a->n_slots,
		.running = (int64_t)runs_count(a),
		.waiting = (int64_t)count_waiting(a),
		.alarm = a->alarm,
		.location = a->location };

	if (q->request->name && !slot_find(a, q->request->name)) {
		(void)snprintf(q->text, q->max, "there is no poll %s", q->request->name);
		return false;
	}
	control_write_agent(&about, q->out);
	for (size_t i = 0; i < a->n_slots; i++)
		if (!q->request->name ||
			strcmp(q->request->name, a->slots[i].def->name) == 0)
			tell_slot(a, &a->slots[i], now / SECOND, q->out);
	return true;
}

/* Also of a poll that is no more, while its runs are known. */
static bool
history(struct question *q)
{
	struct err e;

	if (agent_tell_runs(q->a, q->request->name, q->out, &e) == 0)
		return true;
	(void)snprintf(q->text, q->max, "%s", e.text);
	return false;
}

/* --- changes -------------------------------------------------------------------------------- */

static bool
poll_now(struct question *q)
{
	const char *name = q->request->name;
	struct slot *s = name ? slot_find(q->a, name) : NULL;

	if (!s) {
		(void)snprintf(q->text, q->max,
			name ? "there is no poll %s" : "which poll?", name);
		return false;
	}
	if (s->running) {
		(void)snprintf(q->text, q->max, "%s is running already", name);
		return false;
	}
	s->wanted = s->by_person = true;
	s->due = clock_wall(q->a->clock);
	s->not_before = 0;
	log_info("event=poll-asked poll=%s: by hand, whatever its schedule says", name);
	(void)snprintf(q->text, q->max, "%s runs as soon as there is room for it", name);
	return true;
}

static int
set_paused(struct agent *a, struct slot *s, bool paused, struct err *e)
{
	s->paused = paused;
	s->by_person &= !paused;
	if (paused && s->running)
		running_stop(s->running, STOP_PERSON);
	log_info("event=poll-%s poll=%s", paused ? "paused" : "resumed", s->def->name);
	return slot_save(a, s, e);
}

/* A paused one that was asked for by hand runs, or is about to. */
static bool
is_so(const struct slot *s, bool paused)
{
	return s->paused == paused && !(paused && s->by_person);
}

static bool
pause_or_resume(struct question *q, bool paused)
{
	const char *name = q->request->name;
	struct agent *a = q->a;
	struct err e;
	size_t n = 0;

	for (size_t i = 0; i < a->n_slots; i++) {
		struct slot *s = &a->slots[i];
		if (name && strcmp(name, s->def->name) != 0)
			continue;
		n++;
		if (!is_so(s, paused) && set_paused(a, s, paused, &e) == -1) {
			(void)snprintf(q->text, q->max, "%s", e.text);
			return false;
		}
	}
	(void)snprintf(q->text, q->max,
		n == 0           ? "there is no poll %s"
			: paused ? "%s: paused"
			: name   ? "%s: goes on"
				 : "%s: go on",
		name ? name : "all polls");
	return n > 0 || !name;
}

static bool
pause_polls(struct question *q)
{
	return pause_or_resume(q, true);
}

static bool
resume_polls(struct question *q)
{
	return pause_or_resume(q, false);
}

static bool
reload(struct question *q)
{
	agent_reload(q->a, q->text, q->max);
	return strncmp(q->text, "read", 4) == 0;
}

static bool
ingest(struct question *q)
{
	return agent_take_guest(q->a, q->request, q->asked, q->text, q->max);
}

static bool
decide(struct question *q)
{
	return agent_decide(q->a, q->request, q->asked->uid, q->text, q->max, &q->code);
}

/* --- the verbs ------------------------------------------------------------------------------ */

static bool (*const answers[CONTROL_VERBS])(struct question *) = {
	[CONTROL_STATUS] = status,
	[CONTROL_POLL] = poll_now,
	[CONTROL_PAUSE] = pause_polls,
	[CONTROL_RESUME] = resume_polls,
	[CONTROL_RELOAD] = reload,
	[CONTROL_INGEST] = ingest,
	[CONTROL_DECIDE] = decide,
	[CONTROL_HISTORY] = history,
};

void
agent_answer(void *agent, struct listener_request *asked, struct sb *out)
{
	struct arena *mem = arena_new(REQUEST_ARENA);
	struct control_request request;
	struct control_end end = { .ok = false };
	char text[DECISION_SAID_MAX] = "";
	struct question q = { agent, &request, asked, out, text, sizeof(text),
		ERR_NONE };
	struct err e;

	end.text = text;
	if (!mem)
		(void)snprintf(text, sizeof(text), "out of memory");
	else if (control_read_request(asked->line, asked->n, mem, &request, &e) == -1)
		(void)snprintf(text, sizeof(text), "%s", e.text);
	else if (control_changes(request.verb) && !asked->may_change)
		(void)snprintf(text, sizeof(text),
			"only root and the agent's own user may change what it does");
	else
		end.ok = answers[request.verb](&q);
	end.code = q.code;
	control_write_end(&end, out);
	arena_free(mem);
}
