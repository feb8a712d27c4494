/* SPDX-License-Identifier: GPL-3.0-or-later */
/* named.h - how many there were, and who the first of them are: for a reason's sentence */
#ifndef NETBIOS_NAMED_H
#define NETBIOS_NAMED_H

#include "base/addr.h"

enum {
	NAMED_MAX = 8,
	NAMED_TEXT = NAMED_MAX * (ADDR_TEXT_MAX + 2) + 8, /* longer ones are cut */
};

struct named {
	uint64_t n;
	char text[NAMED_TEXT]; /* "198.18.3.7, 198.18.3.9", behind the last ", ..." */
};

void named_add(struct named *, const char *name);
void named_add_ip(struct named *, const struct addr *);

#endif
