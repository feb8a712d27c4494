/* SPDX-License-Identifier: GPL-3.0-or-later */
/* decide.h - what the commands share by which people decide about devices */
#ifndef CLI_DECIDE_H
#define CLI_DECIDE_H

#include "cli/common.h"
#include "db/people.h"

/* The login name: of who called sudo, else of the user.  In arena. */
int decide_actor(struct arena *, const char **out, struct err *);
/* The device that the n-th argument names, and the writer's store. */
int decide_device(const struct call *, struct store *, size_t n, struct device *out,
	struct err *);
/* Opens the store of a command whose settings begin with struct store_conf, lets it work,
 * and prints what was decided.  -1 as it gives it, or EXIT_DONE. */
int decide(const struct call *,
	int (*work)(const struct call *, struct store *, const char *actor,
		struct decision *out, struct err *),
	struct err *);
/* Their only option table. */
extern const struct opt_table decide_tables[];

#endif
