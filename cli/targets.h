/* SPDX-License-Identifier: GPL-3.0-or-later */
/* targets.h - from what a person typed to the addresses that may be asked */
#ifndef CLI_TARGETS_H
#define CLI_TARGETS_H

#include "base/opt.h"
#include "iprange/iprange.h"

struct targets_conf {
	struct opt_list exclude, exclude_file;
};

extern const struct opt targets_opts[];

/* Names are resolved, files read, exclusions taken away; they win over everything.  ERR_ARG
 * when nothing is left, and why.  named: the addresses that names led to, which a large range
 * of the same targets would hide. */
int targets_read(const struct targets_conf *, const char *const *args, size_t n,
	struct arena *, struct iprange **out, const struct iprange **named,
	struct err *);

/* The exclusions alone, for what is asked without being named; NULL when there are none. */
int targets_excluded(const struct targets_conf *, struct arena *,
	const struct iprange **out, struct err *);

#endif
