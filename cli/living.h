/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * living.h - who answered a sweep, and at which ports: whom the second half asks
 *
 * 20 bytes for each answer that counts, until living_list() makes a list of hosts of them.
 */
#ifndef CLI_LIVING_H
#define CLI_LIVING_H

#include "inventory/observation.h"
#include "scanner/interview.h"

struct living_set {
	struct living_seen {
		struct addr ip;
		uint16_t port; /* 0: it lives */
		bool udp;
	} * seen;
	size_t n, room;
};

/* A reply counts, anything else does not. */
int living_take(struct living_set *, const struct observation *, struct err *);
/* A host that an earlier run found. */
int living_add(struct living_set *, const struct living *, struct err *);
/* Sorted by address, each once, its ports ascending; in arena. */
int living_list(struct living_set *, struct arena *, const struct living **out,
	size_t *n, struct err *);
void living_done(struct living_set *);

#endif
