/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * replay.h - a sweep heard again from its capture file
 *
 * What was asked is read from the frames that went out, answers go the same way as live
 * ones, and times are those of the file: the same observations come out, in the same
 * order.  No network is touched.
 */
#ifndef SCANNER_REPLAY_H
#define SCANNER_REPLAY_H

#include "inventory/source.h"

#include <stdio.h>

/*
 * Borrows the file.  The end of the job is filled; observations go to run->sink.  ERR_PROTO:
 * the file is no capture of a sweep, or is broken somewhere (what was heard before is told).
 */
int replay_run(FILE *file, const struct source_run *, struct run_end *end, struct err *);

#endif
