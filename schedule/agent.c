/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The agent's loop: what is due, what is ready, what is asked, what has changed. */
#include "schedule/agent.h"

#include <errno.h>
#include <inttypes.h>
#include <malloc.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "schedule/agent_private.h"
#include "schedule/notify.h"

LOG_TAG("agent");

enum {
	CONF_ARENA = 512 << 20, /* a ceiling */
	CARE_EVERY = 15 * SECOND,
	CONF_EVERY = 5 * SECOND, /* how soon a changed file is noticed */
	EVENTS_EVERY = SECOND,   /* while something may happen */
	TICK = 250 * MSEC,       /* while polls run: deadlines, windows, batches */
	JUMP = SECOND,           /* of the wall clock; less is what adjusts it */
	STOP_WAIT = 20 * SECOND, /* for polls to end when the agent does */
	RUN_FDS = 3,             /* of each run, to wait for */
};

/* --- configuration -------------------------------------------------------------------------- */

static int
never_text(const struct agent_conf *conf, struct arena *mem, const char **out,
	struct err *e)
{
	struct iprange *never = allowed_never(conf->allowed, mem);

	*out = never ? iprange_text(never, IPRANGE_TEXT_MAX, mem) : NULL;
	return *out ? 0 : err_nomem(e);
}

/* Runs whose poll the new configuration does not have: they end, and keep what they found. */
static void
let_go(struct agent *a)
{
	for (size_t i = 0; i < a->n_slots; i++) {
		struct running *r = a->slots[i].running;
		if (!r)
			continue;
		log_info("event=poll-removed poll=%s: its run ends",
			a->slots[i].def->name);
		running_stop(r, STOP_AGENT);
		a->slots[i].running = NULL;
		if (a->n_leaving < RUNNING_MAX)
			a->leaving[a->n_leaving++] = r;
		else
			running_free(r);
	}
}

/* What muster proposed is no order yet. */
static int
check_accepted(const struct agent *a, const struct agent_conf *conf, struct err *e)
{
	return conf->accepted
		? 0
		: err_set(e, ERR_AUTH,
			  "%s was not accepted yet: read it, and let it say "
			  "'accepted: yes' under agent:",
			  a->in->conf_path);
}

int
agent_read(const char *path, struct clock *clock, struct agent_reading *out,
	struct sb *mistakes, struct err *e)
{
	*out = (struct agent_reading){ .mem = arena_new(CONF_ARENA) };
	if (!out->mem)
		return err_nomem(e);
	(void)stat(path, &out->file); /* a missing file is told below */
	if (agent_conf_read_file(path, clock_wall(clock) / SECOND, out->mem, &out->conf,
		    mistakes, e) == 0)
		return 0;
	arena_free(out->mem);
	out->mem = NULL;
	return -1;
}

/* What was read before it began, once; else the file.  Either is looked at for changes since. */
static int
get_conf(struct agent *a, struct agent_reading *out, struct sb *mistakes, struct err *e)
{
	struct agent_reading *first = a->in->first;
	int rc = 0;

	if (first && first->mem) {
		*out = *first;
		first->mem = NULL;
	} else {
		rc = agent_read(a->in->conf_path, a->clock, out, mistakes, e);
	}
	a->conf_stat = out->file;
	return rc;
}

static int
read_conf(struct agent *a, struct sb *mistakes, struct err *e)
{
	struct agent_reading got;
	struct slot *slots;
	const char *never;
	size_t n;

	if (get_conf(a, &got, mistakes, e) == -1)
		return -1;
	struct agent_conf *conf = got.conf;
	if (check_accepted(a, conf, e) == -1 ||
		never_text(conf, got.mem, &never, e) == -1 ||
		slots_load(a, conf, &slots, &n, e) == -1) {
		arena_free(got.mem);
		return -1;
	}
	if (!conf->point)
		conf->point = a->in->point;
	let_go(a);
	slots_free(a->slots, a->n_slots);
	arena_free(a->conf_mem);
	a->conf = conf;
	a->conf_mem = got.mem;
	a->never = never;
	a->slots = slots;
	a->n_slots = n;
	a->confs++;
	(void)malloc_trim(0); /* reading takes several times of what is kept */
	return 0;
}

/* What is opened once, when the agent starts. */
static const struct {
	const char *key;
	size_t at; /* of a const char * */
} fixed[FIXED] = { { "agent.socket", offsetof(struct agent_conf, socket) },
	{ "agent.store", offsetof(struct agent_conf, store) } };

