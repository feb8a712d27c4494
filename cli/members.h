/* SPDX-License-Identifier: GPL-3.0-or-later */
/* members.h - in which domain machines are, as a poll hears it: for whose account is whose */
#ifndef CLI_MEMBERS_H
#define CLI_MEMBERS_H

#include "inventory/observation.h"
#include "netbios/members.h"
#include "scanner/interview.h"

struct member_list {
	struct member *items;
	size_t n, room;
};

/* What an observation tells of the domain of a machine. */
int members_note(struct member_list *, const struct observation *, struct err *);
/* One for each of the living, in their order; in arena. */
int members_list(struct member_list *, const struct living *, size_t n, struct arena *,
	const struct member **out, struct err *);
void members_done(struct member_list *);

#endif
