/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Conditions of locations that only a question can tell: names, controllers, TLS servers, DHCP.  A
 * process asks (muster location --answers), as polls do, so the agent itself speaks to nobody and
 * waits for nobody.
 */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "schedule/agent_private.h"

LOG_TAG("agent");

enum {
	ANSWERS_MEMORY = 8 << 20,
	READ_BYTES = 16 << 10,
	WORDS_MAX = 12,
};

#define ASK_AGAIN (600 * (int64_t)SECOND)
#define ASK_LIMIT (60 * (int64_t)SECOND)

static void
give_words(const struct agent *a, char *words[static WORDS_MAX])
{
	const char *const given[] = { "muster", "location", "--answers", "--quiet",
		"--agent", a->in->conf_path, a->in->settings_path ? "--config" : NULL,
		a->in->settings_path, NULL };
	size_t n = 0;

	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++)
		words[n++] = (char *)(uintptr_t)given[i]; /* execv(3) does not write */
}

static void
begin(struct agent *a, uint64_t about)
{
	struct place_questions *q = &a->questions;
	char *words[WORDS_MAX];
	struct err e;

	give_words(a, words);
	const struct child_input in = { .argv = words,
		.program = a->in->program,
		.fence = a->fence_mem ? &a->polls_fence : NULL,
		.memory_max = (uint64_t)a->conf->memory << 20 };
	q->again = clock_mono(a->clock) + ASK_AGAIN;
	q->until = clock_mono(a->clock) + ASK_LIMIT;
	q->is_answered &= q->about == about;
	q->about = about;
	if (child_start(&in, &q->child, &e) == -1) {
		log_warn("event=location-failed: %s", e.text);
		q->is_answered = true; /* by nothing */
		return;
	}
	(void)close(q->child.control_fd);
	q->child.control_fd = -1;
	sb_init(&q->heard, ANSWERS_TEXT_MAX);
	q->is_asking = true;
}

struct location_answers *
agent_ask_place(struct agent *a, uint64_t about)
{
	struct place_questions *q = &a->questions;
	bool old = q->about != about || clock_mono(a->clock) >= q->again;

	if (!a->stopping && !q->is_asking && (old || !q->is_answered))
		begin(a, about);
	return q->is_answered && q->about == about ? &q->answers : NULL;
}

/* true: it has said all. */
static bool
hear(struct place_questions *q)
{
	char buf[READ_BYTES];
	ssize_t n;

	while ((n = read(q->child.records_fd, buf, sizeof(buf))) > 0)
		sb_add_n(&q->heard, buf, (size_t)n);
	return n == 0 || (errno != EAGAIN && errno != EINTR);
}

static void
end(struct place_questions *q)
{
	if (!q->is_asking)
		return;
	(void)kill(q->child.pid, SIGKILL); /* it has said all, or is late */
	while (waitpid(q->child.pid, NULL, 0) == -1 && errno == EINTR)
		;
	(void)close(q->child.records_fd);
	q->is_asking = false;
}

static void
take(struct agent *a)
{
	struct place_questions *q = &a->questions;

	arena_free(q->mem);
	q->mem = arena_new(ANSWERS_MEMORY);
	location_answers_init(&q->answers, NULL, q->mem);
	if (q->mem && !q->heard.bad)
		location_answers_read(&q->answers, q->heard.text);
	sb_done(&q->heard);
	q->is_answered = true;
	a->next_care = 0; /* the place is looked at by them */
}

void
agent_ask_work(struct agent *a)
{
	struct place_questions *q = &a->questions;
	bool late = clock_mono(a->clock) >= q->until;

	if (!q->is_asking || (!hear(q) && !late))
		return;
	if (late)
		log_warn(
			"event=location-failed: whom locations name was asked for too long");
	end(q);
	take(a);
}

bool
agent_is_asking(const struct agent *a)
{
	return a->questions.is_asking;
}

void
agent_ask_done(struct agent *a)
{
	if (a->questions.is_asking)
		sb_done(&a->questions.heard);
	end(&a->questions);
	arena_free(a->questions.mem);
}