static const char *
fixed_value(const struct agent_conf *conf, size_t i)
{
	const char *text;

	memcpy(&text, (const char *)conf + fixed[i].at, sizeof(text));
	return text ? text : "";
}

static int
remember_fixed(struct agent *a, struct err *e)
{
	for (size_t i = 0; i < FIXED; i++)
		if (!(a->fixed[i] = strdup(fixed_value(a->conf, i))))
			return err_nomem(e);
	return 0;
}

/* Behind the text, too. */
static void
tell_fixed(const struct agent *a, char *text, size_t max)
{
	for (size_t i = 0; i < FIXED; i++) {
		if (strcmp(a->fixed[i], fixed_value(a->conf, i)) == 0)
			continue;
		log_warn("event=config-later setting=%s: it takes effect when the agent is "
			 "started again",
			fixed[i].key);
		size_t n = strlen(text);
		(void)snprintf(text + n, max - n, "; %s takes effect at the next start",
			fixed[i].key);
	}
}

static void
log_mistakes(const struct sb *mistakes)
{
	for (const char *p = mistakes->text; *p;) {
		int n = (int)strcspn(p, "\n");
		log_warn("event=config-mistake: %.*s", n, p);
		p += n + (p[n] == '\n');
	}
}

void
agent_reload(struct agent *a, char *text, size_t max)
{
	struct sb mistakes;
	struct err e;

	notify_send("RELOADING=1\n");
	sb_init(&mistakes, CONF_MAX);
	if (read_conf(a, &mistakes, &e) == 0) {
		a->next_care = 0; /* the place, for one, may be another by it */
		(void)snprintf(text, max, "read: %zu polls", a->n_slots);
		log_info("event=config-read polls=%zu", a->n_slots);
		tell_fixed(a, text, max);
	} else {
		log_mistakes(&mistakes);
		log_warn("event=config-refused: %s; what was in force before stays",
			e.text);
		(void)snprintf(text, max, "%s; what was in force before stays", e.text);
	}
	sb_done(&mistakes);
	agent_tell_systemd(a, "READY=1\n");
}

static bool
conf_has_changed(const struct agent *a)
{
	struct stat st;

	return stat(a->in->conf_path, &st) == 0 &&
		(st.st_mtim.tv_sec != a->conf_stat.st_mtim.tv_sec ||
			st.st_mtim.tv_nsec != a->conf_stat.st_mtim.tv_nsec ||
			st.st_ino != a->conf_stat.st_ino ||
			st.st_size != a->conf_stat.st_size);
}

/* --- time ----------------------------------------------------------------------------------- */

void
agent_notice_jump(struct agent *a)
{
	int64_t offset = clock_wall(a->clock) - clock_mono(a->clock);
	int64_t by = offset - a->offset;

	a->offset = offset;
	if (by < JUMP && by > -JUMP)
		return;
	log_warn("event=clock-jumped by=%" PRId64 "s", by / SECOND);
	agent_mend(a, by);
	agent_clock_jumped(a, by);
	int64_t now = clock_wall(a->clock) / SECOND;
	for (size_t i = 0; i < a->n_slots; i++) {
		timetable_jumped(&a->slots[i].table, now, by / SECOND);
		a->slots[i].blackout_until = 0;
	}
}

static void
look_after(struct agent *a)
{
	int64_t now = clock_mono(a->clock), watchdog = notify_watchdog_us();
	char text[512];

	if (*a->in->reload || (now >= a->next_conf_look && conf_has_changed(a))) {
		*a->in->reload = 0;
		agent_reload(a, text, sizeof(text));
	}
	if (now >= a->next_conf_look)
		a->next_conf_look = now + CONF_EVERY;
	if (now >= a->next_care) {
		agent_care(a);
		a->next_care = now + CARE_EVERY;
	}
	if (now >= a->next_events) {
		agent_events(a);
		/* Only polls and people change the history; those are told of. */
		a->next_events = now +
			(agent_events_busy(a)           ? TICK
					: runs_count(a) ? EVENTS_EVERY
							: CARE_EVERY);
	}
	if (watchdog && now >= a->next_watchdog) {
		notify_send("WATCHDOG=1");
		a->next_watchdog = now + watchdog / 2;
	}
}

