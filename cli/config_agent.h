/* SPDX-License-Identifier: GPL-3.0-or-later */
/* config_agent.h - `muster config` for the configuration of a distribution point */
#ifndef CLI_CONFIG_AGENT_H
#define CLI_CONFIG_AGENT_H

#include "cli/agent.h"

/* Both: EXIT_DONE, EXIT_FAILED after telling the mistakes, or -1.  A check looks for the credentials
 * that polls name, where it may. */
int config_agent_check(const struct call *, const struct agent_where *, struct err *);
/* What it makes: the scope, and each poll with its next times. */
int config_agent_show(const struct agent_where *, struct arena *, struct err *);

/* Prints a configuration to begin with, from what is known of this machine's network and,
 * when there is a store, of its directory.  db: NULL: the usual one.  EXIT_DONE, or -1. */
int config_agent_propose(const struct call *, const char *db, struct err *);

#endif
