/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * out.h - what a command found, in the format that was asked for
 *
 * A command opens an output, gives it devices, observations or changes, and closes it.
 * It never asks which format it is: one that has no place for what it is given leaves it
 * out.  Everything is escaped on its way out (base/sb.h; JSON by jansson).  The formats
 * are described byte for byte in docs/interfaces.md.
 */
#ifndef CLI_OUT_H
#define CLI_OUT_H

#include "db/store.h"

#include <stdio.h>

enum out_format_id { OUT_TABLE, OUT_NDJSON, OUT_CSV, OUT_XML };

enum out_content {
	OUT_DEVICES,
	OUT_RUN, /* of a source: give both its observations, which NDJSON prints, and
		      * then its devices, which the other formats print */
	OUT_CHANGES, /* no XML */
};

struct out_info {
	FILE *to; /* borrowed until out_close */
	enum out_content content;
	const char *command; /* the command line, without secrets: in XML */
	int64_t started;     /* wall; of the run, or of the command */
	int64_t now;         /* wall: what "2 min ago" is counted from */
	unsigned width;      /* cells of the terminal; 0: as wide as it comes */
	bool color;
};

struct out;

int out_open(struct out **, enum out_format_id, const struct out_info *, struct err *);
int out_device(struct out *, const struct device *, struct err *);
int out_observation(struct out *, const struct observation *, struct err *);
int out_change(struct out *, const struct change *, struct err *);
/* How many things were given that the format prints. */
uint64_t out_count(const struct out *);
/* Writes what is left (end: NULL, or how the run went) and frees it, also on -1. */
int out_close(struct out *, const struct run_end *end, struct err *);
/* Frees it without writing anything more; NULL is fine. */
void out_free(struct out *);

/* Fills width and color from where `to` leads, $NO_COLOR and $TERM. */
void out_look_at_terminal(struct out_info *);

#endif
