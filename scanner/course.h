/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * course.h - one wave on its way from the first question to the last
 *
 *	sample	only with --sample: a few addresses of each /24 (sample.h)
 *	sweep	every target is asked every question that finds somebody, round by round,
 *		each round only those that are still silent, until the measured loss says
 *		that the recall wanted is reached (recall.h)
 *	living	those that were found are asked who they are; whoever suffers from it is
 *		left in peace for a while (distress.h)
 *
 * A round ends with a wait: until no answer can be on its way any more, by the round trips
 * measured, and by the whole setting only where nobody has answered yet.  Courses of
 * different segments run side by side (engine.c), each at its own rate and with its own
 * number of rounds.
 */
#ifndef SCANNER_COURSE_H
#define SCANNER_COURSE_H

#include "scanner/canary.h"
#include "scanner/recall.h"
#include "scanner/reprobe.h"
#include "scanner/sample.h"
#include "scanner/sending.h"
#include "scanner/walk.h"

enum stage { STAGE_SAMPLE, STAGE_SWEEP, STAGE_LIVING, STAGE_DONE };

enum { COURSE_LATER_MAX = 255 };

struct course {
	struct sending *sending;
	size_t number; /* of the wave */
	const struct wave *wave;
	struct hearing_wave *heard;
	struct lane *lane;
	struct canaries canaries;
	struct recall_counts counts;
	int64_t started;             /* wall */
	const struct place_wave *at; /* where an earlier run stopped; NULL */
	struct sample sample;
	struct reprobe reprobe;

	enum stage stage;
	struct walk walk;
	struct walk_step step; /* the next question, when has_step */
	bool has_step, waiting;
	bool walked; /* all of this round: only those in `later` are left */
	/* Questions to hosts that have a pulse to answer; and the one that made it due. */
	struct walk_step later[COURSE_LATER_MAX + 1];
	size_t n_later;
	bool asked;         /* anything in this round */
	uint32_t first;     /* of the living: those before have been asked */
	uint32_t rounds;    /* of this stage, whole ones that are over */
	double share;       /* how far this round goes */
	uint32_t questions; /* since the last canary */
	bool early; /* began while answers of the one before were on their way */
	int64_t patience_us; /* then: how long they are */
	int64_t judge_us;    /* when the round before is judged; 0: it is */
	int64_t topped_us;   /* the last canary at the end of the round */
	bool topped_up;      /* has this round had its last canaries? */
	uint64_t top_up;     /* canaries still to be asked at the end of this round */
	uint64_t n_topped;   /* and those that were */
	int64_t began_us;    /* this round */
	int64_t sent_us;     /* the last question of this round */
	int64_t news_us;     /* the last first answer, 0: none in this round */
	int64_t cleared_us;  /* when silence was last asked what it clears */
	int64_t ripened_us;  /* and what it will go by was noted */
	uint64_t dropped;    /* by the port, before this round */
	bool put_off;        /* somebody rests (distress.h) and is asked later */
	bool for_rested;     /* this round is for those only */
	int64_t rest_us;     /* when the first of them may be asked again; monotonic */
	int64_t begin_us;    /* this round begins then; 0: at once */
	uint32_t rests;      /* rounds that were for them */
	bool resumed;        /* this round began in the run that is continued */
	bool again;          /* one more round is due in any case (place.h) */
	bool lossy;          /* the last round may have missed answers */
};

/* at: where an earlier run stopped; NULL: begins with the first question. */
int course_begin(struct course *, struct sending *, size_t wave,
	const struct place_wave *at, struct err *);
/* Where it is now. */
void course_place(const struct course *, struct place_wave *);
/* The sweep ends before this course did: what was heard is told, and that it is part. */
int course_break_off(struct course *, struct err *);
void course_end(struct course *);

/*
 * Asks as much as may be asked now, or goes on when a wait is over.  *wait_us: when it
 * wants to be called again at the latest; 0: at once, because the batch is full.
 */
int course_turn(struct course *, int64_t *wait_us, struct err *);

/* Has it seen that the silent must be asked again, wherever it is? */
bool course_wants_another_round(const struct course *);

/* What was heard of its wave. */
void course_hear(struct course *, const struct answer *, int64_t heard_us);

/* Questions of its first round, asked so far and in all. */
uint64_t course_done(const struct course *);

#endif
