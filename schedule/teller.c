/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A cursor over the history, an allowance, and at most one process. */
#include "schedule/teller.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/log.h"
#include "schedule/child.h"

LOG_TAG("events");

#define MINUTE     (60 * (int64_t)SECOND)
#define FIRST_TRY  (1 * (int64_t)SECOND) /* again; doubled each time, up to: */
#define LATEST_TRY (300 * (int64_t)SECOND)

enum {
	ROWS = 1000, /* of the history at a time: the agent has other things to do */
	CURSOR_ARENA = 64 << 10,
	TEXTS_ARENA = 4 << 20, /* of the events of a message; texts of changes are short */
};

/* --- the cursor ----------------------------------------------------------------------------- */

static int
read_cursor(struct teller *t, const struct teller_input *in, struct err *e)
{
	struct arena *mem = arena_new(CURSOR_ARENA);
	const char *text = NULL;
	int64_t last;
	int rc = -1;

	if (!mem)
		return err_nomem(e);
	if (store_last_change(in->store, &last, e) == 0 &&
		store_get_watermark(in->store, "events", in->name, mem, &text, e) == 0) {
		/* What happened before somebody wanted to know is no news. */
		t->cursor = text ? strtoll(text, NULL, 10) : last;
		if (t->cursor > last || t->cursor < 0)
			t->cursor = last;
		t->saved = text ? t->cursor : -1;
		t->begun = true;
		rc = 0;
	}
	arena_free(mem);
	return rc;
}

static void
save_cursor(struct teller *t, const struct teller_input *in)
{
	char text[32];
	struct err e;

	if (t->cursor == t->saved)
		return;
	(void)snprintf(text, sizeof(text), "%" PRId64, t->cursor);
	if (store_put_watermark(in->store, "events", in->name, text, &e) == -1)
		log_err(&e, "remember which events were told");
	else
		t->saved = t->cursor;
}

/* --- what is new ---------------------------------------------------------------------------- */

/* Events of one look; their texts are kept, for the rows are borrowed. */
struct look {
	struct teller *t;
	const struct teller_input *in;
	struct arena *mem;
	struct event events[EVENTS_BATCH];
	size_t n;
	int64_t cursor;
};

static bool
keep(struct event *ev, struct arena *mem)
{
	const char **texts[] = { &ev->device, &ev->label, &ev->before, &ev->after,
		&ev->run };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!(*texts[i] = arena_strdup(mem, *texts[i])))
			return false;
	return true;
}

/* An address that came and one that went, by the same observation: it was changed. */
static bool
completes(struct event *last, const struct event *ev)
{
	if (last->kind != EVENT_ADDRESS || ev->kind != EVENT_ADDRESS ||
		last->at != ev->at || strcmp(last->device, ev->device) != 0 ||
		*last->before || !*last->after || !*ev->before || *ev->after)
		return false;
	last->before = ev->before;
	last->id = ev->id;
	return true;
}

/* -1 also when the message is full: this row is for the next one. */
static int
on_change(void *arg, const struct change *c, struct err *e)
{
	struct look *l = arg;
	struct teller *t = l->t;
	struct event ev;

	if (l->n == EVENTS_BATCH)
		return err_set(e, ERR_TIMEOUT, "full");
	if (event_of(c, &ev) && l->in->kinds >> ev.kind & 1) {
		if (!keep(&ev, l->mem))
			return err_nomem(e);
		if (l->n && completes(&l->events[l->n - 1], &ev)) {
			l->cursor = c->id;
			return 0;
		}
		if (t->in_minute < l->in->limit) {
			l->events[l->n++] = ev;
			t->in_minute++;
		} else {
			t->held++;
			t->held_back++;
		}
	}
	l->cursor = c->id;
	return 0;
}

static void
log_events(struct look *l)
{
	struct sb line;

	for (size_t i = 0; i < l->n; i++) {
		sb_init(&line, EVENTS_BODY_MAX);
		event_print(&l->events[i], &line);
		log_info("%s", line.text);
		sb_done(&line);
	}
	l->t->told += (int64_t)l->n;
	l->t->cursor = l->cursor;
	if (l->n)
		save_cursor(l->t, l->in);
}

static void
make_message(struct look *l, bool minute_is_over)
{
	struct teller *t = l->t;
	struct event_head head = { .site = l->in->site,
		.point = l->in->point,
		.sent = clock_wall(l->in->clock),
		.held_back = t->held };

	if (l->n == 0 && !(t->held && minute_is_over)) {
		t->cursor = l->cursor;
		return;
	}
	sb_init(&t->message, EVENTS_BODY_MAX);
	events_write(&head, l->events, l->n, &t->message);
	if (t->message.bad) {
		log_warn("event=events-lost to=%s count=%zu: no room for them",
			l->in->name, l->n);
		sb_done(&t->message);
		t->cursor = l->cursor;
		return;
	}
	t->message_cursor = l->cursor;
	t->message_events = (int64_t)l->n;
	t->message_held = t->held;
	t->held = 0;
	t->try_at = 0;
}

