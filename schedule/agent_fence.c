/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which files the agent and its polls may write and read (host/fence.h).  A program of
 * events.command is behind the agent's fence, too, and may be meant to write anywhere: so with
 * one the agent has a fence only when agent.writable says where.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/log.h"
#include "schedule/agent_private.h"

LOG_TAG("agent");

enum {
	OWN = 8, /* folders beside those that people name */
	TEXTS = 1 << 20,
};

struct folders {
	const char **items;
	size_t n, room;
	struct arena *mem;
};

static void
add(struct folders *f, const char *folder)
{
	if (folder && *folder && f->n < f->room)
		f->items[f->n++] = folder;
}

/* What is not there has none. */
static void
add_folder_of(struct folders *f, const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	if (slash)
		add(f, arena_printf(f->mem, "%.*s", (int)(slash - path) + 1, path));
	else if (path)
		add(f, ".");
}

static bool
begin(struct folders *f, struct arena *mem, size_t more)
{
	*f = (struct folders){ .mem = mem,
		.items = arena_new_array(mem, const char *, OWN + more),
		.room = OWN + more };
	if (!f->items)
		return false;
	/* Libraries put temporary files there, and Kerberos its tickets. */
	const char *tickets = getenv("KRB5CCNAME");
	add(f, "/dev");
	add(f, "/tmp");
	add(f, "/var/tmp");
	add(f, getenv("TMPDIR"));
	add_folder_of(f, tickets ? strchr(tickets, '/') : NULL);
	return true;
}

static void
fence_agent(const struct agent *a)
{
	const struct agent_conf *c = a->conf;
	struct folders own;
	struct err e;

	if (c->events.command.n && !c->writable.n) {
		log_info("event=not-fenced: the program of events.command may write anywhere, "
			 "and so may the agent; agent.writable bounds both");
		return;
	}
	if (!begin(&own, a->fence_mem, c->writable.n))
		return;
	add_folder_of(&own, a->in->store_path);
	add_folder_of(&own, c->socket);
	add_folder_of(&own, c->metrics);
	for (size_t i = 0; i < c->writable.n; i++)
		add(&own, c->writable.items[i]);
	const struct fence fence = { .writable = own.items, .n_writable = own.n };
	if (fence_enter(&fence, &e) == -1)
		log_warn("event=not-fenced: %s", e.text);
	else
		log_info("event=fenced landlock=%d folders=%zu", fence_version(), own.n);
}

/* With a file all go whose names begin with its: those that polls read must not be among them. */
static bool
may_be_hidden(const struct agent *a, const char *file)
{
	const char *const read[] = { a->in->conf_path, a->in->settings_path };

	for (size_t i = 0; i < sizeof(read) / sizeof(read[0]); i++)
		if (read[i] && strncmp(read[i], file, strlen(file)) == 0) {
			log_warn("event=not-hidden: polls may read %s: they need %s, whose "
				 "name begins with it",
				file, read[i]);
			return false;
		}
	return true;
}

static size_t
hide_one(struct agent *a, size_t n, const char *file)
{
	if (file && n < FENCE_HIDDEN_MAX && may_be_hidden(a, file) &&
		(a->hidden[n] = arena_strdup(a->fence_mem, file)))
		n++;
	return n;
}

/* What polls need of secrets is handed to them. */
static size_t
hide(struct agent *a)
{
	size_t n = hide_one(a, 0, a->in->store_path);

	n = hide_one(a, n, a->conf->events.secret);
	for (const char *const *s = a->in->secrets; s && *s; s++)
		n = hide_one(a, n, *s);
	return n;
}

void
agent_fence(struct agent *a)
{
	struct folders polls;

	if (!fence_version()) {
		log_info("event=not-fenced: this kernel has no Landlock: users and permissions "
			 "alone say which files may be written");
		return;
	}
	/* Without, nothing can be fenced, and not-confined was told. */
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return;
	if (!(a->fence_mem = arena_new(TEXTS)) || !begin(&polls, a->fence_mem, 0))
		return;
	a->polls_fence = (struct fence){ .writable = polls.items,
		.n_writable = polls.n,
		.hidden = a->hidden,
		.n_hidden = hide(a) };
	fence_agent(a);
}
