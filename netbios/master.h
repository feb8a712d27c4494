/* SPDX-License-Identifier: GPL-3.0-or-later */
/* master.h - a master browser that was called for its browse list, and what came of it */
#ifndef NETBIOS_MASTER_H
#define NETBIOS_MASTER_H

#include "netbios/browse_call.h"
#include "netbios/finding.h"

struct master {
	struct browse browse; /* our own conversation, which tells the types of servers */
	struct finding *finding;
	struct addr address;
	char domain[16], computer[16], ip[ADDR_TEXT_MAX];
	enum call_outcome call; /* how that ended */
	bool was_asked;         /* by libsmbclient, too, */
	struct list_end list;   /* and how that ended */
};

/* Why its list is missing or short, or how long it is, as reasons. */
void master_tell(struct master *);

#endif
