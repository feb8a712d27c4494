/* SPDX-License-Identifier: GPL-3.0-or-later */
/* as_user.h - would it work for another user of this machine? */
#ifndef CLI_AS_USER_H
#define CLI_AS_USER_H

#include "base/err.h"

#include <sys/types.h>

/* Does work in a process of its own that is that user, with its groups; for root alone.  What it
 * changes in memory is lost; 0, or -1 with its error. */
int as_user(uid_t, int (*work)(void *arg, struct err *), void *arg, struct err *);

#endif
