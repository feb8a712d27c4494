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
 * Takes the file over, also when it fails.  -1, ERR_PROTO: it is no capture of a sweep.  A file that is broken
 * further on is a partial run: end->error says so, and is e's text.
 */
int replay_run(FILE *file, const struct source_run *, struct run_end *end, struct err *);

#endif
