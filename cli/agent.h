/* SPDX-License-Identifier: GPL-3.0-or-later */
/* agent.h - what the commands around a distribution point's agent share */
#ifndef CLI_AGENT_H
#define CLI_AGENT_H

#include "cli/common.h"
#include "schedule/agent_conf.h"
#include "schedule/control.h"

#include <stdio.h>

struct agent_where {
	const char *file, *socket; /* agent.yaml; NULL: the usual ones */
};

extern const struct opt agent_file_opts[];   /* --agent FILE: its configuration */
extern const struct opt agent_socket_opts[]; /* --socket FILE */

/* Reads it; mistakes go to standard error (out).  ERR_NOTFOUND, ERR_ARG with their number. */
int agent_file_read(const struct agent_where *, struct arena *, FILE *out,
	struct agent_conf **conf, struct err *);
const char *agent_file_path(const struct agent_where *);

/* One request that has only an end: EXIT_DONE after printing what it says, EXIT_FAILED. */
int agent_do(
	const struct agent_where *, enum control_verb, const char *name, struct err *);

#endif