/* --- waiting -------------------------------------------------------------------------------- */

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t
wait_until(const struct agent *a)
{
	int64_t until = least(least(a->next_conf_look, a->next_care), a->next_events);

	if (notify_watchdog_us())
		until = least(until, a->next_watchdog);
	if (runs_count(a) || agent_events_busy(a) || agent_is_asking(a))
		until = least(until, clock_mono(a->clock) + TICK);
	return a->stopping ? until : least(until, runs_next(a));
}

static size_t
add_run(const struct running *r, struct pollfd *fds)
{
	const struct child *c = running_child(r);

	fds[0] = (struct pollfd){ .fd = c->records_fd, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = c->control_fd, .events = POLLIN };
	fds[2] = (struct pollfd){ .fd = running_waits(r) ? -1 : c->claim_fd,
		.events = POLLIN };
	return RUN_FDS;
}

static void
wait_for_something(struct agent *a)
{
	struct pollfd fds[LISTENER_FDS + RUN_FDS * RUNNING_MAX];
	size_t n = listener_poll(a->listener, fds);
	int64_t us = wait_until(a) - clock_mono(a->clock);
	sigset_t none;

	for (size_t i = 0; i < a->n_slots; i++)
		if (a->slots[i].running && n + RUN_FDS <= sizeof(fds) / sizeof(fds[0]))
			n += add_run(a->slots[i].running, fds + n);
	for (size_t i = 0;
		i < a->n_leaving && n + RUN_FDS <= sizeof(fds) / sizeof(fds[0]); i++)
		n += add_run(a->leaving[i], fds + n);
	us = us < 0 ? 0 : us + MSEC; /* behind the moment, not just before it */
	struct timespec t = { .tv_sec = us / SECOND, .tv_nsec = us % SECOND * 1000 };
	(void)sigemptyset(&none);
	(void)ppoll(
		fds, n, &t, &none); /* EINTR: what the signal said is looked at next */
}

static void
step(struct agent *a)
{
	agent_notice_jump(a);
	look_after(a);
	if (!a->stopping) {
		runs_notice_due(a);
		runs_start(a);
	}
	wait_for_something(a);
	agent_notice_jump(a); /* before anything is stored by the clock that holds now */
	runs_work(a);
	agent_ask_work(a);
	listener_work(a->listener);
}

/* --- from start to end ---------------------------------------------------------------------- */

static int
begin(struct agent *a, struct sb *mistakes, struct err *e)
{
	struct listener_conf listener = {
		.clock = a->clock, .answer = agent_answer, .arg = a
	};

	if (read_conf(a, mistakes, e) == -1 || remember_fixed(a, e) == -1 ||
		slots_remember(a, e) == -1 || agent_look_at_clock(a, e) == -1)
		return -1;
	listener.path = a->conf->socket;
	if (listener_open(&a->listener, &listener, e) == -1)
		return -1;
	log_info("event=agent-started version=" MUSTER_VERSION
		 " site=%s point=%s polls=%zu store=%s",
		a->conf->site, a->conf->point, a->n_slots, a->in->store_path);
	agent_fence(a);
	agent_tell_systemd(a, "READY=1\n");
	return 0;
}

static void
end(struct agent *a)
{
	int64_t until = clock_mono(a->clock) + STOP_WAIT;

	a->stopping = true;
	notify_send("STOPPING=1");
	runs_stop_all(a, STOP_AGENT);
	while (runs_count(a) && clock_mono(a->clock) < until)
		step(a);
	log_info("event=agent-stopped runs=%" PRId64 " observations=%" PRId64, a->runs,
		a->observations);
}

static void
free_all(struct agent *a)
{
	for (size_t i = 0; i < a->n_slots; i++)
		running_free(a->slots[i].running);
	for (size_t i = 0; i < a->n_leaving; i++)
		running_free(a->leaving[i]);
	listener_close(a->listener);
	agent_events_done(a);
	agent_ask_done(a);
	agent_forget_sites(a);
	slots_free(a->slots, a->n_slots);
	arena_free(a->conf_mem);
	arena_free(a->fence_mem);
	for (size_t i = 0; i < FIXED; i++)
		free(a->fixed[i]);
}

int
agent_run(const struct agent_input *in, struct sb *mistakes, struct err *e)
{
	struct agent a = { .in = in,
		.store = in->store,
		.clock = in->clock,
		.started = clock_wall(in->clock),
		.offset = clock_wall(in->clock) - clock_mono(in->clock) };
	int rc = begin(&a, mistakes, e);

	while (rc == 0 && !*in->stop)
		step(&a);
	if (rc == 0)
		end(&a);
	free_all(&a);
	return rc;
}
