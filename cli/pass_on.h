/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pass_on.h - a monitor of one half of a run: passes all on but the end, which it keeps */
#ifndef CLI_PASS_ON_H
#define CLI_PASS_ON_H

#include "inventory/source.h"

struct pass_on {
	struct monitor monitor; /* first */
	struct monitor *next;
	bool ended;
	struct run_end end; /* its error is the text below, or NULL */
	char error[256];
};

/* It must not move afterwards. */
void pass_on_init(struct pass_on *, struct monitor *next);

#endif
