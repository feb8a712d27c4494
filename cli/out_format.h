/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * out_format.h - how a format plugs into out.h
 *
 * A format is a struct of functions; one that it lacks is something it does not print.
 * It appends to out.text and lets out_put write it.
 */
#ifndef CLI_OUT_FORMAT_H
#define CLI_OUT_FORMAT_H

#include "base/arena.h"
#include "cli/out.h"

struct out {
	const struct out_format *format;
	struct out_info info;
	uint64_t count;
	struct sb text;      /* for out_put */
	struct arena *arena; /* lives as long as the output */
	void *state;         /* the format's own, in arena */
};

struct out_format {
	int (*open)(struct out *, struct err *);
	int (*device)(struct out *, const struct device *, struct err *);
	int (*observation)(struct out *, const struct observation *, struct err *);
	int (*change)(struct out *, const struct change *, struct err *);
	int (*close)(struct out *, const struct run_end *, struct err *);
	void (*free)(struct out *); /* what is not in arena; NULL: nothing */
};

extern const struct out_format out_table, out_ndjson, out_csv, out_xml;

/* Writes text and empties it. */
int out_put(struct out *, struct err *);

#endif
