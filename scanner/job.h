/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * job.h - one run of a sweep: what its parts share
 *
 * The engine (packets), the socket path and the replay each take the waves that are
 * theirs; all hear into the same hearing and count into the same end.
 */
#ifndef SCANNER_JOB_H
#define SCANNER_JOB_H

#include "scanner/hear.h"
#include "scanner/place.h"
#include "scanner/sweep.h"

enum {
	JOB_PROGRESS_US = SECOND / 4,
	JOB_DISTRESS_MAX = 32, /* hosts in distress that are named */
};

struct capture_writer;

struct job {
	const struct source_run *run;
	const struct sweep_conf *conf;
	struct plan plan;
	struct questions questions;
	struct wave *waves;
	size_t n_waves;
	size_t n_planned;    /* of them; the others are of large ranges (plan.h) */
	uint64_t digest;     /* of the planned ones */
	bool *done;          /* by wave: over, now or in the run that is continued */
	struct place *place; /* where that run stopped; NULL: it is none, or of no use */
	uint8_t seed[COOKIE_KEY_SIZE];
	struct cookie cookie;
	struct hearing hearing;         /* points into this job: it must not move */
	struct capture_writer *capture; /* NULL: no file.  Borrowed from the port. */
	struct run_end end;
	int64_t started; /* wall */

	uint64_t distressed; /* times that a host was cooled (distress.h) */

	int64_t told_us;    /* monotonic: when progress was told last */
	uint64_t told_sent; /* and what had been sent by then */
	int64_t rate;       /* between the last two times */
};

/* Questions, waves, keys and the hearing, from run, conf and plan.  A seed of its own when
 * there is none. */
int job_prepare(struct job *, const struct source_run *, const struct sweep_conf *,
	struct err *);

/* Is it time to stop?  Notes why. */
bool job_stopped(struct job *);

/* What the targets of a wave are asked; where they are of both families, not each question
 * suits each target. */
const struct question_list *job_questions(
	const struct job *, size_t wave, enum probe_use);
/* Those that find somebody. */
const struct question_list *job_first_questions(const struct job *, size_t wave);
/* Does the probe of this question speak the family of the address? */
bool job_can_ask(const struct job *, uint32_t question, const struct addr *);

/* The order of a wave: a key of its own, so that two waves differ. */
void job_order_key(const struct job *, size_t wave, uint8_t key[static 16]);

/* The targets of one wave, from its first question to its last; what happens to it is
 * noted in the capture file.  NULL: no memory. */
struct hearing_wave *job_begin_wave(struct job *, size_t wave, struct err *);
void job_ripen_wave(struct job *, size_t wave, struct hearing_wave *);
int job_clear_wave(struct job *, size_t wave, struct hearing_wave *, struct err *);
int job_judge_wave(
	struct job *, size_t wave, struct hearing_wave *, bool last, struct err *);
int job_decide_wave(struct job *, size_t wave, struct hearing_wave *, struct err *);
void job_end_wave(struct job *, struct hearing_wave *);
void job_end_all_waves(struct job *); /* that are open still */

/*
 * What was found of large ranges joins the targets of their segments, which become waves
 * behind those there are.  Addresses elsewhere are left out.  To be called once.
 */
int job_add_found(struct job *, const struct iprange *found, struct err *);

/* Tells the monitor, at most four times a second. */
void job_progress(struct job *, const char *phase, uint64_t done, uint64_t total);

void job_reason(struct job *, const char *code, const char *about, const char *text,
	uint64_t count);

#endif
