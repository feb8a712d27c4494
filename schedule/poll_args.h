/* SPDX-License-Identifier: GPL-3.0-or-later */
/* poll_args.h - which command line makes a poll (DESIGN.md: what a person could type, too) */
#ifndef SCHEDULE_POLL_ARGS_H
#define SCHEDULE_POLL_ARGS_H

#include "schedule/agent_conf.h"

struct poll_args {
	const char *source; /* as the store knows it: "sweep", "windows", "ad", "passive" */
	char **argv;        /* NULL at the end; in arena */
	const char *targets; /* canonical text, or "" */
	const char *settings; /* all that its state depends on: another text, another start */
};

/* has_state: descriptor CHILD_STATE_FD holds one. */
int poll_args(const struct poll_def *, const struct agent_conf *, bool has_state,
	struct arena *, struct poll_args *out, struct err *);

#endif
