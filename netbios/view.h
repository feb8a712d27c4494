/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * view.h - domains and workgroups as people see them, put together from observations
 *
 * Pure.  An observation of a domain gives its masters, controllers and the names in its
 * lists; one of a device puts that device into the domain that it says it is in, by whichever
 * protocol.  The same machine told in several ways is one, by its name, case ignored, also
 * where one way tells it in a code page (spelling.h).  The order of observations does not
 * matter.
 */
#ifndef NETBIOS_VIEW_H
#define NETBIOS_VIEW_H

#include "base/arena.h"
#include "base/err.h"
#include "inventory/observation.h"

struct view_names {
	const char **items; /* sorted, each once, after view_finish() */
	size_t n, room;
};

struct view_domain {
	const char *site, *name;
	struct view_names masters, local_masters, controllers, machines;
	struct view_names
		learnt; /* "browse-list", "node-status", "smb", "heard" ...: docs/interfaces.md */
	int64_t at;   /* the newest observation of it */
	size_t count; /* of machines, also where a list of names was cut */
};

struct domain_view {
	struct view_domain *items; /* by site and name */
	size_t n, room;
	struct arena *mem; /* everything is a copy in it */
};

void view_init(struct domain_view *, struct arena *);
/* What says nothing of a domain is passed over. */
int view_add(struct domain_view *, const struct observation *, struct err *);
void view_finish(struct domain_view *);

#endif
