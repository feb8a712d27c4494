/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * guest.h - a command that found something while an agent has the store
 *
 *	command ─┬─▶ observations ──────────────┐
 *	         └─▶ reasons, coverage, end ────┴─▶ the agent ─▶ store
 *	         ◀── one line: all of it is on disk, or why not
 *
 * The request CONTROL_INGEST brings three connected sockets (SCM_RIGHTS): the two streams,
 * which are those of any poll (docs/design.md: descriptors 1 and 3), and one for the answer.  So
 * what a person scans goes the way of what is polled: same site, same point, one writer.  Records of
 * an import stay where and when they were made (struct control_request: run).
 */
#ifndef SCHEDULE_GUEST_H
#define SCHEDULE_GUEST_H

#include "schedule/control.h"

struct guest;

/* path: the agent's socket.  ERR_NOTFOUND: there is no agent; ERR_DB: it refuses, because it
 * has another store, or sweeps some of these addresses itself. */
int guest_open(struct guest **out, const char *path, const struct control_request *,
	struct err *);
/* Both block while the agent is busy.  ERR_SYS: it is gone. */
int guest_record(struct guest *, const struct observation *, struct err *);
int guest_control(struct guest *, const char *lines, size_t n, struct err *);
/* Says that this is all, and waits until it is kept; text: what the agent says. */
int guest_end(struct guest *, struct ingest_result *stored, char *text, size_t max,
	struct err *);
void guest_free(struct guest *); /* NULL is fine */

#endif
