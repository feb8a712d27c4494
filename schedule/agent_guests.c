/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands that bring what they found: their streams are heard as those of polls. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "schedule/agent_private.h"

LOG_TAG("agent");

enum { GUESTS_MAX = 8 };

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

bool
agent_take_guest(struct agent *a, const struct control_request *q,
	struct listener_request *r, char *text, size_t max)
{
	const char *why = why_not(a, q, r);
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
		.due = clock_wall(a->clock),
		.deadline = GUEST_DEADLINE,
		.guest = &guest };
	struct running_look look;
	struct err e;

	if (!why && running_start(&a->leaving[a->n_leaving], &in, &e) == -1)
		why = e.text;
	if (why) {
		(void)snprintf(text, max, "%s", why);
		return false;
	}
	for (size_t i = 0; i < LISTENER_PASSED; i++)
		r->passed[i] = -1; /* they are the run's */
	running_look(a->leaving[a->n_leaving++], &look);
	log_info("event=ingest-started run=%s command=\"%s\"", look.run, q->command);
	(void)snprintf(text, max, "%s", look.run);
	return true;
}
