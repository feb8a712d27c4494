/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands that bring what they found: their streams are heard as those of polls. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "schedule/agent_private.h"

LOG_TAG("agent");

enum {
	GUESTS_MAX = 8,
	SWEEPS_ARENA = 8 << 20, /* of the addresses that one asks */
};

#define GUEST_DEADLINE (24 * 3600 * (int64_t)SECOND)

/* By the file, not by its name: there are many ways to write a path. */
bool
agent_has_store(const struct agent *a, const char *path)
{
	struct stat ours, theirs;

	return stat(a->in->store_path, &ours) == 0 && stat(path, &theirs) == 0 &&
		ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino;
}

/* What it sent must be sockets: reading from them blocks nobody, and opens nothing. */
static bool
are_streams(const struct listener_request *r)
{
	for (size_t i = 0; i < LISTENER_PASSED; i++) {
		struct stat st;
		if (r->passed[i] == -1 || fstat(r->passed[i], &st) == -1 ||
			!S_ISSOCK(st.st_mode) ||
			fcntl(r->passed[i], F_SETFL, O_NONBLOCK) == -1)
			return false;
	}
	return true;
}

static size_t
count_guests(const struct agent *a)
{
	size_t n = 0;

	for (size_t i = 0; i < a->n_leaving; i++)
		n += running_is_guest(a->leaving[i]);
	return n;
}

static const char *
why_not(const struct agent *a, const struct control_request *q,
	const struct listener_request *r)
{
	if (a->stopping)
		return "the agent is about to end";
	if (!agent_has_store(a, q->store))
		return "the agent has another store";
	if (!are_streams(r))
		return "an ingest needs its three sockets";
	if (count_guests(a) >= GUESTS_MAX || a->n_leaving >= RUNNING_MAX ||
		runs_count(a) >= RUNNING_MAX)
		return "too much is going on: try again later";
	return NULL;
}

/* Whose sweep is in the way of this one. */
static void
tell_who_sweeps(const struct running *r, char *text, size_t max)
{
	struct running_look look;

	running_look(r, &look);
	if (running_is_guest(r))
		(void)snprintf(text, max,
			"another command sweeps some of these addresses just now: try again when "
			"it has ended (%.80s)",
			look.command);
	else
		(void)snprintf(text, max,
			"the poll %s sweeps some of these addresses just now: try again when it "
			"has ended, or 'muster pause %s' first",
			look.poll, look.poll);
}

/* Never two sweeps of an address at a time: polls wait for each other, a person need not.
 * false: text says why not.  *out NULL: it sweeps nothing. */
static bool
read_sweeps(const struct agent *a, const struct control_request *q, struct arena *mem,
	const struct iprange **out, char *text, size_t max)
{
	const struct running *in_the_way;
	struct iprange *set = NULL;
	struct err e;

	if (q->sweeps && iprange_parse(&q->sweeps, 1, NULL, mem, &set, &e) == -1) {
		(void)snprintf(text, max, "%s", e.text);
		return false;
	}
	*out = set;
	in_the_way = set ? runs_find_sweep(a, set) : NULL;
	if (in_the_way)
		tell_who_sweeps(in_the_way, text, max);
	return !in_the_way;
}

static bool
take_guest(struct agent *a, const struct control_request *q, struct listener_request *r,
	const struct iprange *sweeps, struct err *e)
{
	struct running_guest guest = { .records_fd = r->passed[0],
		.control_fd = r->passed[1],
		.answer_fd = r->passed[2],
		.command = q->command,
		.run = q->run };
	struct running_input in = { .store = a->store,
		.clock = a->clock,
		.poll = "(a command)",
		.source = q->source,
		.site = q->site ? q->site : a->conf->site,
		.point = q->point ? q->point : a->conf->point,
		.targets = q->targets,
		.range = sweeps,
		.due = clock_wall(a->clock),
		.deadline = GUEST_DEADLINE,
		.guest = &guest };

	if (running_start(&a->leaving[a->n_leaving], &in, e) == -1)
		return false;
	for (size_t i = 0; i < LISTENER_PASSED; i++)
		r->passed[i] = -1; /* they are the run's */
	return true;
}

bool
agent_take_guest(struct agent *a, const struct control_request *q,
	struct listener_request *r, char *text, size_t max)
{
	struct arena *mem = arena_new(SWEEPS_ARENA);
	const char *why = mem ? why_not(a, q, r) : "out of memory";
	const struct iprange *sweeps;
	struct running_look look;
	struct err e;
	bool taken = false;

	if (why) {
		(void)snprintf(text, max, "%s", why);
	} else if (read_sweeps(a, q, mem, &sweeps, text, max)) {
		taken = take_guest(a, q, r, sweeps, &e);
		if (!taken)
			(void)snprintf(text, max, "%s", e.text);
	}
	arena_free(mem);
	if (!taken)
		return false;
	running_look(a->leaving[a->n_leaving++], &look);
	log_info("event=ingest-started run=%s command=\"%s\"", look.run, q->command);
	(void)snprintf(text, max, "%s", look.run);
	return true;
}
