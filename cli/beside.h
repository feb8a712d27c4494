/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * beside.h - what a command does that would write, while an agent has the store
 *
 * It opens the store; when that fails because it is taken, it turns to the agent:
 *
 *	if (common_open_store(c, &conf->store, STORE_WRITE, &s, e) == -1 && beside_taken(e))
 *		rc = beside_guest(...)
 *
 * Where no agent answers another command has the store: the error stays what it was.
 */
#ifndef CLI_BESIDE_H
#define CLI_BESIDE_H

#include "cli/common.h"
#include "schedule/guest.h"

extern const struct opt socket_opts[]; /* --socket FILE; a const char * */

/* The store was not opened because somebody else is writing it. */
bool beside_taken(const struct err *);

/* Hands over streams (guest.h).  The request has its source, targets and, of an import, where
 * it is from; the rest is added.  e: why the store was not opened. */
int beside_guest(const struct call *, const struct store_conf *, const char *socket,
	struct control_request *, struct guest **out, struct err *e);
/* Asks once; verb and what belongs to it are set.  e: the same. */
int beside_ask(const struct call *, const struct store_conf *, const char *socket,
	struct control_request *, struct control_reader *, struct err *e);

/* Words for an agent that does not do it.  Returns -1. */
int beside_refused(struct err *);

#endif
