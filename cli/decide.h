/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * decide.h - what the commands share by which people decide about devices
 *
 * What is decided is in db/decision.h.  It is done here, or by the agent that has the store:
 * the same words, the same status.
 */
#ifndef CLI_DECIDE_H
#define CLI_DECIDE_H

#include "cli/beside.h"
#include "db/decision.h"

/* The settings of such a command begin with it. */
struct decide_conf {
	struct store_conf store;
	const char *socket; /* of the agent that may have the store */
};

/* The rows of a command whose settings hold a struct decide_conf at offset AT. */
#define DECIDE_TABLES(AT) \
	{ "Store", store_opts, (AT) + offsetof(struct decide_conf, store) }, \
	{ \
		"Store", socket_opts, (AT) + offsetof(struct decide_conf, socket) \
	}

extern const struct opt_table decide_tables[]; /* these alone */

/* --- one decision -------------------------------------------------------------------------- */

/* Carries out what the command is called, with its arguments, and prints what was decided:
 * the `run` of most of them. */
int decide_run(const struct call *, struct err *);

/* --- several ------------------------------------------------------------------------------- */

struct decider {
	const struct call *call;
	const struct decide_conf *conf;
	const char *actor;
	struct store *store; /* NULL: an agent has it */
	struct err taken;    /* why it could not be opened, then */
};

int decider_open(struct decider *, const struct call *, struct err *);
/* said: as decision_do gives it. */
int decider_do(struct decider *, const struct decision_order *,
	char said[static DECISION_SAID_MAX], struct err *);
void decider_close(struct decider *);

#endif
