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

/* What a poll gets beside its definition. */
struct poll_given {
	const char *settings; /* muster.yaml; NULL: the usual one */
	bool state,
		credentials; /* descriptors CHILD_STATE_FD and CHILD_CREDENTIALS_FD */
};

int poll_args(const struct poll_def *, const struct agent_conf *,
	const struct poll_given *, struct arena *, struct poll_args *out, struct err *);

#endif
