/* SPDX-License-Identifier: GPL-3.0-or-later */
/* progress.h - how a run is shown to a person, on standard error */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "inventory/source.h"

enum { SHOW_TOLD = 16 /* the last texts of reasons that are remembered */ };

struct show {
	struct monitor monitor;
	struct clock *clock;
	/* The closing line: what a run counts is a matter of its source.  NULL: a sweep's. */
	void (*closing)(const struct run_end *);
	bool quiet;      /* reasons only when something failed */
	bool tty;        /* one line that is written over; else one line per 10 s */
	bool ghosts;     /* something answered for everybody somewhere */
	bool line_open;  /* a progress line stands there without its newline */
	int64_t last_us; /* monotonic; of the last line when no terminal */
	char told[SHOW_TOLD][sizeof(((struct err *)0)->text)];
	size_t n_told; /* ever */
};

void show_init(struct show *, struct clock *, bool quiet);
/* Wipes the progress line, before anything else is printed. */
void show_clear(struct show *);
/* Stands this text in a reason that was shown? */
bool show_has_told(const struct show *, const char *text);
/* The closing sentence of a run. */
void show_end(struct show *, const struct run_end *);
/* "done", "interrupted" or "not complete". */
const char *show_verdict(const struct run_end *);

#endif
