/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cover.h - what of a wave was asked, as coverage; what was not, as a reason
 *
 * Coverage is the only ground on which a device is "down", so it claims no address of a
 * /24 that sampling skipped.
 */
#ifndef SCANNER_COVER_H
#define SCANNER_COVER_H

#include "scanner/job.h"

struct cover {
	const struct wave *wave;
	const struct targets *targets; /* knows what was skipped; NULL: nothing was */
	const struct question_list *questions;
	const char *tcp_name; /* of the probe with chosen ports; NULL: its own */
	int64_t started;      /* wall */
	bool complete;
};

/* A line for each probe of the list; several when the text is long. */
int cover_tell(struct job *, const struct cover *, struct err *);

#endif
