/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * source.h - how discovery plugs in: sources, sinks, and the lines beside observations
 *
 * A source is a way to learn.  Its run is a process of its own, so it may block; it sees
 * its settings, a sink, a monitor and a deadline, nothing else.
 */
#ifndef INVENTORY_SOURCE_H
#define INVENTORY_SOURCE_H

#include "base/clock.h"
#include "base/err.h"
#include "base/opt.h"
#include "inventory/observation.h"

#include <signal.h>

/* Takes observations; what is pointed to is borrowed until take returns. */
struct sink {
	int (*take)(struct sink *, const struct observation *, struct err *);
};

struct progress {
	const char *phase; /* "sweep", "wait", "again", "services", "talks": static */
	uint64_t done, total; /* questions of this phase */
	uint64_t sent, answered,
		found;  /* packets, replies that proved themselves, subjects */
	int64_t rate;   /* packets/s just now; -1: not known */
	int64_t eta_us; /* -1: unknown */
};

/* Why something is missing or different from what was asked; `code` is stable. */
struct reason {
	const char *code;  /* "no-route", "next-hop-silent", "skipped-broadcast", ... */
	const char *about; /* "198.18.3.0/24", "eth0", or "" */
	const char *text;  /* one sentence for people */
	uint64_t count;    /* how many addresses or replies; 0: not counted */
};

/* What was asked completely: the only ground on which something is "down". */
struct coverage {
	const char *probe;         /* "arp", "icmp-echo", ... */
	const char *targets;       /* canonical iprange text */
	int64_t started, finished; /* wall, microseconds */
	bool complete;             /* false: interrupted or lossy */
};

/* How much of what lives was found, by the loss that was measured meanwhile. */
struct recall {
	bool known;           /* false: nobody answered by whom to measure */
	double estimate;      /* found / living, 0 to 1 */
	double low, high;     /* 95 of 100 such intervals hold the truth */
	double loss;          /* share of questions to known hosts without answer */
	double rounds;        /* times that a silent address was asked */
	uint64_t asked, lost; /* questions to known hosts, and those without answer */
	uint64_t reasked,
		refound; /* silent addresses asked again as a sample, and those that
				    * answered then */
};

struct run_end {
	bool ok; /* everything that was asked was done */
	bool interrupted;
	uint64_t targets, asked, sent, answered, found;
	uint64_t dropped; /* replies the kernel could not hand over */
	int64_t duration_us;
	struct recall recall;
	const char *error; /* NULL, or why it failed */
};

/* Takes what is no observation: shown on a terminal, or NDJSON lines on descriptor 3. */
struct monitor {
	void (*progress)(struct monitor *, const struct progress *);
	void (*reason)(struct monitor *, const struct reason *);
	void (*coverage)(struct monitor *, const struct coverage *);
	void (*state)(
		struct monitor *, const char *text); /* watermark for the next run */
	void (*end)(struct monitor *, const struct run_end *);
};

struct source_run {
	const void *conf; /* filled from source.opts, and what the command prepared */
	struct arena *scratch; /* bounded */
	struct sink *sink;
	struct monitor *monitor;
	struct clock *clock;
	int64_t deadline_us;               /* monotonic; INT64_MAX: none */
	const volatile sig_atomic_t *stop; /* becomes non-zero: keep what was found, end */
};

struct source {
	const char *name; /* "sweep", "windows", "ad", "passive", "import" */
	const char *help;
	const struct opt_table *opts;
	size_t conf_size;
	/* -1: nothing could be done.  A partial run is 0 with run_end.ok false. */
	int (*run)(struct source_run *, struct err *);
};

#endif
