/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * propose.h - a configuration to begin with, from what this machine knows of its network; pure
 *
 * It has no mistakes, says where each line is from, and nobody is polled by it: it is not
 * accepted (agent.accepted).  What is routed, larger than a /16 or only in the directory is
 * there, but off; what is public only as a comment.
 */
#ifndef SCHEDULE_PROPOSE_H
#define SCHEDULE_PROPOSE_H

#include "host/net.h"
#include "location/sites.h"
#include "scope/units.h"

#include "base/sb.h"

struct propose_input {
	const struct host_net *net;
	const struct place_facts *facts; /* of this machine */
	const struct site_map *sites;
	const struct unit_tree *units;
	const char *domain; /* that this machine seems to be in; NULL: none */
	const char *host;
	int64_t now; /* wall, microseconds */
};

/* Appends agent.yaml to out.  ERR_NOMEM: the arena, or the limit of out. */
int propose(const struct propose_input *, struct arena *, struct sb *out, struct err *);

/* Its section of groups: each domain is one, and in it each organizational unit, below the one
 * above it. */
int propose_groups(
	const struct unit_tree *, struct arena *, struct sb *out, struct err *);

#endif
