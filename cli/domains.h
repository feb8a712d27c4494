/* SPDX-License-Identifier: GPL-3.0-or-later */
/* domains.h - Windows domains and workgroups, from the store to people and programs */
#ifndef CLI_DOMAINS_H
#define CLI_DOMAINS_H

#include "cli/common.h"
#include "netbios/view.h"

typedef int domain_row(void *arg, const struct observation *, struct err *);

/* What sources said of each domain since then, as far as it counts (domain_words.h); oldest
 * first. */
int domains_each(struct store *, int64_t since, struct arena *, domain_row *, void *arg,
	struct err *);

/* All of that of one domain, by its NetBIOS or DNS name: facts a line each, or with OUT_NDJSON
 * the observations.  Behind them what they and the devices in it tell together: facts too, or
 * the object of domains_print.  *n: how many were printed. */
int domain_tell(struct store *, int64_t since, const char *name, enum out_format_id,
	const struct out_info *, struct arena *, size_t *n, struct err *);

/* All that the store knows of domains since then, and of the devices in them. */
int domains_read(struct store *, int64_t since, struct domain_view *, struct err *);
/* Finished views only.  A table, or one JSON object a line (docs/interfaces.md). */
int domains_print(const struct domain_view *, enum out_format_id,
	const struct out_info *, struct err *);

#endif
