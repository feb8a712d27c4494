/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stops.h - SIGINT and SIGTERM while a worker runs (run.h) */
#ifndef CLI_STOPS_H
#define CLI_STOPS_H

#include <signal.h>

/* From now on they are counted, not obeyed; how many there were.  A write to a slow reader
 * goes on meanwhile, or what was found would be lost. */
const volatile sig_atomic_t *stops_catch(void);

#endif
