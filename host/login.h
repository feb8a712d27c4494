/* SPDX-License-Identifier: GPL-3.0-or-later */
/* login.h - what a user of this machine is called */
#ifndef HOST_LOGIN_H
#define HOST_LOGIN_H

#include "base/arena.h"
#include "base/err.h"

#include <sys/types.h>

/* "anna", or "uid 1000" of whom this machine has no name for.  In arena. */
int login_name(uid_t, struct arena *, const char **out, struct err *);

#endif
