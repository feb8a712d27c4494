/* SPDX-License-Identifier: GPL-3.0-or-later */
/* domains.h - Windows domains and workgroups, from the store to people and programs */
#ifndef CLI_DOMAINS_H
#define CLI_DOMAINS_H

#include "cli/common.h"
#include "netbios/view.h"

/* All that the store knows of domains since then, and of the devices in them. */
int domains_read(struct store *, int64_t since, struct domain_view *, struct err *);
/* Finished views only.  A table, or one JSON object a line (docs/interfaces.md). */
int domains_print(const struct domain_view *, enum out_format_id,
	const struct out_info *, struct err *);

#endif
