/* SPDX-License-Identifier: GPL-3.0-or-later */
/* locations.h - reports about all devices: who would move, and where the directory says
 * otherwise */
#ifndef CLI_LOCATIONS_H
#define CLI_LOCATIONS_H

#include "cli/agent.h"
#include "location/sites.h"

struct locations_input {
	const struct call *call;
	struct store *store;                 /* open for reading */
	const struct agent_conf *now, *then; /* then: of locations_what_if */
	int format;                          /* enum out_format_id: table, NDJSON */
};

/* Both print rows, and a sentence about all of them on standard error. */
int locations_what_if(const struct locations_input *, struct err *);
int locations_disagreements(const struct locations_input *, struct err *);

#endif
