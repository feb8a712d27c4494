/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine.h - the sweep by packets
 *
 * For each wave: find the next hops, ask every target round by round, each round only
 * those that are still silent, wait after a round only as long as answers may still come,
 * then ask the living who they are.
 */
#ifndef SCANNER_ENGINE_H
#define SCANNER_ENGINE_H

#include "scanner/job.h"
#include "scanner/port.h"

struct engine_input {
	struct job *job;
	struct port *port;
	const uint16_t *links; /* for each segment: the number of its link in the port */
};

/* -1: a link failed, the guard refused, or the sink; what was found till then is told. */
int engine_run(const struct engine_input *, struct err *);

#endif
