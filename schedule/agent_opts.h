/* SPDX-License-Identifier: GPL-3.0-or-later */
/* agent_opts.h - the rows of agent.yaml, for agent_conf.c alone */
#ifndef SCHEDULE_AGENT_OPTS_H
#define SCHEDULE_AGENT_OPTS_H

#include "schedule/agent_conf.h"

extern const struct opt agent_opts[], agent_event_opts[]; /* of struct agent_conf */
extern const struct opt agent_range_opts[], agent_windows_opts[], agent_ad_opts[],
	agent_passive_opts[]; /* of struct poll_def */

/* One item of targets: a host name is one, too. */
int agent_check_targets(const char *text, struct arena *, struct err *);

#endif
