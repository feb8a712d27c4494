/* SPDX-License-Identifier: GPL-3.0-or-later */
/* summary.h - how a run went, as one JSON object in a file or "-" (--summary-json) */
#ifndef CLI_SUMMARY_H
#define CLI_SUMMARY_H

#include "cli/population.h"
#include "inventory/source.h"

/* A monitor that collects, and passes on to the next. */
struct summary {
	struct monitor monitor; /* first */
	struct monitor *next;
	struct sb coverage, reasons, end; /* JSON, without the outer brackets */
	struct run_end last;
	bool has_end;
};

void summary_init(struct summary *, struct monitor *next);
void summary_done(struct summary *);
/* The end is this after all: another half of the run was added. */
void summary_end_is(struct summary *, const struct run_end *);
/* Can it be written?  Asked before a sweep, not after it. */
int summary_try(const char *path, struct err *);

struct summary_about {
	const char *run, *command, *targets;
	const char *resumes; /* the run that this one continued, or NULL */
	int64_t resumes_started;
	uint64_t resumes_found; /* addresses that had answered before */
	const struct population_report *populations;
	size_t n_populations; /* 0: nobody was expected, or it broke off */
};

/* {"run":…,"command":…,"targets":…,"resumes":{"run":…,"started":…,"found":…},"end":{…},
 * "populations":[{"name":…,"known":…,"found":…,"missing":[…]}],"coverage":[…],
 * "reasons":[…]}; "resumes" only when it did. */
int summary_write(const struct summary *, const struct summary_about *,
	const char *path, struct err *);

#endif
