/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * kept_out.h - what a kept run prints: its observations as they come in, or its devices
 *
 * NDJSON has the observations, the other formats the devices that they belong to.
 */
#ifndef CLI_KEPT_OUT_H
#define CLI_KEPT_OUT_H

#include "cli/kept_run.h"

struct kept_out {
	enum out_format_id format;
	struct out_info info;
	struct out *to; /* NULL: closed, or not open yet */
};

int kept_out_open(struct kept_out *, const struct kept_run *, int format, struct err *);
/* For `seen`: an observation that has come in. */
int kept_out_seen(
	struct kept_out *, struct kept_run *, const struct observation *, struct err *);
/* After the end of the run: its devices, and how it went. */
int kept_out_close(struct kept_out *, const struct kept_run *, const struct run_end *,
	struct err *);
void kept_out_free(struct kept_out *); /* without printing anything more */

#endif
