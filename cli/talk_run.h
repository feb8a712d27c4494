/* SPDX-License-Identifier: GPL-3.0-or-later */
/* talk_run.h - the second half of a scan: the process that asks those that live who they are */
#ifndef CLI_TALK_RUN_H
#define CLI_TALK_RUN_H

#include "cli/progress.h"
#include "cli/run.h"
#include "scanner/services.h"

struct talk_run {
	struct worker worker; /* of the first half: place, run, bounds */
	struct services_conf conf;
	struct run_handler
		*handler; /* takes the records; its monitor and `ended` are set here */
	struct monitor *monitor; /* takes all but the end, which is not that of the scan */
	struct show *show;       /* is cleared before an error is told; may be NULL */
};

/* Until all conversations are over.  *end: how they went, without its text. */
int talk_run(const struct talk_run *, struct run_end *end, struct err *);

/* The scan is as whole as both of its halves. */
void talk_run_add(struct run_end *all, const struct run_end *talked);

#endif
