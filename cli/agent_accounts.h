/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * agent_accounts.h - the credentials of an agent's polls, opened by the agent
 *
 * What a poll may log in with is handed to its process (host/handover.h), and nothing else: it
 * looks into no vault.  muster.yaml and the vault are read anew for each run, so that an account
 * that was added or changed counts at once.
 */
#ifndef CLI_AGENT_ACCOUNTS_H
#define CLI_AGENT_ACCOUNTS_H

#include "cli/command.h"
#include "schedule/agent_conf.h"

/* arg: the struct call of the agent.  For struct agent_input. */
int agent_accounts_hand_over(void *arg, const struct poll_def *, int *fd, struct err *);

/* The names of all that there are.  ERR_AUTH: whoever asks cannot know, for they are the agent's
 * user's. */
int agent_accounts_names(
	const struct call *, struct arena *, struct opt_list *out, struct err *);

/* The vault, which polls need not read, with a NULL behind it; in arena. */
int agent_accounts_secrets(const struct call *, const char *const **out, struct err *);

#endif