static void
look(struct teller *t, const struct teller_input *in)
{
	int64_t now = clock_mono(in->clock);
	bool over = t->minute == 0 || now - t->minute >= MINUTE;
	struct look l = { .t = t, .in = in, .cursor = t->cursor };
	struct err e;

	if (over && !in->argv && t->held) {
		log_warn("event=events-held-back count=%" PRId64
			 ": more than events.limit a minute; 'muster changes' has all",
			t->held);
		t->held = 0;
	}
	if (over) {
		t->minute = now;
		t->in_minute = 0;
	}
	if (!(l.mem = arena_new(TEXTS_ARENA)))
		return;
	if (store_each_change_after(in->store, t->cursor, ROWS, on_change, &l, &e) ==
			-1 &&
		l.n < EVENTS_BATCH)
		log_err(&e, "read what changed");
	if (in->argv)
		make_message(&l, over);
	else
		log_events(&l);
	arena_free(l.mem);
}

/* --- a receiver ----------------------------------------------------------------------------- */

static void
start(struct teller *t, const struct teller_input *in)
{
	struct child_reader reader = {
		.argv = in->argv, .program = in->program, .input = t->message.text
	};
	struct err e;

	if (child_start_reader(&reader, &t->pid, &e) == -1) {
		log_err(&e, "tell of events");
		t->pid = 0;
		t->try_at = clock_mono(in->clock) + FIRST_TRY;
		return;
	}
	t->kill_at = clock_mono(in->clock) + in->deadline;
}

static void
took_it(struct teller *t, const struct teller_input *in)
{
	if (t->failures)
		log_info("event=events-received to=%s: after %u failures", in->name,
			t->failures);
	t->failures = 0;
	t->told += t->message_events;
	t->cursor = t->message_cursor;
	sb_done(&t->message);
	sb_init(&t->message, EVENTS_BODY_MAX);
	save_cursor(t, in);
}

/* Later and later, and not all points at once. */
static void
try_again(struct teller *t, const struct teller_input *in, int status)
{
	int64_t wait = FIRST_TRY;

	for (unsigned i = 0; i < t->failures && wait < LATEST_TRY; i++)
		wait *= 2;
	wait = wait < LATEST_TRY ? wait : LATEST_TRY;
	wait = wait / 2 + (int64_t)randombytes_uniform((uint32_t)(wait / 2));
	t->failures++;
	t->failed++;
	t->try_at = clock_mono(in->clock) + wait;
	if (WIFSIGNALED(status))
		log_warn("event=events-failed to=%s tries=%u: %s", in->name, t->failures,
			WTERMSIG(status) == SIGKILL
				? "it took longer than events.deadline"
				: strsignal(WTERMSIG(status)));
	else
		log_warn("event=events-failed to=%s tries=%u: it ended with status %d",
			in->name, t->failures, WEXITSTATUS(status));
}

static void
attend(struct teller *t, const struct teller_input *in)
{
	int status;

	if (waitpid(t->pid, &status, WNOHANG) == t->pid) {
		/* What it left behind in its group has no business any more. */
		(void)kill(-t->pid, SIGKILL);
		t->pid = 0;
		if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
			took_it(t, in);
		else
			try_again(t, in, status);
	} else if (clock_mono(in->clock) >= t->kill_at) {
		(void)kill(-t->pid, SIGKILL);
	}
}

void
teller_work(struct teller *t, const struct teller_input *in)
{
	struct err e;

	if (!t->begun && read_cursor(t, in, &e) == -1) {
		log_err(&e, "read which events were told");
		return;
	}
	if (t->saved == -1)
		save_cursor(t, in);
	if (t->pid)
		attend(t, in);
	if (!t->pid && t->message.len == 0)
		look(t, in);
	if (!t->pid && t->message.len && clock_mono(in->clock) >= t->try_at)
		start(t, in);
}

bool
teller_is_busy(const struct teller *t)
{
	return t->pid != 0;
}

void
teller_done(struct teller *t, const struct teller_input *in)
{
	if (t->pid) {
		(void)kill(-t->pid, SIGKILL);
		while (waitpid(t->pid, NULL, 0) == -1 && errno == EINTR)
			;
	}
	if (t->begun && t->message.len == 0)
		save_cursor(t, in);
	sb_done(&t->message);
	*t = (struct teller){ .begun = false };
}
