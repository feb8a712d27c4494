/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tellers, as the configuration has them just now. */
#include <inttypes.h>
#include <stdio.h>

#include "schedule/agent_private.h"

enum { WORDS_MAX = 64 };

/* What a teller starts; NULL: the log tells itself. */
struct words {
	const char *argv[WORDS_MAX + 1];
	char deadline[32];
};

static bool
command_words(const struct events_conf *c, struct words *w)
{
	size_t n = c->command.n < WORDS_MAX ? c->command.n : WORDS_MAX;

	for (size_t i = 0; i < n; i++)
		w->argv[i] = c->command.items[i];
	w->argv[n] = NULL;
	return n > 0;
}

static bool
webhook_words(const struct events_conf *c, struct words *w)
{
	size_t n = 0;

	if (!c->webhook)
		return false;
	(void)snprintf(w->deadline, sizeof(w->deadline), "%" PRId64 "ms", c->deadline);
	w->argv[n++] = "muster";
	w->argv[n++] = "webhook";
	w->argv[n++] = c->webhook;
	w->argv[n++] = "--deadline";
	w->argv[n++] = w->deadline;
	if (c->secret) {
		w->argv[n++] = "--secret";
		w->argv[n++] = c->secret;
	}
	if (c->ca) {
		w->argv[n++] = "--ca";
		w->argv[n++] = c->ca;
	}
	w->argv[n] = NULL;
	return true;
}

static const struct {
	const char *name;
	bool (*words)(const struct events_conf *, struct words *); /* NULL: the log */
	bool is_muster;
} kinds[TELLERS] = {
	{ "log", NULL, false },
	{ "command", command_words, false },
	{ "webhook", webhook_words, true },
};

/* false: the configuration wants none of this kind. */
static bool
input_of(const struct agent *a, size_t i, struct words *w, struct teller_input *in)
{
	const struct events_conf *c = &a->conf->events;

	*in = (struct teller_input){ .name = kinds[i].name,
		.store = a->store,
		.clock = a->clock,
		.site = a->conf->site,
		.point = a->conf->point,
		.limit = c->limit,
		.kinds = c->kinds,
		/* muster webhook keeps to its own; it is killed when it does not. */
		.deadline = c->deadline * MSEC + (kinds[i].is_muster ? SECOND : 0) };
	if (!kinds[i].words)
		return true;
	if (!kinds[i].words(c, w))
		return false;
	in->argv = (char *const *)w->argv;
	in->program = kinds[i].is_muster ? a->in->program : w->argv[0];
	return true;
}

void
agent_events(struct agent *a)
{
	struct teller_input in;
	struct words w;

	for (size_t i = 0; i < TELLERS; i++) {
		if (input_of(a, i, &w, &in))
			teller_work(&a->tellers[i], &in);
		else
			teller_done(&a->tellers[i], &in);
	}
}

bool
agent_events_busy(const struct agent *a)
{
	bool busy = false;

	for (size_t i = 0; i < TELLERS; i++)
		busy = busy || teller_is_busy(&a->tellers[i]);
	return busy;
}

void
agent_events_done(struct agent *a)
{
	struct teller_input in;
	struct words w;

	for (size_t i = 0; a->conf && i < TELLERS; i++) {
		(void)input_of(a, i, &w, &in);
		teller_done(&a->tellers[i], &in);
	}
}
