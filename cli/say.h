/* SPDX-License-Identifier: GPL-3.0-or-later */
/* say.h - printf for what people read */
#ifndef CLI_SAY_H
#define CLI_SAY_H

#include <stdio.h>

#include "base/err.h"

/* Whatever the arguments hold moves no cursor (sb_add_plain).  Newlines stay at the beginning
 * and at the end of fmt, and nowhere else. */
void say(FILE *to, const char *fmt, ...) ERR_PRINTF(2, 3);

#endif
