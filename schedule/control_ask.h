/* SPDX-License-Identifier: GPL-3.0-or-later */
/* control_ask.h - asking the agent of this machine (control.h); blocks until it has answered */
#ifndef SCHEDULE_CONTROL_ASK_H
#define SCHEDULE_CONTROL_ASK_H

#include "schedule/control.h"

/* ERR_NOTFOUND: nobody listens there; ERR_AUTH: it is not for us. */
int control_connect(const char *path, int *fd, struct err *);
/* Asks the agent that listens on path, and reads until the end line.  ERR_NOTFOUND: none
 * does; ERR_AUTH: it is not for us. */
int control_ask(const char *path, const struct control_request *,
	struct control_reader *, struct err *);

#endif
